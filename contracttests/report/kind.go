package report

// A Kind says, for programs, what a message of a result or of a failure says in words.
type Kind string

// The kinds of failures. A failed result has the kind of its first failure.
const (
	KindPromise  Kind = "promise"
	KindResponse Kind = "response" // that its document does not allow
	// KindRequest is a bug of the scenario: a request that its document does not allow, or that was
	// to be invalid and is valid.
	KindRequest Kind = "request"
	// KindUnrelatedRule is a rule that an exchange breaks and that the scenario is not about.
	KindUnrelatedRule Kind = "unrelated-rule"
	// KindNotVisible is a write that the lists of a real tenant do not show in time.
	KindNotVisible Kind = "not-visible"
	KindFinding    Kind = "finding" // of a client
)

// The kinds of other results. A pass has none.
const (
	KindUnsupported Kind = "unsupported" // see Result.Missing
	// KindAllowed is a skip of a check that was not wanted, or whose findings are all allowed.
	KindAllowed Kind = "allowed"
	// KindNoRequests is a check of clients that judged no request.
	KindNoRequests Kind = "no-requests"
	// KindAssumed is a provisional result of a promise that is only assumed.
	KindAssumed      Kind = "assumed"
	KindOpenQuestion Kind = "open-question"
	// KindLeftovers is an error: tokens of the scenario may be left.
	KindLeftovers Kind = "leftovers"
	KindPanic     Kind = "panic"
	// KindUnfinished is an error of a run that did not test every case, and a skip of each of
	// those.
	KindUnfinished Kind = "unfinished"
	KindGateway    Kind = "gateway" // responded instead of the API, see [FromGateway]
	// KindOtherRun is an error: another run of the contract used the same user.
	KindOtherRun Kind = "other-run"
	// KindUntested is any other error of the network or the harness.
	KindUntested Kind = "untested"
)

// A Warning is a reason for which a run may not have tested what it seems to.
type Warning struct {
	Kind WarningKind `json:"kind"`
	// Text describes it in a sentence.
	Text string `json:"text"`
}

// A WarningKind is what a warning is about.
type WarningKind string

// The kinds of warnings.
const (
	// WarnSameStatus is a run in which every response was an error of one status.
	WarnSameStatus WarningKind = "same-status"
	// WarnNoFilterMatch is a run in which no filter matched a token.
	WarnNoFilterMatch WarningKind = "no-filter-match"
	WarnClockSkew     WarningKind = "clock-skew" // between the target and the run
	// WarnUndeclaredStatus is a rejected request with a status that no document declares.
	WarnUndeclaredStatus WarningKind = "undeclared-status"
	WarnCircuitBreaker   WarningKind = "circuit-breaker"
	WarnBudgetSpent      WarningKind = "budget-spent"
	// WarnUnusedSkip is a pattern of scenarios to skip that matches none.
	WarnUnusedSkip WarningKind = "unused-skip"
	// WarnOtherRun is a list with tokens of another run, which is under way or left them.
	WarnOtherRun WarningKind = "other-run"
	// WarnNoRequests is a check of clients that judged no request and was to pass anyway.
	WarnNoRequests WarningKind = "no-requests"
)
