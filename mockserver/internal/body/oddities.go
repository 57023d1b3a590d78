package body

import (
	"encoding/json"
	"strconv"
	"strings"

	"example.com/patmock/spec/limit"
)

// Oddities are values in JSON text that decoders accept but do not preserve.
type Oddities struct {
	DuplicateKeys, LoneSurrogates Locations
}

// Locations are JSON pointers. At most [limit.Items] of them are listed.
type Locations struct {
	Pointers []string
	Total    int
}

// add adds a location. Locations over the limit are counted but not listed.
func (p *Locations) add(path []string) {
	if p.Total++; p.Total > limit.Items {
		return
	}
	var b strings.Builder
	for _, name := range path {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	p.Pointers = append(p.Pointers, b.String())
}

// FindOddities returns the repeated names of objects and the strings with an unpaired surrogate.
// Text must be valid JSON, and value its decoded form.
func FindOddities(text []byte, value any) Oddities {
	members, surrogate := countMembersInText(text)
	if !surrogate && members == countMembers(value) {
		return Oddities{} // without an allocation
	}
	s := scanner{text: text}
	s.value()
	return s.oddities
}

// countMembersInText returns the number of object members in text. It reports whether a string has
// a surrogate escape.
func countMembersInText(text []byte) (members int, surrogate bool) {
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inString = !inString
		case c == ':' && !inString:
			members++
		case c == '\\':
			surrogate = surrogate || isSurrogate(unicodeEscape(text[i:]))
			i++
		}
	}
	return members, surrogate
}

func countMembers(value any) int {
	n := 0
	switch value := value.(type) {
	case map[string]any:
		n = len(value)
		for _, child := range value {
			n += countMembers(child)
		}
	case []any:
		for _, child := range value {
			n += countMembers(child)
		}
	}
	return n
}

// unicodeEscape returns the code unit of a \u escape at the beginning of text, or 0.
func unicodeEscape(text []byte) uint16 {
	const length = len(`\u0000`)
	if len(text) < length || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(text[2:length]), 16, 16)
	if err != nil {
		return 0
	}
	return uint16(unit)
}

func isSurrogate(unit uint16) bool { return unit&0xF800 == 0xD800 }

// isPair reports whether two code units are a high and a low surrogate.
func isPair(high, low uint16) bool { return high&0xFC00 == 0xD800 && low&0xFC00 == 0xDC00 }

// scanner scans valid JSON.
type scanner struct {
	text     []byte
	pos      int
	path     []string
	oddities Oddities
}

// skipSeparators skips white space, commas and colons. It returns the next byte.
func (s *scanner) skipSeparators() byte {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n,:", s.text[s.pos]) >= 0 {
		s.pos++
	}
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *scanner) value() {
	switch s.skipSeparators() {
	case '{':
		s.object()
	case '[':
		s.array()
	case '"':
		if _, lone := s.stringValue(); lone {
			s.oddities.LoneSurrogates.add(s.path)
		}
	default: // a number, true, false or null
		for s.pos < len(s.text) && strings.IndexByte(" \t\r\n,]}", s.text[s.pos]) < 0 {
			s.pos++
		}
	}
}

func (s *scanner) object() {
	s.pos++
	seen := map[string]int{}
	for s.skipSeparators() == '"' {
		name, lone := s.stringValue()
		s.path = append(s.path, name)
		if lone {
			s.oddities.LoneSurrogates.add(s.path)
		}
		if seen[name]++; seen[name] == 2 {
			s.oddities.DuplicateKeys.add(s.path)
		}
		s.value()
		s.path = s.path[:len(s.path)-1]
	}
	s.pos++
}

func (s *scanner) array() {
	s.pos++
	for i := 0; ; i++ {
		if c := s.skipSeparators(); c == ']' || c == 0 {
			s.pos++
			return
		}
		s.path = append(s.path, strconv.Itoa(i))
		s.value()
		s.path = s.path[:len(s.path)-1]
	}
}

// stringValue reads a string. It reports whether the string has an unpaired surrogate.
func (s *scanner) stringValue() (text string, lone bool) {
	start, hasNoEscape := s.pos, true
	for s.pos++; s.pos < len(s.text) && s.text[s.pos] != '"'; s.pos++ {
		if s.text[s.pos] != '\\' {
			continue
		}
		hasNoEscape = false
		unit := unicodeEscape(s.text[s.pos:])
		switch {
		case !isSurrogate(unit):
			s.pos++
		case isPair(unit, unicodeEscape(s.text[s.pos+len(`\u0000`):])):
			s.pos += len(`\u0000\u000`)
		default:
			lone = true
			s.pos++
		}
	}
	s.pos++
	literal := s.text[start:min(s.pos, len(s.text))]
	if hasNoEscape {
		return string(literal[1 : len(literal)-1]), false
	}
	_ = json.Unmarshal(literal, &text) // always valid
	return text, lone
}
