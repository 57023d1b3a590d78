package mockserver

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"

	"example.com/patmock/mockserver/internal/namespace"
)

// testLog is a slog.Handler that writes to the output of tests: a line about a namespace to the
// test of [TestServer.Namespace] as long as that runs, any other line to the test of [Start].
type testLog struct {
	*testOutputs
	text slog.Handler // writes to line
}

// testOutputs are the tests that the lines of one mock belong to.
type testOutputs struct {
	mu      sync.Mutex
	line    bytes.Buffer
	outputs map[string]*testOutput // by namespace
}

// testOutput is the output of one test.
type testOutput struct{ io.Writer }

// outputOf returns the output of a test, nil if it has none.
func outputOf(t TB) *testOutput {
	if test, ok := t.(interface{ Output() io.Writer }); ok { // which *testing.T has
		return &testOutput{test.Output()}
	}
	return nil
}

// newTestLog returns a handler that writes to the output of a test, nil if that has none.
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

// withoutTime removes the time of a line, which is noise in the output of a test.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// add routes the lines about a namespace to a test until that ends.
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
		if o.outputs[name] == output { // not that of a later test
			delete(o.outputs, name)
		}
	})
}

// close drops every further line. The output of a test that has ended panics.
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
