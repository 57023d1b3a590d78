package strictyaml

import (
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// Kind says what is wrong with a place in a file.
type Kind string

// The kinds of errors.
const (
	// Syntax is text that is neither YAML nor JSON.
	Syntax Kind = "syntax"
	// Empty is a file without a value.
	Empty Kind = "empty"
	// ManyDocuments is a second document.
	ManyDocuments Kind = "many-documents"
	// Size is more than a file may have.
	Size Kind = "size"
	// OtherSchema is a version of the form that this patmock does not read.
	UnsupportedSchema Kind = "other-schema"
	// BadKey is a key that is not text.
	BadKey Kind = "bad-key"
	// UnknownField is a key that no field has.
	UnknownField Kind = "unknown-field"
	// UnknownEntry is a key that is not one of Options.Entries.
	UnknownEntry Kind = "unknown-entry"
	// MissingField is a required field that is absent.
	MissingField Kind = "missing-field"
	// Duplicate is a key, or an entry, that was there before.
	Duplicate Kind = "duplicate"
	// WrongType is a value of another type.
	WrongType Kind = "wrong-type"
	// BadValue is a value that the field does not take.
	BadValue Kind = "bad-value"
)

// Error is one thing that is wrong with a file.
type Error struct {
	// Source is the file, as it was given to [Open]. It is empty for data of no file.
	Source string
	// Line and Column count from 1, columns in characters.
	Line, Column int
	// Field is the path of the value, such as tokens[0].scope. It is empty for the whole file.
	Field string
	Kind  Kind
	// Rule is the rule that the file breaks, where it has one.
	Rule rule.ID
	// Unknown is the word that is not known, and Suggestion the closest valid one. Both may be
	// empty.
	Unknown, Suggestion string
	// Message says what was expected. It never has a secret.
	Message string
	// More is the number of errors that are not listed. Such an error has nothing but Source and
	// Message.
	More int
}

// Error returns the error on one line, in the form that editors and CI systems turn into a link.
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

// Errors are the errors of a file, sorted by line: at most [limit.Items], and one more with the
// number of the others.
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
