package pat

import (
	"errors"
	"fmt"
	"strings"

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// Errors of a Store. After ErrConflict a write has to be prepared again.
var (
	ErrNotFound  = errors.New("no such token")
	ErrNameTaken = errors.New("the owner has a token of that name")
	ErrLimit     = errors.New("the owner has as many tokens as allowed")
	ErrConflict  = errors.New("the token was changed meanwhile")
)

// Kind classifies errors. Package response has the status of each.
type Kind int

// The kinds of errors.
const (
	Invalid        Kind = iota + 1 // the content breaks a rule
	Missing                        // required data is missing or empty
	Illegal                        // a value is of the wrong type or out of its bounds
	Limit                          // as many tokens as allowed
	Forbidden                      // the caller may not do this
	NotFound                       // there is no such token, as far as the caller may know
	BadCredentials                 // no login with this client id and secret
)

// Error is a request that breaks a rule.
type Error struct {
	Kind Kind
	// Field is a JSON pointer into the body, or the name of a parameter.
	Field string
	// Want and Got are in words and JSON.
	Want, Got string
	// Position of Got in a filter, in characters from 1. Zero means none.
	Position int
	// Advice says what to send instead, unless Want does.
	Advice string
	// Rule is the rule that the request breaks.
	Rule rule.ID
	// Entry is the id of the dialect's entry that decides about the error. Empty means the id of
	// the rule.
	Entry string
	// Reason is the text of BadCredentials. Clients do not see it: its details would help to guess.
	Reason string
}

// Error returns the text with the rule behind it.
func (e *Error) Error() string { return e.Text() + " (" + e.Rule.String() + ")" }

// Text returns the error in one sentence, without the rule.
func (e *Error) Text() string {
	if e.Reason != "" {
		return e.Reason
	}
	var b strings.Builder
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	fmt.Fprintf(&b, "expected %s, got %s", e.Want, e.Got)
	if e.Position > 0 {
		fmt.Fprintf(&b, " at position %d", e.Position)
	}
	if e.Advice != "" {
		b.WriteString("; " + e.Advice)
	}
	return b.String()
}

// DependsOnTime reports whether what the rule allows depends on the clock.
func (e *Error) DependsOnTime() bool {
	return e.Rule == rule.ExpiryFuture || e.Rule == rule.ExpiryUpperBound ||
		e.Rule == rule.LoginExpired
}

// quote returns text of a request for a message.
func quote(s string) string { return redact.Quote(s) }

// shorten returns JSON of a request for a message.
func shorten(s string) string { return redact.Truncate(s, 80) }
