package clients_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/contracttests/internal/mutants"
)

// A fuzzMutant is a fault that a check must detect at an operation.
type fuzzMutant struct {
	name   string
	around func(http.Handler) http.Handler
	// check and operation, without what the paths of all operations begin with.
	check, operation string
}

// The mutants of a group share one mock, since none of them hides another.
var fuzzMutants = map[string][]fuzzMutant{
	"first": {
		mutated("delete-does-nothing", "use_after_free", "DELETE /{id}"),
		mutated("delete-is-200", "status_code_conformance", "DELETE /{id}"),
		mutated("list-content-type-missing", "content_type_conformance", "GET "),
		mutated("owner-is-no-identity", "response_schema_conformance", "POST "),
		mutated("validity-below-taken", "negative_data_rejection", "POST "),
		mutated("validity-highest-rejected", "positive_data_acceptance", "POST "),
		mutated("unauthorized-is-403", "missing_required_header", "GET "),
		mutated("allow-missing", "unsupported_method", "POST "),
	},
	"second": {
		// identifies a rejection in findings.yaml
		mutated("error-without-causes", "positive_data_acceptance", "POST "),
		mutated("bearer-not-verified", "ignored_auth", "POST "),
		{
			"a filter is a fault",
			instead(func(r *http.Request) bool { return r.URL.Query().Has("filters") },
				func(w http.ResponseWriter) {
					w.WriteHeader(http.StatusInternalServerError)
				}), "not_a_server_error", "GET ",
		},
		{
			"a token is not there to be patched",
			instead(func(r *http.Request) bool { return r.Method == http.MethodPatch },
				func(w http.ResponseWriter) {
					w.WriteHeader(http.StatusNotFound)
				}), "ensure_resource_availability", "POST ",
		},
		{
			"OPTIONS names GET alone",
			instead(func(r *http.Request) bool { return r.Method == http.MethodOptions },
				func(w http.ResponseWriter) {
					w.Header().Set("Allow", http.MethodGet)
					w.WriteHeader(http.StatusMethodNotAllowed)
				}), "allow_header_conformance", "POST ",
		},
	},
}

// mutated returns a mutant of the contract.
func mutated(name, check, operation string) fuzzMutant {
	all := mutants.All()
	return fuzzMutant{
		name,
		all[slices.IndexFunc(all, func(m mutants.Mutant) bool { return m.Name == name })].Wrap,
		check, operation,
	}
}

// instead responds to the requests of the mutant.
func instead(
	of func(*http.Request) bool, response func(http.ResponseWriter),
) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if of(r) {
				response(w)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func TestSchemathesis_KillsMutants(t *testing.T) {
	schemathesis.require(t)
	document := fuzzed{set: "effective", name: "v2026", base: "/v2026"}
	for group, faults := range fuzzMutants {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			run := document.fuzz(t, func(mock http.Handler) http.Handler {
				for _, m := range faults {
					mock = m.around(mock)
				}
				return mock
			})
			for _, m := range faults {
				t.Run(m.name, func(t *testing.T) {
					method, path, _ := strings.Cut(m.operation, " ")
					operation := method + " /personal-access-tokens" + path
					if !slices.ContainsFunc(run.failures[operation],
						func(f fuzzFailure) bool { return f.check == m.check }) {
						t.Errorf("%s does not notice it at %s", m.check, operation)
					}
				})
			}
		})
	}
}

// The test reports findings that do not occur, and findings that are not listed.
func TestSchemathesis_ReportsOtherFindings(t *testing.T) {
	schemathesis.require(t)
	t.Parallel()
	const invented = `findings:
- reason: Invented.
  check: use_after_free
  documents: [effective/oauth]
  operations: [requestAccessToken]
  status: 200
  texts: {never: {query: {}, body: {}, media_type: application/x-www-form-urlencoded}}
`
	list := filepath.Join(t.TempDir(), "findings.yaml")
	if err := os.WriteFile(list, []byte(invented), 0o600); err != nil {
		t.Fatal(err)
	}
	run := fuzzed{set: "effective", name: "oauth"}.fuzz(t, nil, "PATMOCK_FINDINGS="+list)
	if !slices.Equal(run.unused, []string{"requestAccessToken: use_after_free: never"}) {
		t.Errorf("does not occur: %q", run.unused)
	}
	for _, operation := range []string{"POST /oauth/token", "POST /oauth/check_token"} {
		if failures := run.failures[operation]; len(failures) == 0 ||
			failures[0].check != "positive_data_acceptance" ||
			!strings.Contains(failures[0].text, "\ncurl -i -X POST ") {
			t.Errorf("%s: what is not listed: %v", operation, failures)
		}
	}
}
