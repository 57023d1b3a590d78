package contract

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// TestLimitTime checks when the timeout of a run elapses.
func TestLimitTime(t *testing.T) {
	for _, test := range []struct {
		name    string
		timeout time.Duration
		tenant  bool
		// plan is the estimate and latency the measured one. Both may be missing.
		plan    *estimate
		latency time.Duration
		want    time.Duration
	}{
		{"a mock", 0, false, nil, 0, 2 * time.Minute},
		{"a mock with --timeout", time.Hour, false, nil, 0, time.Hour},
		{"a tenant without an estimate", 0, true, nil, time.Second, 15 * time.Minute},
		{
			"a tenant that was not measured", 0, true, &estimate{requests: 10_000}, 0,
			15 * time.Minute,
		},
		{"a short run", 0, true, &estimate{requests: 100}, time.Second, 15 * time.Minute},
		{"a longer run", 0, true, &estimate{requests: 1000}, time.Second, 3000 * time.Second},
		{
			"a run that is held back", 0, true, &estimate{
				requests: 1000, minTime: 10 * time.Minute, waited: time.Minute,
			}, time.Millisecond, 33 * time.Minute,
		},
		{"a very long run", 0, true, &estimate{requests: 10_000}, time.Minute, 2 * time.Hour},
		{
			"a tenant with --timeout", time.Minute, true, &estimate{requests: 10_000}, time.Minute,
			time.Minute,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, limit := limitTime(t.Context(), test.timeout, io.Discard)
				if test.tenant {
					limit.setTenantLimit()
				}
				time.AfterFunc(time.Second, func() {
					if test.latency > 0 {
						limit.setLatency(test.latency)
					}
					if test.plan != nil {
						limit.setEstimate(*test.plan)
					}
				})
				<-ctx.Done()
				if took := time.Since(began); took != test.want ||
					!errors.Is(context.Cause(ctx), cli.ErrTimeout) {
					t.Errorf("it ends after %s with %v, want %s", took, context.Cause(ctx),
						test.want)
				}
			})
		})
	}
}
