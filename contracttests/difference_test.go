package contracttests

import (
	"strings"
	"testing"
)

func TestDifference(t *testing.T) {
	for _, test := range []struct {
		name      string
		want, got any
		lines     []string // nil if the values are equal
	}{
		{"equal", Body{"a": 1}, Body{"a": 1}, nil},
		{"texts", "a", "b", []string{`-"a"`, `+"b"`}},
		{"types", 1, "1", []string{"-1", `+"1"`}},
		{"one of several lines", []string{"a", "b", "c"}, []string{"a", "x", "c"}, []string{`-  "b",`, `+  "x",`}},
		{"an element less", []string{"a", "b"}, []string{"a"}, []string{`-  "b"`}},
		{"nil and empty", []string(nil), []string{}, []string{"-null", "+[]"}},
		{"absent and null", Field[string]{}, Null[string](), []string{"-absent", "+null"}},
		{"absent and null in a token", Token{}, Token{Scope: Null[[]string]()}, []string{`+  "scope": null`}},
		{"what JSON cannot express", func() {}, 1, []string{"+1"}},
		{"what looks alike", [1]any{1}, [1]any{1.0}, []string{"+[1]interface"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := difference(test.want, test.got)
			if len(test.lines) == 0 && got != "" {
				t.Errorf("a difference of equal values:\n%s", got)
			}
			for _, line := range test.lines {
				if !strings.Contains(got, "\n"+line) {
					t.Errorf("the difference lacks the line %q:\n%s", line, got)
				}
			}
		})
	}
}
