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

// An UnsupportedCodingError is the error for an unsupported Content-Encoding.
type UnsupportedCodingError struct{ Value string }

// Error names the supported codings.
func (e *UnsupportedCodingError) Error() string {
	return fmt.Sprintf("header Content-Encoding: expected gzip, deflate or identity, got %s",
		redact.Quote(e.Value))
}

// A CodingError is the error for a body that is not encoded as its Content-Encoding says.
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

// decoder decodes a content coding.
type decoder struct {
	name      string
	newReader func(io.Reader) (io.Reader, error)
}

var (
	gzipDecoder = &decoder{"gzip", func(r io.Reader) (io.Reader, error) {
		return gzip.NewReader(r)
	}}
	deflateDecoder = &decoder{"deflate", newDeflate}
)

// decoderFor returns the decoder for the Content-Encoding in header (RFC 9110, section 8.4), or nil
// if the body is not encoded.
func decoderFor(header http.Header) (*decoder, error) {
	value := strings.TrimSpace(strings.Join(header.Values("Content-Encoding"), ", "))
	switch strings.ToLower(value) {
	case "", "identity":
		return nil, nil
	case "gzip", "x-gzip":
		return gzipDecoder, nil
	case "deflate":
		return deflateDecoder, nil
	}
	return nil, &UnsupportedCodingError{value}
}

// newDeflate returns a reader of the zlib format (RFC 1950), the meaning of deflate in HTTP. It
// also accepts the raw format (RFC 1951), since some clients send it.
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

// decodedBody decodes a body while it is read.
type decodedBody struct {
	io.ReadCloser    // encoded
	decode           *decoder
	reader           io.Reader
	remaining, limit int64 // bytes
}

// Read implements io.Reader.
func (b *decodedBody) Read(p []byte) (int, error) {
	if b.reader == nil {
		var err error
		if b.reader, err = b.decode.newReader(b.ReadCloser); err != nil {
			return 0, b.convertError(err)
		}
	}
	n, err := b.reader.Read(p)
	if b.remaining -= int64(n); b.remaining < 0 {
		return 0, &http.MaxBytesError{Limit: b.limit}
	}
	return n, b.convertError(err)
}

// convertError returns io.EOF and the errors of the encoded body unchanged. Others become a
// CodingError.
func (b *decodedBody) convertError(err error) error {
	size, timeout := (*http.MaxBytesError)(nil), (*TimeoutError)(nil)
	switch {
	case err == nil, errors.As(err, &size), errors.As(err, &timeout):
		return err
	case errors.Is(err, io.EOF) && b.reader != nil:
		return io.EOF
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return &CodingError{b.decode.name, err}
}
