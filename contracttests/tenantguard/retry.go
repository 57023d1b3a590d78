package tenantguard

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"example.com/patmock/spec/redact"
)

// A request has at most maxAttempts attempts. Without a Retry-After, the guard waits for a random
// part of a backoff, which starts at minBackoff and doubles up to maxBackoff. It never waits longer
// than maxWait.
const (
	maxAttempts = 6
	minBackoff  = time.Second
	maxBackoff  = rateWindow
	maxWait     = 2 * time.Minute
)

// response is a response with its complete body.
type response struct {
	*http.Response
	body []byte
}

func (r *response) isSuccess() bool { return r.StatusCode >= 200 && r.StatusCode <= 299 }

// send sends a request, and retries it if that is useful and safe.
func (g *Guard) send(r *guardedRequest) (*response, error) {
	ctx, key := r.Context(), bucketKey{r.client, r.route.version}
	startCtx := startContext(ctx)
	for attempt := 1; ; attempt++ {
		if err := cmp.Or(startCtx.Err(), g.breaker.Err()); err != nil {
			return nil, err
		}
		if err := g.countRequest(r); err != nil {
			return nil, err
		}
		if isRateLimitDisabled(ctx) {
			g.limiter.force(key)
			return g.sendOnce(ctx, r)
		}
		if wait := g.limiter.remainingBlock(key); wait > maxWait {
			return nil, &NotSentError{
				Reason: WaitTooLong,
				Missing: "time for more requests: its Retry-After is " +
					wait.Round(time.Second).String(),
			}
		}
		if err := g.limiter.Wait(startCtx, key); err != nil {
			return nil, err
		}
		resp, err := g.sendOnce(ctx, r)
		wait, explicit, shouldRetry := g.retry(r, resp, err, attempt)
		if !shouldRetry || startCtx.Err() != nil {
			return resp, err
		}
		switch {
		case !explicit && (attempt == maxAttempts || g.unavailable.Load()):
			g.unavailable.Store(true)
			return resp, err
		case attempt == maxAttempts:
			return nil, &RetryError{Request: r.String(), Status: resp.StatusCode, Attempts: attempt}
		}
		g.limiter.block(key, wait)
		if wait > maxWait {
			return nil, &RetryError{
				Request: r.String(), Status: resp.StatusCode, Attempts: attempt, Wait: wait,
			}
		}
		r.maybeApplied = r.maybeApplied || resp != nil && resp.StatusCode >= 500
	}
}

// sendOnce makes one attempt, and reads the response.
func (g *Guard) sendOnce(ctx context.Context, r *guardedRequest) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	out := r.Clone(ctx)
	if r.Body != nil {
		out.GetBody = func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(r.body)), nil
		}
		out.Body, _ = out.GetBody()
		out.ContentLength = int64(len(r.body))
	}
	r.outcomeUnknown = true
	resp, err := g.roundTrip(out)
	if r.Context().Err() == nil {
		g.breaker.Record(r.route.kind == loginRoute, err)
		if breakerErr := g.breaker.Err(); breakerErr != nil {
			return nil, fmt.Errorf("%s: %w: %w", r, breakerErr, err)
		}
	}
	if err != nil {
		return nil, err
	}
	r.outcomeUnknown = false
	g.reachable.Store(true)
	resp.Request = r.Request
	if r.route.kind != loginRoute && resp.StatusCode < http.StatusInternalServerError {
		g.unavailable.Store(false)
	}
	return resp, nil
}

func (g *Guard) roundTrip(r *http.Request) (*response, error) {
	started := g.config.Now()
	resp, err := g.config.Next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := ReadResponse(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		path := redact.Report(r.URL.Path)
		return nil, fmt.Errorf("%s %s: read the response body: %w", r.Method, path, err)
	}
	received := g.config.Now()
	g.noteLatency(received.Sub(started))
	g.clock.Observe(resp.StatusCode, resp.Header, started, received)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return &response{resp, body}, nil
}

// retry reports whether to retry a request, and after which wait. Explicit means that the target
// did nothing and requests a retry: 429, or 503 with a Retry-After. Other requests are retried only
// if they change nothing.
func (g *Guard) retry(
	r *guardedRequest, resp *response, err error, attempt int,
) (wait time.Duration, explicit, shouldRetry bool) {
	bound := min(minBackoff<<(attempt-1), maxBackoff)
	backoff := time.Duration(g.config.Jitter() * float64(bound))
	if err != nil {
		permanent := isPermanent(err) || !g.reachable.Load() && isUnreachable(err) ||
			errors.Is(err, ErrTooLarge) || errors.Is(err, ErrNotResponding)
		return backoff, false, !r.isWrite() && !permanent
	}
	after, ok := g.retryAfter(resp.Header)
	if after <= 0 { // zero and past dates do not mean an immediate retry
		after = backoff
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return after, true, true
	case http.StatusServiceUnavailable:
		return after, ok, ok || !r.isWrite()
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return after, false, !r.isWrite()
	}
	return 0, false, false
}

// retryAfter parses Retry-After in either form (RFC 9110, 10.2.3), and reports whether it is valid.
// A date is relative to the Date of the response, since the local clock may differ.
func (g *Guard) retryAfter(header http.Header) (wait time.Duration, ok bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = g.config.Now()
	}
	return until.Sub(now), true
}

// countRequest counts a request. It returns a [NotSentError] if the limit is reached. Deletes of
// the run's own tokens are exempt, as are logins and lists to find leftover tokens.
func (g *Guard) countRequest(r *guardedRequest) error {
	isRead := r.route.kind == loginRoute || r.isOwnList()
	exempt := isRead && len(g.Leftovers()) > 0 ||
		r.Method == http.MethodDelete && g.tokens.areOwn(r.ids())
	g.mu.Lock()
	defer g.mu.Unlock()
	exempt = exempt || g.cleanup && (isRead || r.isListWith(""))
	if !exempt && g.stats.Requests >= g.config.MaxRequests {
		g.stats.NotSent++
		return &NotSentError{
			Reason:  BudgetSpent,
			Missing: fmt.Sprintf("a budget for more than %d requests", g.config.MaxRequests),
		}
	}
	g.stats.Requests++
	return nil
}
