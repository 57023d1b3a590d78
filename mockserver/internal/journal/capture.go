package journal

import (
	"bytes"
	"net/http"

	"example.com/patmock/mockserver/control"
)

// A Message is a request or a response as it was sent, including its secrets.
type Message struct {
	// Header is copied by Capture.
	Header http.Header
	// Body is the body or its beginning, and must not be modified. The complete body has Size
	// bytes.
	Body []byte
	Size int
}

// Capture appends a request with its response and assigns its sequence. Secrets are redacted only
// when an exchange is read, because most never are.
func (j *Journal) Capture(r control.Request, request, response Message) {
	e := &entry{Request: r} // without messages
	fields := make([]string, 0, 2*(len(request.Header)+len(response.Header)))
	fields = appendFields(fields, request.Header)
	e.rawRequest = newRawMessage(fields, request)
	fields = appendFields(fields[len(fields):], response.Header)
	e.rawResponse = newRawMessage(fields, response)
	e.size = sizeOf(&e.Request) + e.rawRequest.bytes() + e.rawResponse.bytes()
	j.add(e)
	if j.config.Added != nil {
		j.config.Added(e.size + overhead)
	}
}

// rawMessage is a stored message: header names and values in turn, and the beginning of the body.
type rawMessage struct {
	fields []string
	body   []byte
	size   int
}

func newRawMessage(fields []string, s Message) rawMessage {
	c := rawMessage{fields: fields, body: s.Body, size: s.Size}
	if len(c.body) > maxBodyBytes {
		c.body = bytes.Clone(trimPartialRune(c.body[:maxBodyBytes]))
	}
	return c
}

func appendFields(fields []string, header http.Header) []string {
	for name, values := range header {
		for _, value := range values {
			fields = append(fields, name, value)
		}
	}
	return fields
}

func (c *rawMessage) bytes() int {
	total := len(c.body)
	for _, text := range c.fields {
		total += len(text)
	}
	return total
}

func (c *rawMessage) redacted() *control.Message {
	header := http.Header{}
	for i := 0; i < len(c.fields); i += 2 {
		header[c.fields[i]] = append(header[c.fields[i]], c.fields[i+1])
	}
	return Redact(header, c.body, c.size)
}

// entry is a request as a journal stores it. It is immutable.
type entry struct {
	control.Request         // without its messages
	size                    int
	rawRequest, rawResponse rawMessage
}
