package mockserver_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// The signature of a bearer is not verified again, however many bearers there are.
func TestBearer_IsVerifiedOnce(t *testing.T) {
	const logins = 5000
	mock, bearer := benchMock(t)
	s := &sink{header: http.Header{}}
	call := func(r *http.Request) {
		s.reset()
		if mock.ServeHTTP(s, r); s.status != http.StatusOK {
			t.Fatalf("%s: unexpected status: %d", r.URL.Path, s.status)
		}
	}
	list := func() uint64 { // returns the allocations of one list
		r := benchList(bearer)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		call(r)
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	list()
	want := list()
	for range logins {
		r, _ := http.NewRequest("POST", "http://mock/oauth/token",
			strings.NewReader("grant_type=client_credentials&client_id="+janeID+"&client_secret="+
				janeSecret))
		r.Header.Set("Content-Type", urlencode)
		call(r)
	}
	if got := list(); got > want+20 { // a verification allocates more than 50 times
		t.Errorf("%d allocations after %d logins, want %d", got, logins, want)
	}
}
