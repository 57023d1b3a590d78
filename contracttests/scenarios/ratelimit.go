package scenarios

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// rateLimitPage documents the rate limit.
const rateLimitPage = "https://developer.sailpoint.com/docs/api/rate-limit"

// A client id may make perWindow requests in a window, in each version.
const (
	perWindow = 100
	window    = 10 * time.Second
)

// exhaustLimit makes the allowed number of requests, and returns the client and the first rejected
// response. It skips the scenario if the connection is too slow.
func exhaustLimit(t *contract.T) (*contract.Client, *contract.Response) {
	c := t.Owner()
	if t.Control() != nil {
		t.FreezeClock(t.Now())
	} else {
		t.AdvanceTime(window + time.Second) // earlier requests of the run count, too
	}
	start := t.Now()
	for _, r := range c.Concurrent(slices.Repeat([]contract.Request{smallRequest(t.Version())},
		perWindow)...) {
		if r.StatusCode() != http.StatusOK {
			t.Fatalf("a request has status %d, expected %d successful ones", r.StatusCode(),
				perWindow)
		}
	}
	rejected := sendSmall(c, t.Version())
	if took := t.Now().Sub(start); took >= window {
		t.SkipUnsupported("fast-connection",
			"a connection over which %d requests take less than %s: they took %s", perWindow,
			window, took.Round(time.Second))
	}
	return c, rejected
}

// smallRequest returns a request with a short response.
func smallRequest(v version.Version) contract.Request {
	return contract.Request{
		Method: http.MethodGet, Path: v.CollectionPath(),
		Query: map[string][]string{
			"owner-id": {"me"}, "filters": {"lastUsed le 1990-01-01T00:00:00Z"},
		},
	}
}

func sendSmall(c *contract.Client, v version.Version) *contract.Response {
	return c.Send(smallRequest(v))
}

// rateLimitScenario returns a scenario that exhausts the rate limit before it calls run.
func rateLimitScenario(
	id, promise, fact string, level evidence.Level,
	run func(t *contract.T, c *contract.Client, rejected *contract.Response),
	features ...contract.Feature,
) contract.Scenario {
	return contract.Scenario{
		ID: id, Promise: promise, Sources: []string{rateLimitPage, fact}, Evidence: level,
		Features: append(features, contract.RateLimit), Rules: []rule.ID{"rate-limit", "error-429"},
		Run: func(t *contract.T) {
			c, rejected := exhaustLimit(t)
			run(t, c, rejected)
			if t.Control() == nil {
				t.AdvanceTime(window) // for the next scenario
			}
		},
	}
}

var rateLimit = []contract.Scenario{
	rateLimitScenario("ratelimit/hundred-requests",
		"A client may make a hundred requests in ten seconds, and then gets 429 with Retry-After.",
		"#rate-limit", evidence.Published,
		func(t *contract.T, c *contract.Client, rejected *contract.Response) {
			expectRateLimitForm(t, rejected.ExpectStatus(http.StatusTooManyRequests))
			wait, err := strconv.Atoi(rejected.Header("Retry-After"))
			if err != nil || wait < 1 || wait > 10 {
				t.Fatalf("Retry-After is %q, expected seconds from 1 to 10",
					rejected.Header("Retry-After"))
			}
			if rejected.Header("SLPT-Request-ID") == "" {
				t.Errorf("the 429 has no SLPT-Request-ID")
			}
			t.AdvanceTime(time.Duration(wait) * time.Second)
			sendSmall(c, t.Version()).ExpectStatus(http.StatusOK)
		}),
	rateLimitScenario("ratelimit/for-each-client-and-version",
		"The limit of a client in one version does not affect other clients and versions.",
		"#rate-limit", evidence.Published,
		func(t *contract.T, c *contract.Client, rejected *contract.Response) {
			rejected.ExpectStatus(http.StatusTooManyRequests)
			for _, v := range version.All() {
				if v != t.Version() {
					checkStatus(t, string(v), sendSmall(c, v), http.StatusOK)
					break
				}
			}
			checkStatus(t, "a new access token of the same client",
				sendSmall(t.Login(ownerCredentials(t)), t.Version()), http.StatusTooManyRequests)
			checkStatus(t, "another user", sendSmall(t.Second(), t.Version()), http.StatusOK)
		}, contract.SecondIdentity),
	rateLimitScenario("ratelimit/another-token-of-the-same-user",
		"The limit of one token does not affect another token of the same user.",
		"#rate-limit", evidence.Published,
		func(t *contract.T, c *contract.Client, rejected *contract.Response) {
			rejected.ExpectStatus(http.StatusTooManyRequests)
			t.AdvanceTime(window)
			other := t.Login(t.Owner().MustCreate().Credentials())
			c.Concurrent(slices.Repeat([]contract.Request{smallRequest(t.Version())}, perWindow)...)
			checkStatus(t, "the same token", sendSmall(c, t.Version()), http.StatusTooManyRequests)
			checkStatus(t, "another token", sendSmall(other, t.Version()), http.StatusOK)
			t.AdvanceTime(window)
		}, contract.Writes),
	rateLimitScenario("ratelimit/window-begins-with-its-first-request",
		"The window of ten seconds starts with its first request, and rejected requests do not "+
			"extend it.",
		"#rate-limit-window", evidence.Assumed,
		func(t *contract.T, c *contract.Client, rejected *contract.Response) {
			rejected.ExpectStatus(http.StatusTooManyRequests)
			t.AdvanceClock(9 * time.Second)
			t.Equal("Retry-After a second before the end", "1",
				sendSmall(c,
					t.Version()).ExpectStatus(http.StatusTooManyRequests).Header("Retry-After"))
			t.AdvanceClock(time.Second)
			sendSmall(c, t.Version()).ExpectStatus(http.StatusOK)
		}, contract.Clock),
	rateLimitScenario("ratelimit/rejected-request-does-nothing",
		"A create that is rejected with 429 creates no token.",
		"#rejected-requests-change-nothing", evidence.Assumed,
		func(t *contract.T, c *contract.Client, _ *contract.Response) {
			body := c.NewTokenBody()
			c.Create(body).ExpectStatus(http.StatusTooManyRequests)
			t.AdvanceTime(window)
			t.Equal("number of tokens with the name", 0, countNamed(c, body.Text("name")))
		}, contract.Writes),
}
