package parity

import (
	"slices"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// Run is what a run against a live target says of itself.
type Run struct {
	// Target is its host, without the port.
	Target string
	Date   time.Time
	Tool   string
	// Documents are the hashes of those in effect, see [Documents].
	Documents map[version.Version]string
}

// Changes are what a run did to a ledger.
type Changes struct {
	// New are confirmations of what the target had not confirmed before, Again of what it had.
	New, Again []Key
	// Lost are confirmations that hold no longer.
	Lost []Key
}

// None tells that nothing is to be written.
func (c Changes) None() bool { return len(c.New)+len(c.Again)+len(c.Lost) == 0 }

// Update writes into l, a ledger of one's own, what a run against a live target found. What passed is confirmed, an open
// question never. What failed or is provisional is confirmed no longer: one tenant that does not keep a promise takes it from
// all of them, and what was only rehearsed takes nothing from a tenant. What was skipped, or could not be tried, says nothing.
// What the base itself confirms is not l's to take back.
func (l *Ledger) Update(base *Ledger, run Run, results []report.Result) Changes {
	known := base.standings()
	var changes Changes
	for _, r := range results {
		k := Key{r.ID, r.Version, run.Target}
		scenario, is := known[k.of()]
		switch {
		case !is || scenario.Question:
		case r.Outcome == report.Pass:
			if _, before := l.Confirmations[k]; before {
				changes.Again = append(changes.Again, k)
			} else {
				changes.New = append(changes.New, k)
			}
			l.Confirmations[k] = Confirmation{Date: run.Date.Truncate(time.Second), Document: run.Documents[r.Version], Tool: run.Tool}
		case r.Outcome == report.Fail || r.Outcome == report.Provisional:
			changes.Lost = append(changes.Lost, l.lose(k)...)
		}
	}
	return changes
}

// lose removes the confirmations of a promise that was not kept.
func (l *Ledger) lose(not Key) []Key {
	lost := slices.DeleteFunc(l.keys(), func(k Key) bool { return k.of() != not.of() || k.Rehearsed() != not.Rehearsed() })
	for _, k := range lost {
		delete(l.Confirmations, k)
	}
	return lost
}
