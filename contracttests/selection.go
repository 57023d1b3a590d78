package contracttests

import (
	"context"
	"regexp"
	"slices"
	"time"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// Options configures a run.
type Options struct {
	// Versions are the API versions to test. Empty means all.
	Versions []version.Version
	// Run and Skip select scenarios by a match with the id, or with the id and the version after a
	// slash. A nil Run selects all, and a nil Skip skips none.
	Run, Skip *regexp.Regexp
	// Evidence selects scenarios by their evidence. Empty means all.
	Evidence []evidence.Level
	// Parallel is the number of concurrent cases on a patmock. Zero means four. A real tenant runs
	// one case at a time, cleanup included.
	Parallel int
	// ID identifies the run in the names of its tokens. Empty means an id derived from the time.
	ID string
	// ProvokeRateLimit allows scenarios to exceed the rate limit of a real tenant.
	ProvokeRateLimit bool
	// ConsistencyTimeout is the time in which the lists of a real tenant must show a write. Zero
	// means DefaultConsistencyTimeout.
	ConsistencyTimeout time.Duration
	// NoLists disables the lists that the observer requests from a patmock after each write.
	NoLists bool
	// Wait waits on a real tenant, and returns the error of ctx if it ends early. Nil means a real
	// wait.
	Wait func(ctx context.Context, d time.Duration) error
	// Progress is called with each result, never concurrently. May be nil.
	Progress func(report.Result)
	// Observe is called with the exchanges of each case, never concurrently. They contain secrets.
	// If it is nil, exchanges are not stored.
	Observe func(Observation)
	// Tool names the tool of the report.
	Tool string
	// Now returns the wall clock time. Nil means time.Now.
	Now func() time.Time
}

// An Observation has the HTTP exchanges of a case.
type Observation struct {
	Case      Case
	Result    report.Result
	Exchanges []recording.Exchange
	// CleanupStart is the index of the first exchange of the cleanup.
	CleanupStart int
	// DialectEntries has the indices of the exchanges that decide dialect entries, by entry id. See
	// T.MarkDialect.
	DialectEntries map[string]int
}

// Case is a scenario in one version.
type Case struct {
	Scenario Scenario
	Version  version.Version
}

// Name returns the scenario's id and the version, separated by a slash.
func (c Case) Name() string { return report.Result{ID: c.Scenario.ID, Version: c.Version}.Name() }

// matches reports whether an expression matches the scenario's id or the name of the case.
func (c Case) matches(expression *regexp.Regexp) bool {
	return expression.MatchString(c.Scenario.ID) || expression.MatchString(c.Name())
}

// Select returns the cases that the options select, in order.
func Select(scenarios []Scenario, o Options) []Case {
	var cases []Case
	for _, s := range scenarios {
		if len(o.Evidence) > 0 && !slices.Contains(o.Evidence, s.Evidence) {
			continue
		}
		for _, v := range s.versions() {
			c := Case{s, v}
			if v != "" && len(o.Versions) > 0 && !slices.Contains(o.Versions, v) {
				continue
			}
			if (o.Run == nil || c.matches(o.Run)) && (o.Skip == nil || !c.matches(o.Skip)) {
				cases = append(cases, c)
			}
		}
	}
	return cases
}
