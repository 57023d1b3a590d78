package tenantguard

import (
	"errors"
	"fmt"
	"time"
)

// A Reason identifies the rule by which a guard does not send a request.
type Reason string

// The reasons for which a scenario is skipped: the target lacks something, see [NotSentError].
const (
	// WritesNotAllowed is a request that may change something, in a run that only reads.
	WritesNotAllowed Reason = "writes-not-allowed"
	// BudgetSpent is a request beyond Config.Requests.
	BudgetSpent Reason = "budget-spent"
	// OwnerFull is a token beyond those that an owner may have.
	OwnerFull Reason = "owner-full"
	// TargetFull is a token for which the target reports that its limit is reached.
	TargetFull Reason = "target-full"
	// NotCounted is a token of an owner whose tokens cannot be listed.
	NotCounted Reason = "not-counted"
	// WaitTooLong is a request before the time until which the target asked to wait.
	WaitTooLong Reason = "wait-too-long"
)

// The reasons for which a request is a mistake, see [BlockedError].
const (
	// OtherHost is a request to another host than that of the target.
	OtherHost Reason = "other-host"
	// ForeignToken is a change of a token that the run did not make.
	ForeignToken Reason = "foreign-token"
	// LedgerFailed is a write after the ledger could not be written.
	LedgerFailed Reason = "ledger-failed"
)

// A NotSentError is the error of a request that the guard did not send, because the target has no room
// for it or the run may not make it. The scenario that made it is skipped.
type NotSentError struct {
	// Reason is one of the above, or the id of what only a scenario finds out.
	Reason Reason
	// Missing says what is missing, as a target lacks it: room for another token, a budget for more
	// requests.
	Missing string
	// Owner is the id of the identity whose tokens are at their limit or cannot be counted. It is
	// empty for other reasons, and if the id is unknown.
	Owner string
}

// Error says why nothing was sent.
func (e *NotSentError) Error() string { return "not sent: the target lacks " + e.Missing }

// A BlockedError is the error of a request that the guard did not send because the request is a
// mistake: it could harm what the run did not make, or leave something behind.
type BlockedError struct {
	Reason Reason
	err    error
}

// Error names the request and the reason.
func (e *BlockedError) Error() string { return e.err.Error() }

// Unwrap returns the error of the ledger, if that is the reason.
func (e *BlockedError) Unwrap() error { return errors.Unwrap(e.err) }

// blocked returns a BlockedError with a message of its own.
func blocked(reason Reason, format string, args ...any) error {
	return &BlockedError{Reason: reason, err: fmt.Errorf(format, args...)}
}

// ReasonOf returns the reason of a [NotSentError] or a [BlockedError] in err, empty if there is none.
func ReasonOf(err error) Reason {
	if refused, ok := errors.AsType[*NotSentError](err); ok {
		return refused.Reason
	}
	if mistake, ok := errors.AsType[*BlockedError](err); ok {
		return mistake.Reason
	}
	return ""
}

// A ConfigError reports a field of a [Config] or a [SweepConfig] that cannot be worked with.
type ConfigError struct {
	// Field is its name.
	Field string
	text  string
}

// Error says what is wrong with the field.
func (e *ConfigError) Error() string { return e.text }

// A LineErrorKind says what is wrong with a line of a ledger.
type LineErrorKind string

// The kinds.
const (
	// Malformed is not a JSON object with the fields of a line.
	Malformed LineErrorKind = "malformed"
	// TrailingText follows the object.
	TrailingText LineErrorKind = "trailing-text"
	// UnknownField is one that lines do not have.
	UnknownField LineErrorKind = "unknown-field"
	// OtherSchema is of a version that this patmock does not read.
	OtherSchema LineErrorKind = "other-schema"
	// UnknownValue is in a field that has a fixed set of values.
	UnknownValue LineErrorKind = "unknown-value"
	// Missing is a field that the event needs.
	Missing LineErrorKind = "missing"
)

// A LineError says what is wrong with a line of a ledger.
type LineError struct {
	Kind LineErrorKind
	// Field is the wrong one, such as event. It is empty if the line as a whole is wrong.
	Field string
	text  string
}

// Error says what is wrong.
func (e *LineError) Error() string { return e.text }

// A LedgerError says where a ledger is damaged.
type LedgerError struct {
	// Path of the ledger, and Line, counted from 1.
	Path string
	Line int
	// Err says what is wrong with the line.
	Err *LineError
}

// Error names the place and what is wrong there.
func (e *LedgerError) Error() string {
	return fmt.Sprintf("the ledger: %s:%d: %s", e.Path, e.Line, e.Err)
}

// Unwrap returns what is wrong with the line.
func (e *LedgerError) Unwrap() error { return e.Err }

// A RetryError is the error of a request that the target did not take, and that is not sent again.
type RetryError struct {
	// Request is its method and path.
	Request string
	// Status is that of the last response.
	Status int
	// Attempts is how often the request was sent.
	Attempts int
	// Wait is how long the target asks to wait, if that is too long. Zero means that the attempts
	// are used up.
	Wait time.Duration
}

// Error names the request, the status, and what ends the attempts.
func (e *RetryError) Error() string {
	const answers = "%s: the target answers %d"
	if e.Wait == 0 {
		return fmt.Sprintf(answers+", %d times in a row", e.Request, e.Status, e.Attempts)
	}
	return fmt.Sprintf(answers+" and asks to wait %s, which is more than %s", e.Request, e.Status,
		e.Wait, maxWait)
}

// A RepeatedError is the error of a write that a gateway responded to, and that the target rejected
// when it was sent again. The first attempt may have been carried out, so that the rejection is no
// evidence.
type RepeatedError struct {
	// Request is its method and path.
	Request string
	// Status is that of the last response.
	Status int
}

// Error names the request and the status.
func (e *RepeatedError) Error() string {
	return fmt.Sprintf("%s: status %d after a gateway responded to the same request: it may have been carried out",
		e.Request, e.Status)
}

// A Call is what a sweep or an examination requests of a target.
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
	Call Call
	// ClientID is that of the token that logs in.
	ClientID string
	// Origin names what held the credentials, empty if that is unknown.
	Origin string
	// Status of the response, zero without one.
	Status int
	// Err says why there is no response, or why it cannot be read. Nil means that the status is the
	// problem.
	Err error
}

// Error names the call, the caller and the problem.
func (e *CallError) Error() string {
	problem := fmt.Sprintf("the target answers %d", e.Status)
	if e.Err != nil {
		problem = e.Err.Error()
	}
	switch e.Call {
	case LogIn:
		who := e.ClientID
		if e.Origin != "" {
			who += " (" + e.Origin + ")"
		}
		return fmt.Sprintf("log in as %s: %s", who, problem)
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
