// Package scenarios is the contract: one list, one file for each family.
package scenarios

import (
	"slices"

	contract "example.com/patmock/contracttests"
)

// All lists every scenario, family by family.
func All() []contract.Scenario {
	return slices.Concat(create, expiry, patch, list, filter, deletion, crossversion, auth, authScopes, authRights, token, tokenAnswer, errorShapes, errorStatuses, rateLimit, lifecycle, lastUsed, bulk)
}
