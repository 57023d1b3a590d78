package control

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/patmock/mockserver/control"
)

// An error in JSON has its line and column, and does not mention package json.
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
			if !strings.Contains(got, test.want) || strings.Contains(got, "json:") ||
				strings.Contains(got, "EOF") {
				t.Errorf("%q, want %q in it", got, test.want)
			}
		})
	}
}
