package contracttests_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
)

// hanging is a tenant that does not respond to some requests.
type hanging struct {
	hangs func(r *http.Request) bool
	sent  []string
	// lastExchange is the time of the last request.
	lastExchange time.Time
}

// bubbleTime returns the fake time of a synctest bubble.
func bubbleTime() time.Time { return time.Now() } //nolint:forbidigo // synctest makes it fake

func (h *hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	h.sent, h.lastExchange = append(h.sent, r.Method+" "+r.URL.Path), bubbleTime()
	if h.hangs(r) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	const token = `{"id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","secret":"s","name":"n"}`
	switch {
	case strings.HasSuffix(r.URL.Path, "/oauth/token"):
		return newResponse(http.StatusOK,
			`{"access_token":"a","token_type":"bearer","expires_in":43199,"scope":"sp:scopes:all"}`,
			r), nil
	case r.Method == http.MethodGet:
		return newResponse(http.StatusOK, "["+token+"]", r), nil
	case r.Method == http.MethodDelete:
		return newResponse(http.StatusNoContent, "", r), nil
	}
	return newResponse(http.StatusOK, token, r), nil
}

// hangsAt returns a function that matches API requests with a method.
func hangsAt(method string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == method && !strings.HasSuffix(r.URL.Path, "/oauth/token")
	}
}

func hangsAtLogin(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/oauth/token") }

// hangingTarget returns a target behind a transport, with a guard if guarded.
func hangingTarget(t *testing.T, transport http.RoundTripper, guarded bool) contracttests.Target {
	t.Helper()
	target := contracttests.Target{
		Name: "hanging", BaseURL: tenantURL,
		Owner: contracttests.Credentials{ClientID: "a", ClientSecret: "b"},
		HTTP:  &http.Client{Transport: transport, Timeout: 15 * time.Second},
	}
	if guarded {
		guard, err := tenantguard.NewGuard(tenantguard.Config{
			BaseURL: tenantURL, Next: transport, Now: bubbleTime,
		})
		if err != nil {
			t.Fatal(err)
		}
		target.HTTP = &http.Client{Transport: guard}
	}
	return target
}

// TestRun_EndsWhenInterrupted interrupts a run after a second at a hanging tenant.
func TestRun_EndsWhenInterrupted(t *testing.T) {
	for _, test := range []struct {
		name  string
		hangs func(*http.Request) bool
		// took is the expected time from the interrupt to the end.
		took time.Duration
		// lastExchange is the expected time from the interrupt to the last request.
		lastExchange time.Duration
	}{
		{"in a login", hangsAtLogin, 0, -time.Second},
		{"in a read", hangsAt(http.MethodGet), 0, 0}, // the created token is deleted
		{"in a write", hangsAt(http.MethodPost), 5 * time.Second, -time.Second},
		{
			"in a read and in the cleanup", func(r *http.Request) bool {
				return !hangsAtLogin(r) && r.Method != http.MethodPost
			}, 4 * time.Second, 0,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := &hanging{hangs: test.hangs}
				runner, err := contracttests.NewRunner(hangingTarget(t, transport, false),
					contracttests.Options{})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var interrupt time.Time
				time.AfterFunc(time.Second, func() {
					interrupt = runner.Now()
					cancel()
				})
				r := runner.Run(ctx, []contracttests.Case{newCase(func(t *contracttests.T) {
					t.Owner().MustCreate()
				})})
				if took := runner.Now().Sub(interrupt); took != test.took || !r.Interrupted ||
					len(r.Results) > 0 {
					t.Errorf("the run ended after %s, want %s; interrupted %t with %d results",
						took, test.took, r.Interrupted, len(r.Results))
				}
				if last := transport.lastExchange.Sub(interrupt); last != test.lastExchange {
					t.Errorf("the last request was %s after the interrupt, want %s: %v", last,
						test.lastExchange, transport.sent)
				}
			})
		})
	}
}

// TestCleanupContext_SharesTimeLimit checks that all cleanups of an interrupted run share four
// seconds.
func TestCleanupContext_SharesTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runner, err := contracttests.NewRunner(hangingTarget(t, &hanging{}, false),
			contracttests.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		started := runner.Now()
		for range 3 {
			cleanup, stop := runner.CleanupContext(ctx, time.Minute)
			defer stop()
			<-cleanup.Done()
		}
		if took := runner.Now().Sub(started); took != 4*time.Second {
			t.Errorf("the contexts took %s", took)
		}
	})
}

// TestRun_StopsAtUnresponsiveTarget runs many cases at a hanging tenant.
func TestRun_StopsAtUnresponsiveTarget(t *testing.T) {
	for _, guarded := range []bool{false, true} {
		for _, test := range []struct {
			name  string
			hangs func(*http.Request) bool
		}{
			{"in every request", func(*http.Request) bool { return true }},
			{"in logins", hangsAtLogin},
			{"in reads", hangsAt(http.MethodGet)},
		} {
			t.Run(test.name+map[bool]string{true: " with a guard"}[guarded], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					transport := &hanging{hangs: test.hangs}
					checkSilent(t, hangingTarget(t, transport, guarded))
				})
			})
		}
	}
}

// checkSilent expects a run to stop because the target does not respond.
func checkSilent(t *testing.T, target contracttests.Target) {
	t.Helper()
	runner, err := contracttests.NewRunner(target, contracttests.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var cases []contracttests.Case
	for range 50 {
		cases = append(cases, newCase(func(t *contracttests.T) { t.Owner().List() }))
	}
	started := runner.Now()
	r := runner.Run(t.Context(), cases)
	if took := runner.Now().Sub(started); took > 32*time.Second {
		t.Errorf("the run took %s", took)
	}
	if !errors.Is(runner.Aborted(), tenantguard.ErrNotResponding) || !r.Interrupted ||
		r.Counts[report.Error] == 0 || r.Counts[report.Pass] > 0 {
		t.Errorf("aborted %v, interrupted %t, %v", runner.Aborted(), r.Interrupted, r.Counts)
	}
}

// pipe returns a transport that serves each connection by a function, without a socket, so that
// fake time advances.
func pipe(servers *sync.WaitGroup, serve func(net.Conn)) *http.Transport {
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		servers.Go(func() { serve(server) })
		return client, nil
	}
	return &http.Transport{DialTLSContext: dial}
}

// TestRun_StopsAtSlowConnection runs cases at servers that send data without ever completing a
// response.
func TestRun_StopsAtSlowConnection(t *testing.T) {
	for _, test := range []struct{ name, head, chunk string }{
		{"nothing", "", ""},
		{"headers a byte a second", "HTTP/1.1 200 OK\r\nX-Drip: ", "x"},
		{"endless headers", "HTTP/1.1 200 OK\r\n", "X-Drip: x\r\n"},
		{
			"a body a byte a second",
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
			"[",
		},
		{"endless interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var servers sync.WaitGroup
				transport := pipe(&servers, func(c net.Conn) {
					defer func() { _ = c.Close() }() // the client may have closed it
					r, err := http.ReadRequest(bufio.NewReader(c))
					if err == nil {
						_, err = io.Copy(io.Discard, r.Body)
					}
					if err == nil {
						_, err = io.WriteString(c, test.head)
					}
					for err == nil && test.chunk != "" {
						time.Sleep(time.Second)
						_, err = io.WriteString(c, test.chunk)
					}
					_, _ = c.Read(make([]byte, 1)) // until the client closes
				})
				checkSilent(t, hangingTarget(t, transport, true))
				transport.CloseIdleConnections()
				servers.Wait()
			})
		})
	}
}
