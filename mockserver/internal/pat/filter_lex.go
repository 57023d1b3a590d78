package pat

import (
	"slices"
	"strings"
)

// A lexeme is a lexical token of a filter.
type lexeme struct {
	text     string
	position int
	kind     lexemeKind
}

type lexemeKind int8

const (
	word          lexemeKind = iota // keyword, field, operator or unquoted literal
	stringLiteral                   // string literal, without its quotes
	openString                      // string literal without a closing quote
	punct                           // parenthesis or comma
)

// blanks separate lexemes.
const blanks = " \t\r\n"

// appendLexemes splits a filter into lexemes and appends them to a slice. It never fails: the
// parser rejects invalid lexemes.
func appendLexemes(lexemes []lexeme, text string) []lexeme {
	runes := []rune(text)
	// most lexemes have at least four characters, including the following space
	lexemes = slices.Grow(lexemes, (len(runes)+3)/4)
	for i := 0; i < len(runes); {
		start := i
		switch r := runes[i]; {
		case strings.ContainsRune(blanks, r):
			i++
			continue
		case strings.ContainsRune("(),", r):
			i++
			lexemes = append(lexemes, lexeme{string(r), start + 1, punct})
		case r == '"':
			literal, length, ok := lexString(runes[i:])
			kind := stringLiteral
			if !ok {
				kind = openString
			}
			i += length
			lexemes = append(lexemes, lexeme{literal, start + 1, kind})
		default:
			for i < len(runes) && !strings.ContainsRune(blanks+`(),"`, runes[i]) {
				i++
			}
			lexemes = append(lexemes, lexeme{string(runes[start:i]), start + 1, word})
		}
	}
	return lexemes
}

// lexString returns a string without its quotes, with the escapes \" and \\ decoded. It reports
// whether the string has a closing quote.
func lexString(runes []rune) (literal string, length int, ok bool) {
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
