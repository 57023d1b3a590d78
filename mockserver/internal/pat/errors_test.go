package pat_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
)

func TestErrorText(t *testing.T) {
	tests := []struct {
		name string
		err  *pat.Error
		want string
	}{
		{"no cause", &pat.Error{Kind: pat.NotFound}, ""},
		{
			"everything", &pat.Error{Causes: []pat.Cause{{At: "/name", Expected: "a", Got: "b", Advice: "do c", Rule: rule.PatchOwnOnly}}},
			"/name: expected a, got b; do c (rule patch-own-only, observed)",
		},
		{
			"no place", &pat.Error{Causes: []pat.Cause{{Expected: "a", Got: "b", Advice: "do c", Rule: rule.PatchOwnOnly}}},
			"expected a, got b; do c (rule patch-own-only, observed)",
		},
		{
			"no advice", &pat.Error{Causes: []pat.Cause{{At: "/name", Expected: "a", Got: "b", Rule: rule.PatchOwnOnly}}},
			"/name: expected a, got b (rule patch-own-only, observed)",
		},
		{
			"two causes", &pat.Error{Causes: []pat.Cause{{Expected: "a", Got: "b", Rule: rule.PatchOwnOnly}, {Expected: "c", Got: "d", Rule: rule.PatchOwnOnly}}},
			"expected a, got b (rule patch-own-only, observed); expected c, got d (rule patch-own-only, observed)",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.err.Error()); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// What came is told in one readable line, however long and odd it is.
func TestErrorQuotes(t *testing.T) {
	tests := []struct {
		name, text string
		want       string
	}{
		{"line feed and quote", "a\n\"b\"", `"a\n\"b\""`},
		{"80 bytes", strings.Repeat("a", 80), `"` + strings.Repeat("a", 80) + `"`},
		{"81 bytes", strings.Repeat("a", 81), `"` + strings.Repeat("a", 80) + `..."`},
		{"cut in the middle of a character", "a" + strings.Repeat("é", 40), `"a` + strings.Repeat("é", 39) + `..."`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseDate(test.text, "/expirationDate")
			checkText(t, "/expirationDate: expected a date and time as in RFC 3339, such as 2027-01-31T00:00:00Z, got "+
				test.want+" (rule date-is-rfc3339, published)", err)
		})
	}
}
