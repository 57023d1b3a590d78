package contracttests

import "strings"

// The lengths of what a report shows of what a target sent. A target may send megabytes.
const (
	maxMessage = 2_000
	maxDiff    = 8_000
	maxHeader  = 1_000
	// maxRedacted limits the text that is searched for secrets. It is more than is shown, since a
	// secret is replaced by a shorter mark.
	maxRedacted = 64 << 10
)

// cutAtWord returns the beginning of a text, without the word that the limit cuts: half a secret
// is not recognized.
func cutAtWord(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const separators = " \t\r\n\"'`,;&<>{}[]()"
	return text[:strings.LastIndexAny(text[:limit], separators)+1]
}

// truncate cuts a text that is longer than limit. A text that was cut ends in three dots.
func truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}
