package server

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// bufferBody reads up to limit bytes of the body, so that the journal has it even if the request
// fails. It returns an error for a body that no operation can read: a late one, or one with an
// unsupported or invalid Content-Encoding.
func (x *requestState) bufferBody(r *http.Request, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	reader, err := body.Open(x.rw, r, limit, x.config.ReadTimeout, x.start)
	if err != nil || r.ContentLength > limit {
		return err
	}
	text, err := readAll(reader, int(max(r.ContentLength, 0)), int(limit), &x.lease)
	if err == nil && len(text) > freeBodyBytes && !x.lease.Grow(len(text)*decodingFactor) {
		err = budget.ErrExceeded
	}
	if errors.Is(err, budget.ErrExceeded) {
		return err
	}
	x.info.RequestBody, x.info.BodyErr = text, err
	if x.bodyError(err) != nil {
		return err
	}
	r.Body = newBufferedBody(text, err)
	return nil
}

// bodyError converts an error that no operation can handle. It returns nil for any other error.
func (x *requestState) bodyError(err error) *response.Error {
	var timeoutErr *body.TimeoutError
	var codingErr *body.UnsupportedCodingError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &timeoutErr):
		return response.Errorf(response.RequestTimeout, response.Reason{
			Rule: rule.RequestTimeout, Text: err.Error(),
		})
	case errors.Is(err, budget.ErrExceeded):
		return x.info.Overloaded()
	case errors.As(err, &codingErr):
		return response.Errorf(response.WrongCoding, response.Reason{
			Rule: rule.ContentEncoding, Text: err.Error(),
		})
	}
	return nil
}

// Decoding and validating a body takes a multiple of its size. The budget accounts for bodies
// larger than freeBodyBytes.
const (
	freeBodyBytes  = 16 << 10 // bytes
	decodingFactor = 8
)

// maxInitialBuffer is the maximum size, in bytes, of the buffer before any data has arrived.
const maxInitialBuffer = 32 << 10

// readAll is like io.ReadAll but preallocates using the (untrusted) Content-Length. It reads at
// most limit bytes and reserves its buffer from lease.
func readAll(body io.Reader, size, limit int, lease *budget.Lease) ([]byte, error) {
	initial := min(size, maxInitialBuffer) + 1 // one byte more detects the end
	if !lease.Grow(initial) {
		return nil, budget.ErrExceeded
	}
	buf := make([]byte, 0, initial)
	for {
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf[:limit], &http.MaxBytesError{Limit: int64(limit)}
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		case len(buf) == cap(buf):
			growth := max(cap(buf), bytes.MinRead)
			if size > len(buf) {
				growth = min(growth, size+1-len(buf))
			}
			if !lease.Grow(growth) {
				return nil, budget.ErrExceeded
			}
			buf = append(make([]byte, 0, cap(buf)+growth), buf...)
		}
	}
}

// bufferedBody is a body in memory, with the error that ended it.
type bufferedBody struct {
	bytes.Reader
	err error // io.EOF if the body is complete
}

func newBufferedBody(text []byte, err error) *bufferedBody {
	b := &bufferedBody{err: err}
	if err == nil {
		b.err = io.EOF
	}
	b.Reset(text)
	return b
}

// Read implements io.Reader.
func (b *bufferedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = b.err
	}
	return n, err
}

// WriteTo implements io.WriterTo. The method of bytes.Reader would lose the error.
func (b *bufferedBody) WriteTo(w io.Writer) (int64, error) {
	n, err := b.Reader.WriteTo(w)
	if err == nil && !errors.Is(b.err, io.EOF) {
		err = b.err
	}
	return n, err
}

// Close implements io.Closer.
func (b *bufferedBody) Close() error { return nil }
