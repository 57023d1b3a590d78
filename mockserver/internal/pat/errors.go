package pat

import (
	"errors"
	"fmt"
	"strings"

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// Errors of a Store. After ErrConflict, the caller must prepare the write again from a fresh read.
var (
	ErrNotFound  = errors.New("the token does not exist")
	ErrNameTaken = errors.New("the owner already has a token with this name")
	ErrLimit     = errors.New("the owner has the maximum number of tokens")
	ErrConflict  = errors.New("the token was changed meanwhile")
)

// Kind classifies errors. Package response maps each kind to a status.
type Kind int

// The kinds of errors.
const (
	Invalid        Kind = iota + 1 // the content breaks a rule
	Missing                        // a required value is missing or empty
	Illegal                        // a value has the wrong type or is out of range
	Limit                          // the owner has the maximum number of tokens
	Forbidden                      // the caller lacks a right
	NotFound                       // the token does not exist or is hidden from the caller
	BadCredentials                 // the client id and secret are not accepted
	NotSimulated                   // a tenant has it, but the mock does not simulate it
)

// An Error describes a request that breaks a rule.
type Error struct {
	Kind Kind
	// Field is a JSON pointer into the body or the name of a parameter.
	Field string
	// Want and Got describe the expected and the actual value.
	Want, Got string
	// Position is the 1-based position of Got in a filter, in characters, or 0 if Got is not in a
	// filter.
	Position int
	// Advice says what to send instead. It is empty if Want already says it.
	Advice string
	// Rule is the rule that the request breaks.
	Rule rule.ID
	// Entry is the id of the dialect entry that governs the error. If it is empty, the id of
	// the rule is used.
	Entry string
	// Reason is the text of BadCredentials. It is not sent to clients, because its details would
	// help an attacker guess credentials.
	Reason string
}

// Error returns the text followed by the rule.
func (e *Error) Error() string { return e.Text() + " (" + e.Rule.String() + ")" }

// Text returns a message in one sentence, without the rule.
func (e *Error) Text() string {
	switch {
	case e.Reason != "":
		return e.Reason
	case e.Kind == NotSimulated:
		return e.Field + ": patmock does not simulate " + e.Got
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

// DependsOnTime reports whether the rule depends on the clock.
func (e *Error) DependsOnTime() bool {
	return e.Rule == rule.ExpiryFuture || e.Rule == rule.ExpiryUpperBound ||
		e.Rule == rule.LoginExpired
}

// quote returns text from a request, quoted and truncated for a message.
func quote(s string) string { return redact.Quote(s) }

// shorten returns JSON from a request, truncated for a message.
func shorten(s string) string { return redact.Truncate(s, 80) }
