// Package body reads and decodes request bodies with limits on size and time.
package body

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// minRate is the minimum rate of a body after the timeout, in bytes per second. Each received byte
// extends the deadline, so that a large body may arrive over a slow line.
const minRate = 4 << 10

// A TimeoutError is the error of a body that did not arrive in time.
type TimeoutError struct {
	// Announced is the Content-Length in bytes, or -1 for a chunked body.
	Announced int64
	// Received is the number of bytes that arrived.
	Received int64
	// Timeout is the time limit without the extensions for received bytes.
	Timeout time.Duration
}

// Error returns the announced and the received size.
func (e *TimeoutError) Error() string {
	if e.Announced < 0 {
		return fmt.Sprintf("body: expected the last chunk within %s, got %d bytes without it",
			e.Timeout, e.Received)
	}
	return fmt.Sprintf("body: expected the %d bytes of Content-Length within %s, got %d; "+
		"Content-Length counts bytes, not characters",
		e.Announced, e.Timeout, e.Received)
}

// Open returns the body of a request, decoded by its Content-Encoding. It returns an
// *[UnsupportedCodingError] for an unknown encoding. Reading fails with an *[http.MaxBytesError] if
// the body exceeds limit bytes, encoded or decoded. It fails with a *[TimeoutError] if the body is
// late, and with a *[CodingError] if the encoding is invalid.
//
// The timeout starts at now. The read deadline applies even if the body is not read. It is cleared
// at the end of the body.
func Open(
	rw http.ResponseWriter, r *http.Request, limit int64, timeout time.Duration, now time.Time,
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

// timedBody is a body with a read deadline that each received byte extends.
type timedBody struct {
	io.ReadCloser
	connection deadliner // nil without a connection, as in some tests
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
		_ = b.connection.SetReadDeadline(deadline) // a closed connection needs none
	}
}

// deadliner is the ResponseWriter of a connection. An http.ResponseController would allocate an
// error for each call on other writers.
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
