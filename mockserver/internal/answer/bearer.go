package answer

import "example.com/patmock/spec/rule"

// A BearerError rejects an Authorization header.
type BearerError struct {
	Rule rule.ID
	// Missing reports that the request has no bearer at all.
	Missing bool
	// Err has the text for the client.
	Err error
}

// Error returns the text for the client.
func (e *BearerError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *BearerError) Unwrap() error { return e.Err }
