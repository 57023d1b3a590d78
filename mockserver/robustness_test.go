package mockserver_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// Small bodies that would be costly to process are rejected early.
func TestBody_RejectsCostlyInput(t *testing.T) {
	m := start(t, "empty")
	bomb := "identities: []\na0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := range 11 {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1,
			strings.Repeat(fmt.Sprintf("*a%d,", i), 8), i)
	}
	deep := strings.Repeat("[", 100_000)
	for _, test := range []struct{ name, method, path, contentType, body string }{
		{"YAML bomb", "PUT", "/_mock/state", "application/yaml", bomb},
		{"deep YAML", "PUT", "/_mock/state", "application/yaml", deep},
		{"deep JSON", "PUT", "/_mock/state", "application/json", `{"identities":` + deep},
		{
			"deep namespace", "PUT", "/_mock/namespace", "application/json",
			`{"tenant":` + deep + strings.Repeat("]", 100_000) + `}`,
		},
		{"deep verification", "POST", "/_mock/verify", "application/json", `{"expect":` + deep},
		{"deep token", "POST", "/_mock/tokens", "application/json", `{"name":` + deep},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.forTest(t).anonymous().send(test.method, test.path, test.contentType,
				test.body).is(http.StatusBadRequest)
		})
	}
}

// A truncated body is an error of the client.
func TestBody_TruncatedIsClientError(t *testing.T) {
	log := &logLines{}
	m := startWith(t, "empty", mockserver.Config{Log: log.logger()})
	connection, err := net.Dial("tcp", strings.TrimPrefix(m.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // one direction is already closed
	if _, err := fmt.Fprint(connection,
		"POST /_mock/clock/advance HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"+
			"Content-Length: 100\r\n\r\n{\"by\""); err != nil {
		t.Fatal(err)
	}
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err == nil {
		err = response.Body.Close()
	}
	if err != nil || response.StatusCode != http.StatusBadRequest {
		t.Errorf("unexpected response: %v, %v", response, err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	for _, line := range log.all {
		if strings.Contains(line, "ERROR") {
			t.Errorf("unexpected log: %s", line)
		}
	}
}

// The journal bounds the texts that it stores of a request.
func TestJournal_BoundsTexts(t *testing.T) {
	m := start(t, "empty")
	c := m.anonymous()
	c.get("/" + strings.Repeat("x", 100_000) + "?" +
		strings.Repeat("y", 100_000)).is(http.StatusNotFound)
	if encoded, err := json.Marshal(c.lastExchange()); err != nil || len(encoded) > 20_000 {
		t.Errorf("%d bytes, %v", len(encoded), err)
	}
}

// Seeded ids repeat. The mock skips ids in use.
func TestRandomSeed_SkipsUsedIDs(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{RandomSeed: new(uint64(7))})
	c := m.anonymous()
	c.post("/_mock/identities", `{"name":"ann"}`).is(http.StatusCreated)
	c.post("/_mock/tokens", `{"owner":"ann","name":"more"}`).is(http.StatusCreated)
	m.as("jane.doe").create(version.V2026, "first")
	snapshot := c.get("/_mock/state?secrets=true").text
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	c.put("/_mock/state", snapshot).is(http.StatusNoContent)
	c.post("/_mock/identities", `{"name":"bob"}`).is(http.StatusCreated)
	c.post("/_mock/tokens", `{"owner":"bob","name":"more"}`).is(http.StatusCreated)
	m.as("jane.doe").create(version.V2026, "second")
}

// A rejection by the rate limit says that the clock is frozen, so that waiting does not help.
func TestRateLimit_MentionsFrozenClock(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{Profile: mockserver.Profile{RateLimit: "1/10s"}})
	c := m.as("jane.doe")
	c.put("/_mock/clock", `{"frozen":true}`).is(http.StatusOK)
	c.get(listOwn).is(http.StatusOK)
	c.get(listOwn).is(http.StatusTooManyRequests).hasCauses(cause{rule.RateLimit, "clock"})
}

// A state file has all clock moves that the mock has confirmed, in any order of requests.
func TestStateFile_KeepsClockMoves(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	for range 5 {
		before := advanceConcurrently(t, state, 16)
		if after := advanceConcurrently(t, state, 0); after.Before(before) {
			t.Fatalf("clock was at %s, and after a restart at %s", before, after)
		}
	}
}

// advanceConcurrently starts a mock with a state file, advances its clock by an hour from several
// clients at once, and returns its time.
func advanceConcurrently(t *testing.T, state string, clients int) time.Time {
	t.Helper()
	m := startWith(t, "empty", mockserver.Config{StateFile: state})
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			if _, err := m.mock.Control().Advance(t.Context(), time.Hour); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	c, err := m.mock.Control().Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Now
}

// A stopping mock does not wait for a verification.
func TestStop_EndsWaitingVerification(t *testing.T) {
	m := start(t, "empty")
	ended := make(chan control.VerifyResult, 1)
	go func() {
		result, err := m.mock.Control().Verify(t.Context(), control.VerifyRequest{
			Expect:  []control.Expectation{{Match: control.Match{Operation: "list"}}},
			Timeout: "50s",
		})
		if err != nil {
			t.Error(err)
		}
		ended <- result
	}()
	m.mock.Stop()
	select {
	case result := <-ended:
		if result.Verified {
			t.Error("Verified = true, want false")
		}
	case <-time.After(20 * time.Second):
		t.Error("verification did not return")
	}
}

// Concurrent clients can create and remove namespaces in a state file. Removed namespaces stay
// removed.
func TestStateFile_ConcurrentNamespaces(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	m := startWith(t, "empty", mockserver.Config{StateFile: state})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for k := range 10 {
				n := m.in(fmt.Sprintf("n-%d-%d", i, k)).anonymous()
				n.login(janeID, janeSecret).is(http.StatusOK)
				if k%2 == 0 {
					n.delete("/_mock/namespace").is(http.StatusNoContent)
				}
			}
		})
	}
	group.Wait()
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	again := startWith(t, "empty", mockserver.Config{StateFile: state})
	if n := len(again.anonymous().get("/_mock/namespaces").
		object()["namespaces"].([]any)); n != 41 {
		t.Errorf("got %d namespaces, want 41", n)
	}
	if _, err := mockserver.New(mockserver.Config{StateFile: state}); err == nil {
		t.Error("second mock opened the same file")
	}
	if err := again.mock.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := mockserver.New(mockserver.Config{StateFile: state, MaxNamespaces: 7})
	if wrong := (*mockserver.ConfigError)(nil); !errors.As(err, &wrong) ||
		wrong.Field != "MaxNamespaces" || !mentions(err.Error(), "41") ||
		!mentions(err.Error(), "7") {
		t.Fatalf("error %v does not mention MaxNamespaces, 41 and 7", err)
	}
	golden.Check(t, configTexts, golden.Key(t), strings.ReplaceAll(err.Error(), state, "STATE"))
}
