// Package schema has the version of patmock's files, and the words about what a file must not have.
package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Version is the version of the form of every file: schema: 1. A file without one is of version 1.
const Version = 1

// Field is the name of the version in a file.
const Field = "schema"

// A VersionError is the error of a file whose version this patmock does not read.
type VersionError struct {
	// Schema is the version that the file has.
	Schema int
}

// Error says what made the file, and what to do.
func (e *VersionError) Error() string {
	if e.Schema < 1 {
		return fmt.Sprintf("%s %d does not exist: expected %d", Field, e.Schema, Version)
	}
	return fmt.Sprintf("made by a newer patmock: it has %s %d, and this one reads up to %s %d: "+
		"read it with the newer patmock",
		Field, e.Schema, Field, Version)
}

// Check returns a [VersionError] unless this patmock reads the version.
func Check(version int) error {
	if version < 1 || version > Version {
		return &VersionError{version}
	}
	return nil
}

// DidYouMean returns ` (did you mean "x"?)` with the known word that is closest to another, or ""
// if none is close.
func DidYouMean(word string, known []string) string {
	if best := Closest(word, known); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

// An UnknownFieldError is the error of a field of a JSON object that must not have it.
type UnknownFieldError struct {
	// Field is its name, and Suggestion the closest name that may be there, empty if none is close.
	Field, Suggestion string
}

// Error names both.
func (e *UnknownFieldError) Error() string {
	if e.Suggestion == "" {
		return fmt.Sprintf("unknown field %q", e.Field)
	}
	return fmt.Sprintf("unknown field %q (did you mean %q?)", e.Field, e.Suggestion)
}

// Explain turns the error of a JSON decoder about an unknown field into an [UnknownFieldError] with
// the closest field of the value that it decoded into. It returns other errors as they are.
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

// fieldsOf appends the names of the fields in a type and in the types that it consists of.
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
		case field.Anonymous && name == "": // its fields are those of the type
		case slices.Contains(names, cmp.Or(name, field.Name)):
			continue // which also ends types that contain themselves
		default:
			names = append(names, cmp.Or(name, field.Name))
		}
		names = fieldsOf(field.Type, names)
	}
	return names
}
