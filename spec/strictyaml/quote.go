package strictyaml

import (
	"regexp"
	"strconv"
)

// reservedWords have another meaning in some version of YAML.
var reservedWords = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|nan|inf)$`)

// Quote returns a text in YAML. It adds quotes unless every version of YAML reads the plain text as
// itself, also in a list in brackets. Go's escapes are valid in YAML.
func Quote(text string) string {
	if isSafe(text) && (len(text) > 5 || !reservedWords.MatchString(text)) {
		return text
	}
	return strconv.Quote(text)
}

// isSafe reports whether a text consists of letters and digits, with some other characters between
// them.
func isSafe(text string) bool {
	for i := range len(text) {
		c := text[i]
		edge := i == 0 || i == len(text)-1 || text[i-1] == ' ' || text[i+1] == ' '
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9' && i > 0:
		case edge, c != ' ' && c != '.' && c != '_' && c != ':' && c != '-' && c != '/':
			return false
		}
	}
	return text != ""
}
