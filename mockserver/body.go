package mockserver

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// read reads the body, as far as it may be long, so that the journal has it whatever becomes of the request.
func (x *exchange) read(r *http.Request) {
	if r.ContentLength > maxBody || r.Body == nil || r.Body == http.NoBody {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(x, r.Body, maxBody))
	x.body = body
	if err == nil {
		err = io.EOF
	}
	r.Body = &readBody{Reader: bytes.NewReader(body), end: err}
}

// readBody is a body that was read, with the error that ended it.
type readBody struct {
	*bytes.Reader
	end error
}

// Read implements io.Reader.
func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = b.end
	}
	return n, err
}

// WriteTo implements io.WriterTo, which bytes.Reader would do without the error.
func (b *readBody) WriteTo(w io.Writer) (int64, error) {
	n, err := b.Reader.WriteTo(w)
	if err == nil && !errors.Is(b.end, io.EOF) {
		err = b.end
	}
	return n, err
}

// Close implements io.Closer.
func (b *readBody) Close() error { return nil }
