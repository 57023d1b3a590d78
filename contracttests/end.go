package contracttests

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	// cleanupTimeout bounds the cleanup of a scenario.
	cleanupTimeout = time.Minute
	// writeGrace limits the wait for a write under way when the run ends early. Its outcome
	// has to be known, so that what it made can be deleted.
	writeGrace = 5 * time.Second
	// cleanupGrace limits the time of all cleanups together when the run ends early. With
	// writeGrace it is within the ten seconds that docker stop waits for.
	cleanupGrace = 4 * time.Second
)

// grace is the time for cleanups in a run that ends early. It begins with the first of them.
type grace struct {
	mu    sync.Mutex
	until time.Time
}

// left returns how much of the time is left at a moment.
func (g *grace) left(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.until.IsZero() {
		g.until = now.Add(cleanupGrace)
	}
	return g.until.Sub(now)
}

// CleanupContext returns the context for what has to be done at the end of a run, whatever ended
// it. It ends after limit. If ctx ends or the target does not answer, that is after four seconds,
// which all these contexts of a runner share.
func (r *Runner) CleanupContext(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if r.silence() != nil {
		limit = min(limit, cleanupGrace)
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(r.grace.left(r.options.Now()), cancel)
		context.AfterFunc(cleanup, func() { timer.Stop() })
	})
	return cleanup, func() {
		stop()
		cancel()
	}
}

// end removes what the scenario made, the last first.
func (t *T) end(ctx context.Context) (err error) {
	cleanup, stop := t.run.CleanupContext(ctx, cleanupTimeout)
	defer stop()
	t.ctx, t.ending, t.hurried = cleanup, true, func() bool { return ctx.Err() != nil }
	for _, f := range slices.Backward(t.cleanups) {
		err = errors.Join(err, t.guard(f))
	}
	return err
}
