package tenantguard

import (
	"context"
	"slices"
	"time"
)

const defaultSettle = 10 * time.Second

// The pauses between two lists: the first one, and the longest.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// waitFor lists the caller's tokens until a condition holds, or for Settle.
func (s *sweep) waitFor(ctx context.Context, by *apiClient, holds func() bool) error {
	deadline := s.Now().Add(s.ConsistencyTimeout)
	for pause := firstPause; !holds(); pause = min(2*pause, longestPause) {
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

// waitForKnown waits until the lists show the objects of the ledger that are younger than Settle.
func (s *sweep) waitForKnown(ctx context.Context) error {
	for _, by := range s.clients {
		err := s.waitFor(ctx, by, func() bool {
			return !slices.ContainsFunc(s.Entries, func(o Entry) bool { return s.mayAppear(by, o) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mayAppear reports whether a caller's list may show an object later.
func (s *sweep) mayAppear(by *apiClient, o Entry) bool {
	if !s.Now().Before(o.Time.Add(s.ConsistencyTimeout)) || o.Owner != by.identity {
		return false
	}
	if o.ID != "" {
		return !by.has(o.ID)
	}
	return o.isPending() && !slices.ContainsFunc(by.tokens, func(t token) bool {
		return t.Name == o.Name
	})
}
