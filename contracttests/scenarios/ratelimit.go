package scenarios

import (
	"net/http"
	"strconv"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/standing"
	"example.com/patmock/spec/version"
)

// rateLimitPage publishes the limit.
const rateLimitPage = "https://developer.sailpoint.com/docs/api/rate-limit"

// perWindow is how many requests a client id and version may make in a window.
const perWindow = 100

// exhausted stops the clock, lets a client make as many requests as it may, and returns it with the first that is too many.
func exhausted(t *contract.T) (*contract.Client, *contract.Response) {
	t.SetClock(t.Now())
	c := t.Owner()
	for i := range perWindow {
		if r := cheap(c, t.Version()); r.Code() != http.StatusOK {
			t.Fatalf("request %d is answered %d, expected %d to be served", i+1, r.Code(), perWindow)
		}
	}
	return c, cheap(c, t.Version())
}

// cheap is a request that is served, and answered with little.
func cheap(c *contract.Client, v version.Version) *contract.Response {
	return c.Send(contract.Request{
		Method: http.MethodGet, Path: v.CollectionPath(),
		Query: map[string][]string{"owner-id": {"me"}, "filters": {"lastUsed le 1990-01-01T00:00:00Z"}},
	})
}

// limited makes a scenario about the limit, which tries it first.
func limited(id, promise string, standing standing.Standing, run func(t *contract.T, c *contract.Client, refused *contract.Response)) contract.Scenario {
	return contract.Scenario{
		ID: id, Promise: promise, Sources: []string{rateLimitPage, "behaviour 5"}, Standing: standing,
		Needs: []contract.Need{contract.Writes, contract.RateLimit, contract.Clock, contract.SecondIdentity}, Rules: []string{"rate-limit", "error-429"},
		Run: func(t *contract.T) {
			c, refused := exhausted(t)
			run(t, c, refused)
		},
	}
}

var rateLimit = []contract.Scenario{
	limited("ratelimit/hundred-requests", "A client may make a hundred requests in ten seconds, and is refused with 429 and Retry-After then.", standing.Published,
		func(t *contract.T, c *contract.Client, refused *contract.Response) {
			hasRateLimitForm(t, refused.Status(http.StatusTooManyRequests))
			wait, err := strconv.Atoi(refused.Header("Retry-After"))
			if err != nil || wait < 1 || wait > 10 {
				t.Fatalf("Retry-After is %q, expected seconds from 1 to 10", refused.Header("Retry-After"))
			}
			if refused.Header("SLPT-Request-ID") == "" {
				t.Errorf("the refusal has no SLPT-Request-ID")
			}
			t.Advance(time.Duration(wait) * time.Second)
			cheap(c, t.Version()).Status(http.StatusOK)
		}),
	limited("ratelimit/for-each-client-and-version", "The limit of a client in one version leaves other clients and versions alone.", standing.Published,
		func(t *contract.T, c *contract.Client, refused *contract.Response) {
			refused.Status(http.StatusTooManyRequests)
			for _, v := range version.All() {
				if v != t.Version() {
					answers(t, string(v), cheap(c, v), http.StatusOK)
					break
				}
			}
			answers(t, "a new access token of the same client", cheap(t.LogIn(ownerCredentials(t)), t.Version()), http.StatusTooManyRequests)
			answers(t, "another user", cheap(t.Second(), t.Version()), http.StatusOK)
		}),
	limited("ratelimit/another-token-of-the-same-user", "The limit of one token leaves another token of the same user alone.", standing.Published,
		func(t *contract.T, _ *contract.Client, refused *contract.Response) {
			refused.Status(http.StatusTooManyRequests)
			t.Advance(10 * time.Second)
			other := t.LogIn(t.Owner().Made().Credentials())
			for range perWindow {
				cheap(t.Owner(), t.Version())
			}
			answers(t, "the same token", cheap(t.Owner(), t.Version()), http.StatusTooManyRequests)
			answers(t, "another token", cheap(other, t.Version()), http.StatusOK)
			t.Advance(10 * time.Second)
		}),
	limited("ratelimit/window-begins-with-its-first-request", "The window of ten seconds begins with its first request, and refused requests do not lengthen it.", standing.Assumed,
		func(t *contract.T, c *contract.Client, refused *contract.Response) {
			refused.Status(http.StatusTooManyRequests)
			t.Advance(9 * time.Second)
			t.Equal("Retry-After a second before the end", "1", cheap(c, t.Version()).Status(http.StatusTooManyRequests).Header("Retry-After"))
			t.Advance(time.Second)
			cheap(c, t.Version()).Status(http.StatusOK)
		}),
	limited("ratelimit/refused-request-does-nothing", "A create that is refused with 429 makes no token.", standing.Assumed,
		func(t *contract.T, c *contract.Client, _ *contract.Response) {
			body := c.Expiring()
			c.Create(body).Status(http.StatusTooManyRequests)
			t.Advance(10 * time.Second)
			for _, listed := range c.List("owner-id", "me").Status(http.StatusOK).Names() {
				if listed == body["name"] {
					t.Errorf("the token is there")
				}
			}
		}),
}
