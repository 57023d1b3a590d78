// Package fastpath lets JSON through that a schema is sure to accept, without decoding it. The
// judge who validates and explains is kin-openapi ("the library"). A gauge only spares asking
// it, and is not certain of what is unusual.
package fastpath

import (
	"math"
	"slices"
	"strconv"
)

// maxDepth bounds how deep arrays and objects may nest.
const maxDepth = 64

// Accepts tells that a text is JSON of which the library accepts the value. False means only
// that it has to be asked.
func (s *Schema) Accepts(json []byte) bool {
	end := s.value(json, skipSpace(json, 0), 0)
	return end >= 0 && skipSpace(json, end) == len(json)
}

// AcceptsAnyString tells that the library accepts every string.
func (s *Schema) AcceptsAnyString() bool {
	rules := s.byKind[text]
	return rules != nil && rules.isUnrestrictedString()
}

// value reads the value that starts at a place of b, and returns where it ends. So do all
// that read a part of one; less than 0 is what is not certain.
func (s *Schema) value(b []byte, at, depth int) int {
	switch first := byteAt(b, at); {
	case depth > maxDepth:
		return -1
	case first == '"' && s.byKind[text] != nil:
		return s.byKind[text].text(b, at)
	case first == '{' && s.byKind[object] != nil:
		return s.byKind[object].object(b, at, depth+1)
	case first == '[' && s.byKind[array] != nil:
		return s.byKind[array].array(b, at, depth+1)
	case first == 't' && s.byKind[boolean] != nil:
		return scanLiteral(b, at, "true")
	case first == 'f' && s.byKind[boolean] != nil:
		return scanLiteral(b, at, "false")
	case first == 'n' && s.byKind[null] != nil:
		return scanLiteral(b, at, "null")
	case s.byKind[number] != nil:
		return s.byKind[number].number(b, at)
	}
	return -1
}

func (s *Schema) array(b []byte, at, depth int) int {
	if at = skipSpace(b, at+1); byteAt(b, at) == ']' {
		return at + 1
	}
	for {
		if at = s.items.value(b, at, depth); at < 0 {
			return -1
		}
		switch at = skipSpace(b, at); byteAt(b, at) {
		case ',':
			at = skipSpace(b, at+1)
		case ']':
			return at + 1
		default:
			return -1
		}
	}
}

// object holds each value of a name that comes twice to the same rules. The last counts.
func (s *Schema) object(b []byte, at, depth int) int {
	missing := s.required
	if at = skipSpace(b, at+1); byteAt(b, at) == '}' && missing == 0 {
		return at + 1
	}
	for {
		start := at
		end, plain := scanString(b, at)
		if !plain {
			return -1
		}
		value := s.additional
		for i := range s.properties {
			if m := &s.properties[i]; m.name == string(b[start+1:end-1]) {
				value = m.value
				missing &^= 1 << i
				break
			}
		}
		if at = skipSpace(b, end); byteAt(b, at) != ':' {
			return -1
		}
		if at = value.value(b, skipSpace(b, at+1), depth); at < 0 {
			return -1
		}
		switch at = skipSpace(b, at); {
		case byteAt(b, at) == ',':
			at = skipSpace(b, at+1)
		case byteAt(b, at) == '}' && missing == 0:
			return at + 1
		default:
			return -1
		}
	}
}

func (s *Schema) isUnrestrictedString() bool {
	return !s.dateTime && s.enum == nil && s.minLength == 0 && s.maxLength == math.MaxUint64
}

func (s *Schema) text(b []byte, at int) int {
	end, plain := scanString(b, at)
	if end < 0 || s.isUnrestrictedString() {
		return end
	}
	value := b[at+1 : end-1]
	length := uint64(len(value)) // plain is one byte a character
	switch {
	case !plain, length < s.minLength, length > s.maxLength, s.dateTime && !isDateTime(value):
		return -1
	case s.enum != nil &&
		!slices.ContainsFunc(s.enum, func(v string) bool { return v == string(value) }):
		return -1
	}
	return end
}

// number has strconv read the value, as encoding/json does.
func (s *Schema) number(b []byte, at int) int {
	end := scanNumber(b, at)
	if end < 0 || end-at > maxNumberLength {
		return -1
	}
	value, err := strconv.ParseFloat(string(b[at:end]), 64)
	if err != nil || value < s.minimum || value > s.maximum ||
		s.integer && value != math.Trunc(value) {
		return -1
	}
	return end
}
