package tenantguard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// The limits of a response. They allow a list of 13,000 tokens.
const (
	maxResponseBytes = 16 << 20
	// maxValues limits the memory of decoded JSON. A value of two bytes takes over a hundred.
	maxValues = 250_000
)

// ErrTooLarge is the error of a response over the limits.
var ErrTooLarge = errors.New("the response is too large")

// ReadResponse reads the body of a response. The error is ErrTooLarge for more than 16 MiB, and for
// JSON with more than 250,000 values.
func ReadResponse(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxResponseBytes+1))
	switch {
	case err != nil:
		return body, err
	case len(body) > maxResponseBytes:
		return nil, fmt.Errorf("%w: more than %d MiB", ErrTooLarge, maxResponseBytes>>20)
	case countValues(body) > maxValues:
		return nil, fmt.Errorf("%w: JSON of more than %d values", ErrTooLarge, maxValues)
	}
	return body, nil
}

// countValues counts the values of JSON without decoding it. A value starts the text, or follows a
// bracket or a comma. The result is zero for other texts.
func countValues(body []byte) int {
	text := bytes.TrimLeft(body, " \t\r\n")
	if len(text) == 0 || text[0] != '[' && text[0] != '{' {
		return 0
	}
	n := 1
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ',', '[', '{':
			n++
		case '"':
			i = stringEnd(text, i+1)
		}
	}
	return n
}

// stringEnd returns the position of the quote that ends a string.
func stringEnd(body []byte, i int) int {
	for ; i < len(body) && body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i
}
