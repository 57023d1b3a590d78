package contracttests

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// CheckSecret returns an error that says what is wrong with an id or a secret that was read from a
// file or a variable: characters that no id and no secret has, but that editors, shells and files
// of variables add. The error does not repeat the value.
func CheckSecret(value string) error {
	switch {
	case strings.HasPrefix(value, "\ufeff"):
		return errors.New("it begins with a byte order mark: save it as UTF-8 without one")
	case strings.HasPrefix(value, "\xff\xfe"), strings.HasPrefix(value, "\xfe\xff"),
		strings.Contains(value, "\x00"):
		return errors.New("it is UTF-16: save it as UTF-8 without a byte order mark")
	case strings.ContainsAny(value, "\r\n"):
		return errors.New("it has a line break: expected the value alone, on one line")
	case assignment.MatchString(value):
		return errors.New("it has the form NAME=VALUE: expected the value alone")
	case strings.HasPrefix(value, "{"):
		return errors.New("it is JSON or a placeholder: expected the value alone")
	case strings.Contains(value, "${"), strings.HasPrefix(value, "$("):
		return errors.New("variables are not filled in here: expected the value itself")
	case isQuoted(value):
		return errors.New("it has quotation marks around it, which are not removed: expected the " +
			"value alone")
	case strings.ContainsFunc(value,
		func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return errors.New("it has a blank or a control character in it: expected the value alone")
	}
	return nil
}

// assignment matches a line of a file of variables.
var assignment = regexp.MustCompile(`^(export )?[A-Z][A-Z0-9_]*=`)

// isQuoted reports whether a text begins or ends with a quotation mark.
func isQuoted(text string) bool {
	const marks = "\"'`\u201c\u201d\u2018\u2019"
	return strings.Trim(text, marks) != text
}
