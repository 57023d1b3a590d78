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

// Options choose what is run, and how.
type Options struct {
	// Versions to try. Empty means all.
	Versions []version.Version
	// Run and Skip match the id of a scenario, or its id with the version behind a slash. Nil
	// matches everything and nothing.
	Run, Skip *regexp.Regexp
	// Evidence chooses scenarios by it. Empty means all.
	Evidence []evidence.Level
	// Parallel is how many cases run side by side on a patmock; a live target gets one at a time,
	// each of which removes what it made before the next begins. Zero means four.
	Parallel int
	// ID of the run is in the names of what it makes. Empty means one that is made of the time.
	ID string
	// ProvokeRateLimit lets a live target be tried by the scenarios about its rate limit, which
	// exceed it on purpose.
	ProvokeRateLimit bool
	// ConsistencyTimeout is how long the lists of a live target may take to show a write. Zero
	// means DefaultConsistencyTimeout.
	ConsistencyTimeout time.Duration
	// NoLists turns off the lists that the run requests of a patmock after each write, beside those
	// of the scenario. Of a tenant it requests those that ConsistencyTimeout is about, and no
	// others.
	NoLists bool
	// Wait lets time pass at a live target, and ends early with the error of ctx. Nil means that it
	// waits.
	Wait func(ctx context.Context, d time.Duration) error
	// Progress is told each result as it comes. Nil is told nothing. It is never called twice at
	// once.
	Progress func(report.Result)
	// Observe is told what a case did on the wire, secrets included, when it has ended. Nil is told
	// nothing, and nothing is kept for it. It is never called twice at once.
	Observe func(Observation)
	// Tool is what the report says ran it.
	Tool string
	// Now is wall time. Nil means time.Now.
	Now func() time.Time
}

// An Observation is what a case did on the wire.
type Observation struct {
	Case      Case
	Result    report.Result
	Exchanges []recording.Exchange
	// CleanupStart is where in Exchanges the removal of what the case made begins.
	CleanupStart int
	// DialectEntries are the places in Exchanges where the target answered a question that nothing
	// settles, by the id of the entry that a dialect has for it. See T.MarkDialect.
	DialectEntries map[string]int
}

// Case is a scenario in one version.
type Case struct {
	Scenario Scenario
	Version  version.Version
}

// Name is the scenario's id with the version behind it.
func (c Case) Name() string { return report.Result{ID: c.Scenario.ID, Version: c.Version}.Name() }

// matches reports whether an expression matches the scenario's id, or the name of the case.
func (c Case) matches(expression *regexp.Regexp) bool {
	return expression.MatchString(c.Scenario.ID) || expression.MatchString(c.Name())
}

// Select returns the cases that the options choose, in order.
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
