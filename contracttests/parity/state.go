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

// A State is the strength of the evidence of a promise.
type State string

// The states, the strongest first. The last three are the evidence of unconfirmed promises.
const (
	Confirmed State = "confirmed"
	// Stale is a confirmation that is too old, or from other conditions.
	Stale State = "stale"
	// Rehearsed is a confirmation by a target that is neither a patmock nor a tenant.
	Rehearsed State = "rehearsed"
	Published State = State(evidence.Published)
	Observed  State = State(evidence.Observed)
	Assumed   State = State(evidence.Assumed)
)

// States returns all states, the strongest first.
func States() []State { return []State{Confirmed, Stale, Rehearsed, Published, Observed, Assumed} }

// Conditions are the present conditions. They determine whether confirmations are stale.
type Conditions struct {
	Now time.Time
	// MaxAge of a confirmation. Zero means any age.
	MaxAge    time.Duration
	Tool      string                     // the program with its version
	Documents map[version.Version]string // see [Documents]
}

// Documents returns the hashes of the documents in effect, by version. The empty version has the
// document of the token endpoint.
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

// Row is the state of a promise in one version.
type Row struct {
	Scenario Scenario
	Version  version.Version
	State    State
	// Target and Confirmation are set if the promise is confirmed, stale or rehearsed.
	Target       string
	Confirmation Confirmation
	// Stale is the kind of a stale confirmation, and StaleReason describes it. Both are empty
	// otherwise.
	Stale       StaleKind
	StaleReason string
}

// A StaleKind is the reason why a confirmation is stale.
type StaleKind string

// The kinds.
const (
	FutureDate      StaleKind = "future-date"
	TooOld          StaleKind = "too-old" // by Conditions.MaxAge
	DocumentChanged StaleKind = "document-changed"
	OlderMajor      StaleKind = "older-major" // version of patmock
)

// Rows returns the state of every promise. The strongest confirmation counts, and among equals the
// latest.
func (l *Ledger) Rows(conditions Conditions) []Row {
	confirmed := map[promise][]Key{}
	for _, k := range l.keys() {
		confirmed[k.promise()] = append(confirmed[k.promise()], k)
	}
	var rows []Row
	for _, s := range l.Scenarios {
		for _, v := range s.Versions {
			row := Row{Scenario: s, Version: v, State: State(s.Evidence)}
			for _, k := range confirmed[promise{s.ID, v}] {
				if other := conditions.evaluate(s, k, l.Confirmations[k]); isStronger(other, row) {
					row = other
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func isStronger(a, b Row) bool {
	rankB, rankA := slices.Index(States(), b.State), slices.Index(States(), a.State)
	return rankA < rankB || rankA == rankB && a.Confirmation.Date.After(b.Confirmation.Date)
}

// evaluate returns the state of a promise with one confirmation. A stale rehearsal has no effect.
// Neither has a confirmation of an open question.
func (present Conditions) evaluate(s Scenario, k Key, c Confirmation) Row {
	row := Row{Scenario: s, Version: k.Version, State: Confirmed, Target: k.Target, Confirmation: c}
	row.Stale, row.StaleReason = present.staleReason(k.Version, c)
	switch {
	case s.Question || k.IsRehearsal() && row.Stale != "":
		return Row{Scenario: s, Version: k.Version, State: State(s.Evidence)}
	case k.IsRehearsal():
		row.State = Rehearsed
	case row.Stale != "":
		row.State = Stale
	}
	return row
}

// staleReason returns the reason why a confirmation is stale, empty if it is not.
func (present Conditions) staleReason(
	v version.Version, c Confirmation,
) (kind StaleKind, reason string) {
	switch oldMajor, newMajor := majorVersion(c.Tool), majorVersion(present.Tool); {
	case c.Date.After(present.Now):
		return FutureDate, "its date is in the future"
	case present.MaxAge > 0 && present.Now.Sub(c.Date) > present.MaxAge:
		return TooOld, "it is too old"
	case c.Document != present.Documents[v]:
		return DocumentChanged, "the document has changed since"
	case oldMajor >= 0 && newMajor > oldMajor:
		// A scenario keeps its id. What it checks may change in a major version.
		return OlderMajor,
			fmt.Sprintf("patmock v%d may check other things than v%d", newMajor, oldMajor)
	}
	return "", ""
}

var majorPattern = regexp.MustCompile(`\bv(\d+)\.\d+\.\d+`)

// majorVersion returns the major version of a tool, -1 for a development build.
func majorVersion(tool string) int {
	if found := majorPattern.FindStringSubmatch(tool); found != nil {
		if n, err := strconv.Atoi(found[1]); err == nil {
			return n
		}
	}
	return -1
}
