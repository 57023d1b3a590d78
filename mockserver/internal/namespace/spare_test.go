package namespace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/namespace"
)

func find(t testing.TB, s *namespace.Registry[string], name string) *namespace.Member[string] {
	t.Helper()
	m, err := s.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFindMakesNoMember(t *testing.T) {
	w, s := start(0, 0)
	for name, want := range map[string]error{"a": namespace.ErrUnknown, "A": namespace.ErrName} {
		if _, err := s.Find(name); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", name, err, want)
		}
	}
	if len(w.made) > 0 {
		t.Errorf("made %q", w.made)
	}
	use(t, s, "a")
	if got := find(t, s, "a").Value(); got != "a1" {
		t.Errorf("found %q, want a1", got)
	}
}

// A member that can be spared makes room: that of the lowest rank, and of those the one that was
// not used for longest.
func TestSpareMembersMakeRoom(t *testing.T) {
	w := &world{now: noon}
	s := namespace.NewRegistry(namespace.RegistryConfig[string]{
		Make: func(name string) (string, error) { return name, nil },
		Removed: func(names []string) error {
			w.removed = append(w.removed, names...)
			return w.held
		},
		Spare: func(m string) (int, bool) {
			return strings.Count(m, "own"), !strings.HasPrefix(m, "kept")
		},
		Max:  6,
		Wall: func() time.Time { return w.now },
	})
	for _, name := range []string{"own", "kept", "old", "held", "new", "default"} {
		w.now = w.now.Add(time.Second)
		use(t, s, name)
	}
	held := find(t, s, "held")
	for _, name := range []string{"1", "2", "3"} {
		w.now = w.now.Add(time.Second)
		use(t, s, name)
	}
	want := []string{"old", "new", "1"}
	if diff := cmp.Diff(want, w.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	find(t, s, "2")
	find(t, s, "3")
	if _, err := s.Enter("4"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get("5"); !errors.Is(err, namespace.ErrTooMany) {
		t.Errorf("error %v, want %v", err, namespace.ErrTooMany)
	}
	held.Leave()
	w.held = errors.New("the disk is full")
	if _, err := s.Get("5"); !errors.Is(err, namespace.ErrTooMany) || s.Has("5") || !s.Has("held") {
		t.Errorf("error %v, want %v and the member kept", err, namespace.ErrTooMany)
	}
	w.held = nil
	use(t, s, "5")
	want = append(want, "own", "held", "held")
	if diff := cmp.Diff(want, w.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}
