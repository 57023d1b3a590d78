package tenantguard

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/contracttests/report"
)

// Config says what a guard lets through.
type Config struct {
	// BaseURL of the target. Nothing is sent to another host.
	BaseURL string
	// Writes are let through.
	Writes bool
	// Protected are the ids of the tokens that the run logs in with. They are never changed.
	Protected []string
	// Run is written into the ledger with what the run makes.
	Run string
	// Ledger is written before and after each request that makes or deletes something. Nil is for runs that do not write.
	Ledger *Ledger
	// Requests that the run may make, retries included. Zero means DefaultRequests.
	Requests int
	// Tokens that an owner may have. Zero means TokenLimit. Managed tokens, which their owner may not see, are not
	// counted: whether a tenant does is not published.
	Tokens int
	// Timeout of one attempt. Zero means 15 seconds. An http.Client should have none: it would end what waits.
	Timeout time.Duration
	// Latency is called once, with the mean time that the first [Measured] responses took. May be nil.
	Latency func(mean time.Duration)
	// Next carries the requests. Nil means a transport of its own, set up as http.DefaultTransport is.
	Next http.RoundTripper
	// Now is wall time, with the monotonic reading that time.Now gives.
	Now func() time.Time
	// Wait returns after a time, or with the error of the context when that ends. Nil means that it really waits.
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter is anything from 0 to 1, by which waits are shortened that the target does not ask for. Nil means random.
	Jitter func() float64
}

// DefaultRequests leaves room for a run of every case, which takes some 12,000.
const DefaultRequests = 20_000

// defaultTimeout is what zero means in a Config.
const defaultTimeout = 15 * time.Second

// A Guard is what every request to a live target passes. It sends none to another host, none that writes unless that is
// allowed, and none that would change a token which the run did not make; it makes no more tokens and requests than there is
// room for, writes down what it makes before the target does, keeps below the rate limit, and sends again what the target
// did not take. It is an http.RoundTripper, and safe for concurrent use.
type Guard struct {
	config Config
	base   *url.URL
	pace   *pace
	tokens *tokens
	// silence ends the requests to a target that does not answer.
	silence Silence
	// unavailable reports that all attempts of a request failed, and that nothing but logins was
	// answered since: other requests have one attempt.
	unavailable atomic.Bool
	clock       Clock
	// reached reports that there was a response.
	reached atomic.Bool

	mu    sync.Mutex
	stats Stats
	// timed is the number of responses that took latency together.
	timed   int
	latency time.Duration
	// concluded tells that the run looks for what it left.
	concluded bool
	// unwritten is why the ledger could not be written.
	unwritten error
}

// Stats are what a guard let through.
type Stats struct {
	// Requests that were sent, those included that were sent again.
	Requests int
	// Retries are the requests that were sent again.
	Retries int
	// Unsent are those that the budget kept back.
	Unsent int
	// Creates are the tokens that were asked for, Lost those of them of which nobody knew for a while whether they were made.
	Creates, Lost int
	// Unpaced are the requests that were not held back, see [Unpaced].
	Unpaced int
	// Waited is for how long requests were held back, for the rate limit and to be sent again.
	Waited time.Duration
	// Busiest is the most requests that one client sent in one version in any ten seconds, but for unpaced ones.
	Busiest int
	// Alive is the most tokens that each identity had at once, by its id, as far as the guard saw.
	Alive map[string]int
}

// negative is the message about a number below zero.
const negative = "the guard: less than nothing is allowed"

// NewGuard returns a guard. Its error is a [ConfigError].
func NewGuard(c Config) (*Guard, error) {
	base, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || base.Host == "" || base.User != nil:
		return nil, &ConfigError{"BaseURL", "the guard: the target is no address"}
	case c.Now == nil:
		return nil, &ConfigError{"Now", "the guard: no clock"}
	case c.Writes && c.Ledger == nil:
		return nil, &ConfigError{"Ledger", "the guard: writes need a ledger"}
	case c.Requests < 0:
		return nil, &ConfigError{"Requests", negative}
	case c.Tokens < 0:
		return nil, &ConfigError{"Tokens", negative}
	case c.Timeout < 0:
		return nil, &ConfigError{"Timeout", negative}
	}
	c.Requests = cmp.Or(c.Requests, DefaultRequests)
	c.Tokens = cmp.Or(c.Tokens, TokenLimit)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	if c.Next == nil {
		c.Next = ownTransport()
	}
	if c.Wait == nil {
		c.Wait = sleep
	}
	if c.Jitter == nil {
		c.Jitter = jitter
	}
	base.Host = strings.ToLower(base.Host)
	return &Guard{
		config: c, base: base, tokens: newTokens(base.Host, c.Run, c.Protected),
		pace: &pace{now: c.Now, wait: c.Wait, lanes: map[laneKey]*lane{}},
	}, nil
}

func ownTransport() http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		t.OnProxyConnectResponse = checkProxy
		return t
	}
	return http.DefaultTransport
}

// RoundTrip sends a request, or says why it does not. The error is a [Refusal] if the target has no
// room for the request or the run may not make it, a [BlockedError] if the request is a mistake, and
// a [RetryError] if the target did not take it.
func (g *Guard) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := g.ask(r)
	if err != nil {
		return nil, err
	}
	if err := g.admit(a); err != nil {
		return nil, err
	}
	if a.creates() {
		return g.create(a)
	}
	got, err := g.send(a)
	if err != nil {
		return nil, err
	}
	g.learn(a, got)
	if err := a.repeated(got); err != nil {
		return nil, err
	}
	return got.Response, nil
}

// admit says why a request is not sent.
func (g *Guard) admit(a *asked) error {
	u := a.request.URL
	if host := cmp.Or(a.request.Host, u.Host); origin(u.Scheme, u.Host) != origin(g.base.Scheme, g.base.Host) || origin(u.Scheme, host) != origin(u.Scheme, u.Host) || u.Opaque != "" {
		return blocked(OtherHost, "%s: not sent to %s://%s: the target is %s://%s", a, u.Scheme, host, g.base.Scheme, g.base.Host)
	}
	if !a.writes() {
		return nil
	}
	if !g.config.Writes {
		return &Refusal{Reason: WritesNotAllowed, Lacks: "writes"}
	}
	for _, id := range a.ids() {
		if g.tokens.stranger(id) {
			return blocked(ForeignToken, "%s: not sent: the token %s is not of this run", a, report.Redact(id))
		}
	}
	if err := g.Err(); err != nil && a.request.Method != http.MethodDelete {
		return blocked(LedgerFailed, "%s: not sent, since the ledger could not be written before: %w", a, err)
	}
	return nil
}

// Adopt lets the token be changed as if the run had made it: a sweep knows whose it is. What is protected stays so.
func (g *Guard) Adopt(id string) { g.tokens.adopt(id) }

// Conclude lets logins and lists through from now on, whatever the budget: the run has ended, and looks for what it left.
// A target that did not answer is tried once more.
func (g *Guard) Conclude() {
	g.silence.reset()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.concluded = true
}

// Left are the tokens that the run made and that are not known to be gone, in the order they were made in, and behind them,
// without an id, those of which nobody knows whether they were made.
func (g *Guard) Left() []Object { return g.tokens.left() }

// Unlisted returns the pending creates that a list of their owner did not show. Lists may be late,
// so that such a token can still appear.
func (g *Guard) Unlisted() []Object { return g.tokens.notListed() }

// Stats tells what was let through so far.
func (g *Guard) Stats() Stats {
	g.mu.Lock()
	s := g.stats
	g.mu.Unlock()
	g.pace.tell(&s)
	s.Alive = g.tokens.most()
	return s
}

// Clock returns how far the clock of the target is from ours, by the responses so far.
func (g *Guard) Clock() *Clock { return &g.clock }

// Err is why the ledger could not be written, nil where it could. It lacks something then that was made or is gone.
func (g *Guard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.unwritten
}

// Measured is the number of responses whose mean latency Config.Latency gets.
const Measured = 10

// noteLatency measures the first responses.
func (g *Guard) noteLatency(d time.Duration) {
	g.mu.Lock()
	g.timed++
	g.latency += d
	n, mean := g.timed, g.latency/Measured
	g.mu.Unlock()
	if n == Measured && g.config.Latency != nil {
		g.config.Latency(mean)
	}
}
