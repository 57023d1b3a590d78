// Package mutants has deliberate faults that wrap a mock. They prove that the contract detects
// violations. A mutant knows only the public API, so it can wrap any http.Handler.
package mutants

import (
	"net/http"
	"slices"

	"example.com/patmock/spec/rule"
)

// Mutant is a deliberate fault.
type Mutant struct {
	// Name identifies the mutant. It is stable and hyphenated.
	Name string
	// Rule is the rule that the mutant breaks.
	Rule rule.ID
	// Description describes the fault in one sentence.
	Description string
	// KilledBy has the ids of the scenarios that fail with the mutant, at least one.
	KilledBy []string
	// Wrap adds the fault to a handler. Each call starts with empty state, which is kept per
	// namespace.
	Wrap func(next http.Handler) http.Handler
}

// All returns every mutant, grouped by topic.
func All() []Mutant {
	return slices.Concat(
		responses, keys, errorResponses, headers, httpMutants, logins, bearers, accessTokens,
		rights, filters,
		lists, names, creates, expiries, dates,
		patches, deletions, bulks, boundaries, concurrentWrites, rateLimits, paths,
		tokenSideEffects,
		loginSideEffects, identityLists, identityFilters, identityProperties, identityRights,
	)
}
