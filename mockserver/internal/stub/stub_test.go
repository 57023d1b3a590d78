package stub_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/stub"
)

func newSet(t testing.TB, share *budget.Share, stubs ...control.Stub) *stub.Set {
	t.Helper()
	s := stub.New(stub.Limits{Stubs: 5, Bytes: 100, Share: share})
	for _, one := range stubs {
		if _, err := s.Add(one, 10); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func ids(stubs []control.Stub) string {
	var all []string
	for _, s := range stubs {
		all = append(all, s.ID)
	}
	return strings.Join(all, " ")
}

func TestSet_GeneratesIDs(t *testing.T) {
	s := newSet(t, nil, control.Stub{Path: "/a"}, control.Stub{ID: "s2", Path: "/a"},
		control.Stub{Path: "/a"})
	if diff := cmp.Diff("s1 s2 s3", ids(s.List())); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if err := s.Remove("s3"); err != nil {
		t.Fatal(err)
	}
	added, err := s.Add(control.Stub{Path: "/a"}, 1)
	if err != nil || added.ID != "s4" {
		t.Errorf("got %v, %v, want s4: an id is not used again", added, err)
	}
	s.Clear()
	if added, err = s.Add(control.Stub{Path: "/a"}, 1); err != nil || added.ID != "s5" {
		t.Errorf("got %v, %v, want s5", added, err)
	}
	if err := s.Replace(nil, nil, stub.Free); err != nil {
		t.Fatal(err)
	}
	if added, err = s.Add(control.Stub{Path: "/a"}, 1); err != nil || added.ID != "s1" {
		t.Errorf("got %v, %v, want s1 after a reset", added, err)
	}
}

func TestSet_Errors(t *testing.T) {
	s := newSet(t, nil, control.Stub{ID: "a", Path: "/a"})
	for name, test := range map[string]struct {
		stub control.Stub
		size int
		want error
	}{
		"duplicate id": {control.Stub{ID: "a", Path: "/a"}, 1, stub.ErrDuplicateID},
		"too large":    {control.Stub{Path: "/a"}, 91, stub.ErrTooMany},
	} {
		if _, err := s.Add(test.stub, test.size); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if _, err := s.Add(control.Stub{Path: "a"}, 1); err == nil {
		t.Error("a path without a slash was added")
	}
	if err := s.Replace([]control.Stub{{Path: "a"}}, func(int) int { return 1 },
		stub.Free); err == nil {
		t.Error("a path without a slash replaced the others")
	}
	if err := s.Remove("b"); !errors.Is(err, stub.ErrUnknown) {
		t.Errorf("got %v, want %v", err, stub.ErrUnknown)
	}
	for range 4 {
		if _, err := s.Add(control.Stub{Path: "/a"}, 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Add(control.Stub{Path: "/a"}, 1); !errors.Is(err, stub.ErrTooMany) {
		t.Errorf("got %v, want %v", err, stub.ErrTooMany)
	}
}

// Stubs that are removed return their memory. Those of the server's fixture never take any.
func TestSet_Share(t *testing.T) {
	share := &budget.Share{Limit: 25}
	s := newSet(t, share, control.Stub{ID: "a", Path: "/a"}, control.Stub{ID: "b", Path: "/a"})
	if _, err := s.Add(control.Stub{Path: "/a"}, 6); !errors.Is(err, stub.ErrTooMany) {
		t.Errorf("got %v, want %v", err, stub.ErrTooMany)
	}
	check := func(step string, want int64) {
		t.Helper()
		if got := share.Used(); got != want {
			t.Errorf("%s: %d bytes in use, want %d", step, got, want)
		}
	}
	check("added", 20)
	if err := s.Remove("a"); err != nil {
		t.Fatal(err)
	}
	check("removed", 10)
	two, size := []control.Stub{{ID: "c", Path: "/a"}, {ID: "d", Path: "/a"}}, 12
	sizes := func(int) int { return size }
	for _, test := range []struct {
		name   string
		charge stub.Charge
		size   int
		used   int64
		err    error
	}{
		{"limited", stub.Limited, 12, 24, nil},
		{"limited again", stub.Limited, 12, 24, nil},
		{"over the limit", stub.Limited, 13, 24, stub.ErrTooMany},
		{"forced", stub.Forced, 20, 40, nil},
		{"smaller", stub.Limited, 15, 30, nil},
		{"free", stub.Free, 99, 0, nil},
	} {
		size = test.size
		if err := s.Replace(two, sizes, test.charge); !errors.Is(err, test.err) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.err)
		}
		check(test.name, test.used)
	}
	if err := s.Remove("c"); err != nil {
		t.Fatal(err)
	}
	check("removed for free", 0)
	s.Clear()
	check("cleared", 0)
}

func TestNear(t *testing.T) {
	s := newSet(t, nil, control.Stub{ID: "post", Method: "POST", Path: "/a/*"},
		control.Stub{ID: "slash", Path: "/b/"}, control.Stub{ID: "root", Path: "/**"})
	if err := s.Remove("root"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/a/b": "post", "/a/b/": "post", "/b": "slash", "/a": "", "/c": "", "/": "",
	} {
		if got, _ := s.Near(path); got.ID != want {
			t.Errorf("%s: got %q, want %q", path, got.ID, want)
		}
	}
	if _, ok := newSet(t, nil).Near("/a"); ok {
		t.Error("an empty set has a similar stub")
	}
}

func TestList_ReturnsCopy(t *testing.T) {
	s := newSet(t, nil, control.Stub{Path: "/a", Status: 200})
	s.List()[0].Status = 500
	if got, _ := s.Match("GET", "/a"); got.Status != 200 {
		t.Errorf("status = %d, want 200", got.Status)
	}
}

func BenchmarkMatch(b *testing.B) {
	s := stub.New(stub.Limits{Stubs: 200, Bytes: 1 << 20})
	for range 200 {
		if _, err := s.Add(control.Stub{Path: "/v2025/search/*/a*b"}, 1); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		s.Match("GET", "/v2025/search/events/none")
	}
}
