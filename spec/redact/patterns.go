package redact

import (
	"regexp"
	"strings"
)

// minHex is how many hexadecimal digits a client secret has. Nothing else in the API has that many.
const minHexDigits = 64

func redactHex(text string) string {
	e := edits{text: text}
	for _, digits := range hexRuns(text) {
		e.replace(digits.start, digits.end, Mark)
	}
	return e.String()
}

// span is a part of a text.
type span struct{ start, end int }

// hexRuns returns the runs of hexadecimal digits that are long enough. One of them has every
// minHexth place of the text, so that only those are examined.
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
		done, at = end, end-1 // the next run begins behind
	}
	return runs
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// afterEscape returns where a run begins in earnest: its first digits may belong to an escape of
// JSON such as \b or \u00e9.
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

// redactJWT looks for the J of a token's first letters, which is rare, and for the rest of it only
// there.
func redactJWT(text string) string {
	for at := next(text, 'J', 0); at >= 0; at = next(text, 'J', at+1) {
		if strings.HasSuffix(text[:at], "ey") {
			return jwt.ReplaceAllLiteralString(text, Mark)
		}
	}
	return text
}

// maxLeak is how much of a secret may be left at the end of a text that is cut.
const maxVisible = 8

// End replaces at the end of a text that is cut what may be the beginning of a secret.
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
