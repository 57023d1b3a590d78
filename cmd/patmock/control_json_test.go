package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// These errors explain what is wrong with the command line or the file in at most two lines.
func TestControl_ExplainsErrorsInTwoLines(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "tenant.json")
	if err := os.WriteFile(file, []byte("{\"id\": 1,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, args, want, not string
		environment           map[string]string
	}{
		{"fault without anything", "control fault add", "--status", "connection", nil},
		{
			"fault of a user alone", "control fault add --owner jane.doe --times 3", "--latency",
			"connection", nil,
		},
		{"port alone", "serve --addr 8080", ":8080?", "tcp", nil},
		{
			"port alone in the variable", "serve", "PATMOCK_ADDR", "tcp", map[string]string{
				"PATMOCK_ADDR": "8080",
			},
		},
		{"JSON fixture", "serve --fixture " + file, "not JSON", "YAML", nil},
		{"JSON dialect", "serve --dialect " + file, "not JSON", "YAML", nil},
		{"JSON of allowances", "contract diff mock env --allow " + file, "not JSON", "YAML", nil},
		{"JSON of parity", "contract parity --parity " + file, "not JSON", "YAML", nil},
		{"JSON rule", "control fault add @" + file, "unexpected end", "EOF", nil},
		{"JSON verification", "control verify @" + file, "unexpected end", "EOF", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr bytes.Buffer
			lookup := func(name string) (string, bool) {
				value, set := test.environment[name]
				return value, set
			}
			code := run(t.Context(), strings.Fields(test.args), cli.Env{
				Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr, Lookup: lookup,
			})
			if code != cli.ExitUsage || !strings.Contains(stderr.String(), test.want) ||
				strings.Contains(stderr.String(), test.not) {
				t.Errorf("exit code %d, want %d; error %q, want %q in it and no %q", code,
					cli.ExitUsage, stderr.String(), test.want, test.not)
			}
		})
	}
}
