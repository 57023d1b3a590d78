package control

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
)

// Errors of a [Client] besides a [*Problem] and a [*NotPatmockError]. They are wrapped in an error
// that says what was requested.
var (
	// ErrNoMock is the error of an address at which nothing responds.
	ErrNoMock = errors.New("no mock responds")
	// ErrAddress is the error of a Config whose URL is none.
	ErrAddress = errors.New("expected the address of a mock, such as " + defaultURL)
	// ErrPlaintext is the error of a token that would go to a public host over plain http.
	ErrPlaintext = errors.New("a control token does not go to a public host over plain http")
	// ErrName is the error of an id or a namespace that would lead to another path.
	ErrName = errors.New("names nothing")
	// ErrMatch is the error of a list by fields of a match that a list cannot have.
	ErrMatch = errors.New("header, query and body cannot be asked for in a list")
	// ErrUnexpectedBody is the error of a body that a patmock of this version does not send.
	ErrUnexpectedBody = errors.New("the answer is not what a patmock of this version gives")
	// ErrStopped and ErrRemoved are the errors of a stream that the mock ended.
	ErrStopped = errors.New("the mock has stopped")
	ErrRemoved = errors.New("the namespace was removed")
	// ErrTooLarge is the error of a body that is larger than a client reads.
	ErrTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxResponseBytes>>20)
)

// noMock returns an error of a request to an address at which nothing responds. Its text has
// neither the address again nor the words of package net.
func newNoMockError(request string, err error) error {
	return fmt.Errorf("%s: %w: %w", request, ErrNoMock, &dialError{err})
}

// dialError is an error of a connection, in short.
type dialError struct{ err error }

func (e *dialError) Unwrap() error { return e.err }

func (e *dialError) Error() string {
	if number, ok := errors.AsType[syscall.Errno](e.err); ok {
		return number.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](e.err); ok && dns.IsNotFound {
		return "the host " + dns.Name + " is not known"
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
	// Request is the method and the address.
	Request string
	// StatusCode and Status are those of the response.
	StatusCode int
	Status     string
	// MediaType is empty without a content type.
	MediaType string
	// Location is that of a redirect, which is not followed.
	Location string
}

func (e *NotPatmockError) Error() string {
	mediaType := e.MediaType
	if mediaType == "" {
		mediaType = "no content type"
	}
	if e.Location != "" {
		mediaType += ", Location " + e.Location
	}
	return fmt.Sprintf("%s answers %s (%s): that is no patmock, or one without this on its address",
		e.Request, e.Status, mediaType)
}
