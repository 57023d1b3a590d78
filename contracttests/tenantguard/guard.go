// Package tenantguard makes runs of the contract safe for a real tenant: a [Guard] that every
// request passes, a [Ledger] of what was created, and [Sweep], which deletes what was left.
package tenantguard

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/spec/redact"
)

// Config configures a [Guard].
type Config struct {
	// BaseURL of the target. Requests to other hosts are not sent.
	BaseURL string
	// AllowWrites allows requests that change something.
	AllowWrites bool
	// Protected are the ids of the tokens that the run logs in with. They are never changed.
	LoginIDs []string
	// Run is the id of the run in the ledger.
	Run string
	// Ledger is written before and after each create and delete. It is required for writes.
	Ledger *Ledger
	// MaxRequests limits the requests of the run, retries included. Zero means DefaultRequests.
	MaxRequests int
	// MaxTokens limits the tokens of an owner. Zero means TokenLimit. Managed tokens, which their
	// owner may not see, are not counted: whether a tenant counts them is not published.
	MaxTokens int
	// OnLatency is called once, with the mean latency of the first [LatencySamples] responses. May
	// be nil.
	OnLatency func(mean time.Duration)
	// Next carries the requests. Nil means a clone of http.DefaultTransport.
	Next http.RoundTripper
	// Now is wall time, with the monotonic reading that time.Now returns.
	Now func() time.Time
	// Wait returns after a time, or with the error of the context when that ends. Nil means a
	// timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter returns 0 to 1, the part of a backoff that is waited for. Nil means random.
	Jitter func() float64
}

// TokenLimit is the number of tokens that an owner may have.
// published: docs/behaviour.md#ten-tokens-per-user
const TokenLimit = 10

// DefaultRequests leaves room for a run of every case. It takes some 12,000.
const DefaultRequests = 20_000

// attemptTimeout limits one attempt. An http.Client should have no timeout, since it would include
// the waits of the guard.
const attemptTimeout = 15 * time.Second

// A Guard is an http.RoundTripper that enforces the safety rules for a real tenant. It sends
// requests to the target only, and none that would change a token which the run did not create. It
// limits requests and tokens, writes creates into the ledger before they are sent, stays below the
// rate limit, and repeats what the target did not accept. A Guard is safe for concurrent use.
type Guard struct {
	config  Config
	base    *url.URL
	limiter *limiter
	tokens  *tokens
	breaker Breaker
	clock   Clock
	// unavailable is set when all attempts of a request have failed. Until a request that is no
	// login has a response, others have one attempt.
	unavailable atomic.Bool
	reachable   atomic.Bool // by a request that had a response

	mu        sync.Mutex
	stats     Stats
	responses int           // responses
	latency   time.Duration // of these responses, in total
	cleanup   bool          // the run has ended
	ledgerErr error
}

// Stats counts what a guard sent.
type Stats struct {
	// Requests that were sent, retries included.
	Requests int
	// Unsent are those that were over the limit.
	NotSent int
	// Creates that were sent, and Lost those whose outcome was unknown, if only for a while.
	Creates, UnknownOutcomes int
}

// NewGuard returns a guard. Its error is a [ConfigError].
func NewGuard(c Config) (*Guard, error) {
	base, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || base.Host == "" || base.User != nil:
		return nil, &ConfigError{"BaseURL", "must be an address without credentials"}
	case c.Now == nil:
		return nil, &ConfigError{"Now", "must be set"}
	case c.AllowWrites && c.Ledger == nil:
		return nil, &ConfigError{"Ledger", "must be set for writes"}
	case c.MaxRequests < 0:
		return nil, &ConfigError{
			"MaxRequests", fmt.Sprintf("must not be negative, got %d", c.MaxRequests),
		}
	case c.MaxTokens < 0:
		return nil, &ConfigError{
			"MaxTokens", fmt.Sprintf("must not be negative, got %d", c.MaxTokens),
		}
	}
	c.MaxRequests = cmp.Or(c.MaxRequests, DefaultRequests)
	c.MaxTokens = cmp.Or(c.MaxTokens, TokenLimit)
	if c.Next == nil {
		c.Next = defaultTransport()
	}
	if c.Wait == nil {
		c.Wait = Sleep
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	base.Host = strings.ToLower(base.Host)
	return &Guard{
		config: c, base: base, tokens: newTokens(base.Host, c.Run, c.LoginIDs),
		limiter: &limiter{now: c.Now, wait: c.Wait, buckets: map[bucketKey]*bucket{}},
	}, nil
}

func defaultTransport() http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		t.OnProxyConnectResponse = checkProxy
		return t
	}
	return http.DefaultTransport
}

// RoundTrip sends a request. The error is a [NotSentError] if the target has no room for the
// request or the run may not make it, a [BlockedError] if the request is a mistake, and a
// [RetryError] if the target did not accept it.
func (g *Guard) RoundTrip(request *http.Request) (*http.Response, error) {
	r, err := g.readRequest(request)
	if err != nil {
		return nil, err
	}
	if err := g.check(r); err != nil {
		return nil, err
	}
	if r.isCreate() {
		return g.create(r)
	}
	resp, err := g.send(r)
	if err != nil {
		return nil, err
	}
	g.observe(r, resp)
	if err := r.checkRepeated(resp); err != nil {
		return nil, err
	}
	return resp.Response, nil
}

// check returns why a request must not be sent.
func (g *Guard) check(r *guardedRequest) error {
	u, target := r.URL, origin(g.base.Scheme, g.base.Host)
	host := cmp.Or(r.Host, u.Host)
	if u.Opaque != "" || origin(u.Scheme, u.Host) != target || origin(u.Scheme, host) != target {
		return newBlockedError(OtherHost, "%s: not sent to %s://%s: the target is %s://%s",
			r, u.Scheme, host, g.base.Scheme, g.base.Host)
	}
	if !r.isWrite() {
		return nil
	}
	if !g.config.AllowWrites {
		return &NotSentError{Reason: WritesNotAllowed, Missing: "writes"}
	}
	for _, id := range r.ids() {
		if g.tokens.isForeign(id) {
			return newBlockedError(ForeignToken, "%s: not sent: the token %s is not of this run",
				r, redact.Report(id))
		}
	}
	if err := g.Err(); err != nil && r.Method != http.MethodDelete {
		return newBlockedError(LedgerFailed,
			"%s: not sent, since the ledger could not be written before: %w",
			r, err)
	}
	return nil
}

// Allow lets a sweep delete a token unless the run logs in with it.
func (g *Guard) Allow(id string) { g.tokens.allow(id) }

// BeginCleanup allows logins and lists whatever the limit, so that the run can look for what it
// left. A target that did not respond is tried once more.
func (g *Guard) BeginCleanup() {
	g.breaker.reset()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cleanup = true
}

// Leftovers returns the tokens that the run created and that may exist, and behind them, without an
// id, the creates whose outcome is unknown.
func (g *Guard) Leftovers() []Entry {
	return append(g.tokens.withState(stateCreated), g.tokens.withState(stateUnknown)...)
}

// UnlistedCreates returns the creates whose outcome is unknown and whose token a list of their
// owner did not show. Lists may be late, so that such a token can still appear.
func (g *Guard) UnlistedCreates() []Entry { return g.tokens.withState(stateUnlisted) }

// Stats returns what was sent so far.
func (g *Guard) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stats
}

func (g *Guard) addStats(delta Stats) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stats.Creates += delta.Creates
	g.stats.UnknownOutcomes += delta.UnknownOutcomes
}

// Clock returns the difference between the clock of the target and ours, by the responses so far.
func (g *Guard) Clock() *Clock { return &g.clock }

// Err returns the first error of the ledger. It lacks something that was created or deleted then.
func (g *Guard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ledgerErr
}

// LatencySamples is the number of responses whose mean latency Config.OnLatency gets.
const LatencySamples = 10

// noteLatency measures the first responses.
func (g *Guard) noteLatency(d time.Duration) {
	g.mu.Lock()
	g.responses++
	g.latency += d
	n, mean := g.responses, g.latency/LatencySamples
	g.mu.Unlock()
	if n == LatencySamples && g.config.OnLatency != nil {
		g.config.OnLatency(mean)
	}
}
