package body

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/patmock/spec/redact"
)

// An UnsupportedCodingError reports a Content-Encoding that is not decoded.
type UnsupportedCodingError struct{ Got string }

// Error names the codings that are.
func (e *UnsupportedCodingError) Error() string {
	return fmt.Sprintf("header Content-Encoding: expected gzip, deflate or identity, got %s",
		redact.Quote(e.Got))
}

// A CodingError reports a body that is not encoded as its Content-Encoding says.
type CodingError struct {
	Coding string
	Err    error
}

// Error names the coding.
func (e *CodingError) Error() string {
	return fmt.Sprintf("body: expected %s, as Content-Encoding says: %v", e.Coding, e.Err)
}

// Unwrap returns the cause.
func (e *CodingError) Unwrap() error { return e.Err }

// decoder returns what an encoded body says.
type decoder struct {
	name string
	open func(io.Reader) (io.Reader, error)
}

var (
	gzipDecoder = &decoder{"gzip", func(r io.Reader) (io.Reader, error) {
		return gzip.NewReader(r)
	}}
	deflateDecoder = &decoder{"deflate", newDeflate}
)

// coding returns the decoder of a Content-Encoding (RFC 9110, section 8.4), nil for none.
func coding(header http.Header) (*decoder, error) {
	got := strings.TrimSpace(strings.Join(header.Values("Content-Encoding"), ", "))
	switch strings.ToLower(got) {
	case "", "identity":
		return nil, nil
	case "gzip", "x-gzip":
		return gzipDecoder, nil
	case "deflate":
		return deflateDecoder, nil
	}
	return nil, &UnsupportedCodingError{got}
}

// newDeflate reads the zlib format (RFC 1950), which deflate means, and the raw format (RFC 1951),
// which some clients send.
func newDeflate(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	head, err := buffered.Peek(2)
	if err != nil {
		return nil, err
	}
	const method, check = 0x0f, 31
	if head[0]&method == 8 && (int(head[0])<<8|int(head[1]))%check == 0 {
		return zlib.NewReader(buffered)
	}
	return flate.NewReader(buffered), nil
}

// decoded is a body that is decoded as it is read.
type decoded struct {
	io.ReadCloser // the encoded body
	decode        *decoder
	opened        io.Reader
	left, limit   int64 // bytes
}

// Read implements io.Reader.
func (b *decoded) Read(p []byte) (int, error) {
	if b.opened == nil {
		var err error
		if b.opened, err = b.decode.open(b.ReadCloser); err != nil {
			return 0, b.wrap(err)
		}
	}
	n, err := b.opened.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &http.MaxBytesError{Limit: b.limit}
	}
	return n, b.wrap(err)
}

// wrap keeps the errors of the encoded body, and the end.
func (b *decoded) wrap(err error) error {
	size, timeout := (*http.MaxBytesError)(nil), (*TimeoutError)(nil)
	switch {
	case err == nil, errors.As(err, &size), errors.As(err, &timeout):
		return err
	case errors.Is(err, io.EOF) && b.opened != nil:
		return io.EOF
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return &CodingError{b.decode.name, err}
}
