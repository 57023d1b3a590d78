package tenantguard

import (
	"errors"
	"fmt"
	"time"
)

// A Reason is the rule by which a guard does not send a request.
type Reason string

// The reasons of a [NotSentError].
const (
	WritesNotAllowed Reason = "writes-not-allowed"
	BudgetSpent      Reason = "budget-spent" // of Config.MaxRequests
	OwnerFull        Reason = "owner-full"   // by Config.MaxTokens
	TargetFull       Reason = "target-full"  // by its own response
	// NotCounted is a create for an owner whose tokens cannot be listed.
	NotCounted Reason = "not-counted"
	// WaitTooLong is a request before the time until which the target asked to wait.
	WaitTooLong Reason = "wait-too-long"
)

// The reasons of a [BlockedError].
const (
	OtherHost Reason = "other-host"
	// ForeignToken is a change of a token that the run did not create.
	ForeignToken Reason = "foreign-token"
	// LedgerFailed is a write after the ledger could not be written.
	LedgerFailed Reason = "ledger-failed"
)

// A NotSentError is the error of a request that the guard did not send, because the target has no
// room for it or the run may not make it. The scenario that made it is skipped.
type NotSentError struct {
	// Reason is one of the above, or an id of the scenario.
	Reason Reason
	// Missing is what the target lacks: room for another token, a budget for more requests.
	Missing string
	// Owner is the id of the identity whose tokens are at their limit or cannot be counted. It is
	// empty for other reasons, and if the id is unknown.
	Owner string
}

func (e *NotSentError) Error() string { return "not sent: the target lacks " + e.Missing }

// A BlockedError is the error of a request that the guard did not send because the request is a
// mistake: it could harm what the run did not create, or leave something behind.
type BlockedError struct {
	Reason Reason
	err    error
}

func (e *BlockedError) Error() string { return e.err.Error() }

// Unwrap returns the error of the ledger, if that is the reason.
func (e *BlockedError) Unwrap() error { return errors.Unwrap(e.err) }

func newBlockedError(reason Reason, format string, args ...any) error {
	return &BlockedError{Reason: reason, err: fmt.Errorf(format, args...)}
}

// ReasonOf returns the reason of a [NotSentError] or a [BlockedError] in err, empty if there is
// none.
func ReasonOf(err error) Reason {
	if notSent, ok := errors.AsType[*NotSentError](err); ok {
		return notSent.Reason
	}
	if blockedErr, ok := errors.AsType[*BlockedError](err); ok {
		return blockedErr.Reason
	}
	return ""
}

// A ConfigError reports an invalid field of a [Config] or a [SweepConfig].
type ConfigError struct{ Field, text string }

func (e *ConfigError) Error() string { return "tenantguard: " + e.Field + " " + e.text }

// A LedgerErrorKind is what is wrong with a line of a ledger.
type LedgerErrorKind string

// The kinds.
const (
	Malformed    LedgerErrorKind = "malformed"
	TrailingText LedgerErrorKind = "trailing-text"
	UnknownField LedgerErrorKind = "unknown-field"
	// OtherSchema is of a version that this patmock does not read.
	OtherSchema LedgerErrorKind = "other-schema"
	// UnknownValue is in a field that has a fixed set of values.
	UnknownValue LedgerErrorKind = "unknown-value"
	Missing      LedgerErrorKind = "missing"
)

// A LedgerError reports a line of a ledger that is damaged, or that was not written.
type LedgerError struct {
	// Path of the ledger, and Line, counted from 1. A line that was not written has neither.
	Path string
	Line int
	Kind LedgerErrorKind
	// Field is empty if the line as a whole is wrong.
	Field string
	text  string
}

func (e *LedgerError) Error() string {
	if e.Line == 0 {
		return e.text
	}
	return fmt.Sprintf("the ledger: %s:%d: %s", e.Path, e.Line, e.text)
}

// A RetryError is the error of a request that the target did not accept, and that is not sent
// again.
type RetryError struct {
	Request string // method and path
	Status  int    // of the last response
	// Attempts is how often the request was sent.
	Attempts int
	// Wait is how long the target asks to wait, if that is too long. Zero means that the attempts
	// are used up.
	Wait time.Duration
	// MaybeApplied reports that a gateway responded to a write, and that the target rejected it
	// when it was sent again. The rejection is no evidence: the first attempt may have been carried
	// out.
	MaybeApplied bool
}

func (e *RetryError) Error() string {
	if e.MaybeApplied {
		return fmt.Sprintf("%s: status %d after a gateway responded to the same request: "+
			"it may have been carried out", e.Request, e.Status)
	}
	text := fmt.Sprintf("%s: the target answers %d", e.Request, e.Status)
	if e.Wait == 0 {
		return fmt.Sprintf("%s, %d times in a row", text, e.Attempts)
	}
	return fmt.Sprintf("%s and asks to wait %s, which is more than %s", text, e.Wait, maxWait)
}

// A Call is a call of the API by [Sweep] or [Probe].
type Call string

// The calls.
const (
	LogIn         Call = "log-in"
	ListTokens    Call = "list-tokens" // of the caller
	ListAllTokens Call = "list-all-tokens"
	DeleteToken   Call = "delete-token"
)

// A CallError is the error of a call that did not have the response that it needs.
type CallError struct {
	Call     Call
	ClientID string
	Origin   string // of the credentials, empty if it is unknown
	Status   int    // zero without a response
	// Err is why there is no response, or why it cannot be read. Nil means that the status is the
	// problem.
	Err error
}

func (e *CallError) Error() string {
	problem := fmt.Sprintf("the target answers %d", e.Status)
	if e.Err != nil {
		problem = e.Err.Error()
	}
	switch e.Call {
	case LogIn:
		client := e.ClientID
		if e.Origin != "" {
			client += " (" + e.Origin + ")"
		}
		return fmt.Sprintf("log in as %s: %s", client, problem)
	case ListTokens:
		return fmt.Sprintf("read the tokens of %s: %s", e.ClientID, problem)
	case ListAllTokens:
		return fmt.Sprintf("list the tokens of everybody as %s: %s", e.ClientID, problem)
	default:
		return fmt.Sprintf("delete answers %d", e.Status)
	}
}

// Unwrap returns why there is no response.
func (e *CallError) Unwrap() error { return e.Err }
