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

// The types of the events of a stream. Request events have no type on the wire, so that a browser
// passes them to EventSource.onmessage.
const (
	EventRequest = "request" // a matching request
	EventMissed  = "missed"  // requests were dropped from the journal before they were read
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
	// Request is the request of an EventRequest, without headers and bodies.
	Request Request
	// Missed is the number of requests of an EventMissed, matching or not. It is zero if the number
	// is unknown.
	Missed int
}

// RequestStream reads new requests. Its methods must not be called concurrently, except Close.
type RequestStream struct {
	request   string // method and address
	body      io.ReadCloser
	lines     *bufio.Scanner
	ctx       context.Context //nolint:containedctx // it ends the stream
	cancel    context.CancelCauseFunc
	idleTimer *time.Timer
}

// maxIdleTime limits the time without data, including heartbeats.
const maxIdleTime = time.Minute

// errIdle is the cancel cause of an idle stream.
var errIdle = errors.New("the mock sends nothing, not even a heartbeat")

// maxEventBytes limits the length of a line.
const maxEventBytes = 1 << 20

// FollowRequests opens a stream of matching requests. The stream begins after the request with the
// ID after, or with the next request if after is empty. It includes every request sent after
// FollowRequests returns. The stream ends with ctx. A match by header, query or body is an error.
func (c *Client) FollowRequests(
	ctx context.Context, match Match, after string,
) (*RequestStream, error) {
	call := get("requests", "stream")
	call.responseType = "text/event-stream"
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

// wrapError returns the error of a failed request or read.
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

// Next waits for the next event. The error is [ErrStopped] if the mock stops, and [ErrRemoved] if
// the namespace is removed. Another error means that the connection ended.
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
			if data == "" { // a comment or its end
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

// decode decodes an event. Known is false for a type of a later version.
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
