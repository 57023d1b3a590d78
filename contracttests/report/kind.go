package report

// A Kind says, for programs, what a message of a result or of a failure says in words.
type Kind string

// The kinds of failures. A failed result has the kind of its first failure.
const (
	// KindPromise is a promise that was not kept.
	KindPromise Kind = "promise"
	// KindResponse is a response that its document does not allow.
	KindResponse Kind = "response"
	// KindRequest is a request of the scenario that its document does not allow, or that was to be
	// wrong and is not: the scenario has a bug.
	KindRequest Kind = "request"
	// KindBeside is a rule that an exchange breaks which the scenario is not about.
	KindBeside Kind = "beside"
	// KindNotVisible is a write that the lists of a real tenant do not show in time.
	KindNotVisible Kind = "not-visible"
	// KindFinding is something that a client did wrong.
	KindFinding Kind = "finding"
)

// The kinds of other results. A pass has none.
const (
	// KindLacks is a skip because the target lacks something: see Result.Lacks.
	KindLacks Kind = "lacks"
	// KindAllowed is a skip of a check that was not wanted, or whose findings are all allowed.
	KindAllowed Kind = "allowed"
	// KindNoRequests is a check of clients that judged no request.
	KindNoRequests Kind = "no-requests"
	// KindAssumed is a provisional result of a promise that is only assumed.
	KindAssumed Kind = "assumed"
	// KindOpenQuestion is a provisional result of a scenario that asks what nothing settles.
	KindOpenQuestion Kind = "open-question"
	// KindLeftovers is an error: what the scenario made may be left.
	KindLeftovers Kind = "leftovers"
	// KindPanic is an error: the scenario panicked.
	KindPanic Kind = "panic"
	// KindUnfinished is an error of a run that did not test every case, and a skip of each of those.
	KindUnfinished Kind = "unfinished"
	// KindGateway is an error: a gateway in front of the API responded, see [FromGateway].
	KindGateway Kind = "gateway"
	// KindOtherRun is an error: another run of the contract used the same user.
	KindOtherRun Kind = "other-run"
	// KindUntested is any other error: the network or the harness kept the scenario from being tried.
	KindUntested Kind = "untested"
)
