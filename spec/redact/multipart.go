package redact

import (
	"mime"
	"net/url"
	"slices"
	"strings"
)

func isLikelyMultipart(text string) bool {
	return strings.HasPrefix(text, "--") || strings.Contains(text, "\n--")
}

// multipartReader reads a body line by line. It does not know the boundary, because the header that
// has it may be missing.
type multipartReader struct {
	edits
	boundary    string // the first line of the part
	inHeader    bool
	disposition string // the header of the part, with its continuation lines
	secret      int    // start of the value of a secret part, 0 outside of one
}

// redactMultipart replaces the bodies of parts with a secret name.
func redactMultipart(text string) string {
	r := multipartReader{edits: edits{text: text}}
	start := 0
	for line := range strings.Lines(text) {
		r.line(strings.TrimRight(line, "\r\n"), start, start+len(line))
		start += len(line)
	}
	r.endPart(len(text))
	return r.String()
}

// line processes the line from start to end.
func (r *multipartReader) line(line string, start, end int) {
	switch {
	case r.secret > 0 && !strings.HasPrefix(line, r.boundary):
	case len(line) > 2 && strings.HasPrefix(line, "--"):
		r.endPart(len(strings.TrimSuffix(strings.TrimSuffix(r.text[:start], "\n"), "\r")))
		r.boundary, r.inHeader, r.disposition = strings.TrimRight(line, " \t"), true, ""
	case !r.inHeader:
	case line == "":
		r.inHeader = false
		if isSecretPart(r.disposition) {
			r.secret = end
		}
	case line[0] == ' ' || line[0] == '\t':
		r.disposition += line // harmless if it continues another header
	case len(line) > len(dispositionHeader) &&
		strings.EqualFold(line[:len(dispositionHeader)], dispositionHeader):
		r.disposition = line[len(dispositionHeader):]
	}
}

const dispositionHeader = "Content-Disposition:"

// endPart replaces the value of a secret part that ends at end.
func (r *multipartReader) endPart(end int) {
	if r.secret > 0 && end > r.secret {
		r.replace(r.secret, end, Mark)
	}
	r.secret = 0
}

// isSecretPart reports whether the name of a form-data part is secret. An invalid header counts as
// secret if it contains a secret name.
func isSecretPart(disposition string) bool {
	_, parameters, err := mime.ParseMediaType(disposition)
	if err != nil {
		disposition = strings.ToLower(disposition)
		return slices.ContainsFunc(secretNames, func(name string) bool {
			return strings.Contains(disposition, strings.ToLower(name))
		})
	}
	// readers differ in the escapes that they accept
	name := strings.ReplaceAll(parameters["name"], `\`, "")
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return isSecretName(strings.TrimSpace(name))
}
