package tenantguard

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// published: a tenant accepts 100 requests of a client id and API version in ten seconds. A guard
// sends Burst of them at once and then PerSecond. That is at most 90 in any ten seconds: the rest
// is for requests that take longer than those behind them.
const (
	Burst     = 20
	PerSecond = 7
)

// window is the time in which a tenant counts requests.
const rateWindow = 10 * time.Second

// WithoutRateLimit returns a context whose requests are neither held back nor repeated. They find
// out where the target's limit is.
func WithoutRateLimit(ctx context.Context) context.Context {
	return context.WithValue(ctx, noRateLimitKey{}, true)
}

type noRateLimitKey struct{}

func isRateLimitDisabled(ctx context.Context) bool { return ctx.Value(noRateLimitKey{}) != nil }

// limiter holds requests back, each in the bucket of its client and version.
type limiter struct {
	now  func() time.Time
	wait func(context.Context, time.Duration) error

	mu      sync.Mutex // the clock is read under it, so that a bucket sees time go forward
	buckets map[bucketKey]*bucket
}

type bucketKey struct{ client, version string }

type bucket struct {
	*rate.Limiter
	blockedUntil time.Time // because the target asked to wait
}

// Wait waits until a request may be sent. Its error is that of the context.
func (l *limiter) Wait(ctx context.Context, key bucketKey) error {
	for {
		wait := l.reserve(key)
		if wait <= 0 {
			return nil
		}
		if err := l.wait(ctx, wait); err != nil {
			return err
		}
	}
}

// reserve takes room for a request and returns zero, or returns how long there is none.
func (l *limiter) reserve(key bucketKey) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, now := l.bucketLocked(key), l.now()
	switch {
	case now.Before(b.blockedUntil):
		return b.blockedUntil.Sub(now)
	case b.AllowN(now, 1):
		return 0
	}
	deficit := 1 - b.TokensAt(now)
	// never too early
	return time.Duration(deficit/PerSecond*float64(time.Second)) + time.Millisecond
}

// force takes room for a request that is sent whatever the limit. Later ones wait for it.
func (l *limiter) force(key bucketKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bucketLocked(key).ReserveN(l.now(), 1)
}

// blocked returns how long the target asked to wait.
func (l *limiter) remainingBlock(key bucketKey) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucketLocked(key).blockedUntil.Sub(l.now())
}

// block sends no request for a while.
func (l *limiter) block(key bucketKey, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucketLocked(key)
	if until := l.now().Add(wait); until.After(b.blockedUntil) {
		b.blockedUntil = until
	}
}

func (l *limiter) bucketLocked(key bucketKey) *bucket {
	b := l.buckets[key]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(PerSecond, Burst)}
		l.buckets[key] = b
	}
	return b
}

// Sleep waits for a time, or until the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
