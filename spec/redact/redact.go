// Package redact removes secrets from journals, logs, reports and recordings.
package redact

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mark is the text that replaces a secret.
const Mark = "[redacted]"

// secretNames are the names of properties and parameters with secret values, in any case.
var secretNames = []string{
	"secret", "client_secret", "clientSecret", "access_token", "accessToken", "refresh_token",
	"refreshToken", "token",
	"password", "assertion", "client_assertion", "code",
}

// maxNameLength is longer than any secret name with every character escaped.
const maxNameLength = 128

func isSecretName(name string) bool {
	return slices.ContainsFunc(secretNames, func(secret string) bool {
		return strings.EqualFold(name, secret)
	})
}

// kind is a kind of text. It determines the end of a parameter's value.
type kind int

const (
	prose kind = iota // ends at a character that is invalid in a URL
	form              // ends at the next &
)

// kindOf recognizes a form by its first parameter.
func kindOf(text string) kind {
	for i := range min(len(text), maxNameLength) {
		if text[i] == '=' {
			return form
		}
		if !isNameByte(text[i]) {
			break
		}
	}
	return prose
}

// Body returns a body with [redacted] in place of its secrets. Secrets are the values of
// properties, parameters and parts with a secret name, JSON Web Tokens, and runs of at least 64
// hexadecimal digits, the form of a client secret. A text without secrets is returned unchanged,
// and JSON stays valid.
func Body(text string) string { return redact(text, kindOf(text)) }

// Query is like [Body] for a raw query string or an encoded form.
func Query(raw string) string { return redact(raw, form) }

// String is like [Body] for a text that is not a form.
func String(text string) string { return redact(text, prose) }

// Value is like [String] for the value of a property, parameter or header. It returns Mark if the
// name is secret.
func Value(name, value string) string {
	if value != "" && isSecretName(name) {
		return Mark
	}
	return String(value)
}

// Truncate is like [String], and truncates the result to maxBytes. It redacts first, so that a
// secret at the end is recognized. Its cost does not grow with the rest of the text.
func Truncate(text string, maxBytes int) string {
	if len(text) > maxBytes+lookahead {
		text = Tail(text[:maxBytes+lookahead])
	}
	if text = String(text); len(text) <= maxBytes {
		return text
	}
	return strings.ToValidUTF8(text[:maxBytes], "") + "..."
}

// lookahead is the number of bytes after maxBytes that Truncate examines. It exceeds the length of
// most secrets. Tail recognizes the beginning of a longer one.
const lookahead = 4 << 10

// maxQuoted is the maximum length of a value in bytes, see Quote.
const maxQuoted = 80

// Quote returns a value for a message: redacted, truncated to 80 bytes, and in quotes.
func Quote(value string) string { return strconv.Quote(Truncate(value, maxQuoted)) }

// Address is like [Quote] for an address, and also redacts its user and password.
func Address(text string) string {
	if end := strings.LastIndexByte(text, '@'); end >= 0 {
		start := 0
		if colon := strings.IndexByte(text, ':'); colon >= 0 &&
			strings.HasPrefix(text[colon:], "://") {
			start = colon + len("://")
		}
		text = text[:start] + Mark + text[end:]
	}
	return Quote(text)
}

func redact(text string, k kind) string {
	if isLikelyMultipart(text) {
		text = redactMultipart(text)
	}
	text = redactProperties(text)
	text = redactParameters(text, k)
	text = redactHex(text)
	return redactJWT(text)
}

// edits replaces ranges of a text in ascending order. It allocates nothing if there are none.
type edits struct {
	text   string
	copied int // number of bytes of text that are in out
	out    strings.Builder
}

func (e *edits) replace(start, end int, by string) {
	e.out.WriteString(e.text[e.copied:start])
	e.out.WriteString(by)
	e.copied = end
}

func (e *edits) String() string {
	if e.copied == 0 {
		return e.text
	}
	e.out.WriteString(e.text[e.copied:])
	return e.out.String()
}

// next returns the position of the next c from start on, or -1.
func next(text string, c byte, start int) int {
	if i := strings.IndexByte(text[start:], c); i >= 0 {
		return start + i
	}
	return -1
}

// redactParameters replaces the values of secret parameters of a form or a query. It also handles a
// form that is the value of another parameter, with percent-encoded equals signs.
func redactParameters(text string, k kind) string {
	for _, equals := range []string{"=", "%3D"} {
		e := edits{text: text}
		for at := next(text, equals[0], 0); at >= 0; at = next(text, equals[0],
			max(at+1, e.copied)) {
			start := at + len(equals)
			if start > len(text) || !strings.EqualFold(text[at:start], equals) {
				continue
			}
			name := parameterBefore(text[e.copied:], at-e.copied)
			if !isSecretName(name[strings.LastIndexAny(name, "&?#;/ ")+1:]) {
				continue
			}
			if end := endOfParameter(text, start, k); end > start {
				e.replace(start, end, Mark)
			}
		}
		text = e.String()
	}
	return text
}

// parameterBefore returns the name of the parameter before an equals sign.
func parameterBefore(text string, equals int) string {
	begin := equals
	for begin > max(0, equals-maxNameLength) && isNameByte(text[begin-1]) {
		begin--
	}
	name := text[begin:equals]
	if strings.IndexByte(name, '%') < 0 {
		return name
	}
	name, _ = url.QueryUnescape(name) // an invalid name is not secret
	return name
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c >= utf8.RuneSelf || strings.IndexByte("_-.%+~*", c) >= 0
}

func endOfParameter(text string, start int, k kind) int {
	stop := "&"
	if k == prose {
		stop = "& \t\r\n\"\\<>"
	}
	if end := strings.IndexAny(text[start:], stop); end >= 0 {
		return start + end
	}
	return len(text)
}
