package mockserver_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// The recipes of the README. A test of cmd/patmock compares them with the README.

// recipe: expiry
func TestExpiredTokenIsNoticed(t *testing.T) {
	mock := mockserver.Start(t)
	user, err := mock.Control().AddToken(t.Context(), control.NewToken{
		Owner: "jane.doe", Name: "build", ExpirationDate: "+30d",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mock.Control().Advance(t.Context(), 31*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	// or what your program does to log in
	response, err := http.PostForm(mock.URL+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {user.ClientID}, "client_secret": {
			user.ClientSecret,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("login with an expired token succeeded: %s", response.Status)
	}
}

// recipe: 429
func TestRateLimitIsWaitedFor(t *testing.T) {
	mock := mockserver.Start(t)
	ctl := mock.Control()
	rule := control.Fault{Operation: "list", Status: 429, RetryAfter: "1s", Times: 2}
	if _, err := ctl.AddFault(t.Context(), rule); err != nil {
		t.Fatal(err)
	}
	listTokens(t, mock.Client("jane.doe"), mock.URL) // your client, which waits and tries again
	noWait, err := ctl.Requests(t.Context(), control.Match{Finding: control.NoWait}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(noWait.Requests) > 0 {
		t.Errorf("unexpected findings: %v", noWait.Requests[0].Findings)
	}
}

// recipe: flaky network
func TestFlakyNetworkIsSurvived(t *testing.T) {
	// the same requests meet it in each run
	mock := mockserver.Start(t, mockserver.Config{RandomSeed: new(uint64(7))})
	for _, rule := range []control.Fault{
		{Operation: "list", Effect: "reset", Rate: 0.2}, {
			Operation: "list", Effect: "truncated-json", Rate: 0.1,
		}, {Latency: "1ms-20ms", Rate: 0.5},
	} {
		if _, err := mock.Control().AddFault(t.Context(), rule); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		listTokens(t, mock.Client("jane.doe"), mock.URL)
	}
}

// recipe: parallel tests
func TestTenantsSideBySide(t *testing.T) {
	mock := mockserver.Start(t) // one server, a tenant for each test
	for _, name := range []string{"create", "rename", "delete"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant := mock.Namespace(t, name)
			listTokens(t, tenant.Client("jane.doe"), tenant.URL)
			// here, and nowhere else
			if _, err := tenant.Control().Advance(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// recipe: end

// listTokens is a client that retries.
func listTokens(t *testing.T, c *http.Client, base string) {
	t.Helper()
	for range 20 {
		response, err := c.Get(base + "/v2026/personal-access-tokens?owner-id=me")
		if err != nil {
			continue // reset
		}
		_ = response.Body.Close() // only the status matters
		switch response.StatusCode {
		case http.StatusOK:
			return
		case http.StatusTooManyRequests:
			delay, err := time.ParseDuration(response.Header.Get("Retry-After") + "s")
			if err != nil {
				t.Fatal(err)
			}
			<-time.After(delay)
		}
	}
	t.Fatal("client never succeeded")
}
