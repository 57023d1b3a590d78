// Package mutants holds small faults that are put around a mock on purpose, to prove that the
// contract notices them. It knows the API from outside only, and works around any http.Handler.
package mutants

import (
	"net/http"
	"slices"

	"example.com/patmock/spec/rule"
)

// Mutant is one deliberate fault.
type Mutant struct {
	// Name is stable, with dashes.
	Name string
	// Rule is the rule that it breaks.
	Rule rule.ID
	// Description says in one sentence what is wrong.
	Description string
	// KilledBy are the ids of scenarios that turn red, at least one.
	KilledBy []string
	// Wrap puts the fault around a handler. Each call begins with an empty memory, which is kept by
	// namespace.
	Wrap func(next http.Handler) http.Handler
}

// All lists every mutant, kind by kind.
func All() []Mutant {
	return slices.Concat(
		responses, keys, errorResponses, headers, httpMutants, logins, bearers, accessTokens,
		rights, filters,
		lists, names, creates, expiries, dates,
		patches, deletions, bulks, boundaries, concurrentWrites, rateLimits, paths,
		tokenSideEffects,
		loginSideEffects,
	)
}
