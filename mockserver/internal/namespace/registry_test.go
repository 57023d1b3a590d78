package namespace_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/namespace"
)

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// fixture has the state around a registry: wall time, and the names of created and removed members.
type fixture struct {
	now       time.Time
	created   []string
	removed   []string
	newErr    error // error of New
	removeErr error // error of BeforeRemove
}

// newRegistry returns an empty registry. Its members are named after their ordinal: a1, b2, a3.
func newRegistry(maxMembers int, ttl time.Duration) (*fixture, *namespace.Registry[string]) {
	w := &fixture{now: noon}
	return w, namespace.NewRegistry(namespace.RegistryConfig[string]{
		New: func(name string) (string, error) {
			w.created = append(w.created, name)
			return fmt.Sprint(name, len(w.created)), w.newErr
		},
		BeforeRemove: func(names []string) error {
			w.removed = append(w.removed, names...)
			return w.removeErr
		},
		Max: maxMembers,
		TTL: ttl,
		Now: func() time.Time { return w.now },
	})
}

func mustGet(t testing.TB, s *namespace.Registry[string], names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := s.Get(name); err != nil {
			t.Fatal(err)
		}
	}
}

// describeMembers lists the members by name, with the time of their last use after noon.
func describeMembers(s *namespace.Registry[string]) []string {
	var all []string
	s.All(func(name, member string, used time.Time) {
		all = append(all, fmt.Sprintf("%s=%s %s", name, member, used.Sub(noon)))
	})
	return all
}

func TestSplit(t *testing.T) {
	tests := []struct {
		path string
		name string
		rest string
	}{
		{"", "default", ""},
		{"/", "default", "/"},
		{"/oauth/token", "default", "/oauth/token"},
		{"/t", "default", "/t"},
		{"/tokens/a", "default", "/tokens/a"},
		{"t/a/x", "default", "t/a/x"},
		{"/T/a/x", "default", "/T/a/x"},
		{"//t/a/x", "default", "//t/a/x"},
		{"/t/", "", "/"},
		{"/t//x", "", "/x"},
		{"/t/a", "a", "/"},
		{"/t/a/", "a", "/"},
		{"/t/a/oauth/token", "a", "/oauth/token"},
		{"/t/a//oauth//token", "a", "/oauth//token"},
		{"/t/a/t/b/x", "a", "/t/b/x"},
		{"/t/default/x", "default", "/x"},
		{"/t/A%20b/x", "A%20b", "/x"},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			name, rest := namespace.Split(test.path)
			if diff := cmp.Diff([]string{test.name, test.rest}, []string{name, rest}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrefix_IsInverseOfSplit(t *testing.T) {
	tests := []struct {
		name string
		want string
	}{
		{"default", ""},
		{"a", "/t/a"},
		{"default-1", "/t/default-1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prefix := namespace.Prefix(test.name)
			if prefix != test.want {
				t.Errorf("Prefix(%q) = %q, want %q", test.name, prefix, test.want)
			}
			if name, rest := namespace.Split(prefix + "/x"); name != test.name || rest != "/x" {
				t.Errorf("Split(%q) = %q, %q", prefix+"/x", name, rest)
			}
		})
	}
}

func TestRegistry_Get(t *testing.T) {
	w, s := newRegistry(0, 0)
	for _, want := range []string{"a1", "a1", "b2", "a1"} {
		if got, err := s.Get(want[:1]); got != want || err != nil {
			t.Errorf("Get = %q, %v, want %q", got, err, want)
		}
		w.now = w.now.Add(time.Minute)
	}
	if diff := cmp.Diff([]string{"a=a1 3m0s", "b=b2 2m0s"}, describeMembers(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !s.Has("a") || s.Has("c") || s.Len() != 2 {
		t.Errorf("got a %t, c %t, %d members, want true, false, 2", s.Has("a"), s.Has("c"), s.Len())
	}
	if diff := cmp.Diff([]string{"a", "b"}, w.created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}

func TestRegistry_GetValidatesName(t *testing.T) {
	tests := []struct {
		name string
		want bool
	}{
		{"default", true},
		{"a", true},
		{"0", true},
		{"-", true},
		{"my-test-42", true},
		{strings.Repeat("a", 63), true},
		{strings.Repeat("n", 64), false},
		{"", false},
		{"A", false},
		{"a_b", false},
		{"a.b", false},
		{"a b", false},
		{"a/b", false},
		{"a%20", false},
		{"a\n", false},
		{"é", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, s := newRegistry(0, 0)
			member, err := s.Get(test.name)
			if (err == nil) != test.want || err != nil && !errors.Is(err, namespace.ErrName) {
				t.Errorf("got %v, want %t", err, test.want)
			}
			if err != nil &&
				(member != "" || s.Len() > 0 || len(w.created) > 0 ||
					!strings.Contains(err.Error(), fmt.Sprintf("%q", test.name))) {
				t.Errorf("%q, %d members, created %q, %v", member, s.Len(), w.created, err)
			}
		})
	}
}

func TestRegistry_Remove(t *testing.T) {
	w, s := newRegistry(0, 0)
	mustGet(t, s, namespace.Default, "a", "b")
	for _, test := range []struct {
		name string
		want error
	}{
		{namespace.Default, namespace.ErrDefault},
		{"c", namespace.ErrUnknown},
		{"", namespace.ErrUnknown},
		{"a", nil},
		{"a", namespace.ErrUnknown},
	} {
		if err := s.Remove(test.name); !errors.Is(err, test.want) {
			t.Errorf("Remove(%q) = %v, want %v", test.name, err, test.want)
		}
	}
	if diff := cmp.Diff([]string{"a"}, w.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	mustGet(t, s, "a")
	if diff := cmp.Diff([]string{"a=a4 0s", "b=b3 0s", "default=default1 0s"},
		describeMembers(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRegistry_KeepsMemberOnRemovalError(t *testing.T) {
	w, s := newRegistry(0, time.Minute)
	mustGet(t, s, "a")
	w.removeErr = errors.New("no space left on device")
	if err := s.Remove("a"); !errors.Is(err, w.removeErr) {
		t.Errorf("got %v, want %v", err, w.removeErr)
	}
	w.now = noon.Add(time.Minute)
	if diff := cmp.Diff([]string{"a=a1 0s"}, describeMembers(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.removeErr, w.now = nil, noon.Add(2*time.Minute)
	if diff := cmp.Diff([]string(nil), describeMembers(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "a", "a"}, w.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}

func TestRegistry_HooksAreOptional(t *testing.T) {
	s := namespace.NewRegistry(namespace.RegistryConfig[int]{
		New: func(string) (int, error) { return 1, nil }, Now: func() time.Time { return noon },
	})
	if _, err := s.Get("a"); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove("a"); err != nil || s.Has("a") {
		t.Errorf("%v, a %t", err, s.Has("a"))
	}
}

func TestRegistry_LimitsMembers(t *testing.T) {
	w, s := newRegistry(2, 0)
	mustGet(t, s, namespace.Default, "a", "a")
	if _, err := s.Get("b"); !errors.Is(err, namespace.ErrTooMany) ||
		!strings.Contains(err.Error(), "2") {
		t.Errorf("got %v, want %v with the number", err, namespace.ErrTooMany)
	}
	if _, err := s.Get("B"); !errors.Is(err, namespace.ErrName) {
		t.Errorf("got %v, want %v", err, namespace.ErrName)
	}
	mustGet(t, s, "a")
	if err := s.Remove("a"); err != nil {
		t.Fatal(err)
	}
	mustGet(t, s, "b")
	if diff := cmp.Diff([]string{"default", "a", "b"}, w.created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}

func TestRegistry_CreationErrorLeavesNoMember(t *testing.T) {
	w, s := newRegistry(1, 0)
	w.newErr = errors.New("no tenant")
	if _, err := s.Get("a"); !errors.Is(err, w.newErr) {
		t.Errorf("got %v, want %v", err, w.newErr)
	}
	if s.Has("a") || s.Len() != 0 || len(describeMembers(s)) != 0 || len(w.removed) != 0 {
		t.Errorf("%d members, removed %q", s.Len(), w.removed)
	}
	w.newErr = nil
	if member, err := s.Get("b"); err != nil || member != "b2" {
		t.Errorf("%q, %v, want b2", member, err)
	}
}
