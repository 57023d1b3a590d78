// Package body reads the bodies of requests: bounded in size and time, and decoded.
package body

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// minRate is how fast a body has to arrive once the timeout has passed, in bytes per second. Each
// received byte extends the deadline accordingly, so that a large body on a slow line is no
// timeout.
const minRate = 4 << 10

// A TimeoutError reports a body that did not arrive in time.
type TimeoutError struct {
	// Announced is the Content-Length in bytes, -1 if the body came in chunks.
	Announced int64
	// Received is the number of bytes that arrived.
	Received int64
	// Timeout is the time that the body had, apart from what its bytes added.
	Timeout time.Duration
}

// Error returns what was announced and what was received.
func (e *TimeoutError) Error() string {
	if e.Announced < 0 {
		return fmt.Sprintf("body: expected the last chunk within %s, got %d bytes without it",
			e.Timeout, e.Received)
	}
	return fmt.Sprintf("body: expected the %d bytes of Content-Length within %s, got %d; "+
		"Content-Length counts bytes, not characters",
		e.Announced, e.Timeout, e.Received)
}

// Open returns the body of a request, decoded as its Content-Encoding says. Reading it fails with
// an *[http.MaxBytesError] beyond limit bytes, encoded or decoded, with a *[TimeoutError] if it
// does not arrive in time, and with a *[CodingError] if it is not encoded as it says. Open fails
// with an *[UnsupportedCodingError] for another encoding.
//
// The time that the body has begins now. The deadline also ends a body that is not read: it is
// removed when the end has been reached.
func Open(rw http.ResponseWriter, r *http.Request, limit int64, timeout time.Duration,
	now time.Time,
) (io.ReadCloser, error) {
	decode, err := decoderFor(r.Header)
	if err != nil {
		return nil, err
	}
	body := &timedBody{
		ReadCloser: r.Body, connection: connectionOf(rw),
		start: now, timeout: timeout, announced: r.ContentLength,
	}
	body.extendDeadline()
	var bounded io.ReadCloser = body
	if r.ContentLength < 0 || r.ContentLength > limit {
		bounded = http.MaxBytesReader(rw, body, limit)
	}
	if decode == nil {
		return bounded, nil
	}
	return &decodedBody{ReadCloser: bounded, decode: decode, remaining: limit, limit: limit}, nil
}

// timedBody is a body with a deadline that moves with what arrives.
type timedBody struct {
	io.ReadCloser
	connection deadliner // nil if there is none, as in a test that calls a handler
	start      time.Time
	timeout    time.Duration
	announced  int64
	received   int64
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	b.extendDeadline()
	n, err := b.ReadCloser.Read(p)
	b.received += int64(n)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, &TimeoutError{b.announced, b.received, b.timeout}
	case errors.Is(err, io.EOF):
		b.setDeadline(time.Time{})
	}
	return n, err
}

func (b *timedBody) extendDeadline() {
	b.setDeadline(b.start.Add(b.timeout + time.Duration(b.received)*time.Second/minRate))
}

func (b *timedBody) setDeadline(deadline time.Time) {
	if b.connection != nil {
		_ = b.connection.SetReadDeadline(deadline) // a connection that is closed needs none
	}
}

// deadliner is a ResponseWriter of a connection. An http.ResponseController would allocate an error
// for each call without one.
type deadliner interface{ SetReadDeadline(time.Time) error }

func connectionOf(rw http.ResponseWriter) deadliner {
	for {
		if d, ok := rw.(deadliner); ok {
			return d
		}
		wrapped, ok := rw.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		rw = wrapped.Unwrap()
	}
}
