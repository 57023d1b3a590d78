package main

import (
	"bytes"
	"context"
	"net"
	"testing"

	"example.com/patmock/fixtures/golden"
)

func TestIsContainer(t *testing.T) {
	for _, tt := range []struct {
		name        string
		pid, parent int
		mark        string
		want        bool
	}{
		{"first process of Docker's", 1, 0, "/.dockerenv", true},
		{"first process of Podman's", 1, 0, "/run/.containerenv", true},
		{"child of an init", 7, 1, "/.dockerenv", true},
		{"deeper in a container, as in a test run", 70, 12, "/.dockerenv", false},
		{"service of a machine", 300, 1, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := isContainer(tt.pid, tt.parent, func(path string) bool { return path == tt.mark }); got != tt.want {
				t.Errorf("isContainer is %t, want %t", got, tt.want)
			}
		})
	}
}

func TestOnLoopback(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1": true, "127.0.0.2": true, "::1": true, "0.0.0.0": false, "::": false, "172.17.0.2": false} {
		if got := onLoopback(&net.TCPAddr{IP: net.ParseIP(addr), Port: 17280}); got != want {
			t.Errorf("onLoopback(%s) is %t, want %t", addr, got, want)
		}
	}
}

// interrupter ends a mock when it announces itself.
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
	code := run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--log-level", "warn"}, environment{
		stdout: interrupter{interrupt}, stderr: &stderr, container: true,
		lookup: func(string) (string, bool) { return "", false },
	})
	if code != exitGood {
		t.Errorf("exit code %d", code)
	}
	checkMessage(t, golden.Key(t), stderr.String())
}
