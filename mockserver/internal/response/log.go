package response

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// logRejected logs a rejected request as one line. SDKs discard the bodies of errors, so this is
// often the only visible cause.
func (w Writer) logRejected(r *http.Request, resp *Response) {
	sentences := Texts(resp.Reasons)
	info := InfoFrom(r)
	if resp.Status < http.StatusBadRequest {
		sentences = info.Notes
	}
	// toError has logged it already.
	isInternal := len(resp.Reasons) > 0 && resp.Reasons[0].Rule == rule.ControlInternalError
	if len(sentences) == 0 || isInternal || !w.Log.Enabled(r.Context(), slog.LevelWarn) {
		return
	}
	if more := len(sentences) - maxReasons; more > 0 {
		if last := len(resp.Reasons); last > 0 && resp.Reasons[last-1].More > 0 {
			more += resp.Reasons[last-1].More - 1 // the last reason itself only counts
		}
		sentences = append(slices.Clone(sentences[:maxReasons]), limit.Remainder(more))
	}
	w.log(r, slog.LevelWarn, strconv.Itoa(resp.Status), sentences)
}

// LogRequest logs a request unless it is logged already. A status of 0 means that there was no
// response.
func (w Writer) LogRequest(r *http.Request, status int) {
	info := InfoFrom(r)
	if info.Logged || !w.Log.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	outcome := "no response"
	if status != 0 {
		outcome = strconv.Itoa(status)
	}
	var sentences []string
	if len(info.Faults) > 0 {
		sentences = []string{"injected: " + strings.Join(info.Faults, ", ")}
	}
	w.log(r, slog.LevelInfo, outcome, sentences)
}

// log writes the log line of a request.
func (w Writer) log(r *http.Request, level slog.Level, outcome string, sentences []string) {
	info := InfoFrom(r)
	info.Logged = true
	line := outcome + " " + Truncate(r.Method) + " " + Truncate(info.Prefix+r.URL.EscapedPath()) +
		" (" + clientName(r, info) + ")"
	if len(sentences) > 0 {
		line += ": " + strings.Join(sentences, "; ")
	}
	w.Log.Log(r.Context(), level, limit.TruncateJSON(oneLine(line), maxLineBytes), "requestId",
		info.RequestID, "operation", info.Operation, "namespace", Truncate(info.Namespace), "rule",
		ruleList(info.Reasons))
}

// Limits of a line: the number of reasons, the bytes of a method, path or client, and the bytes of
// the message. Attributes may use the rest of [limit.LogLine].
const (
	maxReasons   = 5
	maxPartBytes = limit.Text
	maxLineBytes = 1400
)

// Truncate returns a part of a request for a message, redacted and truncated.
func Truncate(s string) string { return redact.Truncate(s, maxPartBytes) }

// clientName returns the user, if known, and the first word of the User-Agent.
func clientName(r *http.Request, info *RequestInfo) string {
	client, _, _ := strings.Cut(r.UserAgent(), " ")
	client = Truncate(client)
	if client == "" {
		client = "a client without User-Agent"
	}
	if info.User == "" {
		return client
	}
	return Truncate(info.User) + ", " + client
}

// oneLine replaces characters that are not printable, so that input cannot forge log lines.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
