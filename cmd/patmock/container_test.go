package main

import (
	"bytes"
	"context"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
)

// interrupter interrupts a mock when it prints its banner.
type interrupter struct{ interrupt context.CancelFunc }

// Write implements io.Writer.
func (i interrupter) Write(p []byte) (int, error) {
	i.interrupt()
	return len(p), nil
}

func TestServe_WarnsOfLoopbackInAContainer(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var stderr bytes.Buffer
	code := run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--log-level", "warn"}, cli.Env{
		Stdout: interrupter{interrupt}, Stderr: &stderr, Container: true,
		Lookup: func(string) (string, bool) { return "", false },
	})
	if code != cli.ExitOK {
		t.Errorf("exit code %d", code)
	}
	checkMessage(t, golden.Key(t), stderr.String())
}
