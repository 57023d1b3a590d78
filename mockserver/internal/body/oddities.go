package body

import (
	"encoding/json"
	"strconv"
	"strings"

	"example.com/patmock/spec/limit"
)

// Oddities are places in a JSON text that decoders accept although they lose what was sent there.
type Oddities struct {
	DuplicateKeys, LoneSurrogates Places
}

// Places are JSON pointers, of which at most [limit.Items] are listed.
type Places struct {
	Pointers []string
	Total    int
}

// add adds a place. The pointer of one beyond the limit is not built.
func (p *Places) add(path []string) {
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
	members, surrogate := survey(text)
	if !surrogate && members == countMembers(value) {
		return Oddities{} // without an allocation
	}
	s := scanner{text: text}
	s.value()
	return s.found
}

// survey returns how many members the objects of a text have, and reports whether a string has the
// escape of a surrogate.
func survey(text []byte) (members int, surrogate bool) {
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inString = !inString
		case c == ':' && !inString:
			members++
		case c == '\\':
			surrogate = surrogate || isSurrogate(escaped(text[i:]))
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

// escaped returns the code unit of a \u escape at the beginning of a text, 0 for another text.
func escaped(text []byte) uint16 {
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
	text  []byte
	at    int
	path  []string
	found Oddities
}

// skip moves to the next byte that is no white space, behind a separator if one comes first.
func (s *scanner) skip() byte {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n,:", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) value() {
	switch s.skip() {
	case '{':
		s.object()
	case '[':
		s.array()
	case '"':
		if _, lone := s.quoted(); lone {
			s.found.LoneSurrogates.add(s.path)
		}
	default: // a number, true, false or null
		for s.at < len(s.text) && strings.IndexByte(" \t\r\n,]}", s.text[s.at]) < 0 {
			s.at++
		}
	}
}

func (s *scanner) object() {
	s.at++
	seen := map[string]int{}
	for s.skip() == '"' {
		name, lone := s.quoted()
		s.path = append(s.path, name)
		if lone {
			s.found.LoneSurrogates.add(s.path)
		}
		if seen[name]++; seen[name] == 2 {
			s.found.DuplicateKeys.add(s.path)
		}
		s.value()
		s.path = s.path[:len(s.path)-1]
	}
	s.at++
}

func (s *scanner) array() {
	s.at++
	for i := 0; ; i++ {
		if c := s.skip(); c == ']' || c == 0 {
			s.at++
			return
		}
		s.path = append(s.path, strconv.Itoa(i))
		s.value()
		s.path = s.path[:len(s.path)-1]
	}
}

// quoted reads a string, and reports whether it has half of a character.
func (s *scanner) quoted() (text string, lone bool) {
	start, plain := s.at, true
	for s.at++; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] != '\\' {
			continue
		}
		plain = false
		unit := escaped(s.text[s.at:])
		switch {
		case !isSurrogate(unit):
			s.at++
		case isPair(unit, escaped(s.text[s.at+len(`\u0000`):])):
			s.at += len(`\u0000\u000`)
		default:
			lone = true
			s.at++
		}
	}
	s.at++
	quoted := s.text[start:min(s.at, len(s.text))]
	if plain {
		return string(quoted[1 : len(quoted)-1]), false
	}
	_ = json.Unmarshal(quoted, &text) // it is JSON
	return text, lone
}
