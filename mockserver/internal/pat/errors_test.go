package pat_test

import (
	"strings"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
)

// The text of an error contains every part in order.
func TestError_Text(t *testing.T) {
	tests := []struct {
		name string
		err  pat.Error
		want []string
	}{
		{
			"everything", pat.Error{
				Field: "/name", Want: "EXPECTED", Got: "GOT", Position: 7, Advice: "ADVICE",
				Rule: rule.PatchOwnOnly,
			}, []string{"/name", "EXPECTED", "GOT", "7", "ADVICE", "patch-own-only"},
		},
		{
			"no field", pat.Error{
				Want: "EXPECTED", Got: "GOT", Advice: "ADVICE", Rule: rule.PatchOwnOnly,
			}, []string{"EXPECTED", "GOT", "ADVICE", "patch-own-only"},
		},
		{
			"no advice", pat.Error{
				Field: "/name", Want: "EXPECTED", Got: "GOT", Rule: rule.PatchOwnOnly,
			}, []string{"/name", "EXPECTED", "GOT", "patch-own-only"},
		},
		{
			"reason",
			pat.Error{Reason: "REASON", Advice: "ADVICE", Rule: rule.PatchOwnOnly},
			[]string{"REASON", "patch-own-only"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := test.err.Error()
			rest := text
			for _, part := range test.want {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Errorf("text %q does not contain %q", text, test.want)
				}
				rest = after
			}
			checkText(t, text)
		})
	}
}

// Input is quoted on one readable line, regardless of its length and content.
func TestError_QuotesInput(t *testing.T) {
	tests := []struct {
		name, text string
		want       string
	}{
		{"line feed and quote", "a\n\"b\"", `"a\n\"b\""`},
		{"80 bytes", strings.Repeat("x", 80), `"` + strings.Repeat("x", 80) + `"`},
		{"81 bytes", strings.Repeat("x", 81), `"` + strings.Repeat("x", 80) + `..."`},
		{"secret", strings.Repeat("cafe", 16), `"[redacted]"`},
		{
			"secret after 60 bytes", strings.Repeat("x", 60) + strings.Repeat("cafe", 16),
			`"` + strings.Repeat("x", 60) + `[redacted]"`,
		},
		{
			"truncated within a character", "a" + strings.Repeat("é", 40),
			`"a` + strings.Repeat("é", 39) + `..."`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseDate(test.text, "/expirationDate")
			checkRejection(t, rejection{pat.Illegal, "/expirationDate", "date-is-rfc3339"}, err)
			if got := ruleError(t, err).Got; got != test.want {
				t.Errorf("got = %s, want %s", got, test.want)
			}
		})
	}
}
