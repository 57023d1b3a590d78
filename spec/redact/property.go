package redact

import (
	"regexp"
	"strconv"
	"strings"
)

// redactProperties replaces the values of JSON properties with secret names. It also handles JSON
// in a string of JSON, and truncated JSON. It searches for colons and reads each name backwards
// from there, because the end of a name rules out most names fastest.
func redactProperties(text string) string {
	e := edits{text: text}
	escapes := strings.IndexByte(text, '\\') >= 0
	for colon := next(text, ':', 0); colon >= 0; colon = next(text, ':', max(colon+1, e.copied)) {
		name, level, ok := propertyBefore(text, colon, escapes)
		if !ok || !isSecretName(name) {
			continue
		}
		start := colon + 1
		for start < len(text) && isBlank(text[start]) {
			start++
		}
		quote := strings.Repeat(`\`, level) + `"`
		if end := endOfValue(text, start, level); end > start && text[start:end] != "null" &&
			text[start:end] != quote+quote {
			e.replace(start, end, quote+Mark+quote)
		}
	}
	return e.String()
}

// propertyBefore returns the quoted name before a colon, and the number of backslashes before its
// quotes. It reports false if there is no name, or if its ending rules out a secret.
func propertyBefore(text string, colon int, escapes bool) (name string, level int, ok bool) {
	end := colon
	for end > 0 && isBlank(text[end-1]) {
		end--
	}
	if end == 0 || text[end-1] != '"' {
		return "", 0, false
	}
	level = backslashesBefore(text, end-1)
	end -= 1 + level
	name = text[max(0, end-maxNameLength):end]
	if escapes && strings.Contains(name, `\u`) {
		name = escapedCharacter.ReplaceAllStringFunc(name[strings.LastIndexByte(name, '"')+1:],
			unescape)
	}
	if !hasSecretEnding(name) {
		return "", 0, false
	}
	return name[strings.LastIndexByte(name, '"')+1:], level, true
}

// hasSecretEnding compares the last two letters with those of secret names. Few other names of the
// API end in them.
func hasSecretEnding(name string) bool {
	if len(name) < 2 {
		return false
	}
	switch [2]byte{name[len(name)-2] | 0x20, name[len(name)-1] | 0x20} {
	case [2]byte{'e', 't'}, [2]byte{'e', 'n'}, [2]byte{'r', 'd'}, [2]byte{'o', 'n'}, [2]byte{
		'd', 'e',
	}:
		return true
	}
	return false
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

var escapedCharacter = regexp.MustCompile(`\\+u[0-9a-fA-F]{4}`)

func unescape(escape string) string {
	code, _ := strconv.ParseInt(escape[len(escape)-4:], 16, 32)
	return string(rune(code))
}

// backslashesBefore counts the backslashes that precede a position. The quotes of JSON in a string
// of JSON have one, and so on.
func backslashesBefore(text string, at int) int {
	n := 0
	for n < at && text[at-1-n] == '\\' {
		n++
	}
	return n
}

// endOfValue returns the end of the JSON value that begins at start. The quotes of its name have
// level backslashes. A truncated value ends with the text.
func endOfValue(text string, start, level int) int {
	first := start
	for first < len(text) && text[first] == '\\' {
		first++
	}
	if first == len(text) {
		return first
	}
	switch text[first] {
	case '"':
		_, end := endOfString(text, first+1, first-start)
		return end
	case '{', '[':
		_, end := endOfBrackets(text, first+1, level)
		return end
	}
	if end := strings.IndexAny(text[first:], ",}]\n\r\"\\"); end >= 0 {
		return first + len(strings.TrimRight(text[first:first+end], " \t"))
	}
	return len(text)
}

// endOfString returns the end of a string's characters, and the position after its closing quote.
// The characters begin at start, after a quote with level backslashes. The closing quote has as
// many backslashes, not counting escaped ones. A quote with fewer ends the surrounding string.
func endOfString(text string, start, level int) (end, after int) {
	quote := text[start-1]
	for at := next(text, quote, start); at >= 0; at = next(text, quote, at+1) {
		n := backslashesBefore(text[start:], at-start)
		switch {
		case quote == '\'' && n == 0 && strings.HasPrefix(text[at:], shellQuote):
			at += len(shellQuote) - 1
		case n < level:
			return at - n, at - n
		case quote != '"', n%(2*(level+1)) == level:
			return at - level, at + 1
		}
	}
	return len(text), len(text)
}

// endOfBrackets returns the position of the bracket that closes the one before start, and the
// position after it.
func endOfBrackets(text string, start, level int) (end, after int) {
	depth := 1
	for at := start; at < len(text); at++ {
		switch text[at] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return at, at + 1
			}
		case '"', '`':
			n := backslashesBefore(text[start:], at-start)
			if n < level {
				return at - n, at - n
			}
			_, after := endOfString(text, at+1, n)
			at = after - 1
		}
	}
	return len(text), len(text)
}
