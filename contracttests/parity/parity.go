// Package parity is the ledger of standing: what each promise of the contract rests on in each version, and which tenant has
// confirmed it, when, and under which document.
//
// The published ledger (fixtures/parity.yaml) lists every scenario. A ledger of one's own holds what one's own runs
// confirmed, and is laid over it:
//
//	confirmations:
//	  - {scenario: create/secret-is-shown-once, version: v2026, target: acme.api.identitynow.com, date: '2026-01-31T12:00:00Z', document: 9f86..., tool: patmock v1.2.3}
//
// Version is that of the API, oauth for a scenario that belongs to none; target is the host; document is the SHA-256 of the
// document in effect, see [spec.Document.Hash].
package parity

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// A Ledger says what is known of the scenarios. Only Update changes it.
type Ledger struct {
	// Scenarios are those that there are. A ledger of one's own lists none.
	Scenarios []Scenario
	// Confirmations by what they confirm.
	Confirmations map[Key]Confirmation
}

// Scenario is what a scenario rests on when no tenant was asked.
type Scenario struct {
	ID string
	// Standing of the promise.
	Standing evidence.Standing
	// Question marks one that nothing settles: no run confirms it.
	Question bool
	// Versions where it is made, in order; the empty one for a scenario that belongs to none.
	Versions []version.Version
}

// Key is what a confirmation is of: a case, which is a scenario in one version, at one target.
type Key struct {
	Scenario string
	// Version is empty for a scenario that belongs to none.
	Version version.Version
	// Target is a host, without its port.
	Target string
}

// Confirmation says when a run saw that a promise is kept, and by what.
type Confirmation struct {
	Date time.Time
	// Document is the hash of the document in effect.
	Document string
	// Tool is the program with its version.
	Tool string
}

// Rehearsed tells that the target is no tenant. This is the one place where that is decided, and it is decided by the host:
// a tenant has a public name, so an address of numbers, a name without a dot and one of a private domain is none. Whatever
// else answers under a public name is taken for a tenant.
func (k Key) Rehearsed() bool {
	host := strings.ToLower(strings.TrimSuffix(k.Target, "."))
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc(privateDomains, func(domain string) bool { return strings.HasSuffix(host, domain) })
}

// privateDomains are reserved for machines that the public does not see (RFC 2606, 6761, 6762, 8375).
var privateDomains = []string{".localhost", ".local", ".internal", ".home.arpa", ".test", ".example", ".invalid"}

// Over lays a ledger over another: the scenarios are those of the base, and of two confirmations of the same that of l holds.
func (l *Ledger) Over(base *Ledger) *Ledger {
	both := &Ledger{Scenarios: base.Scenarios, Confirmations: map[Key]Confirmation{}}
	maps.Copy(both.Confirmations, base.Confirmations)
	maps.Copy(both.Confirmations, l.Confirmations)
	return both
}

// Unknown returns the keys of confirmations whose scenario the base does not list, or not in that
// version: a newer or an older patmock wrote them.
func (l *Ledger) Unknown(base *Ledger) []Key {
	known := base.standings()
	return slices.DeleteFunc(l.keys(), func(k Key) bool {
		_, ok := known[k.of()]
		return ok
	})
}

// UnknownWarning returns a sentence about a key that [Ledger.Unknown] returns.
func (k Key) UnknownWarning() string {
	return fmt.Sprintf("this patmock has no scenario %s in %s, which %s is said to keep: it counts for nothing here, and stays in the file",
		k.Scenario, nameOf(k.Version), k.Target)
}

// promise is a scenario in one version.
type promise struct {
	scenario string
	version  version.Version
}

func (k Key) of() promise { return promise{k.Scenario, k.Version} }

// standings are what every promise rests on.
func (l *Ledger) standings() map[promise]Scenario {
	all := map[promise]Scenario{}
	for _, s := range l.Scenarios {
		for _, v := range s.Versions {
			all[promise{s.ID, v}] = s
		}
	}
	return all
}

// keys of the confirmations, by scenario, version and target.
func (l *Ledger) keys() []Key {
	return slices.SortedFunc(maps.Keys(l.Confirmations), func(a, b Key) int {
		return cmp.Or(
			cmp.Compare(a.Scenario, b.Scenario), cmp.Compare(age(a.Version), age(b.Version)), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Target, b.Target),
		)
	})
}

// age orders versions, the oldest first; those that are not known here come last.
func age(v version.Version) int {
	if i := slices.Index(version.All(), v); i >= 0 {
		return i
	}
	return len(version.All())
}

// noVersion is written for a scenario that belongs to no version, as in reports.
const noVersion = "oauth"

func nameOf(v version.Version) string { return cmp.Or(string(v), noVersion) }

func versionOf(name string) version.Version {
	if name == noVersion {
		return ""
	}
	return version.Version(name)
}
