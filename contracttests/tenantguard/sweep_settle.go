package tenantguard

import (
	"context"
	"slices"
	"time"
)

// What zero means in a SweepConfig.
const defaultSettle = 10 * time.Second

// How long is waited between two looks at a list: at first, and at most.
const (
	firstLook = 100 * time.Millisecond
	lastLook  = 2 * time.Second
)

// await reads a list again until it has settled, or has had the time for it.
func (s *sweep) await(ctx context.Context, by *caller, settled func() bool) error {
	deadline := s.Now().Add(s.Settle)
	for pause := firstLook; !settled(); pause = min(2*pause, lastLook) {
		left := deadline.Sub(s.Now())
		if left <= 0 {
			return nil
		}
		if err := s.Wait(ctx, min(pause, left)); err != nil {
			return err
		}
		if err := by.list(ctx); err != nil {
			return err
		}
	}
	return nil
}

// awaitKnown waits for what the ledger has and the lists may not show yet: a run was killed a moment ago.
func (s *sweep) awaitKnown(ctx context.Context) error {
	for _, by := range s.callers {
		if err := s.await(ctx, by, func() bool { return !slices.ContainsFunc(s.Known, func(o Object) bool { return s.awaited(by, o) }) }); err != nil {
			return err
		}
	}
	return nil
}

// awaited tells whether an object may be a caller's, and is too young to be missed.
func (s *sweep) awaited(by *caller, o Object) bool {
	if !s.Now().Before(o.At.Add(s.Settle)) {
		return false
	}
	if o.ID != "" {
		return o.Owner == by.identity && !by.has(o.ID)
	}
	return o.isPending() && o.Owner == by.identity && !slices.ContainsFunc(by.tokens, func(t token) bool { return t.Name == o.Name })
}
