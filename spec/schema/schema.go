// Package schema defines the schema version of patmock's files, and errors for unknown fields and
// versions.
package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Version is the schema version of every file: schema: 1. A file without one has version 1.
const Version = 1

// Field is the name of the field with the version.
const Field = "schema"

// A VersionError is the error for a file with an unsupported version.
type VersionError struct {
	// Schema is the version of the file.
	Schema int
}

// Error returns a message with the supported versions.
func (e *VersionError) Error() string {
	if e.Schema < 1 {
		return fmt.Sprintf("%s %d does not exist: expected %d", Field, e.Schema, Version)
	}
	return fmt.Sprintf("made by a newer patmock: it has %s %d, and this one reads up to %s %d: "+
		"read it with the newer patmock",
		Field, e.Schema, Field, Version)
}

// Check returns a [VersionError] if this patmock does not support the version.
func Check(version int) error {
	if version < 1 || version > Version {
		return &VersionError{version}
	}
	return nil
}

// DidYouMean returns ` (did you mean "x"?)` with the known word that is closest to word, or "" if
// none is close.
func DidYouMean(word string, known []string) string {
	if best := Closest(word, known); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

// An UnknownFieldError is the error for an unknown field of a JSON object.
type UnknownFieldError struct {
	// Field is the unknown name. Suggestion is the closest valid name, or "" if none is close.
	Field, Suggestion string
}

// Error returns a message with both names.
func (e *UnknownFieldError) Error() string {
	if e.Suggestion == "" {
		return fmt.Sprintf("unknown field %q", e.Field)
	}
	return fmt.Sprintf("unknown field %q (did you mean %q?)", e.Field, e.Suggestion)
}

// Explain converts the error of a JSON decoder for an unknown field into an [UnknownFieldError]. It
// suggests the closest field of into, the decoded value. It returns other errors unchanged.
func Explain(err error, into any) error {
	if err == nil {
		return nil
	}
	_, quoted, found := strings.Cut(err.Error(), "unknown field ")
	name, notQuoted := strconv.Unquote(quoted)
	if !found || notQuoted != nil {
		return err
	}
	return &UnknownFieldError{name, Closest(name, fieldsOf(reflect.TypeOf(into), nil))}
}

// fieldsOf appends the names of the fields of a type and of its elements and fields.
func fieldsOf(t reflect.Type, names []string) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return fieldsOf(t.Elem(), names)
	case reflect.Struct:
	default:
		return names
	}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported() && !field.Anonymous, name == "-":
			continue
		case field.Anonymous && name == "": // its fields belong to the outer type
		case slices.Contains(names, cmp.Or(name, field.Name)):
			continue // this also ends the recursion
		default:
			names = append(names, cmp.Or(name, field.Name))
		}
		names = fieldsOf(field.Type, names)
	}
	return names
}
