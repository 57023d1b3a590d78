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

// bufferBody reads up to limit bytes of the body, so that the journal records it even if the
// request fails. It returns an error if the body arrives too late, exceeds the memory budget, or
// has an unsupported Content-Encoding. Operations get any other error when they read the body. A
// body whose Content-Length exceeds limit is not read.
func (s *requestState) bufferBody(r *http.Request, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	reader, err := body.Open(s.rw, r, limit, s.config.ReadTimeout, s.start)
	if err != nil || r.ContentLength > limit {
		return err
	}
	data, err := readAll(reader, int(max(r.ContentLength, 0)), int(limit), &s.lease)
	if err == nil && len(data) > unchargedBodyBytes && !s.lease.Grow(len(data)*decodingFactor) {
		err = budget.ErrExceeded
	}
	if errors.Is(err, budget.ErrExceeded) {
		return err
	}
	s.info.RequestBody, s.info.BodyErr = data, err
	if s.bodyError(err) != nil {
		return err
	}
	r.Body = newBufferedBody(data, err)
	return nil
}

// bodyError returns the error response for errors that all operations report alike. It returns nil
// for other errors.
func (s *requestState) bodyError(err error) *response.Error {
	var timeoutErr *body.TimeoutError
	var encodingErr *body.UnsupportedCodingError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &timeoutErr):
		return response.NewError(response.RequestTimeout, response.Reason{
			Rule: rule.RequestTimeout, Text: err.Error(),
		})
	case errors.Is(err, budget.ErrExceeded):
		return s.info.Overloaded()
	case errors.As(err, &encodingErr):
		return response.NewError(response.WrongCoding, response.Reason{
			Rule: rule.ContentEncoding, Text: err.Error(),
		})
	}
	return nil
}

// Decoding and validating a body takes several times its size in memory. The budget is charged
// decodingFactor times the size of a body, unless it has at most unchargedBodyBytes.
const (
	unchargedBodyBytes = 16 << 10
	decodingFactor     = 8
)

// maxInitialBuffer is the maximum size of the initial buffer, in bytes.
const maxInitialBuffer = 32 << 10

// readAll is like io.ReadAll but preallocates using the (untrusted) Content-Length. It reads at
// most limit bytes and reserves its buffer from lease.
func readAll(r io.Reader, contentLength, limit int, lease *budget.Lease) ([]byte, error) {
	initial := min(contentLength, maxInitialBuffer) + 1 // the read at EOF needs space
	if !lease.Grow(initial) {
		return nil, budget.ErrExceeded
	}
	buf := make([]byte, 0, initial)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
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
			if contentLength > len(buf) {
				growth = min(growth, contentLength+1-len(buf))
			}
			if !lease.Grow(growth) {
				return nil, budget.ErrExceeded
			}
			buf = append(make([]byte, 0, cap(buf)+growth), buf...)
		}
	}
}

// bufferedBody replays a body that was read, and then the error that ended it.
type bufferedBody struct {
	bytes.Reader
	err error // io.EOF if the body is complete
}

func newBufferedBody(data []byte, err error) *bufferedBody {
	b := &bufferedBody{err: err}
	if err == nil {
		b.err = io.EOF
	}
	b.Reset(data)
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

// WriteTo implements io.WriterTo. The promoted method of bytes.Reader would drop b.err.
func (b *bufferedBody) WriteTo(w io.Writer) (int64, error) {
	n, err := b.Reader.WriteTo(w)
	if err == nil && !errors.Is(b.err, io.EOF) {
		err = b.err
	}
	return n, err
}

// Close implements io.Closer.
func (b *bufferedBody) Close() error { return nil }
