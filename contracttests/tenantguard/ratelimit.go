package tenantguard

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// published: a tenant accepts 100 requests per client id and API version in ten seconds. A guard
// sends Burst requests at once, and then at most PerSecond requests per second. That is at most 90
// in any ten seconds. The remaining ten allow for requests that arrive late.
const (
	Burst     = 20
	PerSecond = 7
)

// rateWindow is the period of the rate limit of a tenant.
const rateWindow = 10 * time.Second

// WithoutRateLimit returns a context whose requests are neither delayed nor retried. Scenarios use
// it to reach the rate limit of the target.
func WithoutRateLimit(ctx context.Context) context.Context {
	return context.WithValue(ctx, noRateLimitKey{}, true)
}

type noRateLimitKey struct{}

func isRateLimitDisabled(ctx context.Context) bool { return ctx.Value(noRateLimitKey{}) != nil }

// limiter delays requests. It has a bucket for each client and version.
type limiter struct {
	now  func() time.Time
	wait func(context.Context, time.Duration) error

	mu      sync.Mutex // also held to read the clock, so that time never goes backward
	buckets map[bucketKey]*bucket
}

type bucketKey struct{ client, version string }

type bucket struct {
	*rate.Limiter
	blockedUntil time.Time // by a Retry-After of the target
}

// Wait waits until a request may be sent. It returns the error of ctx if ctx ends first.
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

// reserve takes a token from the bucket and returns zero, or returns the time until there is one.
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
	// add a millisecond so as never to wake early
	return time.Duration(deficit/PerSecond*float64(time.Second)) + time.Millisecond
}

// force takes a token from the bucket for a request that is sent regardless of the limit. Later
// requests wait longer.
func (l *limiter) force(key bucketKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bucketLocked(key).ReserveN(l.now(), 1)
}

// remainingBlock returns the remaining time of block, which is negative if it has ended.
func (l *limiter) remainingBlock(key bucketKey) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucketLocked(key).blockedUntil.Sub(l.now())
}

// block delays further requests until wait has passed.
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

// Sleep returns after a duration, or with the error of the context when that ends.
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
