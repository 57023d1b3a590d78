// Package rule contains the registry of rules. Each promise of the API and each obligation of a
// client has an ID, a sentence, evidence and sources. The mock, scenarios, client findings and
// dialect entries refer to rules by ID. The logic of a rule is not here: the mock and the contract
// implement it independently.
package rule

import (
	"cmp"
	"slices"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// An ID names a rule. IDs are stable: recordings, suppressions and test suites refer to them.
type ID string

// A Rule is a promise of the API, or an obligation of its clients.
type Rule struct {
	ID ID `json:"id"`
	// Text is the rule in one sentence.
	Text string `json:"text"`
	// Evidence is the evidence for the rule. It is never stronger than the best source.
	Evidence evidence.Level `json:"evidence"`
	// Sources are pointers into documents, pages, errata, and facts of docs/behaviour.md, in the
	// form of scenarios' sources.
	Sources []string `json:"sources"`
	// Versions are the versions with the rule. Nil means all versions.
	Versions []version.Version `json:"versions"`
	// Unobservable is the reason for which no scenario can observe the rule. Empty means that a
	// scenario must.
	Unobservable string `json:"unobservable"`
}

// All returns every rule, by subject.
func All() []Rule {
	return slices.Concat(
		login, access, responses, listing, tokens, expiry, patching, bulk, identities,
		open, clients, serving, controlling, fixtureFiles, dialects, faults, stubs,
		verifications,
	)
}

// withCommon fills in unset fields of rules from common, and returns the rules.
func withCommon(common Rule, rules []Rule) []Rule {
	for i := range rules {
		r := &rules[i]
		r.Evidence = cmp.Or(r.Evidence, common.Evidence)
		r.Unobservable = cmp.Or(r.Unobservable, common.Unobservable)
		if r.Sources == nil {
			r.Sources = common.Sources
		}
	}
	return rules
}

var byID = func() map[ID]Rule {
	rules := map[ID]Rule{}
	for _, r := range All() {
		rules[r.ID] = r
	}
	return rules
}()

// Find returns the rule with that ID.
func Find(id ID) (Rule, bool) {
	r, ok := byID[id]
	return r, ok
}

// Evidence returns the evidence of the rule, or "" for an unknown ID.
func (id ID) Evidence() evidence.Level { return byID[id].Evidence }

// String returns the ID and the evidence: "rule name-unique, published".
func (id ID) String() string { return "rule " + string(id) + ", " + string(id.Evidence()) }

var (
	legacy  = version.Legacy()
	current = version.Current()
	v1      = []version.Version{version.V1}
)

const (
	published = evidence.Published
	observed  = evidence.Observed
	assumed   = evidence.Assumed
)

const (
	legacyCreate   = "v2024 #/components/schemas/CreatePersonalAccessTokenRequest"
	createRequest  = "v2026 #/components/schemas/CreatePersonalAccessTokenRequest"
	createResponse = "v2026 #/components/schemas/CreatePersonalAccessTokenResponse"
	tokenSchema    = "v2026 #/components/schemas/GetPersonalAccessTokenResponse"
	listOperation  = "v2026 #/paths/~1personal-access-tokens/get"
	createOp       = "v2026 #/paths/~1personal-access-tokens/post"
	patchOperation = "v2026 #/paths/~1personal-access-tokens~1{id}/patch"
	deleteOp       = "v2026 #/paths/~1personal-access-tokens~1{id}/delete"
)
