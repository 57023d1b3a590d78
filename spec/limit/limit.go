// Package limit has the limits of what messages show, so that the cost of an error does not grow
// with what is wrong.
package limit

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// Items is how many violations, mistakes, findings or notes of one request or file are
	// reported. The rest is counted, see [More].
	Items = 20
	// Text is the length in bytes that a part of a message is cut to: a pointer, or what was
	// expected.
	Text = 200
	// Response is the most bytes that the body of an error has.
	Response = 16 << 10
	// LogLine is the most bytes that a line of the log has.
	LogLine = 2 << 10
)

// More returns the text for n items that are not reported: "and 15,980 more".
func Remainder(n int) string {
	digits := strconv.Itoa(n)
	var b strings.Builder
	b.WriteString("and ")
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	b.WriteString(" more")
	return b.String()
}

// JSON returns a text that takes at most that many bytes in a JSON string, or in quotes: the
// beginning of a longer one, with "..." behind it.
func TruncateJSON(text string, maxBytes int) string {
	if 6*len(text) <= maxBytes {
		return text
	}
	size, cut := 0, 0
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRuneInString(text[i:])
		i += width
		size += jsonLen(r)
		if size <= maxBytes-len("...") {
			cut = i
		} else if size > maxBytes {
			return text[:cut] + "..."
		}
	}
	return text
}

// JSONLen returns how many bytes a text takes in a JSON string at most.
func JSONLen(text string) int {
	n := 0
	for _, r := range text {
		n += jsonLen(r)
	}
	return n
}

func jsonLen(r rune) int {
	switch {
	case r == '"' || r == '\\':
		return 2
	case r < ' ' || r == '<' || r == '>' || r == '&' || r == utf8.RuneError || r == '\u2028' ||
		r == '\u2029' || r == '\u007f':
		return len(`\u0000`)
	}
	return utf8.RuneLen(r)
}
