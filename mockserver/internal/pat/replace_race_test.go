package pat_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// slowStore yields to other goroutines around its operations.
type slowStore struct{ *memory.Store }

func (slowStore) pause() {
	for range 50 {
		runtime.Gosched()
	}
}

func (s slowStore) Replace(ctx context.Context, t pat.Tenant) error {
	defer s.pause()
	return s.Store.Replace(ctx, t)
}

func (s slowStore) Create(ctx context.Context, t *pat.Token, limit int) error {
	s.pause()
	return s.Store.Create(ctx, t, limit)
}

func (s slowStore) AllTokens(ctx context.Context) ([]*pat.Token, error) {
	defer s.pause()
	return s.Store.AllTokens(ctx)
}

// No snapshot mixes two tenants, even with concurrent creates and replacements.
func TestReplace_Concurrent(t *testing.T) {
	const rounds = 50
	tenantOf := func(o pat.Owner) pat.Tenant {
		return pat.Tenant{
			Name: o.ID, Identities: []pat.Identity{{ID: o.ID, Name: o.Name}},
			Tokens: tokens(expiringToken("of "+o.ID, o)),
		}
	}
	s := newService(slowStore{newStore(t)})
	mustRun(t, s.Replace(t.Context(), tenantOf(ann)))
	var (
		wg        sync.WaitGroup
		replacing atomic.Int32
	)
	replacing.Store(2)
	for _, o := range []pat.Owner{ann, ben} {
		wg.Go(func() {
			defer replacing.Add(-1)
			for range rounds {
				if err := s.Replace(t.Context(), tenantOf(o)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for i := 0; replacing.Load() > 0; i++ {
				_, err := create(t.Context(), s, callOf(user(o), version.V3), pat.CreateRequest{
					Name: new(fmt.Sprint(i)),
				})
				var ruleErr *pat.Error // the caller does not exist, or has a token with that name
				if err != nil && !errors.As(err, &ruleErr) {
					t.Errorf("create: %v", err)
				}
			}
		})
		wg.Go(func() {
			for i := 0; replacing.Load() > 0; i++ {
				if _, err := s.AddToken(t.Context(), o.Name,
					expiringToken(fmt.Sprintf("%s %d", o.ID, i), o)); err != nil &&
					!errors.Is(err, pat.ErrNoIdentity) && !errors.Is(err, pat.ErrIDTaken) {
					t.Errorf("add: %v", err)
				}
			}
		})
		wg.Go(func() {
			for replacing.Load() > 0 {
				snapshot, err := s.Snapshot(t.Context())
				if err != nil {
					t.Error(err)
				}
				if len(snapshot.Tokens) == 0 || len(snapshot.Identities) != 1 {
					t.Errorf("inconsistent snapshot: %d tokens and %d identities",
						len(snapshot.Tokens), len(snapshot.Identities))
				}
				for _, token := range snapshot.Tokens {
					if token.Owner.ID != snapshot.Name ||
						token.Owner.ID != snapshot.Identities[0].ID {
						t.Errorf("tenant %s contains a token of %s", snapshot.Name, token.Owner.ID)
					}
				}
				if _, err := s.Logins(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
