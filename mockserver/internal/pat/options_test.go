package pat_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// With ListNeverUsed, a token that was never used counts as used before any time. Filters match it,
// and the span for the store contains it.
func TestOptions_ListNeverUsed(t *testing.T) {
	tests := []struct{ name, filter, want string }{
		{"le", "T", "never before at"},
		{"not le", "not T", "after"},
		{"le, negated twice", "not (not T)", "never before at"},
		{"isnull", "null", "never"},
		{"both", "T and null", "never"},
		{"either", "not T or not null", "before at after"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var spans []pat.Span
			s := pat.NewService(pat.Config{
				Store: spyStore{memory.New(), &spans}, Options: pat.Options{ListNeverUsed: true},
			})
			f, err := s.ParseFilter(expandFilter(test.filter))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.List(t.Context(), admin(ann), pat.ListQuery{Filter: f}); err != nil ||
				len(spans) != 1 {
				t.Fatalf("spans = %v, %v, want one", spans, err)
			}
			var names []string
			for _, token := range filterTokens {
				matches := f.Match(pat.NewToken(pat.TokenData{LastUsed: token.lastUsed}))
				if matches {
					names = append(names, token.name)
				}
				if matches && !within(spans[0], token.lastUsed) {
					t.Errorf("span does not contain %s", token.name)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(names, " ")); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

// A token keeps an unknown scope until a patch changes its scopes.
func TestOptions_RejectUnknownScopes(t *testing.T) {
	tests := []struct{ name, path, value, entry string }{
		{"name alone", "/name", `"renamed"`, ""},
		{"other scopes", "/scope", `["idn:accounts:read","sp:scopes:default"]`, ""},
		{"none", "/scope", `[]`, ""},
		{"null", "/scope", `null`, ""},
		{"one more", "/scope/-", `"sp:scopes:default"`, "unknown-scope"},
		{"another unknown", "/scope", `["sp:scopes:all","old"]`, "unknown-scope"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := newStore(t, pat.TokenData{
				ID: "old", Name: "old", Owner: ben, Scope: []string{"from before"},
			})
			s := serviceFor(pat.Config{
				Store: store, Options: pat.Options{RejectUnknownScopes: true},
			}, annAndBen())
			_, err := patchToken(t.Context(), s, callOf(user(ben), version.V2026), "old",
				[]pat.PatchOperation{{Op: "add", Path: test.path, Value: []byte(test.value)}})
			entry := ""
			if ruleErr := (*pat.Error)(nil); errors.As(err, &ruleErr) {
				// the rule is the entry if Entry is empty
				entry = ruleErr.Entry + string(ruleErr.Rule)
			}
			if entry != test.entry || (err != nil) != (test.entry != "") {
				t.Errorf("entry = %q, want %q: %v", entry, test.entry, err)
			}
		})
	}
}
