package contracttests_test

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/internal/mutants"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
)

// recordCases runs cases and returns their recordings by name.
func recordCases(
	t *testing.T, target contracttests.Target, parallel int, cases []contracttests.Case,
) map[string]recording.Case {
	t.Helper()
	all := map[string]recording.Case{}
	runner, err := contracttests.NewRunner(target,
		contracttests.Options{Parallel: parallel, Observe: func(o contracttests.Observation) {
			one := recording.Normalize(recording.RawCase{
				Scenario: o.Case.Scenario.ID, Version: o.Case.Version, Outcome: o.Result.Outcome,
				Exchanges: o.Exchanges[:o.CleanupStart], DialectEntries: o.DialectEntries,
			}, target.BaseURL, target.RealTenant())
			all[o.Case.Name()] = one
			text := asJSON(t, one)
			for _, trace := range secretTraces(o.Exchanges) {
				if strings.Contains(text, trace) {
					t.Errorf("%s: the recording contains %.8s...", o.Case.Name(), trace)
				}
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	runner.Run(t.Context(), cases)
	if len(all) != len(cases) {
		t.Fatalf("%d cases made %d recordings", len(cases), len(all))
	}
	return all
}

// secretPattern matches text that no recording may contain: secrets, access tokens, names and
// addresses.
var secretPattern = regexp.MustCompile(`[0-9a-f]{64}|eyJ[\w-]+\.[\w-]+\.[\w-]+|` +
	`(?i:patmock-[0-9a-z]+-[0-9]+)|jane\.doe|john\.roe|127\.0\.0\.1`)

// secretTraces returns the text in exchanges that no recording may contain, also in base64.
func secretTraces(exchanges []recording.Exchange) (traces []string) {
	known := map[string]bool{}
	for _, x := range exchanges {
		for _, found := range secretPattern.FindAllString(x.URL+x.Header.Get("Authorization")+
			x.Body+
			x.ResponseBody, -1) {
			known[found] = true
		}
	}
	for text := range known {
		traces = append(traces, text)
		if len(text) < 64 {
			continue
		}
		for before := range 3 {
			form := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("x", before) + text))
			traces = append(traces, form[4:len(form)-4])
		}
	}
	return traces
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Error(err) // Fatal is not allowed in a goroutine of the runner
	}
	return string(text)
}

// Recordings of the same mock are equal, even if cases run concurrently.
func TestRecordings_AreReproducible(t *testing.T) {
	cases := sample.Of(t, 300, contracttests.Select(scenarios.All(), contracttests.Options{}))
	once, again := recordCases(t, inProcess(t), 1, cases), recordCases(t, inProcess(t), 8, cases)
	for _, name := range slices.Sorted(maps.Keys(once)) {
		if diff := cmp.Diff(asJSON(t, once[name]), asJSON(t, again[name])); diff != "" {
			t.Errorf("%s (-sequential +concurrent):\n%s", name, diff)
		}
		for _, d := range recording.Diff(once[name], again[name]) {
			t.Errorf("%s: %s: %s", name, d.At, d.Description)
		}
	}
}

// A mock with advice names the rules by which it rejects a request. Recordings have the rules, but
// not the advice, because it depends on the clock.
func TestRecordings_OmitAdvice(t *testing.T) {
	friendly := func() contracttests.Target {
		mock, err := mockserver.New(mockserver.Config{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = mock.Close() })
		return target(mock.Transport(), mock)
	}
	cases := contracttests.Select(scenarios.All(), contracttests.Options{
		Run: regexp.MustCompile("^expiry/"),
	})
	once, again := recordCases(t, friendly(), 1, cases), recordCases(t, friendly(), 1, cases)
	named := 0
	for _, name := range slices.Sorted(maps.Keys(once)) {
		if diff := cmp.Diff(asJSON(t, once[name]), asJSON(t, again[name])); diff != "" {
			t.Errorf("%s (-one run +another):\n%s", name, diff)
		}
		for i, step := range once[name].Exchanges {
			if step.Response.Header["X-Patmock-Rule"] == "" {
				continue
			}
			named++
			if causes, _ := step.Response.Body.Object()["causes"].([]any); len(causes) > 0 {
				t.Errorf("%s: exchange %d has causes: %v", name, i, causes)
			}
		}
	}
	if named < len(cases)/2 {
		t.Errorf("of %d cases only %d responses name a rule", len(cases), named)
	}
}

// Reasons for which a recording does not show a mutant that the observer notices.
const (
	ofClaims  = "a recording has no claims of access tokens"
	ofHeaders = "a recording has none of these headers"
	ofOthers  = "a recording has no dates of tokens that its scenario did not create"
	ofLists   = "a recording has no lists that the observer requests"
	ofPeople  = "a recording is equal for tenants with other people: it has no values of an " +
		"identity, " +
		"and of a list only the caller"
)

// unrecordable are the mutants that no recording can show, with the reason.
var unrecordable = map[string]string{
	"claims-name-another-tenant":       ofClaims,
	"claims-name-another-client":       ofClaims,
	"claims-name-another-user":         ofClaims,
	"exp-is-always-twelve-hours":       ofClaims,
	"login-without-pragma":             ofHeaders,
	"login-may-be-cached":              ofHeaders,
	"create-may-be-cached":             ofHeaders,
	"secret-in-a-header":               ofHeaders,
	"list-of-owner-without-last-use":   ofOthers,
	"create-stores-no-flag":            ofLists,
	"rejected-login-moves-last-used":   ofLists,
	"bulk-of-two-stores-one":           ofLists,
	"bulk-touches-neighbours":          ofLists,
	"owner-is-the-caller":              ofLists,
	"patch-touches-neighbours":         ofLists,
	"list-of-all-names-no-owner":       ofLists,
	"list-of-all-has-at-most-five":     ofLists,
	"list-of-all-is-of-now":            ofLists,
	"list-of-all-cuts-names":           ofLists,
	"list-of-all-never-expires":        ofLists,
	"list-of-all-has-default-validity": ofLists,
	"list-of-all-has-default-scopes":   ofLists,
	"list-of-all-without-last-use":     ofLists,
	"created-a-day-ago":                "a recording has the format of created, not the time",
	"retry-after-is-too-short":         "a recording has the format of Retry-After, not the number",
	"list-of-250":                      "a recording has no number of equal tokens in a list",
	"name-cut-at-4000":                 "a recording omits the middle of a long text",

	"identity-status-absent":             ofPeople,
	"identity-alias-with-domain":         ofPeople,
	"identity-alias-is-name":             ofPeople,
	"identity-default-filter-hides":      ofPeople,
	"identity-name-is-alias":             ofPeople,
	"identity-core-filters-keep-spadmin": ofPeople,
	"identity-core-filters-by-default":   ofPeople,
	"identity-core-filters-ignored":      ofPeople,
	"identity-null-matches-empty":        ofPeople,
	"identity-null-matches-not":          ofPeople,
	"identity-eq-is-sw":                  ofPeople,
	"identity-order-by-bytes":            ofPeople,
	"identity-first-sorter-only":         ofPeople,
	"identity-sorts-the-page":            ofPeople,
	"identity-sorters-never-reverse":     ofPeople,
	"identity-sorters-ignored":           ofPeople,
	"identity-count-without-filter":      ofPeople,
	"identity-count-of-the-page":         ofPeople,
	"identity-count-always":              ofPeople,
	"identity-count-absent":              ofPeople,
	"identity-default-limit-is-100":      ofPeople,
	"identity-page-before-filter":        ofPeople,
	"identity-offset-is-a-page":          ofPeople,
	"identity-offset-ignored":            ofPeople,
	"identity-limit-of-zero-ignored":     ofPeople,
}

// The differences to the recording of an unchanged mock show every mutant, even without the
// outcome.
func TestDiff_FindsMutants(t *testing.T) {
	target, triedMutants := inProcess(t), sample.Of(t, 20, mutants.All())
	cases, killers := map[string][]contracttests.Case{}, []contracttests.Case{}
	for _, s := range scenarios.All() {
		if slices.ContainsFunc(triedMutants,
			func(m mutants.Mutant) bool { return slices.Contains(m.KilledBy, s.ID) }) {
			cases[s.ID] = contracttests.Select([]contracttests.Scenario{s}, contracttests.Options{})
			killers = append(killers, cases[s.ID]...)
		}
	}
	unchanged := recordCases(t, target, 4, killers)
	for _, m := range triedMutants {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			reason := unrecordable[m.Name]
			isShown := func(id string) bool {
				return slices.ContainsFunc(cases[id], func(c contracttests.Case) bool {
					changed := recordCases(t, mutated(target, m), 1, []contracttests.Case{
						c,
					})[c.Name()]
					return slices.ContainsFunc(recording.Diff(unchanged[c.Name()], changed),
						func(d recording.Difference) bool { return d.At != "/outcome" })
				})
			}
			found := slices.ContainsFunc(m.KilledBy, isShown)
			// A wrong time may be right by chance, to the millisecond.
			const limit = 20
			for n := 1; n < limit && !found && reason == ""; n++ {
				found = slices.ContainsFunc(m.KilledBy, isShown)
			}
			switch {
			case !found && reason == "":
				t.Errorf("no recording of %v shows: %s", m.KilledBy, m.Description)
			case found && reason != "":
				t.Errorf("a recording shows it, though %s", reason)
			}
		})
	}
	for name := range unrecordable {
		if !slices.ContainsFunc(mutants.All(),
			func(m mutants.Mutant) bool { return m.Name == name }) {
			t.Errorf("there is no mutant %q", name)
		}
	}
}
