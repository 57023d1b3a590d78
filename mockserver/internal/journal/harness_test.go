package journal_test

import (
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
)

// capture captures a request with its messages.
func capture(j *journal.Journal, r *control.Request) {
	plain := *r
	plain.Request, plain.Response = nil, nil
	j.Capture(plain, toMessage(r.Request), toMessage(r.Response))
}

func toMessage(m *control.Message) journal.Message {
	if m == nil {
		return journal.Message{}
	}
	return journal.Message{Header: m.Header, Body: []byte(m.Body), Size: m.Size}
}
