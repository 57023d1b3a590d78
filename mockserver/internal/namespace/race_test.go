package namespace_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/namespace"
)

func TestRegistry_AllMayModifyRegistry(t *testing.T) {
	_, s := newRegistry(0, 0)
	mustGet(t, s, "b", "a", "c")
	var names []string
	s.All(func(name, _ string, _ time.Time) {
		names = append(names, name)
		if name != "d" {
			mustGet(t, s, "d")
		}
		if err := s.Remove(name); err != nil {
			t.Error(err)
		}
	})
	if got := strings.Join(names, " "); got != "a b c" || s.Len() != 1 {
		t.Errorf("visited %s, %d remain", got, s.Len())
	}
}

func TestRegistry_ConcurrentGetCreatesOneMember(t *testing.T) {
	for range 100 { // concurrent calls overlap only sometimes
		getConcurrently(t)
	}
}

func getConcurrently(t testing.TB) {
	t.Helper()
	var creations, removals atomic.Int64
	s := namespace.NewRegistry(namespace.RegistryConfig[*int64]{
		New:          func(string) (*int64, error) { n := creations.Add(1); return &n, nil },
		BeforeRemove: func([]string) error { removals.Add(1); return nil },
		Max:          3,
		TTL:          time.Hour,
		Now:          func() time.Time { return noon },
	})
	var wg sync.WaitGroup
	start := make(chan struct{})
	members := make([]*int64, 32)
	for i := range members {
		wg.Go(func() {
			<-start
			var err error
			if members[i], err = s.Get(fmt.Sprint("n", i%2)); err != nil {
				t.Error(err)
			}
			s.Has("n0")
			s.Len()
			s.All(func(string, *int64, time.Time) {})
		})
	}
	close(start)
	wg.Wait()
	if creations.Load() != 2 || s.Len() != 2 || removals.Load() != 0 {
		t.Errorf("%d created, %d removed, %d members, want 2", creations.Load(), removals.Load(),
			s.Len())
	}
	for i, m := range members {
		if m != members[i%2] {
			t.Errorf("caller %d got another member than caller %d", i, i%2)
		}
	}
}

func TestRegistry_ConcurrentRemoveCallsHookOnce(t *testing.T) {
	var calls, removals atomic.Int64
	s := namespace.NewRegistry(namespace.RegistryConfig[int]{
		New: func(string) (int, error) {
			return 0, nil
		}, BeforeRemove: func([]string) error {
			calls.Add(1)
			return nil
		}, Now: func() time.Time { return noon },
	})
	if _, err := s.Get("a"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if s.Remove("a") == nil {
				removals.Add(1)
			}
		})
	}
	wg.Wait()
	if calls.Load() != 1 || removals.Load() != 1 {
		t.Errorf("hook called %d times, %d removals succeeded, want 1", calls.Load(),
			removals.Load())
	}
}

// newSlowRegistry returns a registry that creates and removes members when the returned channels
// are closed.
func newSlowRegistry(maxMembers int) (s *namespace.Registry[string], creation,
	removal chan struct{},
) {
	creation, removal = make(chan struct{}), make(chan struct{})
	s = namespace.NewRegistry(namespace.RegistryConfig[string]{
		New: func(name string) (string, error) {
			switch name {
			case "slow":
				<-creation
			case "broken":
				<-creation
				return "", errBroken
			}
			return "member " + name, nil
		},
		BeforeRemove: func([]string) error { <-removal; return nil },
		Max:          maxMembers,
		Now:          func() time.Time { return noon },
	})
	return s, creation, removal
}

var errBroken = errors.New("no tenant")

func TestRegistry_CreationDoesNotBlockOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, creation, _ := newSlowRegistry(2)
		var wg sync.WaitGroup
		got := make([]string, 3)
		for i := range got {
			wg.Go(func() {
				var err error
				if got[i], err = s.Get("slow"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		mustGet(t, s, "fast")
		if diff := cmp.Diff([]string{"fast=member fast 0s"}, describeMembers(s)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if _, err := s.Get("another"); !errors.Is(err, namespace.ErrTooMany) {
			t.Errorf("got %v, want %v: a member in creation counts", err, namespace.ErrTooMany)
		}
		if err := s.Remove("slow"); !errors.Is(err, namespace.ErrUnknown) {
			t.Errorf("got %v, want %v: the member is in creation", err, namespace.ErrUnknown)
		}
		close(creation)
		wg.Wait()
		if diff := cmp.Diff([]string{"member slow", "member slow", "member slow"},
			got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRegistry_AllWaitersGetCreationError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, creation, _ := newSlowRegistry(1)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if member, err := s.Get("broken"); !errors.Is(err, errBroken) || member != "" {
					t.Errorf("%q, %v, want %v", member, err, errBroken)
				}
			})
		}
		synctest.Wait()
		close(creation)
		wg.Wait()
		if s.Len() != 0 || s.Has("broken") {
			t.Errorf("unexpected number of members: %d", s.Len())
		}
		mustGet(t, s, "fast")
	})
}

func TestRegistry_GetWaitsForRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var creations atomic.Int64
		removal := make(chan struct{})
		s := namespace.NewRegistry(namespace.RegistryConfig[int64]{
			New:          func(string) (int64, error) { return creations.Add(1), nil },
			BeforeRemove: func([]string) error { <-removal; return nil },
			Now:          func() time.Time { return noon },
		})
		if _, err := s.Get("a"); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := s.Remove("a"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if member, err := s.Get("a"); member != 2 || err != nil {
				t.Errorf("%d, %v, want the second one", member, err)
			}
		})
		synctest.Wait()
		if err := s.Remove("a"); !errors.Is(err, namespace.ErrUnknown) {
			t.Errorf("got %v, want %v: the member is in removal", err, namespace.ErrUnknown)
		}
		if creations.Load() != 1 {
			t.Error("second member was created before the first was removed")
		}
		close(removal)
		wg.Wait()
	})
}
