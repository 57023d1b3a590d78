// Package contracttests tests a server against the contract of the personal access token API. The
// contract is a list of scenarios. Each one states a promise with its source, and tests it over
// HTTP. The scenarios state the rules independently of the mock, so that a misread document shows
// as a failing scenario.
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

// A Scenario tests one promise of the API.
type Scenario struct {
	// ID identifies the scenario in reports and recordings, and never changes: a family, then words
	// with hyphens, separated by slashes.
	ID string
	// Promise states the expected behavior in one sentence.
	Promise string
	// Sources cite the documents that state the promise. A source is a pointer into a published
	// document ("v2026 #/paths/~1personal-access-tokens/post"), an https:// page, "errata ID", or a
	// link to a fact ("docs/behaviour.md#create-is-200").
	Sources []string
	// Evidence is the evidence of the promise.
	Evidence evidence.Level
	// OpenQuestion reports that no document states the promise. The scenario records the responses
	// of a real tenant, and its result there is always provisional.
	OpenQuestion bool
	// Versions are the API versions to test. Nil means all. Unversioned is for a promise that
	// belongs to no version.
	Versions []version.Version
	// Features are the features that the target must have.
	Features []Feature
	// Rules are the rules that the scenario covers.
	Rules []rule.ID
	// ViolatedRules are rules of [ExchangeRules] that the scenario violates on purpose.
	ViolatedRules []rule.ID
	// Run tests the promise. It reports failures by the methods of T.
	Run func(t *T)
}

// Unversioned is the Versions field of a scenario that belongs to no version, such as one about the
// token endpoint.
var Unversioned = []version.Version{""}

// Legacy and Current are the versions without and with tokens that never expire.
var (
	Legacy  = version.Legacy()
	Current = version.Current()
)

// A Feature is an ability that some targets lack.
type Feature string

// The features that a scenario can need.
const (
	// Writes means that the run may change data.
	Writes Feature = "writes"
	// SecondIdentity means that there are credentials of a second user without administrator
	// rights.
	SecondIdentity Feature = "second-identity"
	// Admin means that there are credentials of a user with the level ORG_ADMIN.
	Admin Feature = "admin"
	// Clock means that the time can be set.
	Clock Feature = "clock"
	// Faults means that faults can be injected.
	Faults Feature = "faults"
	// SeededTokens means that tokens can be added in any state: managed, expired, used long ago.
	SeededTokens Feature = "seeds"
	// RateLimit means that the rate limit is enforced, and that the run may exceed it.
	RateLimit Feature = "rate-limit"
	// TokenLimit means that an owner may have ten tokens.
	TokenLimit Feature = "token-limit"
	// ScopeDelay means that new access tokens have the former scopes for a while after a change.
	ScopeDelay Feature = "scope-delay"
	// APIClient means that there are credentials of an OAuth client without a user.
	APIClient Feature = "api-client"
	// DisposableTokens means that tokens may be lost, such as all tokens of a user.
	DisposableTokens Feature = "disposable"
	// Unmetered means that many requests cost nothing, as tables of boundary values need.
	Unmetered Feature = "unmetered"
)

// Features returns all features.
func Features() []Feature {
	return []Feature{
		Writes, SecondIdentity, Admin, Clock, Faults, SeededTokens, RateLimit, TokenLimit,
		ScopeDelay, APIClient, DisposableTokens, Unmetered,
	}
}

func (s Scenario) has(f Feature) bool { return slices.Contains(s.Features, f) }

// versions returns the versions to test.
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

// CheckScenarios reports malformed scenarios, such as duplicate ids and unknown rules.
func CheckScenarios(scenarios []Scenario) error {
	var problems []string
	seen := map[string]bool{}
	for _, s := range scenarios {
		report := func(format string, args ...any) {
			problems = append(problems, s.ID+": "+fmt.Sprintf(format, args...))
		}
		if !idForm.MatchString(s.ID) {
			report("expected an id such as create/secret-is-shown-once")
		}
		if seen[s.ID] {
			report("duplicate id")
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
				report("expected a source (pointer into a document, https:// page, erratum, or "+
					"link to a fact of docs/behaviour.md), got %q", source)
			}
		}
		if !slices.Contains([]evidence.Level{
			evidence.Published, evidence.Observed, evidence.Assumed,
		}, s.Evidence) {
			report("expected evidence, got %q", s.Evidence)
		}
		for _, feature := range s.Features {
			if !slices.Contains(Features(), feature) {
				report("unknown feature %q", feature)
			}
		}
		for _, id := range s.Rules {
			if _, found := rule.Find(id); !found {
				report("unknown rule %q; spec/rule lists the rules", string(id))
			}
		}
		if s.Run == nil {
			report("expected a function")
		}
	}
	if problems != nil {
		return fmt.Errorf("scenarios: %s", strings.Join(problems, "; "))
	}
	return nil
}
