package server

import (
	"context"
	"log/slog"

	"example.com/patmock/spec/limit"
)

// boundedLog limits log lines to [limit.LogLine] bytes. It truncates the message first, then the
// attributes in order.
type boundedLog struct{ slog.Handler }

// logOverhead is the number of bytes of a line besides its message and attribute values: time,
// level and keys.
const logOverhead = 256

// Handle implements slog.Handler.
func (h boundedLog) Handle(ctx context.Context, r slog.Record) error {
	remaining := limit.LogLine - logOverhead
	truncate := func(text string) string {
		text = limit.TruncateJSON(text, max(len("..."), remaining))
		remaining -= limit.JSONLen(text)
		return text
	}
	bounded := slog.NewRecord(r.Time, r.Level, truncate(r.Message), r.PC)
	changed := bounded.Message != r.Message
	r.Attrs(func(a slog.Attr) bool {
		text := a.Value.String()
		short := truncate(text)
		if short != text {
			a.Value, changed = slog.StringValue(short), true
		}
		bounded.AddAttrs(a)
		return true
	})
	if !changed {
		return h.Handler.Handle(ctx, r)
	}
	return h.Handler.Handle(ctx, bounded)
}

// BoundLog returns a handler that limits log lines to [limit.LogLine] bytes.
func BoundLog(h slog.Handler) slog.Handler { return boundedLog{h} }

// WithAttrs implements slog.Handler.
func (h boundedLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return boundedLog{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h boundedLog) WithGroup(name string) slog.Handler {
	return boundedLog{h.Handler.WithGroup(name)}
}
