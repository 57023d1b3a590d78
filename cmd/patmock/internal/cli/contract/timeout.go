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
	// minTime is the least time that the requests take under the rate limit.
	minTime time.Duration
	// waited is the time that cases let pass.
	waited time.Duration
}

func (e estimate) duration(latency time.Duration) time.Duration {
	return max(e.minTime, time.Duration(e.requests)*latency) + e.waited
}

// estimate returns what the run takes that was rehearsed, at a tenant or a patmock.
func (r plan) estimate(tenant bool) estimate {
	e := estimate{requests: r.requests(), waited: r.waited}
	if tenant {
		for _, n := range r.perVersion() {
			e.minTime = max(e.minTime, tenantguard.MinDuration(n))
		}
	}
	return e
}

// timeLimit ends the context of a run when its time is up.
type timeLimit struct {
	timer *time.Timer
	start time.Time
	// explicit reports that --timeout says how long a run may take.
	explicit bool
	stderr   io.Writer

	mu        sync.Mutex
	latency   *time.Duration // of a request, nil until it was measured
	estimate  *estimate      // nil until it was made
	announced time.Duration  // 0 until it was
}

// limitTime returns a context that ends when the time of a run is up. Zero means the default.
func limitTime(ctx context.Context, timeout time.Duration, stderr io.Writer) (context.Context,
	*timeLimit,
) {
	ctx, cancel := context.WithCancelCause(ctx)
	l := &timeLimit{start: time.Now(), explicit: timeout > 0, stderr: stderr}
	if !l.explicit {
		timeout = mockTimeout
	}
	l.timer = time.AfterFunc(timeout, func() { cancel(cli.ErrTimeout) })
	context.AfterFunc(ctx, func() { l.timer.Stop() })
	return ctx, l
}

// setTenantLimit gives a run the time that it has at a tenant until its estimate is known.
func (l *timeLimit) setTenantLimit() {
	if !l.explicit {
		l.set(minTenantTimeout)
	}
}

func (l *timeLimit) set(d time.Duration) {
	if l.timer.Stop() {
		l.timer.Reset(d - time.Since(l.start))
	}
}

func (l *timeLimit) setLatency(latency time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latency = &latency
	l.adjustLocked()
}

// setEstimate takes what the run will do. Few requests need no latency.
func (l *timeLimit) setEstimate(e estimate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.estimate = &e
	if l.latency == nil && e.requests < tenantguard.LatencySamples {
		l.latency = new(time.Duration)
	}
	l.adjustLocked()
}

// maxQuickCases limits the cases that are rehearsed before a run, which takes less than a second.
// More are rehearsed beside it: a run that the target ends early has no use for them.
const maxQuickCases = 100

// startEstimate rehearses the cases to know how long they take. The function that it returns ends
// that.
func (l *timeLimit) startEstimate(ctx context.Context, target contracttests.Target,
	o contracttests.Options,
	cases []contracttests.Case,
) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		if r, err := dryRun(ctx, target, nil, o, cases); err == nil { // else the run has ended
			l.setEstimate(r.estimate(true))
		}
	})
	if len(cases) <= maxQuickCases {
		group.Wait()
	}
	return func() {
		cancel()
		group.Wait()
	}
}

// adjustLocked sets and prints the time of the run once all is known that it depends on.
func (l *timeLimit) adjustLocked() {
	if l.explicit || l.estimate == nil || l.latency == nil {
		return
	}
	limit := timeoutPerEstimate * l.estimate.duration(*l.latency)
	limit = min(max(limit, minTenantTimeout), maxTenantTimeout).Round(time.Second)
	if limit == l.announced {
		return
	}
	l.set(limit)
	l.announced = limit
	// a hint
	_, _ = fmt.Fprintf(l.stderr, "patmock: the run ends after %s at the latest (--timeout)\n",
		limit)
}
