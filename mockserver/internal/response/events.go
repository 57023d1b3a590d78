package response

import (
	"bytes"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Events is a response of server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). Only End is safe for concurrent
// use.
type Events struct {
	rw         http.ResponseWriter
	controller *http.ResponseController

	mu    sync.Mutex
	ended bool
}

// EventStream is the media type of server-sent events.
const EventStream = "text/event-stream"

// eventTimeout is the time that a client has to receive an event.
const eventTimeout = 30 * time.Second

// errStreamEnded is the error of Send after End.
var errStreamEnded = errors.New("the event stream has ended")

// Events begins a response of server-sent events. The timeouts of the server for a request do not
// apply to it.
func (w Writer) Events(rw http.ResponseWriter, r *http.Request) (*Events, error) {
	header := rw.Header()
	header["Cache-Control"] = noCache
	header.Set("Content-Type", EventStream)
	header.Set("X-Accel-Buffering", "no") // disables buffering in nginx
	InfoFrom(r).Status = http.StatusOK
	rw.WriteHeader(http.StatusOK)
	e := &Events{rw: rw, controller: http.NewResponseController(rw)}
	_ = e.controller.SetReadDeadline(time.Time{}) // some writers have no deadlines
	if r.Method == http.MethodHead {
		return e, nil
	}
	return e, e.write([]byte(":\n\n"))
}

// Send writes an event. The type may be empty. The id is empty for an event that clients do not
// resume from. Data must not contain a line break.
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

// Heartbeat writes a comment. It lets both sides detect a broken connection.
func (e *Events) Heartbeat() error { return e.write([]byte(": heartbeat\n\n")) }

// End makes current and later writes fail.
func (e *Events) End() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	_ = e.controller.SetWriteDeadline(time.Unix(1, 0)) // in the past
}

// setTimeout sets the time limit of the next write. Zero means no limit.
func (e *Events) setTimeout(timeout time.Duration) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return errStreamEnded
	}
	var deadline time.Time
	if timeout > 0 {
		//nolint:forbidigo // deadlines of connections are wall time
		deadline = time.Now().Add(timeout)
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
