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

// The timeout of a run without --timeout. For a tenant it is a multiple of the estimate, within two
// bounds.
const (
	mockTimeout        = 2 * time.Minute
	minTenantTimeout   = 15 * time.Minute
	maxTenantTimeout   = 2 * time.Hour
	timeoutPerEstimate = 3
)

// estimate is the expected number of requests and the duration of a run, from a dry run.
type estimate struct {
	requests int
	// minTime is the minimum duration of the requests under the rate limit.
	minTime time.Duration
	// waited is the time that cases wait.
	waited time.Duration
}

func (e estimate) duration(latency time.Duration) time.Duration {
	return max(e.minTime, time.Duration(e.requests)*latency) + e.waited
}

// estimate returns the estimate for a tenant or a patmock.
func (r plan) estimate(tenant bool) estimate {
	e := estimate{requests: r.requests(), waited: r.waited}
	if tenant {
		for _, n := range r.perVersion() {
			e.minTime = max(e.minTime, tenantguard.MinDuration(n))
		}
	}
	return e
}

// timeLimit cancels the context of a run after its timeout.
type timeLimit struct {
	timer *time.Timer
	start time.Time
	// explicit reports whether --timeout is set.
	explicit bool
	stderr   io.Writer

	mu        sync.Mutex
	latency   *time.Duration // of a request, nil until measured
	estimate  *estimate      // nil until known
	announced time.Duration  // the last printed limit
}

// limitTime returns a context that is canceled after timeout. Zero means the default.
func limitTime(
	ctx context.Context, timeout time.Duration, stderr io.Writer,
) (context.Context, *timeLimit) {
	ctx, cancel := context.WithCancelCause(ctx)
	l := &timeLimit{start: time.Now(), explicit: timeout > 0, stderr: stderr}
	if !l.explicit {
		timeout = mockTimeout
	}
	l.timer = time.AfterFunc(timeout, func() { cancel(cli.ErrTimeout) })
	context.AfterFunc(ctx, func() { l.timer.Stop() })
	return ctx, l
}

// setTenantLimit sets the timeout of a run against a tenant until its estimate is known.
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

// setEstimate sets the estimate. A run of few requests needs no latency.
func (l *timeLimit) setEstimate(e estimate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.estimate = &e
	if l.latency == nil && e.requests < tenantguard.LatencySamples {
		l.latency = new(time.Duration)
	}
	l.adjustLocked()
}

// maxQuickCases is the maximum number of cases whose dry run finishes before the run starts, in
// less than a second. For more cases it runs concurrently, because a run may end early.
const maxQuickCases = 100

// startEstimate starts a dry run to estimate the duration. stop ends it.
func (l *timeLimit) startEstimate(ctx context.Context, target contracttests.Target,
	o contracttests.Options,
	cases []contracttests.Case,
) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		// an error means that the run has ended
		if r, err := dryRun(ctx, target, nil, o, cases); err == nil {
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

// adjustLocked sets and prints the timeout when the estimate and the latency are known.
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
	// the message is optional
	_, _ = fmt.Fprintf(l.stderr, "patmock: the run ends after %s at the latest (--timeout)\n",
		limit)
}
