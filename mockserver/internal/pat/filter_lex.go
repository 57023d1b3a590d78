package pat

import "strings"

// A word is a token of the filter; the name token is taken here.
type word struct {
	text     string
	position int
	kind     wordKind
}

type wordKind int8

const (
	bare       wordKind = iota // a keyword, field, operator or unquoted literal
	quoted                     // a string literal, without its quotes
	unfinished                 // a string literal that the text ends in
	mark                       // a parenthesis or comma
)

// splitFilter never fails: what is wrong with a word shows where it is used.
func splitFilter(text string) []word {
	runes := []rune(text)
	words := make([]word, 0, len(runes)/4+1) // few words are shorter with the blank behind them
	for i := 0; i < len(runes); {
		start := i
		switch r := runes[i]; {
		case r == ' ' || r == '\t' || r == '\r' || r == '\n':
			i++
			continue
		case strings.ContainsRune("(),", r):
			i++
			words = append(words, word{string(r), start + 1, mark})
		case r == '"':
			literal, length, closed := splitString(runes[i:])
			kind := quoted
			if !closed {
				kind = unfinished
			}
			i += length
			words = append(words, word{literal, start + 1, kind})
		default:
			for i < len(runes) && !strings.ContainsRune(" \t\r\n(),\"", runes[i]) {
				i++
			}
			words = append(words, word{string(runes[start:i]), start + 1, bare})
		}
	}
	return words
}

// splitString reads a string with its quotes and escapes, \" and \\.
func splitString(runes []rune) (literal string, length int, closed bool) {
	var b strings.Builder
	for i := 1; i < len(runes); i++ {
		switch {
		case runes[i] == '"':
			return b.String(), i + 1, true
		case runes[i] == '\\' && i+1 < len(runes):
			i++
			b.WriteRune(runes[i])
		default:
			b.WriteRune(runes[i])
		}
	}
	return b.String(), len(runes), false
}
