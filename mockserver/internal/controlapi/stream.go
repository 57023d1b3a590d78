package controlapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// MaxStreams is the maximum number of open streams of a server.
const MaxStreams = 64

// heartbeat is the interval of comments in a stream without events.
const heartbeat = 15 * time.Second

// endGrace is the time that a client has to read the end of a stream when the mock stops.
const endGrace = time.Second

// lastEventID is the header with which a client resumes a stream.
const lastEventID = "Last-Event-ID"

// serveStream responds with a stream of the requests of the namespace.
func (s *Server) serveStream(
	rw http.ResponseWriter, r *http.Request, ns *namespace.Namespace, route *Route,
) {
	var follower *journal.Follower
	var found bool
	c, err := s.newCall(r, ns, route.operation)
	if err == nil {
		select {
		case s.config.StreamSlots <- struct{}{}:
			defer func() { <-s.config.StreamSlots }()
			follower, found = s.follow(c)
		default:
			err = tooManyStreams()
		}
	}
	if err != nil {
		s.config.Writer.Reply(rw, r, route.operation.ValidateResponse, nil, errorOf(err))
		return
	}
	events, err := s.config.Writer.Events(rw, r)
	if err != nil || r.Method == http.MethodHead {
		return
	}
	if !found {
		err = events.Send(control.EventMissed, "", []byte(`{"requests":0}`))
	}
	if err == nil {
		s.stream(c, events, follower)
	}
}

// follow returns a follower of the requests after the one in the Last-Event-ID header, or of new
// requests without the header. It reports whether the journal still stores that request.
func (s *Server) follow(c *call) (*journal.Follower, bool) {
	m := c.match()
	if id := c.Header.Get(lastEventID); id != "" {
		return c.ns.Journal.FollowAfter(m, id)
	}
	return c.ns.Journal.Follow(m), true
}

func tooManyStreams() error {
	return newError(http.StatusServiceUnavailable, rule.ControlTooManyStreams,
		fmt.Sprintf("all %d streams of this mock are in use: close one", MaxStreams))
}

// stream sends updates until the client disconnects, the mock stops, or the namespace is removed.
func (s *Server) stream(c *call, events *response.Events, follower *journal.Follower) {
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	go s.closeWhenStopped(ctx, events)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		changed, err := sendUpdate(events, follower)
		if err != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
			if events.Heartbeat() != nil {
				return
			}
		case <-c.ns.Done:
			// the client may have disconnected
			_ = events.Send("end", "", []byte(`{"reason":"removed"}`))
			return
		case <-s.config.Writer.Done:
			if _, err := sendUpdate(events, follower); err == nil {
				_ = events.Send("end", "", []byte(`{"reason":"stopped"}`))
			}
			return
		case <-ctx.Done():
			return
		}
	}
}

// closeWhenStopped closes a stream when the mock stops, so that a client that does not read cannot
// delay the stop.
func (s *Server) closeWhenStopped(ctx context.Context, events *response.Events) {
	select {
	case <-s.config.Writer.Done:
	case <-ctx.Done():
		return
	}
	grace := time.NewTimer(endGrace)
	defer grace.Stop()
	select {
	case <-grace.C:
		events.End()
	case <-ctx.Done():
	}
}

// sendUpdate sends the updates of a follower. The returned channel is closed when there are more.
func sendUpdate(
	events *response.Events, follower *journal.Follower,
) (changed <-chan struct{}, err error) {
	update, changed, ok := follower.Next()
	if !ok {
		return changed, nil
	}
	if update.Cleared {
		err = events.Send(control.EventCleared, "", []byte("{}"))
	}
	if err == nil && update.Missed > 0 {
		err = events.Send(control.EventMissed, "",
			fmt.Appendf(nil, `{"requests":%d}`, update.Missed))
	}
	for _, r := range update.Requests {
		if err != nil {
			break
		}
		var data []byte
		if data, err = json.Marshal(r); err == nil {
			err = events.Send("", r.ID, data)
		}
	}
	return closedChannel, err
}

// closedChannel is always ready.
var closedChannel = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
