package response

import "example.com/patmock/spec/rule"

// A BearerError rejects an Authorization header.
type BearerError struct {
	Rule rule.ID
	// Missing reports that the request has no bearer at all.
	Missing bool
	// Expired reports that the bearer was valid once.
	Expired bool
	// Err has the text for the client.
	Err error
}

// Error returns the text for the client.
func (e *BearerError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *BearerError) Unwrap() error { return e.Err }

// Challenges of a 401 (RFC 9110, section 11.6.1, and RFC 6750, section 3). No tenant was seen sending
// one. // assumed
const (
	BasicChallenge  = `Basic realm="oauth"`
	BearerChallenge = "Bearer"
)

// Challenge returns the value of WWW-Authenticate for the error.
func (e *BearerError) Challenge() string {
	if e.Missing {
		return BearerChallenge
	}
	return InvalidTokenChallenge(e.Error())
}

// InvalidTokenChallenge returns the challenge to a bearer that is not valid.
func InvalidTokenChallenge(description string) string {
	return `Bearer error="invalid_token", error_description="` + sanitizeDescription(description) + `"`
}
