package control_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
)

func TestFollowRequests_Events(t *testing.T) {
	const event = "id: r1\ndata: " + requestBody + "\n\n"
	for _, tt := range []struct {
		name, body string
		want       []string // types, and the sequence of requests
		err        error
	}{
		{"request", event, []string{"request 4"}, io.ErrUnexpectedEOF},
		{"comments", ":\n\n: heartbeat\n\n" + event, []string{"request 4"}, io.ErrUnexpectedEOF},
		{
			"missed", "event: missed\ndata: {\"requests\":7}\n\n",
			[]string{"missed 7"},
			io.ErrUnexpectedEOF,
		},
		{
			"cleared", "event: cleared\ndata: {}\n\n" + event,
			[]string{"cleared", "request 4"},
			io.ErrUnexpectedEOF,
		},
		{
			"type of a later version", "event: new\ndata: {}\n\n" + event,
			[]string{"request 4"},
			io.ErrUnexpectedEOF,
		},
		{
			"mock stops", event + "event: end\ndata: {\"reason\":\"stopped\"}\n\n" + event,
			[]string{"request 4"},
			control.ErrStopped,
		},
		{
			"namespace is removed", "event: end\ndata: {\"reason\":\"removed\"}\n\n", nil,
			control.ErrRemoved,
		},
		{"no JSON", "data: x\n\n", nil, control.ErrUnexpectedBody},
		{"end within an event", "data: {}", nil, io.ErrUnexpectedEOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := startServer(t, http.StatusOK, "text/event-stream",
				tt.body).FollowRequests(t.Context(), control.Match{}, "")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			var got []string
			for {
				var e control.RequestEvent
				if e, err = s.Next(); err != nil {
					break
				}
				switch e.Type {
				case control.EventRequest:
					got = append(got, "request "+string(rune('0'+e.Request.Sequence)))
				case control.EventMissed:
					got = append(got, "missed "+string(rune('0'+e.Missed)))
				default:
					got = append(got, e.Type)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
		})
	}
}

func TestFollowRequests_Request(t *testing.T) {
	var sent, after, accept string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, after, accept = r.Method+" "+r.URL.RequestURI(), r.Header.Get("Last-Event-ID"),
			r.Header.Get("Accept")
		w.Header().Set("Content-Type", "text/event-stream")
	}))
	defer server.Close()
	s, err := control.New(control.Config{
		URL: server.URL, Namespace: "a",
	}).FollowRequests(t.Context(), control.Match{Status: 400}, "r1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	want := []string{
		"GET /t/a/_mock/requests/stream?status=400", "r1",
		"text/event-stream, application/problem+json",
	}
	if diff := cmp.Diff(want, []string{sent, after, accept}); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestFollowRequests_Errors(t *testing.T) {
	var problem *control.Problem
	_, err := startServer(t, 503, "application/problem+json",
		`{"type":"urn:problem-type:patmock:too-many-streams","status":503}`).
		FollowRequests(t.Context(), control.Match{}, "")
	if !errors.As(err, &problem) || problem.Status != 503 {
		t.Errorf("error %v, want a problem", err)
	}
	var other *control.NotPatmockError
	for _, contentType := range []string{"application/json", ""} {
		if _, err = startServer(t, 200, contentType, "{}").FollowRequests(t.Context(),
			control.Match{}, ""); !errors.As(err, &other) {
			t.Errorf("error %v of %q, want one of another server", err, contentType)
		}
	}
	if _, err = control.New(control.Config{URL: "http://127.0.0.1:1"}).FollowRequests(t.Context(),
		control.Match{}, ""); !errors.Is(err, control.ErrNoMock) {
		t.Errorf("error %v, want %v", err, control.ErrNoMock)
	}
	if _, err = startServer(t, 200, "", "").FollowRequests(t.Context(), control.Match{Body: 1},
		""); !errors.Is(err, control.ErrMatch) {
		t.Errorf("error %v, want %v", err, control.ErrMatch)
	}
	if _, err = control.New(control.Config{
		URL: "http://example.com", Token: "secret",
	}).FollowRequests(t.Context(), control.Match{}, ""); !errors.Is(err, control.ErrPlaintext) {
		t.Errorf("error %v, want %v", err, control.ErrPlaintext)
	}
}

// idleTransport responds with a stream without events.
type idleTransport struct{ open bool }

// RoundTrip implements http.RoundTripper.
func (q idleTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !q.open {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	body, writer := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = writer.CloseWithError(r.Context().Err()) })
	header := http.Header{"Content-Type": {"text/event-stream"}}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: body, Request: r}, nil
}

// A stream ends if it is idle, or if its context ends.
func TestFollowRequests_EndsIdleStream(t *testing.T) {
	for _, tt := range []struct {
		name   string
		open   bool
		cancel time.Duration
		after  time.Duration
	}{
		{"no response", false, time.Hour, 30 * time.Second},
		{"no events", true, time.Hour, time.Minute},
		{"end of the context", true, time.Second, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started := time.Now() //nolint:forbidigo // of the bubble
				ctx, cancel := context.WithTimeout(t.Context(), tt.cancel)
				defer cancel()
				s, err := control.New(control.Config{
					HTTP: &http.Client{Transport: idleTransport{tt.open}},
				}).FollowRequests(ctx, control.Match{}, "")
				if err == nil {
					_, err = s.Next()
					defer func() { _ = s.Close() }()
				}
				if took := time.Since(started); err == nil || took != tt.after {
					t.Errorf("error %v after %s, want one after %s", err, took, tt.after)
				}
				if canceled := tt.cancel < time.Minute; canceled != errors.Is(err,
					context.DeadlineExceeded) ||
					strings.Contains(err.Error(), "sends nothing") == canceled {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}
