package pat

import (
	"regexp"
	"strings"
)

var idForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// IDAdvice returns how to write an id that has the dashes of a UUID or capital letters. It is empty
// for other ids.
func IDAdvice(id string) string {
	bare := strings.ToLower(strings.ReplaceAll(strings.Trim(id, "{}"), "-", ""))
	if bare == id || !idForm.MatchString(bare) {
		return ""
	}
	return "an id has no dashes and no capital letters: send " + bare
}
