package mutants_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"example.com/patmock/contracttests/internal/mutants"
)

const twoTokens = `[{"id":"1","name":"a","owner":{"id":"o"}},{"id":"2","name":"b",` +
	`"owner":{"id":"o"}}]`

// lists returns a handler that responds with a list, and the recorded exchange.
func lists(s *mutants.Inventory) (http.Handler, []mutants.Exchange) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, twoTokens)
	})
	do(s.Record(handler), "GET", "/v2026/personal-access-tokens", "")
	return handler, s.Drain()
}

// TestGenerate checks that a mutant changes the properties of its subset only.
func TestGenerate(t *testing.T) {
	var inventory mutants.Inventory
	handler, exchanges := lists(&inventory)
	all := inventory.Generate()
	for i := range all[1:] {
		if all[i].Name == all[i+1].Name {
			t.Errorf("two mutants have the name %s", all[i].Name)
		}
	}
	for _, test := range []struct{ name, want string }{
		{
			"property/token/name/absent/everywhere",
			`[{"id":"1","owner":{"id":"o"}},{"id":"2","owner":{"id":"o"}}]`,
		},
		{
			"property/token/name/null/v2026",
			`[{"id":"1","name":null,"owner":{"id":"o"}},{"id":"2","name":null,"owner":{"id":"o"}}]`,
		},
		{"property/token/name/null/v3", twoTokens},
		{
			"property/token/name/another/list-of-all",
			`[{"id":"1","name":"a","owner":{"id":"o"}},{"id":"2","name":"a","owner":{"id":"o"}}]`,
		},
		{"property/token/name/previous/everywhere", twoTokens},
		{"property/token/name/null/second-user", twoTokens},
		{"property/token/name/null/after-the-tenth", twoTokens},
		{
			"property/token/owner.id/default/everywhere",
			`[{"id":"1","name":"a","owner":{"id":""}},{"id":"2","name":"b","owner":{"id":""}}]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := slices.IndexFunc(all, func(g mutants.GeneratedMutant) bool {
				return g.Name == test.name
			})
			if i < 0 {
				t.Fatal("the mutant is not generated")
			}
			if got := do(all[i].Wrap(handler), "GET", "/v2026/personal-access-tokens",
				"").Body.String(); got != test.want {
				t.Errorf("the list is %s, want %s", got, test.want)
			}
			if got, want := all[i].Changes(exchanges), test.want != twoTokens; got != want {
				t.Errorf("Changes is %v, want %v", got, want)
			}
		})
	}
}

// TestGenerate_FirstRequests checks that the mutants of a rule depend on the number of the
// request.
func TestGenerate_FirstRequests(t *testing.T) {
	var inventory mutants.Inventory
	all := inventory.Generate()
	for variant, want := range map[string]func(request int) bool{
		"applied-to-the-first":      func(request int) bool { return request > 1 },
		"applied-to-the-first-ten":  func(request int) bool { return request > 10 },
		"ignored-for-the-first-ten": func(request int) bool { return request <= 10 },
	} {
		i := slices.IndexFunc(all, func(g mutants.GeneratedMutant) bool {
			return g.Name == "rule/create-is-200/create-is-201/"+variant
		})
		if i < 0 {
			t.Fatalf("%s is not generated", variant)
		}
		mutant := all[i].Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "{}")
		}))
		for request := 1; request <= 12; request++ {
			if got := do(mutant, "POST", "/v3/personal-access-tokens",
				"{}").Code == http.StatusCreated; got != want(request) {
				t.Errorf("%s: request %d is changed: %v", variant, request, got)
			}
		}
	}
}
