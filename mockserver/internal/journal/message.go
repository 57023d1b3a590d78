package journal

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
)

// maxBodyBytes is the maximum stored size of a body.
const maxBodyBytes = 64 << 10

// Redact returns a request or a response without secrets: its headers, and up to 64 KiB of its
// body. The argument body may be the beginning of a body of size bytes. Bytes that are not UTF-8
// become U+FFFD. The arguments are copied.
func Redact(header http.Header, body []byte, size int) *control.Message {
	m := &control.Message{Header: copyHeader(header), Size: size, Truncated: size > len(body)}
	stored := body
	if len(stored) > maxBodyBytes {
		stored, m.Truncated = trimPartialRune(stored[:maxBodyBytes]), true
	}
	text := string(stored)
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	if isForm(header) {
		text = redact.Query(text)
	} else {
		text = redact.Body(text)
	}
	if m.Truncated {
		text = redact.Tail(text)
	}
	if len(text) > maxBodyBytes { // a mark may be longer than the secret it replaces
		text, m.Truncated = string(trimPartialRune([]byte(text[:maxBodyBytes]))), true
	}
	m.Body = text
	return m
}

// trimPartialRune removes an incomplete character at the end of text.
func trimPartialRune(text []byte) []byte {
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if start := len(text) - back; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				return text[:start]
			}
			break
		}
	}
	return text
}

func isForm(header http.Header) bool {
	const urlencoded = "application/x-www-form-urlencoded"
	value := strings.TrimSpace(header.Get("Content-Type"))
	return len(value) >= len(urlencoded) && strings.EqualFold(value[:len(urlencoded)], urlencoded)
}

// copyHeader returns a redacted copy of a header without the fields that the transport adds.
func copyHeader(header http.Header) map[string][]string {
	redacted := make(map[string][]string, len(header))
	for name, values := range header {
		switch http.CanonicalHeaderKey(name) {
		case "Date", "Content-Length", "Connection", "Transfer-Encoding":
			continue
		}
		redacted[name] = make([]string, len(values))
		for i, value := range values {
			redacted[name][i] = redactHeader(name, value)
		}
	}
	return redacted
}

// redactHeader returns the value of a header without its secret. It keeps the known schemes of an
// Authorization header.
func redactHeader(name, value string) string {
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Authorization":
		scheme, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		for _, known := range []string{"Bearer", "Basic"} {
			if strings.EqualFold(scheme, known) {
				return known + " " + redact.Mark
			}
		}
		return redact.Mark
	case "Cookie", "Set-Cookie", "Proxy-Authorization":
		return redact.Mark
	}
	if isSecretHeader(name) {
		return redact.Mark
	}
	return redact.String(strings.ToValidUTF8(value, "\ufffd"))
}

// secretHeaderWords are parts of the canonical names of headers with secrets.
var secretHeaderWords = []string{
	"Secret", "secret", "Token", "token", "Password", "password", "Api-Key", "api-Key", "Apikey",
	"apikey",
}

func isSecretHeader(name string) bool {
	return slices.ContainsFunc(secretHeaderWords, func(word string) bool {
		return strings.Contains(name, word)
	})
}
