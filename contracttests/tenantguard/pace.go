package tenantguard

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A tenant takes 100 requests of a client id and API version in ten seconds (published). A guard lets Burst of them go at
// once and then PerSecond, which are at most 90 in any ten seconds: the rest is for requests that are under way for longer
// than those behind them.
const (
	Burst     = 20
	PerSecond = 7
)

// window is what the limit counts in.
const window = 10 * time.Second

// Unpaced returns a context whose requests are neither held back nor repeated: they are to find out where the target's limit is.
func Unpaced(ctx context.Context) context.Context { return context.WithValue(ctx, unpaced{}, true) }

type unpaced struct{}

func isUnpaced(ctx context.Context) bool { return ctx.Value(unpaced{}) != nil }

// pace holds requests back, each in its lane.
type pace struct {
	now  func() time.Time
	wait func(context.Context, time.Duration) error

	mu    sync.Mutex // the clock is read under it, so that a lane sees time go forward
	lanes map[laneKey]*lane
	// unpaced are the requests that were let through, and waited is for how long others were held back.
	unpaced int
	waited  time.Duration
}

// laneKey is what has a limit of its own.
type laneKey struct{ client, version string }

type lane struct {
	limiter *rate.Limiter
	// shut until then, because the target asked to wait.
	shut time.Time
	// passed are the requests of the last window, and most is how many there were in any.
	passed []time.Time
	most   int
}

// enter waits until a request may be sent. Its error is that of the context.
func (p *pace) enter(ctx context.Context, key laneKey) error {
	for begun := p.now(); ; {
		hold := p.take(key)
		if hold <= 0 {
			return nil
		}
		err := p.wait(ctx, hold)
		p.mu.Lock()
		p.waited += p.now().Sub(begun)
		begun = p.now()
		p.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// take lets a request pass and returns zero, or for how long it is too early.
func (p *pace) take(key laneKey) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, now := p.laneLocked(key), p.now()
	if now.Before(l.shut) {
		return l.shut.Sub(now)
	}
	if l.limiter.AllowN(now, 1) {
		l.count(now)
		return 0
	}
	missing := 1 - l.limiter.TokensAt(now)
	return time.Duration(missing/PerSecond*float64(time.Second)) + time.Millisecond // never too early
}

// pass lets a request through whatever the limit, which it is held against later ones.
func (p *pace) pass(key laneKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.laneLocked(key).limiter.ReserveN(p.now(), 1)
	p.unpaced++
}

// shut is for how long a lane is closed.
func (p *pace) shut(key laneKey) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.laneLocked(key).shut.Sub(p.now())
}

// close shuts a lane for a while.
func (p *pace) close(key laneKey, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.laneLocked(key)
	if until := p.now().Add(wait); until.After(l.shut) {
		l.shut = until
	}
}

// tell adds what there is to tell.
func (p *pace) tell(s *Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Unpaced, s.Waited = p.unpaced, p.waited
	for _, l := range p.lanes {
		s.Busiest = max(s.Busiest, l.most)
	}
}

func (p *pace) laneLocked(key laneKey) *lane {
	l := p.lanes[key]
	if l == nil {
		l = &lane{limiter: rate.NewLimiter(PerSecond, Burst)}
		p.lanes[key] = l
	}
	return l
}

// count notes a request, and forgets those that are in no window with it.
func (l *lane) count(now time.Time) {
	for len(l.passed) > 0 && now.Sub(l.passed[0]) > window {
		l.passed = l.passed[1:]
	}
	l.passed = append(l.passed, now)
	l.most = max(l.most, len(l.passed))
}

// sleep waits for a time, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
