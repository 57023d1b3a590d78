package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"example.com/patmock/mockserver"
)

// After a reset and a collection, the live heap is as small as at the start.
func TestReset_FreesMemory(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{})
	send := func(method, path, contentType, body string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Host = "localhost"
		w := httptest.NewRecorder()
		m.mock.ServeHTTP(w, r)
		if w.Code == http.StatusMisdirectedRequest || w.Code >= http.StatusInternalServerError {
			t.Fatalf("%s %s: unexpected status: %d", method, path, w.Code)
		}
	}
	login := credentials("client_credentials")
	reset := func() { send(http.MethodPost, "/_mock/reset", "application/json", "") }
	send(http.MethodPost, "/oauth/token", urlencode, login) // creates lasting state
	reset()
	live := func() uint64 {
		runtime.GC()
		runtime.GC() // empties the pools
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := live()
	large := strings.Repeat("x", 60<<10)
	for i := range 500 {
		send(http.MethodPost, "/oauth/token", urlencode, "x="+large)
		send(http.MethodGet, fmt.Sprintf("/t/absent-%d/oauth/info", i), "", "")
	}
	for range 15_000 {
		send(http.MethodPost, "/oauth/token", urlencode, login)
	}
	for i := range 3000 {
		send(http.MethodPost, "/oauth/token", urlencode,
			strings.Replace(login, "client_id=", fmt.Sprintf("client_id=%d", i), 1))
	}
	for i := range 1000 {
		send(http.MethodPost, "/_mock/identities", "application/json",
			fmt.Sprintf(`{"name":"user-%d"}`, i))
		send(http.MethodPost, "/_mock/faults", "application/json",
			`{"operation":"list","status":503}`)
	}
	during := live()
	reset()
	after := live()
	t.Logf("live heap: %d kB, then %d kB, after a reset %d kB", before>>10, during>>10, after>>10)
	if after > before+before/5 {
		t.Errorf("live heap = %d kB after a reset, want at most a fifth more than %d kB",
			after>>10, before>>10)
	}
}
