package pat

import (
	"regexp"
	"strings"
)

var idRegexp = regexp.MustCompile(`^[0-9a-f]{32}$`)

// IDAdvice returns advice for an id that is a valid id except for dashes, braces or capital
// letters. It returns "" for any other id.
func IDAdvice(id string) string {
	digits := strings.ToLower(strings.ReplaceAll(strings.Trim(id, "{}"), "-", ""))
	if digits == id || !idRegexp.MatchString(digits) {
		return ""
	}
	return "an id has no dashes and no capital letters: send " + digits
}
