package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// A mock that cannot write its state file is ready, and reports why it is degraded.
func TestControlHealth_ReportsDegradedMock(t *testing.T) {
	const cause = "state file /data/state cannot be written"
	mock := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"product":"patmock","version":"1","status":"degraded","cause":"` +
			cause + `","namespace":"default"}`))
	}))
	t.Cleanup(mock.Close)
	for _, args := range [][]string{
		{"healthcheck", "--url", mock.URL}, {"control", "health", "--url", mock.URL},
	} {
		t.Run(args[0], func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), args, cli.Env{
				Stdout: &stdout, Stderr: &stderr, Lookup: func(string) (string, bool) {
					return "", false
				},
			})
			if code != cli.ExitOK || !strings.Contains(stdout.String(), cause) {
				t.Errorf("exit code %d, want 0 and the cause\n%s%s", code, &stdout, &stderr)
			}
		})
	}
}
