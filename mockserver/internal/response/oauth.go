package response

import (
	"net/http"
	"strings"
)

// Errors of the token endpoint and its neighbours that patmock sends beside those of RFC 6749,
// section 5.2. The first is what the library behind a tenant's other texts sends, the others are
// named after their status. // assumed
const (
	MethodNotAllowed       = "method_not_allowed"
	NotFound               = "not_found"
	NotImplemented         = "not_implemented"
	ServerError            = "server_error"            // RFC 6749, section 4.1.2.1
	TemporarilyUnavailable = "temporarily_unavailable" // RFC 6749, section 4.1.2.1
	InvalidRequest         = "invalid_request"
	InvalidClient          = "invalid_client"
)

// OAuthPath reports whether errors of a path have the form of RFC 6749 instead of SailPoint's.
func OAuthPath(path string) bool { return path == "/oauth" || strings.HasPrefix(path, "/oauth/") }

// OAuthError returns an answer in the form of RFC 6749, section 5.2. Caches must not store it
// (section 5.1). The description is reduced to the characters that it may have.
func (w Writer) OAuthError(status int, kind, description string, reasons ...Reason) *Response {
	a, _ := JSON(status, oauthError{kind, sanitizeDescription(description)}) // strings always encode
	a.Header, a.Reasons = http.Header{"Pragma": {"no-cache"}}, reasons
	return a
}

type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// sanitizeDescription replaces the characters that error_description must not have (RFC 6749,
// section 5.2) and cuts a text to a length that a person reads.
func sanitizeDescription(text string) string {
	const maxLength = 200
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
	if len(text) > maxLength {
		return text[:maxLength] + "..."
	}
	return text
}
