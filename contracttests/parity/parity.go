// Package parity reads and writes the ledger of evidence: the evidence of each promise of the
// contract in each version, and which real tenant has confirmed it, when, and with which document.
//
// The published ledger (fixtures/parity.yaml) lists every scenario. A user's own ledger has what
// the user's runs confirmed, and is merged into it:
//
//	confirmations:
//	  - {scenario: create/secret-is-shown-once, version: v2026, target: acme.api.identitynow.com,
//	     date: '2026-01-31T12:00:00Z', document: 9f86..., tool: patmock v1.2.3}
//
// Version is that of the API, oauth for a scenario that belongs to none; target is the host;
// document is the SHA-256 of the document in effect, see [spec.Document.Hash].
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

// A Ledger has the evidence of scenarios. Only Update changes it.
type Ledger struct {
	// Scenarios is empty in a user's own ledger.
	Scenarios     []Scenario
	Confirmations map[Key]Confirmation
}

// Scenario has the evidence of a scenario without confirmations.
type Scenario struct {
	ID string
	// Evidence of the promise.
	Evidence evidence.Level
	// Question marks an open question: no run confirms it.
	Question bool
	// Versions in order, the empty one for a scenario that belongs to none.
	Versions []version.Version
}

// Key identifies a confirmation: a scenario in one version, at one target.
type Key struct {
	Scenario string
	Version  version.Version
	Target   string // a host, without its port
}

// Confirmation is a run in which a promise was kept.
type Confirmation struct {
	Date     time.Time
	Document string // hash of the document in effect
	Tool     string // the program with its version
}

// IsRehearsal reports whether the target is no real tenant. Its host decides: a tenant has a public
// name, so that an IP address, a name without a dot and one of a private domain are no tenant.
func (k Key) IsRehearsal() bool {
	host := strings.ToLower(strings.TrimSuffix(k.Target, "."))
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc(privateDomains, func(domain string) bool {
		return strings.HasSuffix(host, domain)
	})
}

// privateDomains are reserved (RFC 2606, 6761, 6762, 8375).
var privateDomains = []string{
	".localhost", ".local", ".internal", ".home.arpa", ".test", ".example", ".invalid",
}

// WithBase returns a ledger merged into another: the scenarios are those of the base, and the
// confirmations of l replace those of the base.
func (l *Ledger) WithBase(base *Ledger) *Ledger {
	merged := &Ledger{Scenarios: base.Scenarios, Confirmations: map[Key]Confirmation{}}
	maps.Copy(merged.Confirmations, base.Confirmations)
	maps.Copy(merged.Confirmations, l.Confirmations)
	return merged
}

// UnknownKeys returns the keys of confirmations that the base has no scenario and version for: a
// newer or an older patmock wrote them.
func (l *Ledger) UnknownKeys(base *Ledger) []Key {
	known := base.levels()
	return slices.DeleteFunc(l.keys(), func(k Key) bool {
		_, ok := known[k.promise()]
		return ok
	})
}

// UnknownWarning returns a sentence about a key that [Ledger.Unknown] returns.
func (k Key) UnknownWarning() string {
	return fmt.Sprintf("this patmock has no scenario %s in %s, which %s is said to keep: it "+
		"counts for nothing here, and stays in the file",
		k.Scenario, versionName(k.Version), k.Target)
}

// promise is a scenario in one version.
type promise struct {
	scenario string
	version  version.Version
}

func (k Key) promise() promise { return promise{k.Scenario, k.Version} }

func (l *Ledger) levels() map[promise]Scenario {
	all := map[promise]Scenario{}
	for _, s := range l.Scenarios {
		for _, v := range s.Versions {
			all[promise{s.ID, v}] = s
		}
	}
	return all
}

// keys returns those of the confirmations, sorted by scenario, version and target.
func (l *Ledger) keys() []Key {
	return slices.SortedFunc(maps.Keys(l.Confirmations), func(a, b Key) int {
		return cmp.Or(
			cmp.Compare(a.Scenario, b.Scenario),
			cmp.Compare(versionOrder(a.Version), versionOrder(b.Version)),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Target, b.Target),
		)
	})
}

// versionOrder orders versions, the oldest first and unknown ones last.
func versionOrder(v version.Version) int {
	if i := slices.Index(version.All(), v); i >= 0 {
		return i
	}
	return len(version.All())
}

// noVersion is written for a scenario that belongs to no version, as in reports.
const noVersion = "oauth"

func versionName(v version.Version) string { return cmp.Or(string(v), noVersion) }

func parseVersion(name string) version.Version {
	if name == noVersion {
		return ""
	}
	return version.Version(name)
}
