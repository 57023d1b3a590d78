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
	limited := r.Body
	if r.ContentLength < 0 {
		limited = http.MaxBytesReader(x, r.Body, maxBody)
	}
	body, err := readAll(limited, int(max(r.ContentLength, 0)))
	x.body = body
	if err == nil {
		err = io.EOF
	}
	held := &readBody{whole: body, end: err}
	held.Reset(body)
	r.Body = held
}

// readAll is io.ReadAll for a body that says how long it is, and is not believed.
func readAll(body io.Reader, size int) ([]byte, error) {
	all := make([]byte, 0, size+1) // the last one finds the end
	for {
		n, err := body.Read(all[len(all):cap(all)])
		all = all[:len(all)+n]
		switch {
		case len(all) > maxBody:
			return all[:maxBody], &http.MaxBytesError{Limit: maxBody}
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return all, err
		case len(all) == cap(all):
			all = append(all, 0)[:len(all)]
		}
	}
}

// readBody is a body that was read, with the error that ended it.
type readBody struct {
	bytes.Reader
	whole []byte
	end   error
}

// Whole returns the body without a copy. Nobody may change it.
func (b *readBody) Whole() ([]byte, error) {
	if errors.Is(b.end, io.EOF) {
		return b.whole, nil
	}
	return b.whole, b.end
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
