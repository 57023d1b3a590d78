package contracttests

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// CheckSecret reports characters that no id and no secret has, but that editors, shells and env
// files add. The error does not contain the value.
func CheckSecret(value string) error {
	switch {
	case strings.HasPrefix(value, "\ufeff"):
		return errors.New("the value begins with a byte order mark: save it as UTF-8 without one")
	case strings.HasPrefix(value, "\xff\xfe"), strings.HasPrefix(value, "\xfe\xff"),
		strings.Contains(value, "\x00"):
		return errors.New("the value is UTF-16: save it as UTF-8 without a byte order mark")
	case strings.ContainsAny(value, "\r\n"):
		return errors.New("the value has a line break: expected a single line")
	case assignment.MatchString(value):
		return errors.New("the value has the form NAME=VALUE: expected the value alone")
	case strings.HasPrefix(value, "{"):
		return errors.New("the value is JSON or a placeholder: expected the value alone")
	case strings.Contains(value, "${"), strings.HasPrefix(value, "$("):
		return errors.New("the value has a variable, which is not expanded: expected the value " +
			"itself")
	case isQuoted(value):
		return errors.New("the value has quotation marks around it: expected the value alone")
	case strings.ContainsFunc(value,
		func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return errors.New("the value has a blank or a control character: expected the value alone")
	}
	return nil
}

// assignment matches a line of an env file.
var assignment = regexp.MustCompile(`^(export )?[A-Z][A-Z0-9_]*=`)

// isQuoted reports whether a text begins or ends with a quotation mark.
func isQuoted(text string) bool {
	const marks = "\"'`\u201c\u201d\u2018\u2019"
	return strings.Trim(text, marks) != text
}
