// Package rule is the registry of rules: each promise of the API, and each obligation of a client,
// has one ID here, one sentence, its evidence and its sources. The mock, the scenarios of the
// contract, client findings and dialect entries refer to rules by ID. The logic of a rule is not
// here: it is written twice, in the mock and in the contract.
package rule

import (
	"cmp"
	"slices"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// An ID names a rule. IDs are stable: recordings, suppressions and test suites refer to them.
type ID string

// A Rule is one promise of the API, or one obligation of its clients.
type Rule struct {
	ID ID `json:"id"`
	// Text is the rule in one sentence.
	Text string `json:"text"`
	// Evidence is how sure the rule is. It is never surer than the best of the sources.
	Evidence evidence.Level `json:"evidence"`
	// Sources are pointers into documents, pages, errata, and facts of docs/behaviour.md, in the
	// form that scenarios have.
	Sources []string `json:"sources"`
	// Versions that have the rule. Nil means all.
	Versions []version.Version `json:"versions"`
	// Unobservable is the reason why no scenario can observe the rule. Empty means that one must.
	Unobservable string `json:"unobservable"`
}

// All returns every rule, by subject.
func All() []Rule {
	return slices.Concat(
		login, access, responses, listing, tokens, expiry, patching, bulk, open,
		clients, serving, controlling, fixtureFiles, dialects, faults, verifications,
	)
}

// withCommon sets what rules leave out to that of a common one.
func withCommon(common Rule, rules []Rule) []Rule {
	for i := range rules {
		r := &rules[i]
		r.Evidence, r.Unobservable = cmp.Or(r.Evidence, common.Evidence),
			cmp.Or(r.Unobservable, common.Unobservable)
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

// Find returns the rule of that ID.
func Find(id ID) (Rule, bool) {
	r, ok := byID[id]
	return r, ok
}

// Evidence returns the evidence of the rule, empty for an ID that is not registered.
func (id ID) Evidence() evidence.Level { return byID[id].Evidence }

// String returns the ID and its evidence, as messages show them: "rule name-unique, published".
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
	createRequest  = "v2026 #/components/schemas/CreatePersonalAccessTokenRequest"
	createResponse = "v2026 #/components/schemas/CreatePersonalAccessTokenResponse"
	tokenSchema    = "v2026 #/components/schemas/GetPersonalAccessTokenResponse"
	listOperation  = "v2026 #/paths/~1personal-access-tokens/get"
	createOp       = "v2026 #/paths/~1personal-access-tokens/post"
	patchOperation = "v2026 #/paths/~1personal-access-tokens~1{id}/patch"
	deleteOp       = "v2026 #/paths/~1personal-access-tokens~1{id}/delete"
)
