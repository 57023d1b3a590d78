package tenantguard

import (
	"context"
	"slices"
	"time"
)

const defaultConsistencyTimeout = 10 * time.Second

// The minimum and the maximum pause between two lists.
const (
	minPause = 100 * time.Millisecond
	maxPause = 2 * time.Second
)

// waitFor lists the caller's tokens until the condition is true, or for ConsistencyTimeout.
func (s *sweep) waitFor(ctx context.Context, client *apiClient, condition func() bool) error {
	deadline := s.Now().Add(s.ConsistencyTimeout)
	for pause := minPause; !condition(); pause = min(2*pause, maxPause) {
		remaining := deadline.Sub(s.Now())
		if remaining <= 0 {
			return nil
		}
		if err := s.Wait(ctx, min(pause, remaining)); err != nil {
			return err
		}
		if err := client.list(ctx); err != nil {
			return err
		}
	}
	return nil
}

// waitForEntries waits until the lists have the entries that are younger than ConsistencyTimeout.
func (s *sweep) waitForEntries(ctx context.Context) error {
	for _, client := range s.clients {
		err := s.waitFor(ctx, client, func() bool {
			return !slices.ContainsFunc(s.Entries, func(o Entry) bool {
				return s.mayAppear(client, o)
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mayAppear reports whether an entry may appear in the caller's list later.
func (s *sweep) mayAppear(client *apiClient, o Entry) bool {
	if !s.Now().Before(o.Time.Add(s.ConsistencyTimeout)) || o.Owner != client.identity {
		return false
	}
	if o.ID != "" {
		return !client.hasToken(o.ID)
	}
	return o.isPending() && !slices.ContainsFunc(client.tokens, func(t token) bool {
		return t.Name == o.Name
	})
}
