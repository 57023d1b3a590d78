package parity

import (
	"slices"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// Run describes a run against a target that is not a patmock.
type Run struct {
	Target    string // its host, without the port
	Date      time.Time
	Tool      string
	Documents map[version.Version]string // see [Documents]
}

// Changes are the changes of a ledger by a run.
type Changes struct {
	// Added are new confirmations. Renewed are confirmations that the target had confirmed before.
	Added, Renewed []Key
	// Removed are confirmations that were removed.
	Removed []Key
}

// IsEmpty reports whether nothing changed.
func (c Changes) IsEmpty() bool { return len(c.Added)+len(c.Renewed)+len(c.Removed) == 0 }

// Update adds the results of a run to l, a user's own ledger. A pass confirms its promise unless it
// is an open question. A fail or a provisional result removes the confirmations by all tenants, or
// by all rehearsals if the target is not a tenant. Other results have no effect. The base does not
// change.
func (l *Ledger) Update(base *Ledger, run Run, results []report.Result) Changes {
	known := base.levels()
	var changes Changes
	for _, r := range results {
		k := Key{r.ID, r.Version, run.Target}
		scenario, isKnown := known[k.promise()]
		switch {
		case !isKnown || scenario.Question:
		case r.Outcome == report.Pass:
			if _, isRenewal := l.Confirmations[k]; isRenewal {
				changes.Renewed = append(changes.Renewed, k)
			} else {
				changes.Added = append(changes.Added, k)
			}
			l.Confirmations[k] = Confirmation{
				Date: run.Date.Truncate(time.Second), Document: run.Documents[r.Version],
				Tool: run.Tool,
			}
		case r.Outcome == report.Fail || r.Outcome == report.Provisional:
			changes.Removed = append(changes.Removed, l.removeConfirmations(k)...)
		}
	}
	return changes
}

// removeConfirmations removes the confirmations of a broken promise and returns their keys.
func (l *Ledger) removeConfirmations(broken Key) []Key {
	removed := slices.DeleteFunc(l.keys(), func(k Key) bool {
		return k.promise() != broken.promise() || k.IsRehearsal() != broken.IsRehearsal()
	})
	for _, k := range removed {
		delete(l.Confirmations, k)
	}
	return removed
}
