// Package live is what running the contract against a real tenant needs: a [Guard] that every request passes, a [Ledger] of
// what was made, and a sweep of what was left.
package live

// TokenLimit is how many tokens an owner may have (published, behaviour 3.3).
const TokenLimit = 10

// A Refusal is the error of a request that the guard did not send, because the target has no room for it or the run may not
// make it. The scenario that made it is skipped.
type Refusal struct {
	// Lacks says what is missing, as a target lacks it: room for another token, a budget for more requests.
	Lacks string
}

// Error says why nothing was sent.
func (e *Refusal) Error() string { return "not sent: the target lacks " + e.Lacks }
