package main

import (
	"bytes"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// The error of an unknown flag or command suggests the flag or command with this meaning, and
// nothing else.
func TestUnknownNames_SuggestSynonyms(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"serve --port 8080", "--addr"},
		{"serve --host 0.0.0.0", "--addr"},
		{"serve --listen=:80", "--addr"},
		{"serve -p 8080", "--addr"},
		{"serve -p8080", "--addr"},
		{"serve --verbose", "--log-level"},
		{"serve -v", "--log-level"},
		{"serve --config x", "--fixture"},
		{"serve --data x", "--fixture"},
		{"serve --seed 1", "--random-seed"},
		{"serve --profil x", "--profile"},
		{"serve --adr x", "--addr"},
		{"serve --adress x", "--addr"},
		{"serve --hostnam x", "--addr"},
		{"serve --listn x", ""},
		{"serve --listen-adr x", "--addr"},
		{"serve --fixtrues x", "--fixture"},
		{"exec --port 1 -- true", "--addr"},
		{"healthcheck --port 1", "--addr"},
		{"control health --port 1", "--url"},
		{"control health --addr x", "--url"},
		{"control clock get --json", "--format"},
		{"check --host x", "--url"},
		{"check --json", "--report"},
		{"contract list --json", "--format"},
		{"contract list -o json", "--format"},
		{"contract run --json", "--report"},
		{"contract run --filter x", "--run"},
		{"contract run --url x", "--target"},
		{"--port 80", "--addr"},
		{"serve --https", "--tls"},
		{"serve --cert x", "--tls-cert"},
		{"control health --cacert x", "--ca"},
		{"serve --zzz", ""},
		{"serve -z", ""},
		{"completion tcsh", ""},
		{"completion csh", ""},
		{"completion bsh", "bash"},
		{"start", "serve"},
		{"run", "exec"},
		{"serv", "serve"},
		{"frob", ""},
		{"control state set x", "put"},
		{"control fault remove x", "rm"},
	} {
		t.Run(test.args, func(t *testing.T) {
			var stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(test.args), cli.Env{
				Stdout: &stderr, Stderr: &stderr, Lookup: noVariables,
			})
			if code != cli.ExitUsage {
				t.Fatalf("exit code %d, want %d: %s", code, cli.ExitUsage, stderr.String())
			}
			_, got, _ := strings.Cut(stderr.String(), "did you mean ")
			got, _, _ = strings.Cut(got, "?")
			if got != test.want {
				t.Errorf("%q proposes %q, want %q", stderr.String(), got, test.want)
			}
		})
	}
}

// The error about a port explains that the flag needs a host. A port alone would listen on all
// interfaces.
func TestUnknownPort_NamesTheForm(t *testing.T) {
	for _, args := range []string{
		"serve --port 8080", "serve -p 8080", "--port 80", "exec --port 1 -- true",
		"healthcheck --port 1", "serve --control-port 1",
	} {
		t.Run(args, func(t *testing.T) {
			got := command(t.Context(), nil, strings.Fields(args)...)
			if got.code != cli.ExitUsage || !strings.Contains(got.stderr, "HOST:PORT") {
				t.Errorf("exit code %d: %s", got.code, got.stderr)
			}
		})
	}
}

// A variable gets the same suggestion as its flag.
func TestAddressVariables(t *testing.T) {
	for _, name := range []string{"PATMOCK_ADDR", "PATMOCK_CONTROL_ADDR"} {
		t.Run(name, func(t *testing.T) {
			got := command(t.Context(), map[string]string{name: "8080"}, "serve")
			got.check(t, cli.ExitUsage, name)
			if !strings.Contains(got.stderr, " 127.0.0.1:8080?") {
				t.Errorf("it proposes another address: %s", got.stderr)
			}
		})
	}
}
