//go:build !windows

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// lateProxy is a proxy in front of a tenant. It drops the response to the first create and hides
// the created token from lists for a while.
type lateProxy struct {
	to    string
	while time.Duration

	mu   sync.Mutex
	name string // of the hidden token
	at   time.Time
}

func (l *lateProxy) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	passed, err := http.NewRequestWithContext(r.Context(), r.Method, l.to+r.URL.RequestURI(),
		strings.NewReader(string(body)))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	passed.Header = r.Header.Clone()
	resp, err := http.DefaultTransport.RoundTrip(passed)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	reply, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil || l.dropsResponse(r, body) {
		panic(http.ErrAbortHandler)
	}
	for name, values := range resp.Header {
		rw.Header()[name] = values
	}
	if r.Method == http.MethodGet {
		reply = l.hideToken(reply)
	}
	rw.Header().Del("Content-Length")
	rw.WriteHeader(resp.StatusCode)
	_, _ = rw.Write(reply) // the client may have disconnected
}

// dropsResponse reports whether the response is dropped: that to the first create.
func (l *lateProxy) dropsResponse(r *http.Request, body []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.name != "" || r.Method != http.MethodPost ||
		!strings.HasSuffix(r.URL.Path, "/personal-access-tokens") {
		return false
	}
	var requested struct{ Name string }
	if json.Unmarshal(body, &requested) != nil {
		return false
	}
	l.name, l.at = requested.Name, time.Now()
	return true
}

func (l *lateProxy) hideToken(reply []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var tokens []map[string]any
	if l.name == "" || time.Since(l.at) > l.while || json.Unmarshal(reply, &tokens) != nil {
		return reply
	}
	visible, err := json.Marshal(slices.DeleteFunc(tokens, func(t map[string]any) bool {
		return t["name"] == l.name
	}))
	if err != nil {
		return reply
	}
	return visible
}

// A token from a lost response is deleted, even if an earlier list did not contain it.
func TestContractRun_DeletesLateTokenOfLostResponse(t *testing.T) {
	t.Parallel()
	x := newTenantLike(t)
	before := x.state()
	tenant := httptest.NewServer(&lateProxy{to: x.base, while: 3 * time.Second})
	t.Cleanup(tenant.Close)
	for i, variable := range x.env {
		if strings.HasPrefix(variable, "SAIL_BASE_URL=") {
			x.env[i] = "SAIL_BASE_URL=" + tenant.URL
		}
	}
	x.base = tenant.URL
	// The second scenario reads the list, because the number of tokens is uncertain.
	got, _ := x.report("--target", "env", "--allow-writes", x.host(), "--run",
		"^create/(secret-is-shown-once|returns-200)", "--versions", "v3",
		"--consistency-timeout", "5s")
	x.checkLeavesNothing(got, cli.ExitUnreachable) // the lost response is an error
	x.checkUnchanged(before)
}
