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

func TestEachMayUseTheSet(t *testing.T) {
	_, s := start(0, 0)
	use(t, s, "b", "a", "c")
	var seen []string
	s.All(func(name, _ string, _ time.Time) {
		seen = append(seen, name)
		if name != "d" {
			use(t, s, "d")
		}
		if err := s.Remove(name); err != nil {
			t.Error(err)
		}
	})
	if got := strings.Join(seen, " "); got != "a b c" || s.Len() != 1 {
		t.Errorf("saw %s, %d are left", got, s.Len())
	}
}

func TestConcurrentUseMakesOne(t *testing.T) {
	for range 100 { // callers meet before the first has made it, once in a while
		concurrentUse(t)
	}
}

func concurrentUse(t testing.TB) {
	t.Helper()
	var made, removed atomic.Int64
	s := namespace.NewRegistry(namespace.RegistryConfig[*int64]{
		Make:    func(string) (*int64, error) { n := made.Add(1); return &n, nil },
		Removed: func([]string) error { removed.Add(1); return nil },
		Max:     3,
		TTL:     time.Hour,
		Wall:    func() time.Time { return noon },
	})
	var all sync.WaitGroup
	start := make(chan struct{})
	members := make([]*int64, 32)
	for i := range members {
		all.Go(func() {
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
	all.Wait()
	if made.Load() != 2 || s.Len() != 2 || removed.Load() != 0 {
		t.Errorf("%d were made, %d removed, %d are there, want 2", made.Load(), removed.Load(),
			s.Len())
	}
	for i, m := range members {
		if m != members[i%2] {
			t.Errorf("caller %d got another member than caller %d", i, i%2)
		}
	}
}

func TestConcurrentRemovalIsToldOnce(t *testing.T) {
	var removed, done atomic.Int64
	s := namespace.NewRegistry(namespace.RegistryConfig[int]{
		Make: func(string) (int, error) {
			return 0, nil
		}, Removed: func([]string) error {
			removed.Add(1)
			return nil
		}, Wall: func() time.Time { return noon },
	})
	if _, err := s.Get("a"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if s.Remove("a") == nil {
				done.Add(1)
			}
		})
	}
	all.Wait()
	if removed.Load() != 1 || done.Load() != 1 {
		t.Errorf("told %d times, %d removals succeeded, want 1", removed.Load(), done.Load())
	}
}

// slow is a set whose members are made and removed when a channel is closed.
func slow(most int) (s *namespace.Registry[string], made, removed chan struct{}) {
	made, removed = make(chan struct{}), make(chan struct{})
	s = namespace.NewRegistry(namespace.RegistryConfig[string]{
		Make: func(name string) (string, error) {
			switch name {
			case "slow":
				<-made
			case "broken":
				<-made
				return "", errBroken
			}
			return "member " + name, nil
		},
		Removed: func([]string) error { <-removed; return nil },
		Max:     most,
		Wall:    func() time.Time { return noon },
	})
	return s, made, removed
}

var errBroken = errors.New("no tenant")

func TestOthersAreUsedWhileOneIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, made, _ := slow(2)
		var all sync.WaitGroup
		got := make([]string, 3)
		for i := range got {
			all.Go(func() {
				var err error
				if got[i], err = s.Get("slow"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		use(t, s, "fast")
		if diff := cmp.Diff([]string{"fast=member fast 0s"}, each(s)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if _, err := s.Get("another"); !errors.Is(err, namespace.ErrTooMany) {
			t.Errorf("%v, want %v: what is being made counts", err, namespace.ErrTooMany)
		}
		if err := s.Remove("slow"); !errors.Is(err, namespace.ErrUnknown) {
			t.Errorf("%v, want %v: it is not there yet", err, namespace.ErrUnknown)
		}
		close(made)
		all.Wait()
		if diff := cmp.Diff([]string{"member slow", "member slow", "member slow"},
			got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAllWhoWaitGetTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, made, _ := slow(1)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if member, err := s.Get("broken"); !errors.Is(err, errBroken) || member != "" {
					t.Errorf("%q, %v, want %v", member, err, errBroken)
				}
			})
		}
		synctest.Wait()
		close(made)
		all.Wait()
		if s.Len() != 0 || s.Has("broken") {
			t.Errorf("%d members", s.Len())
		}
		use(t, s, "fast")
	})
}

func TestUseWaitsForTheRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var making atomic.Int64
		removed := make(chan struct{})
		s := namespace.NewRegistry(namespace.RegistryConfig[int64]{
			Make:    func(string) (int64, error) { return making.Add(1), nil },
			Removed: func([]string) error { <-removed; return nil },
			Wall:    func() time.Time { return noon },
		})
		if _, err := s.Get("a"); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() {
			if err := s.Remove("a"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if member, err := s.Get("a"); member != 2 || err != nil {
				t.Errorf("%d, %v, want the second one", member, err)
			}
		})
		synctest.Wait()
		if err := s.Remove("a"); !errors.Is(err, namespace.ErrUnknown) {
			t.Errorf("%v, want %v: it is being removed", err, namespace.ErrUnknown)
		}
		if making.Load() != 1 {
			t.Error("another was made before the first had gone")
		}
		close(removed)
		all.Wait()
	})
}
