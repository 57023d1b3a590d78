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
func (w Writer) logRejected(r *http.Request, a *Response) {
	why := Texts(a.Reasons)
	trace := InfoFrom(r)
	if a.Status < http.StatusBadRequest {
		why = trace.Notes
	}
	// which Fault has logged already
	atFault := len(a.Reasons) > 0 && a.Reasons[0].Rule == rule.ControlFault
	if len(why) == 0 || atFault || !w.Log.Enabled(r.Context(), slog.LevelWarn) {
		return
	}
	if more := len(why) - maxWhy; more > 0 {
		if last := len(a.Reasons); last > 0 && a.Reasons[last-1].More > 0 {
			more += a.Reasons[last-1].More - 1 // it is no reason itself
		}
		why = append(slices.Clone(why[:maxWhy]), limit.More(more))
	}
	w.log(r, slog.LevelWarn, strconv.Itoa(a.Status), why)
}

// LogRequest logs a request that no line of the log is about yet. Status is that of the response, 0
// if there is none.
func (w Writer) LogRequest(r *http.Request, status int) {
	trace := InfoFrom(r)
	if trace.Logged || !w.Log.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	outcome := "no response"
	if status != 0 {
		outcome = strconv.Itoa(status)
	}
	var why []string
	if len(trace.Faults) > 0 {
		why = []string{"injected: " + strings.Join(trace.Faults, ", ")}
	}
	w.log(r, slog.LevelInfo, outcome, why)
}

// log writes the line of a request.
func (w Writer) log(r *http.Request, level slog.Level, outcome string, why []string) {
	trace := InfoFrom(r)
	trace.Logged = true
	line := outcome + " " + Truncate(r.Method) + " " + Truncate(trace.Prefix+r.URL.EscapedPath()) +
		" (" + clientName(r, trace) + ")"
	if len(why) > 0 {
		line += ": " + strings.Join(why, "; ")
	}
	w.Log.Log(r.Context(), level, limit.JSON(oneLine(line), maxLine), "requestId", trace.RequestID,
		"operation", trace.Operation, "namespace", Truncate(trace.Namespace), "rule",
		ruleList(trace.Reasons))
}

// What a line has at most: reasons, bytes of a method, path or client, and bytes in all without its
// attributes, for which the rest of [limit.LogLine] is.
const (
	maxWhy  = 5
	maxPart = limit.Text
	maxLine = 1400
)

// Truncate returns a part of a request for a message: redacted, and cut to a length that people
// read.
func Truncate(s string) string { return redact.Cut(s, maxPart) }

// clientName names the user, where it is known, and the client by the first word of its User-Agent.
func clientName(r *http.Request, trace *RequestInfo) string {
	client, _, _ := strings.Cut(r.UserAgent(), " ")
	client = Truncate(client)
	if client == "" {
		client = "a client without User-Agent"
	}
	if trace.User == "" {
		return client
	}
	return Truncate(trace.User) + ", " + client
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
