package memory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

func TestScopeSets(t *testing.T) {
	a, b := pat.NewScopeSet([]string{"a"}), pat.NewScopeSet([]string{"b"})
	c := pat.NewScopeSet([]string{"c"})
	s := memory.New()
	checkSets := func(want ...pat.ScopeSet) {
		t.Helper()
		now, err := s.Snapshot(t.Context())
		check(t, nil, err)
		if diff := cmp.Diff(want, now.ScopeSets); diff != "" {
			t.Errorf("sets (-want +got):\n%s", diff)
		}
		for _, set := range want {
			scopes, err := s.ScopeSet(t.Context(), set.Hash)
			check(t, nil, err)
			if diff := cmp.Diff(set.Scopes, scopes); diff != "" {
				t.Errorf("scopes (-want +got):\n%s", diff)
			}
		}
	}
	checkSets()
	_, err := s.ScopeSet(t.Context(), a.Hash)
	check(t, pat.ErrNotFound, err)
	for _, set := range []pat.ScopeSet{b, a, b} {
		check(t, nil, s.PutScopeSet(t.Context(), set))
	}
	checkSets(b, a)
	t.Run("slice belongs to the caller", func(*testing.T) {
		now, _ := s.Snapshot(t.Context())
		now.ScopeSets[0] = c
		checkSets(b, a)
	})
	t.Run("replace", func(*testing.T) {
		sets := []pat.ScopeSet{c, a}
		check(t, nil, s.Replace(t.Context(), pat.Tenant{ScopeSets: sets}))
		sets[0] = pat.NewScopeSet([]string{"d"})
		checkSets(b, a, c)
	})
	t.Run("replace by an invalid tenant", func(t *testing.T) {
		twice := token("1", "ann", "x", 1)
		wrong := pat.Tenant{
			Tokens: []*pat.Token{twice, twice}, ScopeSets: []pat.ScopeSet{
				pat.NewScopeSet([]string{"d"}),
			},
		}
		check(t, pat.ErrConflict, s.Replace(t.Context(), wrong))
		checkSets(b, a, c)
	})
}
