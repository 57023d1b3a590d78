package strictyaml

import (
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// Kind is a kind of error.
type Kind string

// The kinds of errors.
const (
	// Syntax is invalid YAML or JSON.
	Syntax Kind = "syntax"
	// Empty is a file without a value.
	Empty Kind = "empty"
	// ManyDocuments is more than one document.
	ManyDocuments Kind = "many-documents"
	// Size is an exceeded limit.
	Size Kind = "size"
	// UnsupportedSchema is a schema version that this patmock does not read.
	UnsupportedSchema Kind = "other-schema"
	// BadKey is a key that is not text.
	BadKey Kind = "bad-key"
	// UnknownField is a key without a field of that name.
	UnknownField Kind = "unknown-field"
	// UnknownEntry is a key that is not one of Options.Entries.
	UnknownEntry Kind = "unknown-entry"
	// MissingField is a required field that is absent.
	MissingField Kind = "missing-field"
	// Duplicate is a repeated key or entry.
	Duplicate Kind = "duplicate"
	// WrongType is a value of a wrong type.
	WrongType Kind = "wrong-type"
	// BadValue is a value that is invalid for its field.
	BadValue Kind = "bad-value"
)

// Error is an error in a file.
type Error struct {
	// Source is the name of the file as passed to [Open]. It is empty for data without a file.
	Source string
	// Line and Column count from 1, columns in characters.
	Line, Column int
	// Field is the path of the value, such as tokens[0].scope. It is empty for the entire file.
	Field string
	Kind  Kind
	// Rule is the violated rule, or empty if there is none.
	Rule rule.ID
	// Unknown is an unknown word, and Suggestion the closest valid one. Both may be empty.
	Unknown, Suggestion string
	// Message describes the error. It never includes a secret.
	Message string
	// More is the number of errors that are not listed. If it is positive, only Source and Message
	// are set as well.
	More int
}

// Error returns the error on one line, in the form that editors and CI systems link.
func (e Error) Error() string {
	message := e.Message
	if e.Field != "" {
		message = e.Field + ": " + message
	}
	switch {
	case e.Source == "":
		return message
	case e.More > 0:
		return e.Source + ": " + message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Source, e.Line, e.Column, message)
}

// Errors are the errors in a file, sorted by line. They are at most [limit.Items], and one more
// with the number of the others.
type Errors []Error

// Error returns one line for each error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}
