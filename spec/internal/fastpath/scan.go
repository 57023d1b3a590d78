package fastpath

import (
	"strconv"
	"strings"
	"time"
)

// maxNumberLength is the maximum length of a number in bytes. Go converts so many bytes to a string
// without an allocation.
const maxNumberLength = 32

// byteAt returns the byte at a position, 0 at the end.
func byteAt(b []byte, at int) byte {
	if at < len(b) {
		return b[at]
	}
	return 0
}

func skipSpace(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\n' || b[at] == '\r' || b[at] == '\t') {
		at++
	}
	return at
}

func scanLiteral(b []byte, at int, literal string) int {
	if end := at + len(literal); end <= len(b) && string(b[at:end]) == literal {
		return end
	}
	return -1
}

// scanString scans a string with its quotes. Plain reports whether it consists of unescaped
// printable ASCII.
func scanString(b []byte, at int) (end int, plain bool) {
	if byteAt(b, at) != '"' {
		return -1, false
	}
	plain = true
	for at++; at < len(b); at++ {
		switch c := b[at]; {
		case c == '"':
			return at + 1, plain
		case c < ' ':
			return -1, false
		case c > '~':
			plain = false
		case c == '\\':
			plain = false
			if at = scanEscape(b, at+1); at < 0 {
				return -1, false
			}
		}
	}
	return -1, false
}

// scanEscape scans an escape after its backslash. It returns the position of its last byte.
func scanEscape(b []byte, at int) int {
	switch c := byteAt(b, at); {
	case strings.IndexByte(`"\/bfnrt`, c) >= 0:
		return at
	case c == 'u' && at+4 < len(b):
		if _, err := strconv.ParseUint(string(b[at+1:at+5]), 16, 16); err == nil {
			return at + 4
		}
	}
	return -1
}

// scanNumber scans a number by the grammar of RFC 8259, without an exponent.
func scanNumber(b []byte, at int) int {
	if byteAt(b, at) == '-' {
		at++
	}
	start := at
	if at = scanDigits(b, at); at > start+1 && b[start] == '0' {
		return -1
	}
	if at >= 0 && byteAt(b, at) == '.' {
		at = scanDigits(b, at+1)
	}
	return at
}

func scanDigits(b []byte, at int) int {
	start := at
	for isDigit(byteAt(b, at)) {
		at++
	}
	if at == start {
		return -1
	}
	return at
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isDateTime reports whether the library accepts a string as a date-time.
func isDateTime(s []byte) bool {
	const form = "0000-00-00T00:00:00"
	if len(s) <= len(form) || !matchesForm(s[:len(form)], form) {
		return false
	}
	// no such date
	if _, err := time.Parse(time.DateOnly, string(s[:len(time.DateOnly)])); err != nil {
		return false
	}
	hour, minute, second := s[11:13], s[14:16], s[17:19]
	if string(hour) > "23" || string(minute) > "59" || string(second) > "60" {
		return false
	}
	at := len(form)
	if s[at] == '.' {
		if at = scanDigits(s, at+1); at < 0 {
			return false
		}
	}
	zone := s[at:]
	return string(zone) == "Z" ||
		(matchesForm(zone, "+00:00") || matchesForm(zone, "-00:00")) && string(zone[1:3]) <= "23" &&
			string(zone[4:]) <= "59"
}

// matchesForm reports whether a text matches a form. A 0 in the form matches any digit.
func matchesForm(s []byte, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i := range s {
		if s[i] != form[i] && (form[i] != '0' || !isDigit(s[i])) {
			return false
		}
	}
	return true
}
