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

// The flags select the generated mutants of TestGeneratedMutants.
var (
	generatedFlag = flag.Int("mutants", 0,
		"number of generated mutants to try, all if negative; if zero 200 in an exhaustive run, "+
			"else 10 in one version and none of rules")
	seedFlag  = flag.Uint64("mutants.seed", 1, "seed of the sample of generated mutants")
	namesFlag = flag.String("mutants.match", "",
		"pattern of path.Match for the names of the generated mutants to try, all if empty")
)

// survivors are the generated mutants that the contract need not kill, as patterns of names with
// the reason.
var survivors = []struct{ pattern, reason string }{
	{
		"claim/scope/*/second-user",
		"On a tenant it is a bitmap, and the meaning of its bits is not published.",
	},
	{"claim/scope_hash/*/*", "Only a patmock has it, in place of a long scope."},
	{
		"claim/authorities/*/second-user",
		"Its meaning for a user is not published. check_token shows it, which one user calls.",
	},
	{
		"claim/internal/*/second-user",
		"Its meaning is not published. check_token shows it, which one user calls.",
	},
	{
		"claim/user_id/*/second-user",
		"Its meaning for a user is not published. check_token shows it, which one user calls.",
	},
	{"header/*/Date/other", "Clocks may differ: a run uses that of its tenant."},
	{
		"header/info/Slpt-Request-Id/other",
		"The form of the id is not published, and a scenario requests this once.",
	},
	{"header/[^t]*/Pragma/*", "RFC 6749, 5.1, requires Pragma only for logins."},
	{"header/*/X-Content-Type-Options/*", "No document says that a tenant sends it."},
	{
		"header/*/X-Mock-Fault/*",
		"Only a patmock sends it, for an applied fault rule.",
	},
	{"property/error/messages.locale/*/*", "The default locale of a tenant need not be en-US."},
	{"property/error/messages*/another/*", "The texts of most errors are not published."},
	{"property/error/*/*/another", "No document defines paths outside the operations."},
	{"property/error/detailCode/previous/*", "The errors that share a code are not published."},
	{"property/error/error/another/*", "The text of error in a 401 is not published."},
	{"property/error/error/previous/*", "The text of error in a 401 is not published."},
	{
		"property/error/error_description/*/*",
		"RFC 6749, 5.2, makes it optional and does not define its text.",
	},
	{
		"rule/nothing-else-changes/*/ignored-for-the-first-ten",
		"Only lists after the write show it, which are not among the first ten requests for one.",
	},
	{
		"rule/rate-limit/rate-limit-*/ignored-for-the-first-ten",
		"The limit of 100 requests allows the first ten anyway.",
	},
}

// recordedCase is a case with its exchanges.
type recordedCase struct {
	contracttests.Case
	exchanges []mutants.Exchange
}

// hunt tries generated mutants, starting with the cases that killed others.
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

// The contract kills the mutants that are generated from its responses.
func TestGeneratedMutants(t *testing.T) {
	h, all := newHunt(t)
	for _, g := range sampleMutants(t, all) {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			h.try(t, g)
		})
	}
}

// newHunt runs every case once. It returns the hunt and the mutants generated from the responses.
func newHunt(t *testing.T) (*hunt, []mutants.GeneratedMutant) {
	t.Helper()
	h := &hunt{target: inProcess(t), table: map[mutants.Kind]*tally{}}
	inventory := &mutants.Inventory{}
	target := mutated(h.target, mutants.Mutant{Wrap: inventory.Record})
	options := contracttests.Options{}
	if *generatedFlag == 0 && !sample.Exhaustive() {
		options.Versions = []version.Version{version.V2026}
	}
	for _, c := range contracttests.Select(scenarios.All(), options) {
		for _, result := range run(t, target, c) {
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

// sampleMutants returns the mutants selected by the flags. The sample depends on their names, so
// that a new mutant changes it little.
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
	case n == 0: // many rules do not apply to a single version
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

// try runs cases against a mutant until one kills it.
func (h *hunt) try(t *testing.T, g mutants.GeneratedMutant) {
	t.Helper()
	target := mutated(h.target, mutants.Mutant{Wrap: g.Wrap})
	tried := map[string]bool{}
	kills := func(cases ...recordedCase) bool {
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
	if kills(h.likelyKillers(g)...) {
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
	if kills(rest...) {
		return
	}
	h.recordSurvivor(t, g, changes)
}

// likelyKillers returns the cases to try first: those of the scenarios that kill the original
// mutant, and recent killers.
func (h *hunt) likelyKillers(g mutants.GeneratedMutant) []recordedCase {
	h.mu.Lock()
	defer h.mu.Unlock()
	const limit = 8
	first := slices.Clone(h.killers[:min(limit, len(h.killers))])
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

// recordSurvivor records a mutant that no case killed, and fails unless there is a reason.
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
		t.Error("no scenario kills it")
	}
}
