package parity

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// A State is where a promise stands.
type State string

// The states, from sure to least sure. The last three are the standings of promises that no tenant has confirmed.
const (
	// Confirmed by a tenant.
	Confirmed State = "confirmed"
	// Stale was confirmed by a tenant, too long ago or under something else.
	Stale State = "stale"
	// Rehearsed was kept by a live target that is no tenant.
	Rehearsed State = "rehearsed"
	Published State = State(evidence.Published)
	Observed  State = State(evidence.Observed)
	Assumed   State = State(evidence.Assumed)
)

// States lists them, the surest first.
func States() []State { return []State{Confirmed, Stale, Rehearsed, Published, Observed, Assumed} }

// Today is what confirmations are held against.
type Today struct {
	Now time.Time
	// MaxAge is how old a confirmation may be. Zero means any age.
	MaxAge time.Duration
	// Tool is the program with its version.
	Tool string
	// Documents are the hashes of those in effect, see [Documents].
	Documents map[version.Version]string
}

// Documents are the hashes of the documents in effect, by version. A scenario that belongs to none goes by that of the token
// endpoint.
func Documents() (map[version.Version]string, error) {
	hashes := map[version.Version]string{}
	for _, v := range append(version.All(), "") {
		d, err := spec.Load(cmp.Or(string(v), spec.OAuth))
		if err != nil {
			return nil, err
		}
		hashes[v] = d.Hash()
	}
	return hashes, nil
}

// Row is where a promise stands in one version.
type Row struct {
	Scenario Scenario
	Version  version.Version
	State    State
	// Target and Confirmation are of what is confirmed, stale or rehearsed.
	Target       string
	Confirmation Confirmation
	// Stale says why a stale confirmation is stale, and Why says so in words. Both are empty for
	// another.
	Stale StaleKind
	Why   string
}

// A StaleKind says why a confirmation proves nothing today.
type StaleKind string

// The kinds.
const (
	// DateAhead is dated later than now.
	DateAhead StaleKind = "date-ahead"
	// TooOld is older than Today.MaxAge.
	TooOld StaleKind = "too-old"
	// DocumentChanged was seen under another document.
	DocumentChanged StaleKind = "document-changed"
	// OlderMajor was seen by a patmock of an older major version.
	OlderMajor StaleKind = "older-major"
)

// Rows tells where every promise stands. Of several confirmations the surest counts, and of those the latest.
func (l *Ledger) Rows(today Today) []Row {
	confirmed := map[promise][]Key{}
	for _, k := range l.keys() {
		confirmed[k.of()] = append(confirmed[k.of()], k)
	}
	var rows []Row
	for _, s := range l.Scenarios {
		for _, v := range s.Versions {
			row := Row{Scenario: s, Version: v, State: State(s.Standing)}
			for _, k := range confirmed[promise{s.ID, v}] {
				if other := today.judge(s, k, l.Confirmations[k]); surer(other, row) {
					row = other
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// surer tells whether a counts and not b.
func surer(a, b Row) bool {
	was, is := slices.Index(States(), b.State), slices.Index(States(), a.State)
	return is < was || is == was && a.Confirmation.Date.After(b.Confirmation.Date)
}

// judge tells what a confirmation is worth. A rehearsal that is stale is worth nothing, and so is one of an open question.
func (t Today) judge(s Scenario, k Key, c Confirmation) Row {
	row := Row{Scenario: s, Version: k.Version, State: Confirmed, Target: k.Target, Confirmation: c}
	row.Stale, row.Why = t.stale(k.Version, c)
	switch {
	case s.Question || k.Rehearsed() && row.Stale != "":
		return Row{Scenario: s, Version: k.Version, State: State(s.Standing)}
	case k.Rehearsed():
		row.State = Rehearsed
	case row.Stale != "":
		row.State = Stale
	}
	return row
}

// stale returns why a confirmation proves nothing today, empty for one that does.
func (t Today) stale(v version.Version, c Confirmation) (kind StaleKind, why string) {
	switch then, now := major(c.Tool), major(t.Tool); {
	case c.Date.After(t.Now):
		return DateAhead, "its date lies ahead"
	case t.MaxAge > 0 && t.Now.Sub(c.Date) > t.MaxAge:
		return TooOld, "it is too old"
	case c.Document != t.Documents[v]:
		return DocumentChanged, "the document has changed since"
	case then >= 0 && now > then:
		// A scenario keeps its id while what it checks may change, which is what a major version tells.
		return OlderMajor, fmt.Sprintf("patmock v%d may check something else than v%d did", now, then)
	}
	return "", ""
}

var majorForm = regexp.MustCompile(`\bv(\d+)\.\d+\.\d+`)

// major version of a tool, -1 for one that was built from a work tree.
func major(tool string) int {
	if found := majorForm.FindStringSubmatch(tool); found != nil {
		if n, err := strconv.Atoi(found[1]); err == nil {
			return n
		}
	}
	return -1
}
