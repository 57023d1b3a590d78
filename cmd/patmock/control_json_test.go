package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/patmock/mockserver/control"
)

// What is wrong with JSON has its line and column, and no word of package json.
func TestExplainJSON(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"end", "{\n  \"status\": 503", "line 2, column 16"},
		{"syntax", "{\"status\" 503}", "line 1, column 11"},
		{"type", "{\n  \"status\": \"many\"}", "line 2, column "},
		{"array", "[1]", "line 1, column "},
		{"unknown field", "{\"stat\": 1}", `"stat"`},
		{"empty", " \n", "nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var rule control.Fault
			decoder := json.NewDecoder(strings.NewReader(test.text))
			decoder.DisallowUnknownFields()
			err := decoder.Decode(&rule)
			if err == nil {
				t.Fatal("no error")
			}
			got := explainJSON([]byte(test.text), err).Error()
			if !strings.Contains(got, test.want) || strings.Contains(got, "json:") || strings.Contains(got, "EOF") {
				t.Errorf("%q, want %q in it", got, test.want)
			}
		})
	}
}

func TestDaysOf(t *testing.T) {
	for text, want := range map[string]string{
		"+1471h28m34.945s": "+61d7h28m34.945s",
		"+1h0m0s":          "+1h",
		"-36h0m0s":         "-1d12h",
		"+1ms":             "+1ms",
		"-1m30s":           "-1m30s",
		"+24h0m0.5s":       "+1d500ms",
		"":                 "",
		"a while":          "a while",
	} {
		if got := daysOf(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// These errors name what is wrong with the command line or the file, in two lines at most.
func TestErrorsOfTheFirstHour(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "tenant.json")
	if err := os.WriteFile(file, []byte("{\"id\": 1,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, args, want, not string
		environment           map[string]string
	}{
		{"fault without anything", "control fault add", "--status", "connection", nil},
		{"fault of a user alone", "control fault add --owner jane.doe --times 3", "--latency", "connection", nil},
		{"port alone", "serve --addr 8080", ":8080?", "tcp", nil},
		{"port alone in the variable", "serve", "PATMOCK_ADDR", "tcp", map[string]string{"PATMOCK_ADDR": "8080"}},
		{"JSON fixture", "serve --fixture " + file, "not JSON", "YAML", nil},
		{"JSON dialect", "serve --dialect " + file, "not JSON", "YAML", nil},
		{"JSON of allowances", "contract diff mock env --allow " + file, "not JSON", "YAML", nil},
		{"JSON of parity", "contract parity --parity " + file, "not JSON", "YAML", nil},
		{"JSON rule", "control fault add @" + file, "ends too early", "EOF", nil},
		{"JSON verification", "control verify @" + file, "ends too early", "EOF", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr bytes.Buffer
			lookup := func(name string) (string, bool) {
				value, set := test.environment[name]
				return value, set
			}
			code := run(t.Context(), strings.Fields(test.args), environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, lookup: lookup})
			if code != exitUsage || !strings.Contains(stderr.String(), test.want) || strings.Contains(stderr.String(), test.not) {
				t.Errorf("exit code %d, want %d; error %q, want %q in it and no %q", code, exitUsage, stderr.String(), test.want, test.not)
			}
		})
	}
}
