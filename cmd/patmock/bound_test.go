package main

import (
	"net"
	"path/filepath"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// Invalid flags are reported before an address is bound. The address of this test is in use.
func TestServe_ValidatesFlagsBeforeListening(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // the test ends
	dir := t.TempDir()
	for _, test := range []struct{ flag, value string }{
		{"fixture", "nope"},
		{"versions", "v9"},
		{"profile", "nope"},
		{"dialect", filepath.Join(dir, "none.yaml")},
		{"log-level", "loud"},
		{"public-url", "x"},
		{"control-addr", "nowhere"},
		{"control-addr", "127.0.0.1:99999"},
		{"control-token", "@" + filepath.Join(dir, "none")},
		{"env-file", dir},
		{"env-file", filepath.Join(dir, "no", "such", "file")},
		{"memory-budget", "x"},
		{"state", filepath.Join(dir, "no", "such", "file")},
		{"idle-timeout", "-1s"},
		{"fallback", "x"},
		{"cors", "x"},
		{"tls-cert", dir},
		{"tls-key", dir},
		{"tls-ca-out", filepath.Join(dir, "ca.pem")},
	} {
		t.Run(test.flag+" "+filepath.Base(test.value), func(t *testing.T) {
			got := command(t.Context(), nil, "serve", "--addr", taken.Addr().String(),
				"--"+test.flag, test.value)
			got.check(t, cli.ExitUsage, "--"+test.flag)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		command(t.Context(), nil, "serve", "--addr", taken.Addr().String()).check(t, cli.ExitUsage,
			"--addr")
	})
}
