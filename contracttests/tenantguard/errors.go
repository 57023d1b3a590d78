package tenantguard

import (
	"errors"
	"fmt"
	"time"
)

// A Reason identifies the rule by which a guard does not send a request.
type Reason string

// The reasons of a [NotSentError].
const (
	WritesNotAllowed Reason = "writes-not-allowed"
	BudgetSpent      Reason = "budget-spent" // Config.MaxRequests is reached
	OwnerFull        Reason = "owner-full"   // Config.MaxTokens is reached
	TargetFull       Reason = "target-full"  // the target reports its limit
	// NotCounted means that the tokens of the owner cannot be listed.
	NotCounted Reason = "not-counted"
	// WaitTooLong means that the Retry-After of the target is too long.
	WaitTooLong Reason = "wait-too-long"
)

// The reasons of a [BlockedError].
const (
	OtherHost Reason = "other-host"
	// ForeignToken means that the request changes a token that the run did not create.
	ForeignToken Reason = "foreign-token"
	// OtherResource means that the request changes an identity.
	OtherResource Reason = "other-resource"
	// LedgerFailed means that writing the ledger failed.
	LedgerFailed Reason = "ledger-failed"
)

// A NotSentError is the error of a request that the guard did not send, because the target has no
// room for it or the run may not send it. The scenario of the request is skipped.
type NotSentError struct {
	// Reason is one of the above, or an id of the scenario.
	Reason Reason
	// Missing describes what the target lacks, such as room for another token.
	Missing string
	// Owner is the id of the identity with too many or uncountable tokens. It is empty for other
	// reasons, and if the id is unknown.
	Owner string
}

func (e *NotSentError) Error() string { return "not sent: the target lacks " + e.Missing }

// A BlockedError is the error of a request that the guard did not send because it is a bug in the
// run. The request could change foreign tokens or identities, or leave a token behind.
type BlockedError struct {
	Reason Reason
	err    error
}

func (e *BlockedError) Error() string { return e.err.Error() }

// Unwrap returns the error of the ledger, if any.
func (e *BlockedError) Unwrap() error { return errors.Unwrap(e.err) }

func newBlockedError(reason Reason, format string, args ...any) error {
	return &BlockedError{Reason: reason, err: fmt.Errorf(format, args...)}
}

// ReasonOf returns the reason of a [NotSentError] or a [BlockedError] in err. It returns "" for
// other errors.
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

// A LedgerErrorKind is a kind of invalid line in a ledger.
type LedgerErrorKind string

// The kinds.
const (
	Malformed    LedgerErrorKind = "malformed"
	TrailingText LedgerErrorKind = "trailing-text"
	UnknownField LedgerErrorKind = "unknown-field"
	// OtherSchema means that this patmock does not support the schema version.
	OtherSchema LedgerErrorKind = "other-schema"
	// UnknownValue means that a field has none of its valid values.
	UnknownValue LedgerErrorKind = "unknown-value"
	Missing      LedgerErrorKind = "missing"
)

// A LedgerError reports an invalid line of a ledger, in a file or before it is written.
type LedgerError struct {
	// Path is the path of the ledger. Line is the number of the line, from 1. Both are zero for a
	// line that was not written.
	Path string
	Line int
	Kind LedgerErrorKind
	// Field is the invalid field. It is empty if the complete line is invalid.
	Field string
	text  string
}

func (e *LedgerError) Error() string {
	if e.Line == 0 {
		return e.text
	}
	return fmt.Sprintf("the ledger: %s:%d: %s", e.Path, e.Line, e.text)
}

// A RetryError is the error of a request that the target did not accept, and that is not repeated.
type RetryError struct {
	Request string // method and path
	Status  int    // status of the last response
	// Attempts is the number of attempts.
	Attempts int
	// Wait is the requested wait, if it is too long. Zero means that all attempts were made.
	Wait time.Duration
	// MaybeApplied reports that a gateway failed a write, and that the target rejected the repeated
	// write. The first attempt may have been carried out, so the rejection proves nothing.
	MaybeApplied bool
}

func (e *RetryError) Error() string {
	if e.MaybeApplied {
		return fmt.Sprintf("%s: status %d after a gateway responded to the same request: "+
			"it may have been carried out", e.Request, e.Status)
	}
	text := fmt.Sprintf("%s: the target responds with %d", e.Request, e.Status)
	if e.Wait == 0 {
		return fmt.Sprintf("%s after %d attempts", text, e.Attempts)
	}
	return fmt.Sprintf("%s and a Retry-After of %s, more than %s", text, e.Wait, maxWait)
}

// A Call is an API call of [Sweep] or [Probe].
type Call string

// The calls.
const (
	LogIn         Call = "log-in"
	ListTokens    Call = "list-tokens" // the caller's own
	ListAllTokens Call = "list-all-tokens"
	DeleteToken   Call = "delete-token"
)

// A CallError is the error of a call without a usable response.
type CallError struct {
	Call     Call
	ClientID string
	Origin   string // source of the credentials, empty if unknown
	Status   int    // zero without a response
	// Err is the error of the request or of decoding the response. Nil means that the status is
	// unexpected.
	Err error
}

func (e *CallError) Error() string {
	problem := fmt.Sprintf("the target responds with %d", e.Status)
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
		return fmt.Sprintf("list all tokens as %s: %s", e.ClientID, problem)
	default:
		return fmt.Sprintf("delete has status %d", e.Status)
	}
}

// Unwrap returns Err.
func (e *CallError) Unwrap() error { return e.Err }
