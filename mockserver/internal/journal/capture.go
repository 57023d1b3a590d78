package journal

import (
	"bytes"
	"net/http"

	"example.com/patmock/mockserver/control"
)

// A Message is one side of an exchange as it went over the wire, secrets included.
type Message struct {
	// Header is copied.
	Header http.Header
	// Body, or a part of it, which nobody may change afterwards. The whole one has Size bytes.
	Body []byte
	Size int
}

// Capture appends a request with what was sent and answered, and numbers it. Most exchanges are
// never read: secrets are taken out of one when it is.
func (j *Journal) Capture(r control.Request, request, response Message) {
	e := &entry{Request: r} // r has no messages
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

// rawMessage is a side as it is held: names and values of headers in turn, and as much of the body
// as is kept.
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

// entry is a request as a journal stores it. It is not changed.
type entry struct {
	control.Request         // without its messages
	size                    int
	rawRequest, rawResponse rawMessage
}
