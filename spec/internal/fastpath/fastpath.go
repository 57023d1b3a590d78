// Package fastpath accepts JSON that is certainly valid against a schema, without decoding it. It
// is an optimization: kin-openapi ("the library") validates and explains everything else.
package fastpath

import (
	"math"
	"slices"
	"strconv"
)

// maxDepth is the maximum nesting of arrays and objects.
const maxDepth = 64

// Accepts reports whether a text is certainly JSON that the library accepts. After false, the
// library must decide.
func (s *Schema) Accepts(json []byte) bool {
	end := s.value(json, skipSpace(json, 0), 0)
	return end >= 0 && skipSpace(json, end) == len(json)
}

// AcceptsAnyString reports whether the library accepts every string.
func (s *Schema) AcceptsAnyString() bool {
	rules := s.byKind[text]
	return rules != nil && rules.isUnrestrictedString()
}

// value scans the value at a position and returns its end. Like all methods that scan, it returns a
// negative number if it is uncertain.
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

// object scans an object. It validates each value of a repeated name, although only the last
// counts.
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
	length := uint64(len(value)) // plain strings have one byte per character
	switch {
	case !plain, length < s.minLength, length > s.maxLength, s.dateTime && !isDateTime(value):
		return -1
	case s.enum != nil &&
		!slices.ContainsFunc(s.enum, func(v string) bool { return v == string(value) }):
		return -1
	}
	return end
}

// number scans a number. It parses with strconv, as encoding/json does.
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
