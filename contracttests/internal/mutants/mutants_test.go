package mutants_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/internal/mutants"
)

// findMutant returns a mutant by name, wrapped around a handler that responds with body. RequestLog
// returns the requests of the handler.
func findMutant(t *testing.T, name, body string) (mutant http.Handler, requestLog func() []string) {
	t.Helper()
	i := slices.IndexFunc(mutants.All(), func(m mutants.Mutant) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("mutant %q does not exist", name)
	}
	requests := []string{}
	return mutants.All()[i].Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests = append(requests, strings.TrimSpace(r.Method+" "+r.URL.String()+" "+string(sent)))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})), func() []string { return requests }
}

func do(handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder
}

// TestWrap_MatchesOperation checks that a mutant recognizes its operation in every version and
// namespace, and changes nothing else.
func TestWrap_MatchesOperation(t *testing.T) {
	tests := []struct {
		name, method, path string
		want               int
	}{
		{"beta", "POST", "/beta/personal-access-tokens", 201},
		{"v2026", "POST", "/v2026/personal-access-tokens", 201},
		{"v1", "POST", "/personal-access-tokens/v1", 201},
		{"namespace", "POST", "/t/team/v3/personal-access-tokens", 201},
		{"slashes in front", "POST", "/t/team//v3/personal-access-tokens", 201},
		{"another operation", "GET", "/v3/personal-access-tokens", 200},
		{"bulk update", "POST", "/personal-access-tokens/v1/bulk-update", 200},
		{"another version", "POST", "/v4/personal-access-tokens", 200},
		{"login", "POST", "/oauth/token", 200},
		{"control", "POST", "/_mock/tokens", 200},
		{"control of a namespace", "POST", "/t/team/_mock/tokens", 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mutant, _ := findMutant(t, "create-is-201", `{}`)
			if got := do(mutant, test.method, test.path, "{}").Code; got != test.want {
				t.Errorf("status %d, want %d", got, test.want)
			}
		})
	}
}

// TestWrap_MatchesIdentities checks that a mutant recognizes the operations on identities.
func TestWrap_MatchesIdentities(t *testing.T) {
	const identity = `{"name":"Jane","alias":"jane.doe"}`
	for _, test := range []struct {
		method, path string
		changed      bool
	}{
		{"GET", "/v3/public-identities", true},
		{"GET", "/t/team/public-identities/v1", true},
		{"GET", "/beta/identities/1", true},
		{"GET", "/identities/v1", true},
		{"GET", "/identities/v1/1", true},
		{"POST", "/v2026/identities", false},
		{"GET", "/v2026/identities/1/ownership", false},
		{"GET", "/v4/identities", false},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			mutant, _ := findMutant(t, "identity-name-is-alias", identity)
			body := do(mutant, test.method, test.path, "").Body.String()
			if changed := body != identity; changed != test.changed {
				t.Errorf("the response is %s, want a change: %t", body, test.changed)
			}
		})
	}
}

// TestWrap_SeparatesNamespaces checks that the state of a mutant is separate for each namespace.
func TestWrap_SeparatesNamespaces(t *testing.T) {
	i := slices.IndexFunc(mutants.All(), func(m mutants.Mutant) bool {
		return m.Name == "store-per-version"
	})
	lists := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"id":"one"}`)
			return
		}
		_, _ = io.WriteString(w, `[{"id":"one"}]`)
	})
	mutant := mutants.All()[i].Wrap(lists)
	do(mutant, "POST", "/t/team/v3/personal-access-tokens", "{}")
	for path, want := range map[string]string{
		"/t/team/v3/personal-access-tokens":     `[{"id":"one"}]`,
		"/t/team/v2026/personal-access-tokens":  `[]`,
		"/t/other/v2026/personal-access-tokens": `[{"id":"one"}]`,
		"/v2026/personal-access-tokens":         `[{"id":"one"}]`,
	} {
		if got := do(mutant, "GET", path, "").Body.String(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := do(mutants.All()[i].Wrap(lists), "GET", "/t/team/v2026/personal-access-tokens",
		"").Body.String(); got != `[{"id":"one"}]` {
		t.Errorf("another wrapped handler has the state of the first: %s", got)
	}
}

// TestWrap_ForwardedRequests checks the requests that the wrapped handler gets from mutants that
// change them.
func TestWrap_ForwardedRequests(t *testing.T) {
	const path = "/v2026/personal-access-tokens"
	tests := []struct {
		name, mutant, method, path, body string
		want                             []string
	}{
		{
			"or before and", "filter-or-binds-first", "GET", path + "?filters=a+or+b+and+c", "",
			[]string{"GET " + path + "?filters=%28a+or+b%29+and+%28c%29"},
		},
		{"no filter", "filter-or-binds-first", "GET", path, "", []string{"GET " + path}},
		{
			"one by one", "patch-half-applied", "PATCH", path + "/one",
			`[{"op":"test"},{"op":"remove"}]`,
			[]string{
				"PATCH " + path + `/one [{"op":"test"}]`,
				"PATCH " + path + `/one [{"op":"remove"}]`,
			},
		},
		{
			"dates", "date-without-zone-taken", "POST", path,
			`{"expirationDate":"2030-01-01T00:00:00"}`,
			[]string{
				"POST " + path + ` {"expirationDate":"2030-01-01T00:00:00Z"}`,
			},
		},
		{
			"another version", "expiry-bound-off", "POST", "/t/a/v3/personal-access-tokens",
			`{"expirationDate":"x"}`,
			[]string{`POST /t/a` + path + ` {"expirationDate":"x"}`},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mutant, requests := findMutant(t, test.mutant, `{}`)
			do(mutant, test.method, test.path, test.body)
			if diff := cmp.Diff(test.want, requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWrap_ToleratesInvalidBodies checks that mutants tolerate invalid requests and responses.
func TestWrap_ToleratesInvalidBodies(t *testing.T) {
	for _, m := range mutants.All() {
		for _, body := range []string{
			"", "odd", `"odd"`, "[1]",
			`{"name":1,"scope":1,"ids":[1],"patch":[1],"expirationDate":"1"}`,
			`[{"op":1,"path":1}]`,
			`{"id":"1","owner":1,"secret":"1","created":"1","access_token":"1","detailCode":"1",` +
				`"messages":[1]}`, `[{"id":1,"lastUsed":"1"}]`,
		} {
			requests := 0
			odd := m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests++
				_, _ = io.WriteString(w, body)
			}))
			for _, path := range []string{
				"/v3/personal-access-tokens", "/v2026/personal-access-tokens/one",
				"/personal-access-tokens/v1/bulk-update", "/oauth/token", "/oauth/info", "/",
			} {
				for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
					do(odd, method, path, body)
				}
			}
			if requests == 0 {
				t.Errorf("%s forwards nothing", m.Name)
			}
		}
	}
}
