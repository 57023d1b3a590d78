package contracttests

import "strings"

// The limits of texts in failures, in bytes. A target may send megabytes.
const (
	maxMessage = 2_000
	maxDiff    = 8_000
	maxHeader  = 1_000
	// maxRedacted is the number of bytes that are searched for secrets. It exceeds the other
	// limits, since a secret is replaced by a shorter mark.
	maxRedacted = 64 << 10
)

// cutAtWord returns the beginning of a text without the word at the limit, since part of a secret
// is not recognized.
func cutAtWord(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const separators = " \t\r\n\"'`,;&<>{}[]()"
	return text[:strings.LastIndexAny(text[:limit], separators)+1]
}

// truncate limits the length of a text. A truncated text ends in three dots.
func truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}
