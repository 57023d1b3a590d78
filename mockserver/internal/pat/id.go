package pat

import (
	"regexp"
	"strings"
)

var idRegexp = regexp.MustCompile(`^[0-9a-f]{32}$`)

// IDAdvice returns how to write an id that has the dashes of a UUID or capital letters. It is empty
// for other ids.
func IDAdvice(id string) string {
	digits := strings.ToLower(strings.ReplaceAll(strings.Trim(id, "{}"), "-", ""))
	if digits == id || !idRegexp.MatchString(digits) {
		return ""
	}
	return "an id has no dashes and no capital letters: send " + digits
}
