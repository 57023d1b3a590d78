package report

// A Warning reports that a run did not really test.
type Warning struct {
	// Kind says what is doubtful, and Text says so in a sentence.
	Kind WarningKind `json:"kind"`
	Text string      `json:"text"`
}

// A WarningKind says, for programs, what is doubtful about a run.
type WarningKind string

// The kinds.
const (
	// WarnSameStatus is a run in which every response was an error of one status.
	WarnSameStatus WarningKind = "same-status"
	// WarnNoFilterMatch is a run in which no filter matched a token.
	WarnNoFilterMatch WarningKind = "no-filter-match"
	// WarnClockSkew is a target whose clock is far from that of the run.
	WarnClockSkew WarningKind = "clock-skew"
	// WarnUndeclaredStatus is a rejected request with a status that no document declares.
	WarnUndeclaredStatus WarningKind = "undeclared-status"
	// WarnCircuitBreaker is a run that stopped after repeated failures to reach the target.
	WarnCircuitBreaker WarningKind = "circuit-breaker"
	// WarnBudgetSpent is a run whose budget of requests is used up.
	WarnBudgetSpent WarningKind = "budget-spent"
	// WarnUnusedSkip is a pattern of scenarios to skip that matches none.
	WarnUnusedSkip WarningKind = "unused-skip"
	// WarnOtherRun is a list with tokens of another run, which is under way or left them.
	WarnOtherRun WarningKind = "other-run"
	// WarnNoRequests is a check of clients that judged no request and was to pass anyway.
	WarnNoRequests WarningKind = "no-requests"
)
