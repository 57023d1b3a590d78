// Package redact removes secrets from journals, logs, reports and recordings.
package redact

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mark stands for a secret.
const Mark = "[redacted]"

// secretNames are the properties and parameters whose values are secrets, in any case.
var secretNames = []string{
	"secret", "client_secret", "clientSecret", "access_token", "accessToken", "refresh_token",
	"refreshToken", "token",
	"password", "assertion", "client_assertion", "code",
}

// maxName is longer than a secret name can be, with every character of it escaped.
const maxNameLength = 128

func isSecretName(name string) bool {
	return slices.ContainsFunc(secretNames, func(secret string) bool {
		return strings.EqualFold(name, secret)
	})
}

// kind of text: it says where the value of a parameter ends.
type kind int

const (
	prose kind = iota // at what cannot stand in a URL
	form              // at the next &, whatever stands before
)

// kindOf recognises a form by its first parameter.
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

// Body returns a body with [redacted] in place of its secrets: the values of the properties,
// parameters and parts that have a secret name, JSON Web Tokens, and runs of at least 64
// hexadecimal digits, the form of a client secret. Text without secrets is returned unchanged, and
// JSON stays JSON.
func Body(text string) string { return redact(text, kindOf(text)) }

// Query is like [Body] for a raw query string or an encoded form.
func Query(raw string) string { return redact(raw, form) }

// String is like [Body] for a text that is not a form, whatever its beginning.
func String(text string) string { return redact(text, prose) }

// Named is like [String] for the value of a property, parameter or header. It returns Mark for a
// secret name.
func Value(name, value string) string {
	if value != "" && isSecretName(name) {
		return Mark
	}
	return String(value)
}

// Cut is like [String], and cuts the rest to a number of bytes. The text is redacted first, so
// that a secret that is cut in two is recognized. The work does not grow with a text that is much
// longer.
func Truncate(text string, maxBytes int) string {
	if len(text) > maxBytes+lookahead {
		text = Tail(text[:maxBytes+lookahead])
	}
	if text = String(text); len(text) <= maxBytes {
		return text
	}
	return strings.ToValidUTF8(text[:maxBytes], "") + "..."
}

// maxAhead is how many bytes behind what Cut returns are looked at: more than most secrets have.
// End knows the beginning of a longer one.
const lookahead = 4 << 10

// maxQuoted is the length in bytes that Quote cuts to.
const maxQuoted = 80

// Quote returns a value for a message: redacted, cut to 80 bytes, and in quotes.
func Quote(value string) string { return strconv.Quote(Truncate(value, maxQuoted)) }

// Address is like [Quote] for an address, of which it also redacts a user and a password.
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

// edits replaces parts of a text, from its beginning to its end. It costs nothing where there are
// none.
type edits struct {
	text   string
	copied int // how much of text is in out
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

// next returns where c is found next, from start on, or -1.
func next(text string, c byte, start int) int {
	if i := strings.IndexByte(text[start:], c); i >= 0 {
		return start + i
	}
	return -1
}

// redactParameters replaces the values of parameters of a form or a query, also of one that is the
// value of another parameter: its equals signs are percent-encoded.
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

// parameterBefore returns the name of the parameter whose equals sign is there.
func parameterBefore(text string, equals int) string {
	begin := equals
	for begin > max(0, equals-maxNameLength) && isNameByte(text[begin-1]) {
		begin--
	}
	name := text[begin:equals]
	if strings.IndexByte(name, '%') < 0 {
		return name
	}
	name, _ = url.QueryUnescape(name) // what is no name is no secret one
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
