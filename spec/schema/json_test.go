package schema_test

import (
	"strings"
	"testing"

	"example.com/patmock/spec/schema"
)

func TestDescribeJSONError(t *testing.T) {
	for _, test := range []struct {
		name, source, text string
		found              bool
		line, column       int
	}{
		{"object that ends early", "x", "{\n  \"a\": 1,\n  \"b\": ", true, 3, 7},
		{"array that ends early", "x", "[1,2", true, 1, 5},
		{"comma too many", "x", "{\"a\": 1,}", true, 1, 9},
		{"by its name", "x.JSON", "a: b\n", true, 1, 1},
		{"empty by its name", "x.json", "", true, 1, 1},
		{"byte order mark", "x", "\ufeff{\"é\": x}", true, 1, 7},
		{"JSON", "x.json", "{}", false, 0, 0},
		{"YAML", "x.yaml", "a: [", false, 0, 0},
		{"YAML in braces", "x.yaml", "{a: b", false, 0, 0},
		{"template", "x.yaml", "{{ .Tenant }}", false, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			line, column, message, found := schema.DescribeJSONError(test.source, []byte(test.text))
			if found != test.found || line != test.line || column != test.column {
				t.Errorf("got %d:%d, message %q, found %t; want %d:%d, found %t",
					line, column, message, found, test.line, test.column, test.found)
			}
			if found && !strings.Contains(message, "JSON") {
				t.Errorf("the message %q does not contain JSON", message)
			}
		})
	}
}
