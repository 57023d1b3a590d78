package main

import (
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// An address with a password is rejected without repeating it.
func TestAddress_DoesNotRepeatPassword(t *testing.T) {
	const address = "http://jane:hunter2@127.0.0.1:1"
	for _, tt := range []struct{ args, about string }{
		{"serve --public-url " + address, "--public-url"},
		{"serve --fallback " + address, "--fallback"},
		{"serve --cors " + address, "--cors"},
		{"serve --addr " + address, "--addr"},
		{"serve --addr jane:hunter2@127.0.0.1", "--addr"},
		{"serve --addr 127.0.0.1:0 --control-addr " + address, "--control-addr"},
		{"env --url " + address, "--url"},
		{"env --public-url " + address, "--public-url"},
		{"control reset --url " + address, "--url"},
		{"check --url " + address, "--url"},
		{"healthcheck --url " + address, "--url"},
		{"healthcheck --addr " + address, "--addr"},
		{"contract run --target " + address, "--target"},
		{"contract run --target http://127.0.0.1:1 --control " + address, "--control"},
		{"contract run --target https://mock --allow-writes jane:hunter2@mock", "--allow-writes"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			got := command(t.Context(), nil, strings.Fields(tt.args)...)
			got.check(t, cli.ExitUsage, tt.about)
			if strings.Contains(got.stderr, "hunter2") {
				t.Errorf("the password is shown: %s", got.stderr)
			}
		})
	}
}
