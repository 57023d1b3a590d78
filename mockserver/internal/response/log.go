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

// logRejected logs a refused request as one line that a person can act on. SDKs swallow the bodies
// of errors, so this is often the only place where somebody sees why.
func (w Writer) logRejected(r *http.Request, resp *Response) {
	sentences := Texts(resp.Reasons)
	info := InfoFrom(r)
	if resp.Status < http.StatusBadRequest {
		sentences = info.Notes
	}
	// which Fault has logged already
	isInternal := len(resp.Reasons) > 0 && resp.Reasons[0].Rule == rule.ControlInternalError
	if len(sentences) == 0 || isInternal || !w.Log.Enabled(r.Context(), slog.LevelWarn) {
		return
	}
	if more := len(sentences) - maxReasons; more > 0 {
		if last := len(resp.Reasons); last > 0 && resp.Reasons[last-1].More > 0 {
			more += resp.Reasons[last-1].More - 1 // it is no reason itself
		}
		sentences = append(slices.Clone(sentences[:maxReasons]), limit.Remainder(more))
	}
	w.log(r, slog.LevelWarn, strconv.Itoa(resp.Status), sentences)
}

// LogRequest logs a request that no line of the log is about yet. Status is that of the response, 0
// if there is none.
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

// log writes the line of a request.
func (w Writer) log(r *http.Request, level slog.Level, outcome string, sentences []string) {
	info := InfoFrom(r)
	info.Logged = true
	line := outcome + " " + Truncate(r.Method) + " " + Truncate(info.Prefix+r.URL.EscapedPath()) +
		" (" + clientName(r, info) + ")"
	if len(sentences) > 0 {
		line += ": " + strings.Join(sentences, "; ")
	}
	w.Log.Log(r.Context(), level, limit.TruncateJSON(oneLine(line), maxLineBytes), "requestId",
		info.RequestID,
		"operation", info.Operation, "namespace", Truncate(info.Namespace), "rule",
		ruleList(info.Reasons))
}

// What a line has at most: reasons, bytes of a method, path or client, and bytes in all without its
// attributes, for which the rest of [limit.LogLine] is.
const (
	maxReasons   = 5
	maxPartBytes = limit.Text
	maxLineBytes = 1400
)

// Truncate returns a part of a request for a message: redacted, and cut to a length that people
// read.
func Truncate(s string) string { return redact.Truncate(s, maxPartBytes) }

// clientName names the user, where it is known, and the client by the first word of its User-Agent.
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

// oneLine keeps what came from outside from looking like a line of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
