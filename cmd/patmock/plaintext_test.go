package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
)

// A control token is not sent to a public host over plain HTTP.
func TestControlToken_RejectsPlaintext(t *testing.T) {
	const public = "http://mock.example.com"
	for i, tt := range []struct{ args, about string }{
		{"contract run --target http://127.0.0.1:1 --control " + public, "--control"},
		{"control reset --url " + public, "--url"},
		{"control clock advance 1h --url " + public, "--url"},
		{"check --url " + public, "--url"},
		{"env --url " + public, "--url"},
		{"healthcheck --wait 1h --url " + public, "--url"},
		{"contract run --target " + public + " --mock", "--target"},
		{"contract doctor --target http://127.0.0.1:1 --control " + public, "--control"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			got := command(t.Context(), map[string]string{"PATMOCK_CONTROL_TOKEN": "hunter2"},
				strings.Fields(tt.args)...)
			got.check(t, cli.ExitUsage, tt.about)
			if i < 2 { // the other ones are equal
				checkMessage(t, golden.Key(t), got.stderr)
			}
		})
	}
	t.Run("by a variable", func(t *testing.T) {
		got := runControl(t, map[string]string{"PATMOCK_CONTROL_TOKEN": "t", "PATMOCK_URL": public},
			"reset")
		got.check(t, cli.ExitUsage, "PATMOCK_URL")
	})
}

// --allow-plaintext sends it. The address of this machine counts as public, because it is not
// loopback.
func TestControlToken_AllowPlaintext(t *testing.T) {
	fake := &fakeControl{t: t, status: http.StatusNoContent}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: fake}}
	server.Start()
	defer server.Close()
	address := strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1)
	variables := map[string]string{
		"PATMOCK_CONTROL_TOKEN": "t", "PATMOCK_URL": address, "PATMOCK_ALLOW_PLAINTEXT": "true",
	}
	runControl(t, variables, "reset").check(t, cli.ExitUsage, "PATMOCK_URL")
	if fake.sent != "" {
		t.Errorf("sent %s", fake.sent)
	}
	runControl(t, variables, "reset --allow-plaintext").check(t, cli.ExitOK, "")
	if fake.authorization != "Bearer t" {
		t.Errorf("sent %q", fake.authorization)
	}
}
