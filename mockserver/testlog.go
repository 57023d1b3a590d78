package mockserver

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"

	"example.com/patmock/mockserver/internal/namespace"
)

// testLog is a slog.Handler that writes to the output of tests. A line about a namespace goes to
// the test of [TestServer.Namespace] until that test ends. Other lines go to the test of [Start].
type testLog struct {
	*testOutputs
	text slog.Handler // writes to line
}

// testOutputs are the outputs of the tests that use one mock.
type testOutputs struct {
	mu      sync.Mutex
	line    bytes.Buffer
	outputs map[string]*testOutput // by namespace
}

// testOutput is the output of one test.
type testOutput struct{ io.Writer }

// outputOf returns the output of a test, or nil if it has none.
func outputOf(t TB) *testOutput {
	if test, ok := t.(interface{ Output() io.Writer }); ok { // as *testing.T has
		return &testOutput{test.Output()}
	}
	return nil
}

// newTestLog returns a handler that writes to the output of a test, or nil if the test has none.
func newTestLog(t TB) *testLog {
	output := outputOf(t)
	if output == nil {
		return nil
	}
	outputs := &testOutputs{outputs: map[string]*testOutput{namespace.Default: output}}
	return &testLog{
		outputs, slog.NewTextHandler(&outputs.line, &slog.HandlerOptions{ReplaceAttr: withoutTime}),
	}
}

// withoutTime removes the time attribute, which is noise in the output of a test.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// add routes lines about a namespace to the output of t until t ends.
func (o *testOutputs) add(t TB, name string) {
	output := outputOf(t)
	if output == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.outputs[name] = output
	t.Cleanup(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.outputs[name] == output { // a later test may have replaced it
			delete(o.outputs, name)
		}
	})
}

// close discards all further lines. Writing to the output of a test after its end panics.
func (o *testOutputs) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.outputs)
}

// Enabled implements slog.Handler.
func (h *testLog) Enabled(ctx context.Context, level slog.Level) bool {
	return h.text.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *testLog) Handle(ctx context.Context, r slog.Record) error {
	name := namespace.Default
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "namespace" {
			name = a.Value.String()
		}
		return true
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	output := h.outputs[name]
	if output == nil {
		output = h.outputs[namespace.Default]
	}
	if output == nil {
		return nil
	}
	h.line.Reset()
	if err := h.text.Handle(ctx, r); err != nil {
		return err
	}
	_, err := output.Write(h.line.Bytes())
	return err
}

// WithAttrs implements slog.Handler.
func (h *testLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &testLog{h.testOutputs, h.text.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h *testLog) WithGroup(name string) slog.Handler {
	return &testLog{h.testOutputs, h.text.WithGroup(name)}
}
