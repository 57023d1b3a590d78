package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// newMock returns a mock without a socket.
func newMock(t *testing.T, c mockserver.Config) *mockserver.Server {
	t.Helper()
	c.Log = (&logLines{}).logger()
	mock, err := mockserver.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	return mock
}

// sendGet sends a GET in process.
func sendGet(mock http.Handler, path string) {
	mock.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
}

// follow opens a stream that ends with the test.
func follow(t testing.TB, c *control.Client, m control.Match, after string) *control.RequestStream {
	t.Helper()
	s, err := c.FollowRequests(t.Context(), m, after)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// readEvents returns descriptions of the next n events.
func readEvents(t *testing.T, s *control.RequestStream, n int) []string {
	t.Helper()
	var got []string
	for range n {
		event, err := s.Next()
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		got = append(got, describeEvent(event))
	}
	return got
}

func describeEvent(e control.RequestEvent) string {
	switch e.Type {
	case control.EventRequest:
		return fmt.Sprintf("%d %s %d", e.Request.Sequence, e.Request.Path, e.Request.Status)
	case control.EventMissed:
		return fmt.Sprintf("missed %d", e.Missed)
	}
	return e.Type
}

// drain reads a stream to its end.
func drain(s *control.RequestStream) (events []control.RequestEvent, err error) {
	for {
		event, err := s.Next()
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
}

// forEachTransport runs a subtest in process, over HTTP/1.1, over HTTP/2, and with a server whose
// time limits are short.
func forEachTransport(
	t *testing.T, use func(t *testing.T, mock *mockserver.Server, c *control.Client),
) {
	t.Run("in process", func(t *testing.T) {
		mock := newMock(t, mockserver.Config{})
		use(t, mock, mock.Control())
	})
	for _, version := range []string{"HTTP/1.1", "HTTP/2"} {
		t.Run(version, func(t *testing.T) {
			mock := newMock(t, mockserver.Config{})
			server := httptest.NewUnstartedServer(mock)
			server.Config = mock.HTTPServer(mock)
			server.Config.WriteTimeout, server.Config.ReadTimeout = 50*time.Millisecond,
				50*time.Millisecond
			server.Start()
			t.Cleanup(server.CloseClientConnections)
			protocols := new(http.Protocols)
			protocols.SetHTTP1(version == "HTTP/1.1")
			protocols.SetUnencryptedHTTP2(version == "HTTP/2")
			transport := &http.Transport{Protocols: protocols}
			t.Cleanup(transport.CloseIdleConnections)
			use(t, mock,
				control.New(control.Config{
					URL: server.URL, HTTP: &http.Client{
						Transport: transport, Timeout: 20 * time.Millisecond,
					},
				}))
		})
	}
}

// A stream has one event for each request after it was opened, whatever time limits the server has
// for other responses.
func TestFollowRequests(t *testing.T) {
	forEachTransport(t, func(t *testing.T, mock *mockserver.Server, c *control.Client) {
		sendGet(mock, "/before")
		s := follow(t, c, control.Match{}, "")
		sendGet(mock, "/oauth/info")
		sendGet(mock, "/_mock/health")
		sendGet(mock, "/t/other/oauth/info")
		want := []string{"2 /oauth/info 200", "3 /t/other/oauth/info 200"}
		if diff := cmp.Diff(want, readEvents(t, s, 2)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		<-time.After(150 * time.Millisecond) // longer than every limit of the server
		sendGet(mock, "/late")
		if diff := cmp.Diff([]string{"4 /late 404"}, readEvents(t, s, 1)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		mock.Stop()
		if events, err := drain(s); !errors.Is(err, control.ErrStopped) || len(events) > 0 {
			t.Errorf("events %v, error %v, want %v", events, err, control.ErrStopped)
		}
	})
}

// The data of an event is the request as in a list.
func TestFollowRequests_AsInList(t *testing.T) {
	mock := newMock(t, mockserver.Config{})
	s := follow(t, mock.Control(), control.Match{}, "")
	sendGet(mock, "/v2026/personal-access-tokens?client_secret=hunter2")
	got, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	list, err := mock.Control().Requests(t.Context(), control.Match{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list.Requests, []control.Request{got.Request}); diff != "" {
		t.Errorf("request (-list +stream):\n%s", diff)
	}
}

func TestFollowRequests_Match(t *testing.T) {
	mock := newMock(t, mockserver.Config{})
	s := follow(t, mock.Control(), control.Match{Operation: "info"}, "")
	sendGet(mock, "/other")
	sendGet(mock, "/oauth/info")
	if diff := cmp.Diff([]string{"2 /oauth/info 200"}, readEvents(t, s, 1)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A client resumes after the last request that it read, and learns how many it missed.
func TestFollowRequests_Resume(t *testing.T) {
	mock := newMock(t, mockserver.Config{JournalSize: 3})
	for i := range 5 {
		sendGet(mock, fmt.Sprintf("/%d", i))
	}
	list, err := mock.Control().Requests(t.Context(), control.Match{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, after string
		want        []string
	}{
		{"known", list.Requests[0].ID, []string{"4 /3 404", "5 /4 404"}},
		{"unknown", "gone", []string{"missed 0", "3 /2 404", "4 /3 404", "5 /4 404"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := follow(t, mock.Control(), control.Match{}, tt.after)
			if diff := cmp.Diff(tt.want, readEvents(t, s, len(tt.want))); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFollowRequests_Reset(t *testing.T) {
	mock := newMock(t, mockserver.Config{})
	c := mock.Control()
	s := follow(t, c, control.Match{}, "")
	sendGet(mock, "/one")
	readEvents(t, s, 1)
	if err := c.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	sendGet(mock, "/two")
	if diff := cmp.Diff([]string{"cleared", "1 /two 404"}, readEvents(t, s, 2)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestFollowRequests_RemovedNamespace(t *testing.T) {
	mock := newMock(t, mockserver.Config{})
	c := mock.Control().WithNamespace("a")
	s := follow(t, c, control.Match{}, "")
	other := follow(t, mock.Control(), control.Match{}, "")
	sendGet(mock, "/t/a/oauth/info")
	if err := c.DeleteNamespace(t.Context()); err != nil {
		t.Fatal(err)
	}
	events, err := drain(s)
	if !errors.Is(err, control.ErrRemoved) {
		t.Errorf("events %v, error %v, want %v", events, err, control.ErrRemoved)
	}
	sendGet(mock, "/still")
	if diff := cmp.Diff([]string{"1 /still 404"}, readEvents(t, other, 1)); diff != "" {
		t.Errorf("events of another namespace (-want +got):\n%s", diff)
	}
}

// An unread stream delays no request and no stop, and its memory is bounded. The reader learns how
// many requests it missed.
func TestFollowRequests_SlowReader(t *testing.T) {
	const requests = 500
	mock := newMock(t, mockserver.Config{JournalSize: 10})
	s := follow(t, mock.Control(), control.Match{}, "")
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			for range requests / 5 {
				sendGet(mock, "/x")
			}
		})
	}
	all.Wait()
	seen, missed, last := 0, 0, 0
	for seen+missed < requests {
		event, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if event.Type == control.EventRequest {
			seen++
			if event.Request.Sequence <= last {
				t.Errorf("request %d after %d", event.Request.Sequence, last)
			}
			last = event.Request.Sequence
		}
		missed += event.Missed
	}
	if missed == 0 || seen+missed != requests || last != requests {
		t.Errorf("read %d requests up to %d and missed %d, want some of each and %d in all", seen,
			last, missed, requests)
	}
}

func TestFollowRequests_SlowReaderIsCutOff(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop bool
		wait time.Duration
	}{
		{"after 30 seconds", false, 31 * time.Second},
		{"when the mock stops", true, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := newMock(t, mockserver.Config{})
				s := follow(t, mock.Control(), control.Match{}, "")
				for range 200 {
					sendGet(mock, "/x")
				}
				synctest.Wait() // waits until the handler has filled the buffer
				if tt.stop {
					mock.Stop()
				}
				time.Sleep(tt.wait)
				events, err := drain(s)
				if len(events) >= 200 || errors.Is(err, control.ErrStopped) {
					t.Errorf("%d events and %v, want a stream that was cut off", len(events), err)
				}
			})
		})
	}
}

// Comments keep a stream without events open. A stream without comments ends.
func TestFollowRequests_Heartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := newMock(t, mockserver.Config{NamespaceTTL: -1})
		s := follow(t, mock.Control(), control.Match{}, "")
		go func() {
			time.Sleep(time.Hour)
			sendGet(mock, "/x")
		}()
		if diff := cmp.Diff([]string{"1 /x 404"}, readEvents(t, s, 1)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

// A server allows 64 streams. A closed one makes room for another.
func TestFollowRequests_Bound(t *testing.T) {
	mock := newMock(t, mockserver.Config{})
	var open []*control.RequestStream
	for i := range 64 {
		open = append(open,
			follow(t, mock.Control().WithNamespace(fmt.Sprintf("n%d", i%8)), control.Match{}, ""))
	}
	_, err := mock.Control().FollowRequests(t.Context(), control.Match{}, "")
	var problem *control.Problem
	if !errors.As(err, &problem) || problem.Status != http.StatusServiceUnavailable ||
		problem.Rule != string(rule.ControlTooManyStreams) {
		t.Fatalf("error = %v, want 503 by %s", err, rule.ControlTooManyStreams)
	}
	var readers sync.WaitGroup
	for i, s := range open {
		readers.Go(func() {
			if event, err := s.Next(); err != nil || event.Request.Path != "/oauth/info" {
				t.Errorf("stream %d: %v, %v", i, event, err)
			}
		})
	}
	for i := range 8 {
		r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/t/n%d/oauth/info", i), nil)
		mock.ServeHTTP(httptest.NewRecorder(), r)
	}
	readers.Wait()
	if err := open[0].Close(); err != nil {
		t.Fatal(err)
	}
	for { // its handler ends soon
		s, err := mock.Control().FollowRequests(t.Context(), control.Match{}, "")
		if err == nil {
			_ = s.Close()
			return
		}
		if !errors.As(err, &problem) {
			t.Fatal(err)
		}
	}
}

func TestFollowRequests_Rejections(t *testing.T) {
	mock := newMock(t, mockserver.Config{ControlToken: "letmein"})
	for _, tt := range []struct {
		name, method, query, token string
		status                     int
		contentType                string
	}{
		{"stream", "HEAD", "", "letmein", 200, "text/event-stream"},
		{"no token", "GET", "", "", 401, "application/problem+json"},
		{"unknown parameter", "GET", "?limit=1", "letmein", 400, "application/problem+json"},
		{"unknown operation", "GET", "?operation=x", "letmein", 400, "application/problem+json"},
		{"method", "POST", "", "letmein", 405, "application/problem+json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "http://localhost/_mock/requests/stream"+tt.query,
				nil)
			r.Header.Set("Authorization", "Bearer "+tt.token)
			w := httptest.NewRecorder()
			mock.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Type"); w.Code != tt.status || got != tt.contentType {
				t.Errorf("%d %s, want %d %s: %s", w.Code, got, tt.status, tt.contentType, w.Body)
			}
		})
	}
}

// On the wire, an event is an id and a request as JSON on one line.
func TestFollowRequests_Wire(t *testing.T) {
	mock := newMock(t, mockserver.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet,
		"http://localhost/_mock/requests/stream", nil)
	r.Header.Set("Last-Event-ID", "gone")
	w := httptest.NewRecorder()
	sendGet(mock, "/oauth/info")
	mock.Stop()
	mock.ServeHTTP(w, r)
	blocks := strings.Split(w.Body.String(), "\n\n")
	var kinds []string
	for _, block := range blocks {
		kind, _, _ := strings.Cut(block, ": ")
		kinds = append(kinds, kind)
	}
	if diff := cmp.Diff([]string{":", "event", "id", "event", ""}, kinds); diff != "" {
		t.Errorf("blocks (-want +got):\n%s\n%s", diff, w.Body)
	}
	id, data, _ := strings.Cut(blocks[2], "\n")
	if !strings.HasPrefix(data, `data: {"id":"`+strings.TrimPrefix(id, "id: ")+`","sequence":1,`) {
		t.Errorf("event %q, want an id and the request", blocks[2])
	}
}
