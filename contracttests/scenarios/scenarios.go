// Package scenarios is the contract: one list, one file for each family.
package scenarios

import (
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

// All lists every scenario, family by family, and behind them the open questions.
func All() []contract.Scenario {
	return slices.Concat(create, expiry, patch, list, filter, deletion, crossversion, authBearers, auth, authScopes, authRights, token, tokenAnswer, errorShapes, errorReads, errorStatuses, rateLimit, manners, lifecycle, lastUsed, boundaryLives, bulk, boundaryBulk, boundarySizes, atOnce, beside, rest, questions)
}

// covers returns the scenario with these rules instead of those of its kind.
func covers(s contract.Scenario, rules ...rule.ID) contract.Scenario {
	s.Rules = rules
	return s
}
