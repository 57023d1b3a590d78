package memory_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

func TestMain(m *testing.M) { golden.Main(m) }

func checkCounts(t testing.TB, want map[string]int, s *memory.Store) {
	t.Helper()
	got := map[string]int{}
	for owner := range want {
		n, err := s.Count(t.Context(), owner)
		check(t, nil, err)
		got[owner] = n
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts by owner (-want +got):\n%s", diff)
	}
}

func TestCount(t *testing.T) {
	a, b, c := token("a", "ann", "1", 1), token("b", "ann", "2", 2), token("c", "ben", "1", 3)
	s := newStore(t)
	steps := []struct {
		name string
		do   func() error
		want map[string]int
	}{
		{"nothing", func() error { return nil }, map[string]int{"": 0, "ann": 0, "ben": 0}},
		{
			"first", func() error {
				return s.Create(t.Context(), a, 0)
			}, map[string]int{"": 1, "ann": 1, "ben": 0},
		},
		{
			"second of an owner", func() error {
				return s.Create(t.Context(), b, 0)
			}, map[string]int{"": 2, "ann": 2, "ben": 0},
		},
		{
			"another owner's", func() error {
				return s.Create(t.Context(), c, 0)
			}, map[string]int{"": 3, "ann": 2, "ben": 1},
		},
		{"rejected", func() error {
			check(t, pat.ErrNameTaken, s.Create(t.Context(), token("x", "ann", "1", 9), 0))
			return nil
		}, map[string]int{"": 3, "ann": 2, "ben": 1}},
		{
			"swap", func() error {
				return s.Swap(t.Context(), rename(c, "x"))
			}, map[string]int{"": 3, "ann": 2, "ben": 1},
		},
		{
			"delete", func() error {
				return s.Delete(t.Context(), a)
			}, map[string]int{"": 2, "ann": 1, "ben": 1},
		},
		{
			"delete of the last of an owner", func() error {
				return s.Delete(t.Context(), b)
			}, map[string]int{"": 1, "ann": 0, "ben": 1},
		},
		{
			"replace", func() error {
				return s.Replace(t.Context(), tenantOf(a, b))
			}, map[string]int{"": 2, "ann": 2, "ben": 0},
		},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			check(t, nil, step.do())
			checkCounts(t, step.want, s)
		})
	}
}

func TestReplace(t *testing.T) {
	tests := []struct {
		name     string
		tokens   []*pat.Token
		want     []string
		wantFail error
	}{
		{"by an empty tenant", nil, nil, nil},
		{
			"by others",
			[]*pat.Token{token("y", "cem", "2", 2), token("x", "ann", "1", 1)},
			[]string{"x 1", "y 2"},
			nil,
		},
		{"by many tokens of one owner", manyTokens(20), makeNames(20), nil},
		{
			"by the same ids and names",
			[]*pat.Token{token("a", "ann", "1", 1)},
			[]string{"a 1"},
			nil,
		},
		{
			"by two of one name",
			[]*pat.Token{token("x", "ann", "9", 1), token("y", "ann", "9", 2)},
			[]string{"a 1", "b 2"},
			pat.ErrNameTaken,
		},
		{
			"by two of one id",
			[]*pat.Token{token("x", "ann", "8", 1), token("x", "ben", "9", 2)},
			[]string{"a 1", "b 2"},
			pat.ErrConflict,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, token("a", "ann", "1", 1), token("b", "ben", "2", 2))
			err := s.Replace(t.Context(), tenantOf(test.tokens...))
			check(t, test.wantFail, err)
			if err != nil {
				golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
			}
			checkAll(t, test.want, s)
		})
	}
}

func manyTokens(n int) []*pat.Token {
	var tokens []*pat.Token
	for _, name := range makeNames(n) {
		tokens = append(tokens, token(name[:2], "ann", name[3:], 1))
	}
	return tokens
}

func makeNames(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%02d %02d", i, i))
	}
	return names
}

// A replacement removes all old names, ids and revisions.
func TestReplace_DropsOldState(t *testing.T) {
	a := token("a", "ann", "1", 1)
	s := newStore(t, a, token("b", "ann", "2", 2))
	check(t, nil, s.Replace(t.Context(), tenantOf(token("a", "ann", "1", 1))))
	check(t, pat.ErrConflict, s.Swap(t.Context(), rename(a, "x")))
	check(t, pat.ErrConflict, s.Delete(t.Context(), a))
	check(t, nil, s.Create(t.Context(), token("b", "ben", "2", 3), 0))
	check(t, nil, s.Create(t.Context(), token("c", "ann", "2", 4), 2))
	check(t, pat.ErrNameTaken, s.Create(t.Context(), token("d", "ann", "1", 5), 0))
	checkAll(t, []string{"a 1", "b 2", "c 2"}, s)
}

// A replacement does not change a list that was read before.
func TestReplace_DoesNotModifyReturnedLists(t *testing.T) {
	s := newStore(t, token("a", "ann", "1", 1), token("b", "ann", "2", 2))
	all, err := s.AllTokens(t.Context())
	check(t, nil, err)
	check(t, nil, s.Replace(t.Context(), tenantOf(token("x", "ann", "9", 1))))
	if diff := cmp.Diff([]string{"a 1", "b 2"}, format(t)(all, nil)); diff != "" {
		t.Errorf("list read before (-want +got):\n%s", diff)
	}
}

// The caller keeps ownership of the tenant's slice.
func TestReplace_CopiesTokens(t *testing.T) {
	tokens := []*pat.Token{token("b", "ann", "2", 2), token("a", "ann", "1", 1)}
	s := newStore(t)
	check(t, nil, s.Replace(t.Context(), tenantOf(tokens...)))
	check(t, nil, s.Create(t.Context(), token("0", "ann", "0", 0), 0))
	if tokens[0].ID != "b" || tokens[1].ID != "a" {
		t.Errorf("tokens = %s, %s, want b, a", tokens[0].ID, tokens[1].ID)
	}
	tokens[0] = token("x", "ann", "9", 9)
	checkAll(t, []string{"0 0", "a 1", "b 2"}, s)
}

func TestAddIdentity(t *testing.T) {
	s := newStore(t, token("a", "ann", "1", 1))
	dan, login := pat.Identity{ID: "dan", Name: "Dan", Login: "d"}, token("d", "dan", "login", 2)
	tests := []struct {
		name     string
		identity pat.Identity
		login    *pat.Token
		want     error
	}{
		{"name taken", pat.Identity{ID: "dan", Name: "ann"}, login, pat.ErrIdentityTaken},
		{"id taken", pat.Identity{ID: "ann", Name: "Dan"}, login, pat.ErrIDTaken},
		{"token id taken", dan, token("a", "dan", "login", 2), pat.ErrConflict},
		{"with a token", dan, login, nil},
		{"again", dan, login, pat.ErrIdentityTaken},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			check(t, test.want, s.CheckIdentity(test.identity, test.login))
			check(t, test.want, s.AddIdentity(t.Context(), test.identity, test.login))
		})
	}
	checkAll(t, []string{"a 1", "d login"}, s)
	d, err := s.Directory(t.Context())
	check(t, nil, err)
	if diff := cmp.Diff(append(tenantOf().Identities, dan), d.Identities()); diff != "" {
		t.Errorf("identities (-want +got):\n%s", diff)
	}
}

func TestSetLogin(t *testing.T) {
	s := newStore(t)
	for _, login := range []string{"first", "second"} {
		check(t, nil, s.SetLogin(t.Context(), "ann", login))
		check(t, nil, s.SetLogin(t.Context(), "unknown", login))
	}
	want := tenantOf().Identities
	want[0].Login = "first"
	d, err := s.Directory(t.Context())
	check(t, nil, err)
	if diff := cmp.Diff(want, d.Identities()); diff != "" {
		t.Errorf("identities (-want +got):\n%s", diff)
	}
}

// Readers get the tokens of one tenant, never of two.
func TestReplace_Concurrent(t *testing.T) {
	s := newStore(t)
	tenant := func(worker int) pat.Tenant {
		owner := fmt.Sprint(worker)
		return tenantOf(token(owner+"1", owner, "1", 1), token(owner+"2", owner, "2", 2))
	}
	check(t, nil, s.Replace(t.Context(), tenant(0)))
	runConcurrently(func(worker int) {
		for range 50 {
			check(t, nil, s.Replace(t.Context(), tenant(worker)))
			all, err := s.AllTokens(t.Context())
			check(t, nil, err)
			if len(all) != 2 || all[0].Owner.ID != all[1].Owner.ID {
				t.Errorf("got %d tokens, of %s first", len(all), all[0].Owner.ID)
			}
			if n, _ := s.Count(t.Context(), ""); n != 2 {
				t.Errorf("count = %d, want 2", n)
			}
		}
	})
}
