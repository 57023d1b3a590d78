package namespace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/namespace"
)

func mustFind(t testing.TB, s *namespace.Registry[string], name string) *namespace.Member[string] {
	t.Helper()
	m, err := s.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRegistry_FindCreatesNoMember(t *testing.T) {
	w, s := newRegistry(0, 0)
	for name, want := range map[string]error{"a": namespace.ErrUnknown, "A": namespace.ErrName} {
		if _, err := s.Find(name); !errors.Is(err, want) {
			t.Errorf("%s: error = %v, want %v", name, err, want)
		}
	}
	if len(w.created) > 0 {
		t.Errorf("unexpected created namespaces: %q", w.created)
	}
	mustGet(t, s, "a")
	if got := mustFind(t, s, "a").Value(); got != "a1" {
		t.Errorf("found %q, want a1", got)
	}
}

// The registry evicts members of the lowest rank first, and among these the least recently used
// one.
func TestRegistry_EvictsUnusedMembers(t *testing.T) {
	w := &fixture{now: noon}
	s := namespace.NewRegistry(namespace.RegistryConfig[string]{
		New: func(name string) (string, error) { return name, nil },
		BeforeRemove: func(names []string) error {
			w.removed = append(w.removed, names...)
			return w.removeErr
		},
		Evictable: func(m string) (int, bool) {
			return strings.Count(m, "own"), !strings.HasPrefix(m, "kept")
		},
		Max: 6,
		Now: func() time.Time { return w.now },
	})
	for _, name := range []string{"own", "kept", "old", "held", "new", "default"} {
		w.now = w.now.Add(time.Second)
		mustGet(t, s, name)
	}
	busy := mustFind(t, s, "held")
	for _, name := range []string{"1", "2", "3"} {
		w.now = w.now.Add(time.Second)
		mustGet(t, s, name)
	}
	want := []string{"old", "new", "1"}
	if diff := cmp.Diff(want, w.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	mustFind(t, s, "2")
	mustFind(t, s, "3")
	if _, err := s.Enter("4"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get("5"); !errors.Is(err, namespace.ErrTooMany) {
		t.Errorf("error = %v, want %v", err, namespace.ErrTooMany)
	}
	busy.Leave()
	w.removeErr = errors.New("the disk is full")
	if _, err := s.Get("5"); !errors.Is(err, namespace.ErrTooMany) || s.Has("5") || !s.Has("held") {
		t.Errorf("error = %v, want %v without eviction", err, namespace.ErrTooMany)
	}
	w.removeErr = nil
	mustGet(t, s, "5")
	want = append(want, "own", "held", "held")
	if diff := cmp.Diff(want, w.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}
