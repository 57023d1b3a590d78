package redact

import (
	"regexp"
	"strings"
)

// minHexDigits is the number of hexadecimal digits of a client secret. Nothing else in the API has
// that many.
const minHexDigits = 64

func redactHex(text string) string {
	e := edits{text: text}
	for _, digits := range hexRuns(text) {
		e.replace(digits.start, digits.end, Mark)
	}
	return e.String()
}

// span is a range of bytes in a text.
type span struct{ start, end int }

// hexRuns returns the runs of at least minHexDigits hexadecimal digits. Each run includes a
// position that is a multiple of minHexDigits, so that only those positions are examined.
func hexRuns(text string) (runs []span) {
	done := 0
	for at := minHexDigits - 1; at < len(text); at += minHexDigits {
		if !isHex(text[at]) {
			continue
		}
		start, end := at, at+1
		for start > done && isHex(text[start-1]) {
			start--
		}
		for end < len(text) && isHex(text[end]) {
			end++
		}
		if start = skipEscape(text, start); end-start < minHexDigits {
			continue
		}
		runs = append(runs, span{start, end})
		done, at = end, end-1 // the next run begins after this one
	}
	return runs
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// skipEscape returns the start of a run without the digits of a JSON escape such as \b or \u00e9.
func skipEscape(text string, start int) int {
	switch {
	case backslashesBefore(text, start)%2 == 1:
		return start + 1
	case start > 0 && text[start-1] == 'u' && backslashesBefore(text, start-1)%2 == 1:
		return start + 4
	}
	return start
}

var jwt = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]*`)

// redactJWT replaces JSON Web Tokens. It searches for the rare letter J of their first letters,
// eyJ, before it tries the pattern.
func redactJWT(text string) string {
	for at := next(text, 'J', 0); at >= 0; at = next(text, 'J', at+1) {
		if strings.HasSuffix(text[:at], "ey") {
			return jwt.ReplaceAllLiteralString(text, Mark)
		}
	}
	return text
}

// maxVisible is the number of bytes of a secret that may remain at the end of a truncated text.
const maxVisible = 8

// Tail returns a truncated text with [redacted] in place of a possible beginning of a secret at its
// end.
func Tail(text string) string {
	start := len(text)
	for start > 0 && isHex(text[start-1]) {
		start--
	}
	if len(text)-start > maxVisible {
		text = text[:start] + Mark
	}
	for start = len(text); start > 0 && isTokenByte(text[start-1]); {
		start--
	}
	if i := strings.Index(text[start:], "eyJ"); i >= 0 && len(text)-start-i > maxVisible {
		text = text[:start+i] + Mark
	}
	return text
}

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' ||
		c == '-' || c == '.'
}
