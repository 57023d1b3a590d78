package server

import (
	"context"
	"log/slog"

	"example.com/patmock/spec/limit"
)

// logOverhead is the space, in bytes, that is reserved for the time, level and keys of a log line.
const logOverhead = 256

// limitedHandler limits the size of log lines.
type limitedHandler struct{ slog.Handler }

// LimitLog returns a handler that limits log lines to about [limit.LogLine] bytes. The message gets
// space first, then the attributes in order, and what exceeds the space is truncated. Truncated
// values still take three bytes each, and the attributes of WithAttrs are not truncated.
func LimitLog(h slog.Handler) slog.Handler { return limitedHandler{h} }

// Handle implements slog.Handler.
func (h limitedHandler) Handle(ctx context.Context, r slog.Record) error {
	remaining := limit.LogLine - logOverhead
	truncate := func(text string) string {
		text = limit.TruncateJSON(text, max(len("..."), remaining))
		remaining -= limit.JSONLen(text)
		return text
	}
	out := slog.NewRecord(r.Time, r.Level, truncate(r.Message), r.PC)
	changed := out.Message != r.Message
	r.Attrs(func(a slog.Attr) bool {
		text := a.Value.String()
		truncated := truncate(text)
		if truncated != text {
			a.Value, changed = slog.StringValue(truncated), true
		}
		out.AddAttrs(a)
		return true
	})
	if !changed {
		return h.Handler.Handle(ctx, r)
	}
	return h.Handler.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h limitedHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return limitedHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h limitedHandler) WithGroup(name string) slog.Handler {
	return limitedHandler{h.Handler.WithGroup(name)}
}
