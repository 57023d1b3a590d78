package body

import (
	"encoding/json"
	"strconv"
	"strings"

	"example.com/patmock/spec/limit"
)

// Oddities are places in a JSON text that decoders accept although they lose what was sent there.
type Oddities struct {
	DuplicateKeys, LoneSurrogates Locations
}

// Locations are JSON pointers, of which at most [limit.Items] are listed.
type Locations struct {
	Pointers []string
	Total    int
}

// add adds a place. The pointer of one beyond the limit is not built.
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

// FindOddities returns the names that an object has more than once, each once, and the strings with
// a surrogate that has no other half. The text is valid JSON, and value is what it was decoded to.
func FindOddities(text []byte, value any) Oddities {
	members, surrogate := countMembersInText(text)
	if !surrogate && members == countMembers(value) {
		return Oddities{} // without an allocation
	}
	s := scanner{text: text}
	s.value()
	return s.oddities
}

// countMembersInText returns how many members the objects of a text have, and reports whether a
// string has the escape of a surrogate.
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

// unicodeEscape returns the code unit of a \u escape at the beginning of a text, 0 for another
// text.
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

// isPair reports whether two code units are the halves of a character, the high one first.
func isPair(high, low uint16) bool { return high&0xFC00 == 0xD800 && low&0xFC00 == 0xDC00 }

// scanner goes through a text that is known to be JSON.
type scanner struct {
	text     []byte
	pos      int
	path     []string
	oddities Oddities
}

// skipSeparators moves to the next byte that is no white space, behind a separator if one comes
// first.
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

// stringValue reads a string, and reports whether it has half of a character.
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
	_ = json.Unmarshal(literal, &text) // it is JSON
	return text, lone
}
