package contracttests_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/internal/mutants"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/internal/sample"
	"example.com/patmock/spec/version"
)

// Flags choose the generated mutants that TestGeneratedMutants tries.
var (
	generatedFlag = flag.Int("mutants", 0,
		"how many generated mutants to try, all if negative; if zero 200 in an exhaustive run, "+
			"else 10 in one version and none of rules")
	seedFlag  = flag.Uint64("mutants.seed", 1, "seed of the choice of generated mutants")
	namesFlag = flag.String("mutants.match", "",
		"pattern of path.Match for the names of the generated mutants to try, all if empty")
)

// survivors are the generated mutants that the contract does not notice, by patterns of their
// names, and why.
var survivors = []struct{ pattern, reason string }{
	{
		"claim/scope/*/second-user",
		"On a tenant it is a bitmap, and what its bits mean is not published.",
	},
	{"claim/scope_hash/*/*", "Only a patmock has it, in place of a long scope."},
	{
		"claim/authorities/*/second-user",
		"What it says of a user is not published. check_token shows it, which one user asks for.",
	},
	{
		"claim/internal/*/second-user",
		"What it says is not published. check_token shows it, which one user asks for.",
	},
	{
		"claim/user_id/*/second-user",
		"What it says of a user is not published. check_token shows it, which one user asks for.",
	},
	{"header/*/Date/other", "Clocks may differ: a run follows that of its tenant."},
	{
		"header/info/Slpt-Request-Id/other",
		"The form of the id is not published, and a scenario requests this once.",
	},
	{"header/[^t]*/Pragma/*", "RFC 6749, 5.1, asks only logins for Pragma."},
	{"header/*/X-Content-Type-Options/*", "No document says that a tenant sends it."},
	{
		"header/*/X-Mock-Fault/*",
		"Only a patmock sends it, which says by it that a fault rule was applied.",
	},
	{"property/error/messages.locale/*/*", "The default locale of a tenant need not be en-US."},
	{"property/error/messages*/another/*", "The texts of most errors are not published."},
	{"property/error/*/*/another", "No document speaks of paths outside the operations."},
	{"property/error/detailCode/previous/*", "Which errors share a code is not published."},
	{"property/error/error/another/*", "Which text the error of a 401 has is not published."},
	{"property/error/error/previous/*", "Which text the error of a 401 has is not published."},
	{
		"property/error/error_description/*/*",
		"RFC 6749, 5.2, leaves the text open, and whether there is one.",
	},
	{
		"rule/nothing-else-changes/*/ignored-for-the-first-ten",
		"It shows in lists after the write, which are not among the first ten requests for one.",
	},
	{
		"rule/rate-limit/rate-limit-*/ignored-for-the-first-ten",
		"The limit of 100 requests allows the first ten anyway.",
	},
}

// recordedCase is a case and what it did on the wire.
type recordedCase struct {
	contracttests.Case
	exchanges []mutants.Exchange
}

// hunt tries generated mutants, the cases first that noticed others before.
type hunt struct {
	target contracttests.Target
	cases  []recordedCase

	mu      sync.Mutex
	killers []string // names of cases, the latest first
	table   map[mutants.Kind]*tally
}

// tally counts the generated mutants of a kind.
type tally struct {
	failed, errors, unchanged, excused int
	survivors                          []string
}

// The contract notices the mutants that are generated from everything that its responses show.
func TestGeneratedMutants(t *testing.T) {
	h, all := newHunt(t)
	for _, g := range sampleMutants(t, all) {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			h.try(t, g)
		})
	}
}

// newHunt runs every case once, and returns what is tried with the mutants of what it has shown.
func newHunt(t *testing.T) (*hunt, []mutants.GeneratedMutant) {
	t.Helper()
	h := &hunt{target: inProcess(t), table: map[mutants.Kind]*tally{}}
	inventory := &mutants.Inventory{}
	watched := mutated(h.target, mutants.Mutant{Wrap: inventory.Record})
	options := contracttests.Options{}
	if *generatedFlag == 0 && !sample.Exhaustive() {
		options.Versions = []version.Version{version.V2026}
	}
	for _, c := range contracttests.Select(scenarios.All(), options) {
		for _, result := range run(t, watched, c) {
			if result.Outcome != report.Pass {
				t.Fatalf("without a mutant %s has the outcome %s: %s", c.Name(), result.Outcome,
					result.Message)
			}
		}
		h.cases = append(h.cases, recordedCase{c, inventory.Drain()})
	}
	t.Cleanup(func() {
		for _, kind := range slices.Sorted(maps.Keys(h.table)) {
			c := h.table[kind]
			t.Logf("%s: %d failed, %d in error, %d change nothing, %d survive for a reason, %d "+
				"survive: %s",
				kind, c.failed, c.errors, c.unchanged, c.excused, len(c.survivors),
				strings.Join(c.survivors, ", "))
		}
	})
	return h, inventory.Generate()
}

// sampleMutants returns the mutants that the flags choose. Which they are follows from their names,
// so that a new mutant changes little of a sample.
func sampleMutants(t *testing.T, all []mutants.GeneratedMutant) []mutants.GeneratedMutant {
	t.Helper()
	if *namesFlag != "" {
		all = slices.DeleteFunc(all, func(g mutants.GeneratedMutant) bool {
			matches, err := path.Match(*namesFlag, g.Name)
			return err != nil || !matches
		})
	}
	n := *generatedFlag
	switch {
	case n < 0:
		n = len(all)
	case n == 0 && sample.Exhaustive():
		n = 200
	case n == 0: // in one version, to which many rules do not belong
		n = 10
		all = slices.DeleteFunc(all, func(g mutants.GeneratedMutant) bool {
			return g.Kind == mutants.KindRule
		})
	}
	t.Logf("tries %d of %d generated mutants, seed %d", min(n, len(all)), len(all), *seedFlag)
	order := func(g mutants.GeneratedMutant) [sha256.Size]byte {
		return sha256.Sum256(fmt.Appendf(nil, "%d %s", *seedFlag, g.Name))
	}
	slices.SortFunc(all, func(a, b mutants.GeneratedMutant) int {
		first, second := order(a), order(b)
		return bytes.Compare(first[:], second[:])
	})
	return all[:min(n, len(all))]
}

// try runs cases against a mutant until one notices it.
func (h *hunt) try(t *testing.T, g mutants.GeneratedMutant) {
	t.Helper()
	target := mutated(h.target, mutants.Mutant{Wrap: g.Wrap})
	tried := map[string]bool{}
	notices := func(cases ...recordedCase) bool {
		for _, c := range cases {
			tried[c.Name()] = true
			for _, result := range run(t, target, c.Case) {
				if result.Outcome == report.Fail || result.Outcome == report.Error {
					h.recordKill(g, c, result.Outcome)
					return true
				}
			}
		}
		return false
	}
	if notices(h.likelyKillers(g)...) {
		return
	}
	var rest []recordedCase
	changes := g.Kind == mutants.KindRule
	for _, c := range h.cases {
		if g.Kind != mutants.KindRule && !g.Changes(c.exchanges) {
			continue
		}
		changes = true
		if g.Kind == mutants.KindRule || !tried[c.Name()] {
			rest = append(rest, c)
		}
	}
	if notices(rest...) {
		return
	}
	h.recordSurvivor(t, g, changes)
}

// likelyKillers returns the cases that are tried first: those of the scenarios that notice the
// mutant it is made of, and those that noticed others of late.
func (h *hunt) likelyKillers(g mutants.GeneratedMutant) []recordedCase {
	h.mu.Lock()
	defer h.mu.Unlock()
	const most = 8
	first := slices.Clone(h.killers[:min(most, len(h.killers))])
	var likely []recordedCase
	for _, c := range h.cases {
		if slices.Contains(g.Scenarios, c.Scenario.ID) || slices.Contains(first, c.Name()) {
			likely = append(likely, c)
		}
	}
	rank := func(c recordedCase) int {
		if i := slices.Index(first, c.Name()); i >= 0 {
			return i
		}
		return -1
	}
	slices.SortStableFunc(likely, func(a, b recordedCase) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return likely
}

func (h *hunt) recordKill(g mutants.GeneratedMutant, c recordedCase, outcome report.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.killers = slices.DeleteFunc(h.killers, func(name string) bool { return name == c.Name() })
	h.killers = slices.Insert(h.killers, 0, c.Name())
	if outcome == report.Fail {
		h.tallyOf(g.Kind).failed++
	} else {
		h.tallyOf(g.Kind).errors++
	}
}

func (h *hunt) tallyOf(kind mutants.Kind) *tally {
	if h.table[kind] == nil {
		h.table[kind] = &tally{}
	}
	return h.table[kind]
}

// recordSurvivor judges a mutant that no case has noticed.
func (h *hunt) recordSurvivor(t *testing.T, g mutants.GeneratedMutant, changes bool) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	excused := slices.ContainsFunc(survivors, func(s struct{ pattern, reason string }) bool {
		matches, err := path.Match(s.pattern, g.Name)
		return err == nil && matches
	})
	switch c := h.tallyOf(g.Kind); {
	case !changes:
		c.unchanged++
	case excused:
		c.excused++
	default:
		c.survivors = append(c.survivors, g.Name)
		t.Error("no scenario notices it")
	}
}
