// Package contracttests is the contract of the personal access token API: a list of scenarios, each
// a promise with its source, run over HTTP against any target. It knows nothing of the mock's
// rules: they are stated a second time here, so that a wrong reading of the documents shows as a
// red scenario.
package contracttests

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// A Scenario is one promise of the API, and how to see whether it is kept.
type Scenario struct {
	// ID is stable: a family, and names with dashes behind slashes.
	ID string
	// Promise says in one sentence what holds.
	Promise string
	// Sources are where the promise is written: "v2026 #/paths/~1personal-access-tokens/post" for a
	// pointer into a published document, an https:// page, "errata ID", or the link to a fact, such
	// as "docs/behaviour.md#create-is-200".
	Sources []string
	// Evidence of the promise.
	Evidence evidence.Level
	// OpenQuestion marks one that nothing settles: what it notes is always provisional on a real
	// tenant.
	OpenQuestion bool
	// Versions where it holds. Nil means all. Unversioned stands for a promise that belongs to no
	// version.
	Versions []version.Version
	// Features are what a target must have.
	Features []Feature
	// Rules are the rules that it covers.
	Rules []rule.ID
	// ViolatedRules are the rules of every exchange that it breaks on purpose.
	ViolatedRules []rule.ID
	// Run tries it. It fails by the methods of T.
	Run func(t *T)
}

// Unversioned is the version of a scenario that belongs to none, such as one about the token
// endpoint.
var Unversioned = []version.Version{""}

// Legacy and Current are the versions before and since tokens may live for ever.
var (
	Legacy  = version.Legacy()
	Current = version.Current()
)

// A Feature is something that not every target has.
type Feature string

// The features.
const (
	// Writes to the target are allowed.
	Writes Feature = "writes"
	// SecondIdentity is another user, who is no administrator.
	SecondIdentity Feature = "second-identity"
	// Admin is a user with the level ORG_ADMIN.
	Admin Feature = "admin"
	// Clock can be moved.
	Clock Feature = "clock"
	// Faults can be injected.
	Faults Feature = "faults"
	// SeededTokens are tokens that can be added in any state: managed, expired, used long ago.
	SeededTokens Feature = "seeds"
	// RateLimit is enforced, and may be provoked.
	RateLimit Feature = "rate-limit"
	// TokenLimit is enforced: an owner has ten tokens at most.
	TokenLimit Feature = "token-limit"
	// ScopeDelay is shown: logins give the scopes of before a change for a while.
	ScopeDelay Feature = "scope-delay"
	// APIClient is an OAuth client without a user.
	APIClient Feature = "api-client"
	// DisposableTokens are tokens with which nothing is lost: what would take all of a user's is
	// asked for there only.
	DisposableTokens Feature = "disposable"
	// Unmetered is a target on which a request costs nothing: tables of many boundaries are tried
	// there only.
	Unmetered Feature = "unmetered"
)

// Features returns all of them.
func Features() []Feature {
	return []Feature{
		Writes, SecondIdentity, Admin, Clock, Faults, SeededTokens, RateLimit, TokenLimit,
		ScopeDelay, APIClient, DisposableTokens, Unmetered,
	}
}

func (s Scenario) has(f Feature) bool { return slices.Contains(s.Features, f) }

// versions where the scenario is tried.
func (s Scenario) versions() []version.Version {
	if s.Versions == nil {
		return version.All()
	}
	return s.Versions
}

var (
	idForm     = regexp.MustCompile(`^[a-z]+(/[a-z0-9]+(-[a-z0-9]+)*)+$`)
	sourceForm = regexp.MustCompile(`^(((beta|v3|v2024|v2025|v2026|v1) ` +
		`#/\S+)|https://\S+|docs/behaviour\.md#[a-z0-9-]+|errata [a-z-]+)$`)
)

// CheckScenarios tells what is wrong with a list of scenarios: a name that is there twice, a source
// that is none.
func CheckScenarios(scenarios []Scenario) error {
	var wrong []string
	seen := map[string]bool{}
	for _, s := range scenarios {
		report := func(format string, args ...any) {
			wrong = append(wrong, s.ID+": "+fmt.Sprintf(format, args...))
		}
		if !idForm.MatchString(s.ID) {
			report("expected an id such as create/secret-is-shown-once")
		}
		if seen[s.ID] {
			report("there are two of that id")
		}
		seen[s.ID] = true
		if !strings.HasSuffix(s.Promise, ".") || strings.Contains(s.Promise, "\n") {
			report("expected a promise of one sentence, got %q", s.Promise)
		}
		if len(s.Sources) == 0 {
			report("expected a source")
		}
		for _, source := range s.Sources {
			if !sourceForm.MatchString(source) {
				report("expected a document with a pointer, a page, an erratum, or the link to a "+
					"fact of docs/behaviour.md as source, got %q", source)
			}
		}
		if !slices.Contains([]evidence.Level{
			evidence.Published, evidence.Observed, evidence.Assumed,
		}, s.Evidence) {
			report("expected evidence, got %q", s.Evidence)
		}
		for _, n := range s.Features {
			if !slices.Contains(Features(), n) {
				report("unknown need %q", n)
			}
		}
		for _, id := range s.Rules {
			if _, found := rule.Find(id); !found {
				report("unknown rule %q; spec/rule has all there are", string(id))
			}
		}
		if s.Run == nil {
			report("expected a function")
		}
	}
	if wrong != nil {
		return fmt.Errorf("scenarios: %s", strings.Join(wrong, "; "))
	}
	return nil
}
