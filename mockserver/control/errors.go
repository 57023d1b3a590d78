package control

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
)

// The errors of a [Client], in addition to [*Problem] and [*NotPatmockError]. Each is wrapped in an
// error that names the request.
var (
	// ErrNoMock means that nothing responds at the address.
	ErrNoMock = errors.New("no mock responds")
	// ErrAddress means that the URL of a [Config] is invalid.
	ErrAddress = errors.New("expected the address of a mock, such as " + defaultURL)
	// ErrPlaintext means that the token would be sent to a public host over plain http.
	ErrPlaintext = errors.New("a control token does not go to a public host over plain http")
	// ErrName means that an id or a namespace is not a valid path segment.
	ErrName = errors.New("is not a valid id or name")
	// ErrMatch means that a list was requested by header, query or body.
	ErrMatch = errors.New("a list cannot be filtered by header, query or body")
	// ErrUnexpectedBody means that no patmock of this version sends such a body.
	ErrUnexpectedBody = errors.New("the response is not from a patmock of this version")
	// ErrStopped and ErrRemoved mean that the mock ended a stream.
	ErrStopped = errors.New("the mock has stopped")
	ErrRemoved = errors.New("the namespace was removed")
	// ErrTooLarge means that a response body exceeds the limit of the client.
	ErrTooLarge = fmt.Errorf("the response is larger than %d MiB", maxResponseBytes>>20)
)

// newNoMockError returns the error of a request without a response. Its text omits the address,
// which the target has, and the prefixes of package net.
func newNoMockError(request string, err error) error {
	return fmt.Errorf("%s: %w: %w", request, ErrNoMock, &dialError{err})
}

// dialError shortens the text of a connection error.
type dialError struct{ err error }

func (e *dialError) Unwrap() error { return e.err }

func (e *dialError) Error() string {
	if number, ok := errors.AsType[syscall.Errno](e.err); ok {
		return number.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](e.err); ok && dns.IsNotFound {
		return "unknown host " + dns.Name
	}
	if outer, ok := errors.AsType[*url.Error](e.err); ok {
		if outer.Timeout() {
			return "timeout"
		}
		return outer.Err.Error()
	}
	return e.err.Error()
}

// NotPatmockError is the error of a response that no patmock sends.
type NotPatmockError struct {
	// Request has the method and the URL.
	Request string
	// StatusCode and Status are the code and the status line of the response.
	StatusCode int
	Status     string
	// MediaType is empty if the response has no content type.
	MediaType string
	// Location is the target of a redirect, which is not followed.
	Location string
	// TLSRequired reports that the port requires https, as that of a mock with TLS does.
	TLSRequired bool
}

func (e *NotPatmockError) Error() string {
	mediaType := e.MediaType
	if mediaType == "" {
		mediaType = "no content type"
	}
	if e.Location != "" {
		mediaType += ", Location " + e.Location
	}
	cause := "this is not the control API of a patmock"
	if e.TLSRequired {
		cause = "the port requires TLS: use https://"
	}
	return fmt.Sprintf("%s responds with %s (%s): %s", e.Request, e.Status, mediaType, cause)
}
