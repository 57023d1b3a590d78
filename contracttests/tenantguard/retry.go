package tenantguard

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"example.com/patmock/contracttests/report"
)

// A request is sent at most this often. Where the target does not say how long to wait, the wait is anything up to a bound
// that begins at the first and doubles up to the last of backoffs. A target that asks for more than longestWait is not waited
// for.
const (
	attempts     = 6
	firstBackoff = time.Second
	lastBackoff  = window
	longestWait  = 2 * time.Minute
)

// answer that was read to its end.
type answer struct {
	*http.Response
	body []byte
}

// succeeded tells that the status is one of success.
func (x *answer) succeeded() bool { return x.StatusCode >= 200 && x.StatusCode <= 299 }

// send sends a request, and sends it again where that helps and harms nothing.
func (g *Guard) send(a *asked) (*answer, error) {
	ctx, lane := a.context(), laneKey{a.client, a.place.version}
	start := startOf(ctx)
	for attempt := 1; ; attempt++ {
		if err := cmp.Or(start.Err(), g.silence.Err()); err != nil {
			return nil, err
		}
		if err := g.spend(a, attempt); err != nil {
			return nil, err
		}
		if isUnpaced(ctx) {
			g.pace.pass(lane)
			return g.once(ctx, a)
		}
		if shut := g.pace.shut(lane); shut > longestWait {
			return nil, tooLong(shut)
		}
		if err := g.pace.enter(start, lane); err != nil {
			return nil, err
		}
		got, err := g.once(ctx, a)
		wait, told, again := g.later(a, got, err, attempt)
		if !again || start.Err() != nil {
			return got, err
		}
		switch {
		case !told && (attempt == attempts || g.unavailable.Load()):
			g.unavailable.Store(true)
			return got, err
		case attempt == attempts:
			return nil, &RetryError{Request: a.String(), Status: got.StatusCode, Attempts: attempt}
		case wait > longestWait:
			g.pace.close(lane, wait)
			return nil, &RetryError{Request: a.String(), Status: got.StatusCode, Attempts: attempt, Wait: wait}
		}
		a.doubtful = a.doubtful || got != nil && got.StatusCode >= 500
		g.pace.close(lane, wait)
	}
}

// tooLong is the refusal of a request that the target wants to come later than anybody waits for.
func tooLong(wait time.Duration) error {
	return &Refusal{Reason: WaitTooLong, Lacks: fmt.Sprintf("time for more requests: it asks to wait for %s", wait.Round(time.Second))}
}

// once sends a request once, and reads what is answered.
func (g *Guard) once(ctx context.Context, a *asked) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, g.config.Timeout)
	defer cancel()
	r := a.request.Clone(ctx)
	if a.request.Body != nil {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a.body)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(a.body))
	}
	a.unsure = true
	answered, err := g.roundTrip(r)
	if a.context().Err() == nil {
		g.silence.Note(a.place.kind == login, err)
		if silent := g.silence.Err(); silent != nil {
			return nil, fmt.Errorf("%s: %w: %w", a, silent, err)
		}
	}
	if err != nil {
		return nil, err
	}
	a.unsure = false
	g.reached.Store(true)
	answered.Request = a.request
	if a.place.kind != login && answered.StatusCode < http.StatusInternalServerError {
		g.unavailable.Store(false)
	}
	return answered, nil
}

// roundTrip sends a request, and reads the response to its end.
func (g *Guard) roundTrip(r *http.Request) (*answer, error) {
	started := g.config.Now()
	answered, err := g.config.Next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := ReadResponse(answered.Body)
	if err = errors.Join(err, answered.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s %s: the body of the answer: %w", r.Method, report.Redact(r.URL.Path), err)
	}
	received := g.config.Now()
	g.noteLatency(received.Sub(started))
	g.clock.Observe(answered.StatusCode, answered.Header, started, received)
	answered.Body = io.NopCloser(bytes.NewReader(body))
	return &answer{answered, body}, nil
}

// later says whether a request is worth sending again, and after how long. Told means that the target asked for it, and did
// nothing: 429, and 503 that says until when. Other requests are only sent again where they change nothing.
func (g *Guard) later(a *asked, got *answer, err error, attempt int) (wait time.Duration, told, again bool) {
	bound := min(firstBackoff<<(attempt-1), lastBackoff)
	backoff := time.Duration(g.config.Jitter() * float64(bound))
	if err != nil {
		permanent := isPermanent(err) || !g.reached.Load() && isElsewhere(err)
		return backoff, false, !a.writes() && !permanent && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrNotAnswering)
	}
	after, named := g.retryAfter(got.Header)
	if after <= 0 { // none, zero, and a date that is over, are no leave to ask at once
		after = backoff
	}
	switch got.StatusCode {
	case http.StatusTooManyRequests:
		return after, true, true
	case http.StatusServiceUnavailable:
		return after, named, named || !a.writes()
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return after, false, !a.writes()
	}
	return 0, false, false
}

// retryAfter reads Retry-After in either form (RFC 9110, 10.2.3). A date is held against that of the answer, whatever our own
// clock says. Named is false where there is none, or none that can be read.
func (g *Guard) retryAfter(header http.Header) (wait time.Duration, named bool) {
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

// spend takes a request from the budget. What takes away what the run made is always let through, and while something is left
// so are logins and lists of a caller's own, which tell what to take away.
func (g *Guard) spend(a *asked, attempt int) error {
	free := a.request.Method == http.MethodDelete && g.tokens.owns(a.ids()) ||
		(a.place.kind == login || a.listsOwn()) && len(g.tokens.left()) > 0
	g.mu.Lock()
	defer g.mu.Unlock()
	free = free || g.concluded && (a.place.kind == login || a.listsOwn() || a.listsAll())
	if !free && g.stats.Requests >= g.config.Requests {
		g.stats.Unsent++
		return &Refusal{Reason: BudgetSpent, Lacks: fmt.Sprintf("a budget for more requests than %d", g.config.Requests)}
	}
	g.stats.Requests++
	if attempt > 1 {
		g.stats.Retries++
	}
	return nil
}

// jitter is anything from 0 to 1.
func jitter() float64 {
	var random [8]byte
	_, _ = rand.Read(random[:]) // which never fails
	return float64(binary.BigEndian.Uint64(random[:])>>11) / (1 << 53)
}
