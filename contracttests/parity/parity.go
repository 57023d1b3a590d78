// Package parity reads and writes ledgers: the evidence of each scenario in each version, and its
// confirmations by real tenants.
//
// The published ledger (fixtures/parity.yaml) lists every scenario. A user's own ledger has what
// the user's runs confirmed, and extends the published one:
//
//	confirmations:
//	  - {scenario: create/secret-is-shown-once, version: v2026, target: acme.api.identitynow.com,
//	     date: '2026-01-31T12:00:00Z', document: 9f86..., tool: patmock v1.2.3}
//
// Version is a version of the API, or oauth for a scenario without one. Target is a host. Document
// is the SHA-256 of the document in effect, see [spec.Document.Hash].
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

// Scenario has the evidence of a scenario before any confirmation.
type Scenario struct {
	ID string
	// Evidence of the promise.
	Evidence evidence.Level
	// Question reports an open question. It cannot be confirmed.
	Question bool
	// Versions in order, with the empty version for a scenario without one.
	Versions []version.Version
}

// Key identifies a confirmation: a scenario in one version at one target.
type Key struct {
	Scenario string
	Version  version.Version
	Target   string // a host, without its port
}

// Confirmation is a run in which the scenario passed.
type Confirmation struct {
	Date     time.Time
	Document string // hash of the document in effect
	Tool     string // the program with its version
}

// IsRehearsal reports whether the target is not a real tenant. A tenant has a public host name. IP
// addresses, names without a dot and names in private domains are not tenants.
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

// WithBase returns the base with the confirmations of l added. Those of l take precedence.
func (l *Ledger) WithBase(base *Ledger) *Ledger {
	merged := &Ledger{Scenarios: base.Scenarios, Confirmations: map[Key]Confirmation{}}
	maps.Copy(merged.Confirmations, base.Confirmations)
	maps.Copy(merged.Confirmations, l.Confirmations)
	return merged
}

// UnknownKeys returns the keys of confirmations whose scenario and version are not in the base.
// Another version of patmock wrote them.
func (l *Ledger) UnknownKeys(base *Ledger) []Key {
	known := base.levels()
	return slices.DeleteFunc(l.keys(), func(k Key) bool {
		_, ok := known[k.promise()]
		return ok
	})
}

// UnknownWarning returns a warning about a key of [Ledger.UnknownKeys].
func (k Key) UnknownWarning() string {
	return fmt.Sprintf("this patmock has no scenario %s in %s: its confirmation by %s is ignored, "+
		"but kept in the file", k.Scenario, versionName(k.Version), k.Target)
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

// keys returns the keys of the confirmations, sorted by scenario, version and target.
func (l *Ledger) keys() []Key {
	return slices.SortedFunc(maps.Keys(l.Confirmations), func(a, b Key) int {
		return cmp.Or(
			cmp.Compare(a.Scenario, b.Scenario),
			cmp.Compare(versionOrder(a.Version), versionOrder(b.Version)),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Target, b.Target),
		)
	})
}

// versionOrder returns the position of a version, the oldest first and unknown ones last.
func versionOrder(v version.Version) int {
	if i := slices.Index(version.All(), v); i >= 0 {
		return i
	}
	return len(version.All())
}

// noVersion is the name of the empty version, as in reports.
const noVersion = "oauth"

func versionName(v version.Version) string { return cmp.Or(string(v), noVersion) }

func parseVersion(name string) version.Version {
	if name == noVersion {
		return ""
	}
	return version.Version(name)
}
