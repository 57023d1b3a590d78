package contracttests_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/internal/mutants"
	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/internal/sample"
	"example.com/patmock/spec/rule"
)

// mutated returns a target with a mutant between the client and the mock. Its control API is
// unchanged.
func mutated(target contracttests.Target, m mutants.Mutant) contracttests.Target {
	target.HTTP = &http.Client{Transport: bareTripper{m.Wrap(proxyHandler{target.HTTP.Transport})}}
	return target
}

// proxyHandler is an http.Handler that forwards to a transport.
type proxyHandler struct{ transport http.RoundTripper }

func (b proxyHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response, err := b.transport.RoundTrip(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = response.Body.Close() }()
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body) // the writer is in memory
}

// bareTripper is an http.RoundTripper that calls a handler without a socket. It adds nothing to the
// response.
type bareTripper struct{ handler http.Handler }

func (b bareTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	request := r.Clone(r.Context())
	if request.Body == nil {
		request.Body = io.NopCloser(http.NoBody)
	}
	recorded := httptest.NewRecorder()
	b.handler.ServeHTTP(recorded, request)
	response := recorded.Result()
	response.Request = r
	return response, nil
}

// Every scenario in KilledBy of a mutant fails in some version, and passes in all versions without
// the mutant.
func TestMutants(t *testing.T) {
	target := inProcess(t)
	cases, namedCases := map[string][]contracttests.Case{}, []contracttests.Case{}
	for _, s := range scenarios.All() {
		cases[s.ID] = contracttests.Select([]contracttests.Scenario{s}, contracttests.Options{})
		if slices.ContainsFunc(mutants.All(),
			func(m mutants.Mutant) bool { return slices.Contains(m.KilledBy, s.ID) }) {
			namedCases = append(namedCases, cases[s.ID]...)
		}
	}
	for _, result := range run(t, target, namedCases...) {
		if result.Outcome != report.Pass {
			t.Errorf("without a mutant %s has the outcome %s: %s", result.Name(), result.Outcome,
				result.Message)
		}
	}
	for _, m := range sample.Of(t, 100, mutants.All()) {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			if len(m.KilledBy) == 0 {
				t.Fatalf("no scenario kills it: %s", m.Description)
			}
			for _, id := range m.KilledBy {
				if len(cases[id]) == 0 {
					t.Errorf("there is no scenario %q", id)
				} else if outcomes := failingRun(t, mutated(target, m), cases[id]); outcomes != "" {
					t.Errorf("%s does not kill it: %s\n%s", id, m.Description, outcomes)
				}
			}
		})
	}
}

// failingRun runs the cases of a scenario, newest version first, until one fails. It returns the
// outcomes if none does.
func failingRun(
	t *testing.T, target contracttests.Target, cases []contracttests.Case,
) (outcomes string) {
	t.Helper()
	for _, c := range slices.Backward(cases) {
		for _, result := range run(t, target, c) {
			if result.Outcome == report.Fail {
				return ""
			}
			outcomes += fmt.Sprintln(result.Name(), result.Outcome, result.Message)
		}
	}
	return outcomes
}

func run(t *testing.T, target contracttests.Target, cases ...contracttests.Case) []report.Result {
	t.Helper()
	runner, err := contracttests.NewRunner(target, contracttests.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return runner.Run(t.Context(), cases).Results
}

func TestMutantsAreWellFormed(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen, rulesWithMutant := map[string]bool{}, map[rule.ID]bool{}
	for _, m := range mutants.All() {
		if !form.MatchString(m.Name) || seen[m.Name] {
			t.Errorf("%q: expected a unique name with hyphens", m.Name)
		}
		if !strings.HasSuffix(m.Description, ".") || strings.Contains(m.Description, "\n") {
			t.Errorf("%s: expected a description of one sentence, got %q", m.Name, m.Description)
		}
		seen[m.Name], rulesWithMutant[m.Rule] = true, true
	}
	for _, r := range rule.All() {
		if r.Unobservable == "" && !rulesWithMutant[r.ID] {
			t.Errorf("no mutant breaks the rule %s: %s", r.ID, r.Text)
		}
		delete(rulesWithMutant, r.ID)
	}
	for id := range rulesWithMutant {
		t.Errorf("there is no rule %q", id)
	}
}

// A mutant violates a rule of one of the scenarios that kill it, or one of every exchange.
func TestMutantsBreakRulesOfTheirScenarios(t *testing.T) {
	rules := map[string][]rule.ID{}
	for _, s := range scenarios.All() {
		rules[s.ID] = s.Rules
	}
	for _, m := range mutants.All() {
		names := func(id string) bool { return slices.Contains(rules[id], m.Rule) }
		if !slices.ContainsFunc(m.KilledBy, names) && !slices.Contains(observer.Rules(), m.Rule) {
			t.Errorf("%s violates the rule %q, but none of %q covers it", m.Name, string(m.Rule),
				m.KilledBy)
		}
	}
}

// recordingTB is a testing.TB that records a failure.
type recordingTB struct {
	testing.TB
	failed bool
	log    strings.Builder
}

func (c *recordingTB) Failed() bool                    { return c.failed }
func (c *recordingTB) FailNow()                        { c.failed = true }
func (c *recordingTB) Logf(format string, args ...any) { fmt.Fprintf(&c.log, format+"\n", args...) }
func (c *recordingTB) Errorf(format string, args ...any) {
	c.failed = true
	c.Logf(format, args...)
}

// modelMutants are mutants that differ from the model.
var modelMutants = []string{
	"acknowledgement-not-required", "delete-by-anybody", "delete-is-soft", "expired-token-logs-in",
	"expiry-overflows-month", "filter-le-excludes-the-moment",
	"filter-or-binds-first", "filter-unknown-is-not-less", "last-used-on-every-login",
	"list-own-shows-all", "name-not-unique", "name-of-expired-is-free",
	"patch-by-administrator", "patch-half-applied", "patch-never-without-acknowledgement",
	"store-per-version", "token-limit-is-nine",
	"bulk-flag-second-rejected", "bulk-half-applied", "bulk-past-date-by-digits",
	"expiry-bound-by-digits", "filter-ignored-with-an-owner",
	"name-composed", "name-in-other-scripts-not-unique", "never-dies-after-a-year",
	"patch-forgets-last-use", "patch-move-copies", "patch-past-date-by-digits",
	"token-ends-a-minute-early", "token-ends-a-minute-late", "validity-absent-is-an-hour",
}

// The model kills modelMutants, and logs the failing sequence as curl commands.
func TestModel_KillsMutants(t *testing.T) {
	setFlags(t, map[string]string{
		"rapid.checks": "200", "rapid.seed": "1", "rapid.nofailfile": "true",
		"rapid.shrinktime": "100ms",
	})
	target := modelTarget(t)
	unknown := func(m mutants.Mutant) bool { return !slices.Contains(modelMutants, m.Name) }
	for _, m := range sample.Of(t, 4, slices.DeleteFunc(slices.Clone(mutants.All()), unknown)) {
		t.Run(m.Name, func(t *testing.T) {
			c := &recordingTB{TB: t}
			rapid.Check(c, func(t *rapid.T) { play(t, mutated(target, m)) })
			if log := c.log.String(); !c.failed || !strings.Contains(log, "curl -i -X") ||
				regexp.MustCompile("[0-9a-f]{64}").MatchString(log) {
				t.Errorf("expected a failure with curl commands without secrets:\n%s", log)
			}
		})
	}
}
