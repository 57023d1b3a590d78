package parity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An ErrorKind says what is wrong with a place in a ledger.
type ErrorKind string

// The kinds.
const (
	// Empty is a file without a document.
	Empty ErrorKind = "empty"
	// Syntax is no YAML.
	Syntax ErrorKind = "syntax"
	// ManyDocuments is a second document in a file.
	ManyDocuments ErrorKind = "many-documents"
	// OtherSchema is a file of a version that this patmock does not read.
	OtherSchema ErrorKind = "other-schema"
	// WrongType is a value of another type, such as a list in place of a mapping.
	WrongType ErrorKind = "wrong-type"
	// UnknownField is a field that ledgers do not have.
	UnknownField ErrorKind = "unknown-field"
	// MissingField is a field that has to be there.
	MissingField ErrorKind = "missing-field"
	// BadValue is of the right type, and not of the right form.
	BadValue ErrorKind = "bad-value"
	// Duplicate is a field or an entry that was there before.
	Duplicate ErrorKind = "duplicate"
)

// An Error is one thing that is wrong with a ledger.
type Error struct {
	// Source is the file, as it was given to [Read].
	Source string
	// Line and Column count from 1.
	Line, Column int
	// Field is the wrong one, such as confirmations[3].date. It is empty for the file as a whole.
	Field string
	Kind  ErrorKind
	// Message says what was expected.
	Message string
}

// Error returns the place and the message on one line.
func (e Error) Error() string {
	field := e.Field
	if field != "" {
		field += ": "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", e.Source, e.Line, e.Column, field, e.Message)
}

// Errors are all that is wrong with a ledger, sorted by line.
type Errors []Error

// Error returns a line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
}
