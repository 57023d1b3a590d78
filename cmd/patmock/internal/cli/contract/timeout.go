package contract

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/tenantguard"
)

// The time of a run without --timeout: a tenant has a multiple of the estimate, between two bounds.
const (
	mockTimeout        = 2 * time.Minute
	minTenantTimeout   = 15 * time.Minute
	maxTenantTimeout   = 2 * time.Hour
	timeoutPerEstimate = 3
)

// estimate has the expected requests and time of a run at a tenant, by a dry run.
type estimate struct {
	requests int
	// paced is the least time that the requests take under the rate limit.
	paced time.Duration
	// waits is the time that cases let pass.
	waits time.Duration
}

func (e estimate) duration(latency time.Duration) time.Duration {
	return max(e.paced, time.Duration(e.requests)*latency) + e.waits
}

// estimate returns what the run takes that was rehearsed, at a tenant or a patmock.
func (r rehearsal) estimate(tenant bool) estimate {
	e := estimate{requests: r.requests(), waits: r.waits}
	if tenant {
		for _, n := range r.perVersion() {
			e.paced = max(e.paced, tenantguard.AtLeast(n))
		}
	}
	return e
}

// timeLimit ends the context of a run when its time is up.
type timeLimit struct {
	timer *time.Timer
	began time.Time
	// fixed reports that --timeout says how long a run may take.
	fixed  bool
	stderr io.Writer

	mu       sync.Mutex
	latency  *time.Duration // of a request, nil until it was measured
	expected *estimate      // nil until it was made
	printed  time.Duration  // 0 until it was
}

// limitTime returns a context that ends when the time of a run is up. Zero means the default.
func limitTime(ctx context.Context, timeout time.Duration, stderr io.Writer) (context.Context,
	*timeLimit,
) {
	ctx, cancel := context.WithCancelCause(ctx)
	l := &timeLimit{began: time.Now(), fixed: timeout > 0, stderr: stderr}
	if !l.fixed {
		timeout = mockTimeout
	}
	l.timer = time.AfterFunc(timeout, func() { cancel(cli.ErrTimeUp) })
	context.AfterFunc(ctx, func() { l.timer.Stop() })
	return ctx, l
}

// atTenant gives a run the time that it has at a tenant until its estimate is known.
func (l *timeLimit) atTenant() {
	if !l.fixed {
		l.set(minTenantTimeout)
	}
}

func (l *timeLimit) set(d time.Duration) {
	if l.timer.Stop() {
		l.timer.Reset(d - time.Since(l.began))
	}
}

func (l *timeLimit) measure(latency time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latency = &latency
	l.adjustLocked()
}

// expect takes what the run will do. Few requests need no latency.
func (l *timeLimit) expect(e estimate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expected = &e
	if l.latency == nil && e.requests < tenantguard.Measured {
		l.latency = new(time.Duration)
	}
	l.adjustLocked()
}

// quickCases limits the cases that are rehearsed before a run, which takes less than a second. More
// are rehearsed beside it: a run that the target ends early has no use for them.
const quickCases = 100

// plan rehearses the cases to know how long they take. The function that it returns ends that.
func (l *timeLimit) plan(ctx context.Context, target contracttests.Target, o contracttests.Options,
	cases []contracttests.Case,
) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		if r, err := rehearse(ctx, target, nil, o, cases); err == nil { // else the run has ended
			l.expect(r.estimate(true))
		}
	})
	if len(cases) <= quickCases {
		group.Wait()
	}
	return func() {
		cancel()
		group.Wait()
	}
}

// adjustLocked sets and prints the time of the run once all is known that it depends on.
func (l *timeLimit) adjustLocked() {
	if l.fixed || l.expected == nil || l.latency == nil {
		return
	}
	limit := timeoutPerEstimate * l.expected.duration(*l.latency)
	limit = min(max(limit, minTenantTimeout), maxTenantTimeout).Round(time.Second)
	if limit == l.printed {
		return
	}
	l.set(limit)
	l.printed = limit
	// a hint
	_, _ = fmt.Fprintf(l.stderr, "patmock: the run ends after %s at the latest (--timeout)\n",
		limit)
}
