// Package tenantguard makes runs of the contract safe for a real tenant. A [Guard] checks every
// request, a [Ledger] records created tokens, and [Sweep] deletes leftover tokens.
package tenantguard

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
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
	// BaseURL is the base URL of the target. The guard sends no requests to other hosts.
	BaseURL string
	// AllowWrites allows requests that change state.
	AllowWrites bool
	// LoginIDs has the ids of the tokens that the run logs in with. The guard never changes them.
	LoginIDs []string
	// Run is the id of the run in the ledger.
	Run string
	// Ledger records each create before it is sent, its outcome, and each delete. It is required
	// for writes.
	Ledger *Ledger
	// MaxRequests limits the requests of the run, including retries. Zero means DefaultRequests.
	MaxRequests int
	// MaxTokens limits the tokens of an owner. Zero means TokenLimit. Managed tokens are not
	// counted, since their owner may not see them. It is not published whether a tenant counts
	// them.
	MaxTokens int
	// OnLatency is called once, with the mean latency of the first [LatencySamples] responses. May
	// be nil.
	OnLatency func(mean time.Duration)
	// RootCAs are the certificate authorities of the target. Nil means those of the system. They
	// are not used with Next.
	RootCAs *x509.CertPool
	// Next sends the requests. Nil means a clone of http.DefaultTransport.
	Next http.RoundTripper
	// Now returns wall time with a monotonic reading, as time.Now does.
	Now func() time.Time
	// Wait returns after a duration, or with the error of the context when that ends. Nil means
	// [Sleep].
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter returns the fraction of a backoff to wait for, from 0 to 1. Nil means a random
	// fraction.
	Jitter func() float64
}

// TokenLimit is the maximum number of tokens of an owner. published:
// docs/behaviour.md#ten-tokens-per-user
const TokenLimit = 10

// DefaultRequests is the default of Config.MaxRequests. A run of every case takes some 12,000
// requests.
const DefaultRequests = 20_000

// attemptTimeout limits one attempt. An http.Client should have no timeout, since it would include
// the waits of the guard.
const attemptTimeout = 15 * time.Second

// A Guard is an http.RoundTripper that enforces the safety rules for a real tenant. It sends
// requests to the target only. It changes only tokens that the run created. It limits the number of
// requests and tokens, and writes creates to the ledger before it sends them. It stays below the
// rate limit, and retries requests that the target did not accept. A Guard is safe for concurrent
// use.
type Guard struct {
	config  Config
	base    *url.URL
	limiter *limiter
	tokens  *tokens
	breaker Breaker
	clock   Clock
	// unavailable is set when all attempts of a request have failed. Further requests have one
	// attempt until a request other than a login has a response.
	unavailable atomic.Bool
	reachable   atomic.Bool // a request had a response

	mu        sync.Mutex
	stats     Stats
	responses int           // responses
	latency   time.Duration // total of these responses
	cleanup   bool          // BeginCleanup was called
	ledgerErr error
}

// Stats has counts of requests.
type Stats struct {
	// Requests counts the requests sent, including retries.
	Requests int
	// NotSent counts the requests over the limit.
	NotSent int
	// Creates counts the creates sent. UnknownOutcomes counts those with an unknown outcome, even
	// if it was resolved later.
	Creates, UnknownOutcomes int
}

// NewGuard returns a guard. An error is a [ConfigError].
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
		c.Next = defaultTransport(c.RootCAs)
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

func defaultTransport(roots *x509.CertPool) http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		if roots != nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
		}
		t.OnProxyConnectResponse = checkProxy
		return t
	}
	return http.DefaultTransport
}

// RoundTrip sends a request. The error is a [NotSentError] if the target has no room or the run may
// not send the request. It is a [BlockedError] if the request is a bug in the run. It is a
// [RetryError] if the target did not accept the request.
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

// check returns an error if the request must not be sent.
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
	if r.route.kind == identityRoute {
		return newBlockedError(OtherResource, "%s: not sent: a run only reads identities", r)
	}
	for _, id := range r.ids() {
		if g.tokens.isForeign(id) {
			return newBlockedError(ForeignToken,
				"%s: not sent: this run did not create the token %s", r, redact.Report(id))
		}
	}
	if err := g.Err(); err != nil && r.Method != http.MethodDelete {
		return newBlockedError(LedgerFailed,
			"%s: not sent: an earlier write of the ledger failed: %w", r, err)
	}
	return nil
}

// Allow permits a sweep to delete a token, unless the run logs in with it.
func (g *Guard) Allow(id string) { g.tokens.allow(id) }

// BeginCleanup exempts logins and lists from the request limit, so that the run can look for
// leftover tokens. It also resets the circuit breaker.
func (g *Guard) BeginCleanup() {
	g.breaker.reset()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cleanup = true
}

// Leftovers returns the tokens that the run created and did not delete, followed by the creates
// with an unknown outcome. The latter have no id.
func (g *Guard) Leftovers() []Entry {
	return append(g.tokens.withState(stateCreated), g.tokens.withState(stateUnknown)...)
}

// UnlistedCreates returns the creates with an unknown outcome whose token is not in a list of the
// owner. Lists may be delayed, so such a token can still appear.
func (g *Guard) UnlistedCreates() []Entry { return g.tokens.withState(stateUnlisted) }

// Stats returns the counts so far.
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

// Clock returns the estimate of the target's clock, by the responses so far.
func (g *Guard) Clock() *Clock { return &g.clock }

// Err returns the first error of the ledger. After an error the ledger may lack lines.
func (g *Guard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ledgerErr
}

// LatencySamples is the number of responses for Config.OnLatency.
const LatencySamples = 10

// noteLatency adds the latency of a response to the mean.
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
