package serve

import (
	"bytes"
	"strings"
	"testing"
)

// The error of an invalid address does not use the text of package net.
func TestListen_Addresses(t *testing.T) {
	for _, test := range []struct{ addr, want string }{
		{"8080", "127.0.0.1:8080"},
		{"http://:8080", "127.0.0.1:8080"},
		{"http://localhost", "localhost:17280"},
		{"http://[::1]", "[::1]:17280"},
		{"localhost", "localhost:17280"},
		{"http://127.0.0.1:8080", "127.0.0.1:8080"},
		{"127.0.0.1:99999", ""},
		{"127.0.0.1:abc", ""},
		{"::1:80", ""},
		{"::1", ""},
		{"/tmp/socket", ""},
		{"192.0.2.1:17280", ""},
		{"user:hunter2@localhost:80", ""},
	} {
		t.Run(test.addr, func(t *testing.T) {
			for _, flag := range []string{"addr", "control-addr"} {
				listener, err := listen(t.Context(), flag, test.addr)
				if err == nil {
					_ = listener.Close() // it is not used
					t.Fatal("no error")
				}
				text := err.Error()
				_, got, _ := strings.Cut(text, "did you mean ")
				got, _, _ = strings.Cut(got, "?")
				if got != test.want || !strings.HasPrefix(text, "--"+flag+" ") {
					t.Errorf("%q proposes %q, want %q", text, got, test.want)
				}
				for _, raw := range []string{
					"listen tcp", "missing port", "too many colons", "bind:", "hunter2",
				} {
					if strings.Contains(text, raw) {
						t.Errorf("%q has %q", text, raw)
					}
				}
				checkShort(t, err)
			}
		})
	}
}

// checkShort checks that an error has at most two lines of 100 columns.
func checkShort(t *testing.T, err error) {
	t.Helper()
	lines := bytes.Split([]byte("patmock: "+err.Error()), []byte("\n"))
	if len(lines) > 2 {
		t.Errorf("%d lines:\n%s", len(lines), err)
	}
	for _, line := range lines {
		if n := len([]rune(string(line))); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
