package mockserver_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// budgetResponse is the part of a response that the tests compare.
type budgetResponse struct {
	status     int
	retryAfter string
}

// startBody sends all but the last byte of a body. The returned function sends that byte when end
// is closed, and reads the response.
func startBody(
	t *testing.T, base, path string, size int,
) (finish func(end <-chan struct{}) budgetResponse) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	c, err := dialer.DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n", u.Path+path, size)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(c, head+strings.Repeat(" ", size-1)) // it may be rejected early
	}()
	return func(end <-chan struct{}) budgetResponse {
		t.Helper()
		go func() {
			<-sent
			<-end
			_, _ = io.WriteString(c, " ")
		}()
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return budgetResponse{response.StatusCode, response.Header.Get("Retry-After")}
	}
}

// Unfinished bodies take at most their share of the budget. Others get a 503 with Retry-After.
func TestMemoryBudget_Bodies(t *testing.T) {
	for _, path := range []string{
		"/v2026/personal-access-tokens", "/oauth/token", "/t/other/v3/personal-access-tokens",
		"/_mock/verify",
	} {
		t.Run(path, func(t *testing.T) {
			// a quarter is for requests in flight
			m := mockserver.Start(t, mockserver.Config{MemoryBudget: 4 << 20})
			const size = 300 << 10
			var all []func(end <-chan struct{}) budgetResponse
			for range 8 {
				all = append(all, startBody(t, m.URL, path, size))
			}
			var group sync.WaitGroup
			var rejections atomic.Int64
			// no body ends before two are rejected
			statuses, end := make([]int, len(all)), make(chan struct{})
			finishAll := sync.OnceFunc(func() { close(end) })
			timer := time.AfterFunc(30*time.Second, finishAll)
			defer timer.Stop()
			for i, finish := range all {
				group.Go(func() {
					r := finish(end)
					statuses[i] = r.status
					if r.status == http.StatusServiceUnavailable && rejections.Add(1) == 2 {
						finishAll()
					}
					if r.status == http.StatusServiceUnavailable && r.retryAfter != "1" {
						t.Errorf("Retry-After = %q, want 1", r.retryAfter)
					}
				})
			}
			group.Wait()
			rejected := 0
			for _, status := range statuses {
				if status == http.StatusServiceUnavailable {
					rejected++
				}
			}
			if rejected < 2 {
				t.Errorf("statuses %v, want at least two of 503", statuses)
			}
			if path != "/_mock/verify" {
				checkOverBudget(t, m)
			}
			// A request releases its memory after its response was sent.
			for try := 0; startBody(t, m.URL, path,
				size)(end).status == http.StatusServiceUnavailable; try++ {
				if try == 1000 {
					t.Fatal("single body got 503")
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

// checkOverBudget expects requests that were rejected by the budget in the journal of the default
// namespace.
func checkOverBudget(t *testing.T, m *mockserver.TestServer) {
	t.Helper()
	result, err := m.Control().Verify(t.Context(), control.VerifyRequest{
		Timeout: "10s", Expect: []control.Expectation{
			{Match: control.Match{Status: http.StatusServiceUnavailable}, AtLeast: new(2)},
		},
	})
	if err != nil || !result.Verified {
		t.Errorf("unexpected journal: %+v, %v", result, err)
	}
	journal, err := m.Control().Requests(t.Context(), control.Match{
		Status: http.StatusServiceUnavailable,
	}, 1)
	if err != nil || len(journal.Requests) == 0 ||
		!slices.Equal(journal.Requests[0].Rules, []string{string(rule.MemoryBudget)}) {
		t.Errorf("journal %+v, %v, want a request of rule %s", journal.Requests, err,
			rule.MemoryBudget)
	}
}

// Journals over their share drop their oldest requests, the largest journal first. No request gets
// a 503.
func TestMemoryBudget_Journals(t *testing.T) {
	// a half is for journals
	m := mockserver.Start(t, mockserver.Config{MemoryBudget: 4 << 20, JournalSize: 900})
	small := m.Namespace(t, "small")
	send := func(i *mockserver.TestServer, body string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.URL+"/oauth/token",
			strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Fatalf("unexpected status: %d", response.StatusCode)
		}
	}
	held := func(i *mockserver.TestServer) (held, dropped int) {
		t.Helper()
		journal, err := i.Control().Requests(t.Context(), control.Match{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return journal.Stored, journal.Dropped
	}
	for range 10 {
		send(small, "x=y")
	}
	large := []*mockserver.TestServer{m.Namespace(t, "a"), m.Namespace(t, "b"), m.Namespace(t, "c")}
	for range 40 {
		for _, server := range large {
			send(server, "x="+strings.Repeat("y", 60<<10))
		}
	}
	if count, dropped := held(small); count != 10 || dropped != 0 {
		t.Errorf("small journal has %d requests and dropped %d, want 10 and 0", count, dropped)
	}
	total := 0
	for _, server := range large {
		count, dropped := held(server)
		total += count
		if count+dropped != 40 || count < 5 {
			t.Errorf("unexpected large journal: %d requests, %d dropped", count, dropped)
		}
		health, err := server.Control().Health(t.Context())
		if err != nil || health.Counters.JournalDropped != dropped {
			t.Errorf("health: journalDropped = %d (%v), want %d", health.Counters.JournalDropped,
				err, dropped)
		}
	}
	if total > 35 {
		t.Errorf("%d requests of 60 kB are in the journals, which is more than 2 MiB", total)
	}
}

// Unfinished headers take at most their share of the budget.
func TestMemoryBudget_Headers(t *testing.T) {
	// a quarter is for requests in flight
	m := mockserver.Start(t, mockserver.Config{MemoryBudget: 1 << 20})
	u, err := url.Parse(m.URL)
	if err != nil {
		t.Fatal(err)
	}
	const head = "GET /oauth/info HTTP/1.1\r\nHost: localhost\r\nX: "
	// sendAtOnce sends ten headers before it ends one, and returns the number of rejected requests.
	sendAtOnce := func() (rejected int) {
		var open []net.Conn
		for range 10 {
			c, err := new(net.Dialer).DialContext(t.Context(), "tcp", u.Host)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			_, _ = io.WriteString(c, head+strings.Repeat("x", 50<<10))
			open = append(open, c)
		}
		for _, c := range open {
			_, _ = io.WriteString(c, "\r\n\r\n")
			line, err := bufio.NewReader(c).ReadString('\n')
			if err == nil && !strings.Contains(line, " 200 ") {
				rejected++
			}
		}
		return rejected
	}
	// A busy machine may read the headers one after the other.
	rejected := sendAtOnce()
	for range 9 {
		if rejected >= 3 {
			break
		}
		rejected = sendAtOnce()
	}
	if rejected < 3 || rejected > 9 {
		t.Errorf("%d of 10 requests were rejected, want those beyond 256 kB", rejected)
	}
	for range 10 { // the memory of the headers is released, on the same connection as well
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.URL+"/oauth/info",
			http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X", strings.Repeat("x", 50<<10))
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("unexpected status: %d", response.StatusCode)
		}
	}
}

// Clients that do not read a large response take at most their share until they disconnect.
func TestMemoryBudget_SlowReaders(t *testing.T) {
	many := &fixtures.Tenant{
		ID: fixtures.DefaultTenantID, Name: fixtures.DefaultName, Pod: fixtures.DefaultPod,
	}
	for i := range 60_000 {
		many.Identities = append(many.Identities, fixtures.Identity{
			ID: fmt.Sprintf("%032x", i+1), Name: fmt.Sprintf("user-%d", i), UserLevels: []string{
				"USER",
			},
		})
	}
	m := mockserver.Start(t, mockserver.Config{Tenant: many, MemoryBudget: 80 << 20})
	u, err := url.Parse(m.URL)
	if err != nil {
		t.Fatal(err)
	}
	var open []net.Conn
	status := func() int {
		dialer := net.Dialer{Timeout: 10 * time.Second}
		c, err := dialer.DialContext(t.Context(), "tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "GET /_mock/state HTTP/1.1\r\nHost: localhost\r\n\r\n")
		line, err := bufio.NewReaderSize(c, 64).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var status int
		if _, err := fmt.Sscanf(line, "HTTP/1.1 %d ", &status); err != nil {
			t.Fatal(err)
		}
		return status
	}
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	if first := status(); first != http.StatusOK {
		t.Fatalf("unexpected status: %d", first)
	}
	rejected := 0
	for range 5 {
		if status() == http.StatusServiceUnavailable {
			rejected++
		}
	}
	if rejected < 3 {
		t.Errorf("%d of 6 responses are 503, want at least 3", rejected)
	}
	for _, c := range open {
		_ = c.Close()
	}
	for deadline := time.After(20 * time.Second); status() != http.StatusOK; {
		select {
		case <-deadline:
			t.Fatal("memory of disconnected clients was not released")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
