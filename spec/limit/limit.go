// Package limit defines the size limits of messages. They bound the cost of an error, whatever its
// cause.
package limit

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// Items is the maximum number of violations, errors, findings or notes that are reported for
	// one request or file. The others are counted, see [Remainder].
	Items = 20
	// Text is the maximum length in bytes of a part of a message, such as a pointer.
	Text = 200
	// Response is the maximum number of bytes in the body of an error.
	Response = 16 << 10
	// LogLine is the maximum number of bytes in a line of the log.
	LogLine = 2 << 10
)

// Remainder returns the text for n items that are not listed: "and 15,980 more".
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

// TruncateJSON returns text if it takes at most maxBytes in a JSON string. It returns the beginning
// of a longer text, followed by "...".
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

// JSONLen returns the maximum number of bytes that a text takes in a JSON string.
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
