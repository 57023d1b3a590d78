package report

// A Kind is the reason of a result or a failure, for programs.
type Kind string

// The kinds of failures. A failed result has the kind of its first failure.
const (
	KindPromise  Kind = "promise"
	KindResponse Kind = "response" // violates its document
	// KindRequest is a bug of the scenario: an invalid request, or a valid one that should be
	// invalid.
	KindRequest Kind = "request"
	// KindUnrelatedRule is a broken rule that the scenario is not about.
	KindUnrelatedRule Kind = "unrelated-rule"
	// KindNotVisible is a write that a real tenant's lists do not include in time.
	KindNotVisible Kind = "not-visible"
	KindFinding    Kind = "finding" // of client lint
)

// The kinds of other results. A pass has none.
const (
	KindUnsupported Kind = "unsupported" // see Result.Missing
	// KindAllowed is a skip of an unwanted check, or of one whose findings are all allowed.
	KindAllowed Kind = "allowed"
	// KindNoRequests is a client lint that judged no request.
	KindNoRequests Kind = "no-requests"
	// KindAssumed is a provisional result of an assumed promise.
	KindAssumed      Kind = "assumed"
	KindOpenQuestion Kind = "open-question"
	// KindLeftovers is an error because tokens of the scenario may be left.
	KindLeftovers Kind = "leftovers"
	KindPanic     Kind = "panic"
	// KindUnfinished is the error of a run that did not test every case, and the skip of each
	// untested case.
	KindUnfinished Kind = "unfinished"
	KindGateway    Kind = "gateway" // see [FromGateway]
	// KindOtherRun is an error because another run of the contract used the same user.
	KindOtherRun Kind = "other-run"
	// KindUntested is any other error of the network or the harness.
	KindUntested Kind = "untested"
)

// A Warning is a reason to doubt the result of a run.
type Warning struct {
	Kind WarningKind `json:"kind"`
	// Text describes the warning in a sentence.
	Text string `json:"text"`
}

// A WarningKind is the kind of a warning, for programs.
type WarningKind string

// The kinds of warnings.
const (
	// WarnSameStatus is a run whose responses were all errors with the same status.
	WarnSameStatus WarningKind = "same-status"
	// WarnNoFilterMatch is a run in which no filter matched a token.
	WarnNoFilterMatch WarningKind = "no-filter-match"
	WarnClockSkew     WarningKind = "clock-skew" // between the target and the run
	// WarnUndeclaredStatus is a rejected request with a status that no document declares.
	WarnUndeclaredStatus WarningKind = "undeclared-status"
	WarnCircuitBreaker   WarningKind = "circuit-breaker"
	WarnBudgetSpent      WarningKind = "budget-spent"
	// WarnUnusedSkip is a pattern of skipped scenarios that matches none.
	WarnUnusedSkip WarningKind = "unused-skip"
	// WarnOtherRun is a list with tokens of another run, current or past.
	WarnOtherRun WarningKind = "other-run"
	// WarnNoRequests is a client lint that judged no request and passes anyway.
	WarnNoRequests WarningKind = "no-requests"
)
