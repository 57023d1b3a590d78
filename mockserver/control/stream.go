package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The types of the events of a stream. Requests have none on the wire, so that an EventSource of a
// browser hands them to onmessage.
const (
	EventRequest = "request" // a request that matches
	EventMissed  = "missed"  // requests have left the journal before they were read
	EventCleared = "cleared" // the journal was cleared
)

// streamEnd is the type of the last event on the wire, reasonRemoved one of the reasons in its
// data.
const (
	eventEnd      = "end"
	reasonRemoved = "removed"
)

// RequestEvent is an event of a [RequestStream].
type RequestEvent struct {
	// Type is EventRequest, EventMissed or EventCleared.
	Type string
	// Request of an EventRequest, without headers and bodies.
	Request Request
	// Missed is how many requests an EventMissed is about, whether they match or not. It is 0 if
	// that is unknown.
	Missed int
}

// RequestStream reads requests as they come. It is for one goroutine, but for Close.
type RequestStream struct {
	request   string // method and address
	body      io.ReadCloser
	lines     *bufio.Scanner
	ctx       context.Context //nolint:containedctx // it ends the stream
	cancel    context.CancelCauseFunc
	idleTimer *time.Timer
}

// maxSilence is how long a stream may send nothing, not even a heartbeat.
const maxIdleTime = time.Minute

// errSilence is the cause of a stream that ends since nothing comes.
var errIdle = errors.New("the mock sends nothing, not even a heartbeat")

// maxEvent bounds a line of a stream, in bytes.
const maxEventBytes = 1 << 20

// FollowRequests opens a stream of the requests that match, from the one behind the request with
// the ID after on, or from the next one on if that is empty. When it returns, no later request is
// left out. The stream ends with ctx. A match by header, query or body is an error.
func (c *Client) FollowRequests(ctx context.Context, match Match, after string) (*RequestStream,
	error,
) {
	call := get("requests", "stream")
	call.acceptHeader = "text/event-stream"
	var err error
	if call.query, err = match.values(); err != nil {
		return nil, err
	}
	if err := c.config.Validate(); err != nil {
		return nil, fmt.Errorf("%s %s: %w", call.method, c.address(call), err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	s := &RequestStream{ctx: ctx, cancel: cancel, idleTimer: time.AfterFunc(defaultTimeout, func() {
		cancel(errIdle)
	})}
	if err := s.open(c, call, after); err != nil {
		s.idleTimer.Stop()
		cancel(nil)
		return nil, err
	}
	return s, nil
}

func (s *RequestStream) open(c *Client, call apiCall, after string) error {
	request, err := c.request(s.ctx, call)
	if err != nil {
		return err
	}
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	s.request = call.method + " " + request.URL.Redacted()
	client := *c.config.HTTP
	client.Timeout = 0
	resp, err := client.Do(request)
	if err != nil {
		return s.wrapError(err)
	}
	if resp.StatusCode != call.status || call.validate(s.request, resp, nil) != nil {
		content, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes))
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return s.wrapError(err)
		}
		return call.validate(s.request, resp, content)
	}
	s.idleTimer.Reset(maxIdleTime)
	s.body, s.lines = resp.Body, bufio.NewScanner(resp.Body)
	s.lines.Buffer(nil, maxEventBytes)
	return nil
}

// failure returns the error of a request or a read that failed.
func (s *RequestStream) wrapError(err error) error {
	cause := context.Cause(s.ctx)
	switch {
	case cause != nil:
		return fmt.Errorf("%s: %w", s.request, cause)
	case errors.Is(err, ErrPlaintext):
		return fmt.Errorf("%s: %w", s.request, err)
	case s.body == nil:
		return newNoMockError(s.request, err)
	}
	return fmt.Errorf("%s: %w", s.request, err)
}

// Next waits for the next event. Its error is [ErrStopped] when the mock stops, [ErrRemoved] when
// the namespace is removed, and another one when the connection ends.
func (s *RequestStream) Next() (RequestEvent, error) {
	event, data := "", ""
	for s.lines.Scan() {
		s.idleTimer.Reset(maxIdleTime)
		field, value, _ := strings.Cut(s.lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			event = value
		case "data":
			data += value
		case "":
			if data == "" { // a comment, or the end of one
				continue
			}
			if next, known, err := s.decode(event, data); known {
				return next, err
			}
			event, data = "", ""
		}
	}
	err := s.lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return RequestEvent{}, s.wrapError(err)
}

// decode reads an event. Known is false for a type of a later version.
func (s *RequestStream) decode(event, data string) (next RequestEvent, known bool, err error) {
	var end struct{ Reason string }
	switch event {
	case "":
		next.Type = EventRequest
		err = json.Unmarshal([]byte(data), &next.Request)
	case EventMissed:
		next.Type = EventMissed
		var missed struct{ Requests int }
		err = json.Unmarshal([]byte(data), &missed)
		next.Missed = missed.Requests
	case EventCleared:
		next.Type = EventCleared
	case eventEnd:
		if err = json.Unmarshal([]byte(data), &end); err == nil {
			err = ErrStopped
			if end.Reason == reasonRemoved {
				err = ErrRemoved
			}
			return next, true, fmt.Errorf("%s: %w", s.request, err)
		}
	default:
		return next, false, nil
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %w", s.request, ErrUnexpectedBody, err)
	}
	return next, true, err
}

// Close ends the stream.
func (s *RequestStream) Close() error {
	s.idleTimer.Stop()
	s.cancel(nil)
	return s.body.Close()
}
