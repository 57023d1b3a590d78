// Package recording keeps what went over the wire in a run of the contract, in a form that two runs can be compared by.
package recording

import "net/http"

// An Exchange is a request with its answer as they went over the wire, secrets included.
type Exchange struct {
	Method, URL string
	Header      http.Header
	Body        string
	Status      int
	Answered    http.Header
	Reply       string
	// AtOnce tells one of several that were made side by side: in which order is chance.
	AtOnce bool
}
