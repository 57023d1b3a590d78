package namespace_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/namespace"
)

func TestRegistry_EvictsIdleMembers(t *testing.T) {
	const ttl = 10 * time.Minute
	tests := []struct {
		name    string
		ttl     time.Duration
		do      func(t testing.TB, w *fixture, s *namespace.Registry[string])
		removed []string
		want    []string
	}{
		{
			"no TTL", 0,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(24 * time.Hour * 365)
			},
			nil,
			[]string{"a=a1 0s"},
		},
		{
			"just before TTL", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(ttl - 1)
			},
			nil,
			[]string{"a=a1 0s"},
		},
		{
			"at TTL", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(ttl)
			},
			[]string{"a"},
			nil,
		},
		{
			"another member used", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a", "b")
				w.now = noon.Add(ttl / 2)
				mustGet(t, s, "b")
				w.now = noon.Add(ttl)
				mustGet(t, s, "c")
			},
			[]string{"a"},
			[]string{"b=b2 5m0s", "c=c3 10m0s"},
		},
		{
			"used again at TTL", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(ttl)
				mustGet(t, s, "a")
			},
			[]string{"a"},
			[]string{"a=a2 10m0s"},
		},
		{
			"idle since Leave", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a", "b")
				b := mustFind(t, s, "b")
				w.now = noon.Add(ttl / 2)
				b.Leave()
				w.now = noon.Add(ttl)
			},
			[]string{"a"},
			[]string{"b=b2 5m0s"},
		},
		{
			"in use", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a", "b")
				mustFind(t, s, "b")
				w.now = noon.Add(2 * ttl)
			},
			[]string{"a"},
			[]string{"b=b2 0s"},
		},
		{
			"default is never evicted", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, namespace.Default, "a")
				w.now = noon.Add(10 * ttl)
			},
			[]string{"a"},
			[]string{"default=default1 0s"},
		},
		{
			"before the next check", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(ttl - 1)
				mustGet(t, s, "b") // this check runs a nanosecond before a expires
				w.now = noon.Add(ttl + ttl/10 - 2)
				mustGet(t, s, "c") // ttl/10 has not passed since the last check
			},
			nil,
			[]string{"a=a1 0s", "b=b2 9m59.999999999s", "c=c3 10m59.999999998s"},
		},
		{
			"at the next check", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(ttl - 1)
				mustGet(t, s, "b")
				w.now = noon.Add(ttl + ttl/10 - 1)
				mustGet(t, s, "c")
			},
			[]string{"a"},
			[]string{"b=b2 9m59.999999999s", "c=c3 10m59.999999999s"},
		},
		{
			"eviction makes room", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a", "b", "c")
				w.now = noon.Add(ttl)
				mustGet(t, s, "d")
			},
			[]string{"a", "b", "c"},
			[]string{"d=d4 10m0s"},
		},
		{
			"evicted members are not counted", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				w.now = noon.Add(ttl)
				if got := describeMembers(s); len(got) != 0 || s.Len() != 0 || s.Has("a") {
					t.Errorf("unexpected namespaces: %q", got)
				}
			},
			[]string{"a"},
			nil,
		},
		{
			"already removed", ttl,
			func(t testing.TB, w *fixture, s *namespace.Registry[string]) {
				mustGet(t, s, "a")
				if err := s.Remove("a"); err != nil {
					t.Error(err)
				}
				w.now = noon.Add(ttl)
			},
			[]string{"a"},
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, s := newRegistry(3, test.ttl)
			test.do(t, w, s)
			if diff := cmp.Diff(test.want, describeMembers(s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.removed, w.removed); diff != "" {
				t.Errorf("removed (-want +got):\n%s", diff)
			}
		})
	}
}
