package file_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

// scopeSets returns sets of two scopes each, named by numbers. Their hashes are not sorted.
func scopeSets(from, to int) []pat.ScopeSet {
	var sets []pat.ScopeSet
	for i := from; i < to; i++ {
		sets = append(sets, pat.NewScopeSet([]string{fmt.Sprint(i), "ä\n"}))
	}
	return sets
}

func putScopeSets(t testing.TB, s *file.Store, sets []pat.ScopeSet) {
	t.Helper()
	for _, set := range sets {
		checkError(t, nil, s.PutScopeSet(t.Context(), set))
	}
}

// checkScopeSets checks the sets in memory and in the file. It returns the reopened file and store.
func checkScopeSets(
	t testing.TB, want []pat.ScopeSet, f *file.File, path string, s *file.Store,
) (*file.File, *file.Store) {
	t.Helper()
	check := func(location string, s *file.Store) {
		t.Helper()
		now, err := s.Snapshot(t.Context())
		checkError(t, nil, err)
		if diff := cmp.Diff(want, now.ScopeSets); diff != "" {
			t.Errorf("%s (-want +got):\n%s", location, diff)
		}
	}
	check("in memory", s)
	f = reopen(t, f, path)
	s = openNamespace(t, f, "default")
	if diff := cmp.Diff(want, loadTenant(t, s).ScopeSets); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
	check("in the file", s)
	return f, s
}

func TestScopeSets(t *testing.T) {
	f, path, s := newStore(t, token("a", ann, 1))
	f, s = checkScopeSets(t, nil, f, path, s)
	putScopeSets(t, s, scopeSets(0, 3))
	putScopeSets(t, s, scopeSets(1, 2)) // again
	f, s = checkScopeSets(t, scopeSets(0, 3), f, path, s)
	checkError(t, nil, s.Replace(t.Context(), pat.Tenant{ScopeSets: scopeSets(0, 255)}))
	putScopeSets(t, s, scopeSets(255, 258))
	f, s = checkScopeSets(t, scopeSets(2, 258), f, path, s)
	want := scopeSets(2, 258)
	for _, test := range []struct {
		name string
		sets []pat.ScopeSet
	}{
		{"the same", scopeSets(2, 258)},
		{"newer ones as well", scopeSets(5, 261)},
		{"fewer", scopeSets(5, 10)},
		{"others", scopeSets(0, 3)},
		{"in another order", []pat.ScopeSet{scopeSets(2, 3)[0], scopeSets(0, 1)[0]}},
		{"none", nil},
	} {
		t.Run("replace by "+test.name, func(*testing.T) {
			checkError(t, nil, s.Replace(t.Context(), pat.Tenant{ScopeSets: test.sets}))
			want = pat.AddScopeSets(want, test.sets...)
			f, s = checkScopeSets(t, want, f, path, s)
		})
	}
	checkError(t, nil, f.Delete("default"))
	putScopeSets(t, s, scopeSets(0, 1)) // in memory
	_, err := s.ScopeSet(t.Context(), scopeSets(0, 1)[0].Hash)
	checkError(t, nil, err)
}

// If a set is not in the file, it is not in memory either, so that no access token refers to it.
func TestPutScopeSet_FailingDisk(t *testing.T) {
	f, path, s := newStore(t, token("a", ann, 1))
	putScopeSets(t, s, scopeSets(0, 2))
	set := scopeSets(2, 3)[0]
	type change = func(*bbolt.Tx) error
	restore := f.BreakCommit(func(update func(change) error, do change) error {
		if _, err := s.ScopeSet(t.Context(), set.Hash); !errors.Is(err, pat.ErrNotFound) {
			t.Errorf("set is in memory before it is in the file: %v", err)
		}
		return update(func(tx *bbolt.Tx) error { return errors.Join(do(tx), errDisk) })
	})
	checkError(t, errDisk, s.PutScopeSet(t.Context(), set))
	restore()
	restore = f.BreakCommit(func(func(change) error, change) error { return errDisk })
	checkError(t, errDisk, s.Replace(t.Context(), pat.Tenant{ScopeSets: scopeSets(1, 3)}))
	restore()
	f, s = checkScopeSets(t, scopeSets(0, 2), f, path, s)
	checkError(t, nil, s.PutScopeSet(t.Context(), set))
	checkScopeSets(t, scopeSets(0, 3), f, path, s)
}
