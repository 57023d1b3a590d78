package pat

import (
	"errors"
	"fmt"
	"strings"

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// What a Store answers when it cannot do as asked.
var (
	ErrNotFound  = errors.New("no such token")
	ErrNameTaken = errors.New("the owner has a token of that name")
	ErrLimit     = errors.New("the owner has as many tokens as allowed")
	ErrConflict  = errors.New("the token was changed meanwhile")
)

// ErrBadCredentials is the answer to an unknown client id, a wrong secret, and a token that has
// expired alike: who guesses learns nothing from it.
var ErrBadCredentials = errors.New("bad client credentials")

// Why credentials are bad, beside ErrBadCredentials where it is known.
var (
	ErrExpired = errors.New("the token has expired")
	ErrDeleted = errors.New("the token was deleted")
)

// Kind sorts refusals by what the API answers.
type Kind int

// The kinds of refusal.
const (
	Invalid   Kind = iota + 1 // the content breaks a rule
	Missing                   // required data is missing or empty
	Illegal                   // a value is of the wrong type or out of its bounds
	Limit                     // as many tokens as allowed
	Forbidden                 // the caller may not do this
	NotFound                  // there is no such token, as far as the caller may know
)

// An Error is a refusal by a rule.
type Error struct {
	Kind   Kind
	Causes []Cause

	question string
}

// Question is the id of the question that the refusal answers and nothing published settles, empty for none: a tenant may
// refuse it with another status.
func (e *Error) Question() string { return e.question }

// asked says which question the refusal answers, unless that is known.
func (e *Error) asked(question string) *Error {
	if e.question == "" {
		e.question = question
	}
	return e
}

// A Cause tells a person what to mend.
type Cause struct {
	// At is where: a JSON pointer into the body, or a parameter.
	At string
	// Expected and Got, in words and JSON.
	Expected, Got string
	// Position of Got in a filter, in characters from 1. Zero anywhere else.
	Position int
	// Advice is what to send instead, where that does not follow from Expected. May be empty.
	Advice string
	// Rule that is broken.
	Rule rule.ID
}

// String returns the cause in one sentence, with the rule behind it.
func (c Cause) String() string { return c.Text() + " (" + c.Rule.String() + ")" }

// Text returns the cause in one sentence, without the rule.
func (c Cause) Text() string {
	var b strings.Builder
	if c.At != "" {
		b.WriteString(c.At + ": ")
	}
	fmt.Fprintf(&b, "expected %s, got %s", c.Expected, c.Got)
	if c.Position > 0 {
		fmt.Fprintf(&b, " at position %d", c.Position)
	}
	if c.Advice != "" {
		b.WriteString("; " + c.Advice)
	}
	return b.String()
}

// Timed reports whether what the rule allows depends on the clock.
func (c Cause) Timed() bool {
	return c.Rule == rule.ExpiryFuture || c.Rule == rule.ExpiryUpperBound
}

// Error lists the causes.
func (e *Error) Error() string {
	texts := make([]string, len(e.Causes))
	for i, c := range e.Causes {
		texts[i] = c.String()
	}
	return strings.Join(texts, "; ")
}

func refuse(kind Kind, causes ...Cause) *Error { return &Error{Kind: kind, Causes: causes} }

// quote returns text of a request for a message.
func quote(s string) string { return redact.Quote(s) }

// shorten returns JSON of a request for a message.
func shorten(s string) string { return redact.Cut(s, 80) }
