// Package tenantguard is what running the contract against a real tenant needs: a [Guard] that every request passes, a [Ledger] of
// what was made, and a sweep of what was left.
package tenantguard

// TokenLimit is how many tokens an owner may have.
// published: docs/behaviour.md#ten-tokens-per-user
const TokenLimit = 10
