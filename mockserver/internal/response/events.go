package response

import (
	"bytes"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Events is a response of server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). It is for one goroutine, but
// for End.
type Events struct {
	rw         http.ResponseWriter
	controller *http.ResponseController

	mu    sync.Mutex
	ended bool
}

// EventStream is the media type of server-sent events.
const EventStream = "text/event-stream"

// eventTimeout is how long a client may take to receive an event.
const eventTimeout = 30 * time.Second

// errStreamEnded is the error of an event after End.
var errStreamEnded = errors.New("the stream of events has ended")

// Events begins a response of events. The time limits of the server for a whole request do not
// apply to it.
func (w Writer) Events(rw http.ResponseWriter, r *http.Request) (*Events, error) {
	header := rw.Header()
	header["Cache-Control"] = noCache
	header.Set("Content-Type", EventStream)
	header.Set("X-Accel-Buffering", "no") // of nginx
	InfoFrom(r).Status = http.StatusOK
	rw.WriteHeader(http.StatusOK)
	e := &Events{rw: rw, controller: http.NewResponseController(rw)}
	_ = e.controller.SetReadDeadline(time.Time{}) // a writer without one has no such limit
	if r.Method == http.MethodHead {
		return e, nil
	}
	return e, e.write([]byte(":\n\n"))
}

// Send writes an event. The type is empty for an ordinary one, and the id for one that clients do
// not resume from. Data has no line break.
func (e *Events) Send(event, id string, data []byte) error {
	var b bytes.Buffer
	if event != "" {
		b.WriteString("event: " + event + "\n")
	}
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("data: ")
	b.Write(data)
	b.WriteString("\n\n")
	return e.write(b.Bytes())
}

// Heartbeat writes a comment, by which both sides notice a connection that is gone.
func (e *Events) Heartbeat() error { return e.write([]byte(": heartbeat\n\n")) }

// End makes the writes that go on, and later ones, fail.
func (e *Events) End() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	_ = e.controller.SetWriteDeadline(time.Unix(1, 0)) // which has passed
}

// setTimeout sets the time limit of a write, none for zero.
func (e *Events) setTimeout(timeout time.Duration) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return errStreamEnded
	}
	var deadline time.Time
	if timeout > 0 {
		deadline = time.Now().Add(timeout) //nolint:forbidigo // deadlines of connections are wall time
	}
	if err := e.controller.SetWriteDeadline(deadline); err != nil &&
		!errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

func (e *Events) write(text []byte) error {
	if err := e.setTimeout(eventTimeout); err != nil {
		return err
	}
	if _, err := e.rw.Write(text); err != nil {
		return err
	}
	if err := e.controller.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return e.setTimeout(0)
}
