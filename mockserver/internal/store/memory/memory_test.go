package memory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

var _ pat.Store = (*memory.Store)(nil)

// token returns a token created at a second of 1 March.
func token(id, owner, name string, second int) *pat.Token {
	return pat.NewToken(pat.TokenData{
		ID: id, Name: name, Owner: pat.Owner{ID: owner},
		Created: time.Date(2026, 3, 1, 0, 0, second, 0, time.UTC),
	})
}

// rename returns the change of a token to another name.
func rename(t *pat.Token, name string) pat.Change {
	next := pat.NewToken(t.TokenData)
	next.Name = name
	return pat.Change{Old: t, New: next}
}

func newStore(t testing.TB, tokens ...*pat.Token) *memory.Store {
	t.Helper()
	s := memory.New()
	if err := s.Replace(t.Context(), tenantOf(tokens...)); err != nil {
		t.Fatal(err)
	}
	return s
}

// tenantOf returns a tenant with the given tokens, their owners, and the users of most tests.
func tenantOf(tokens ...*pat.Token) pat.Tenant {
	tenant, seen := pat.Tenant{Tokens: tokens}, map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			tenant.Identities = append(tenant.Identities, pat.Identity{ID: id, Name: id})
		}
		seen[id] = true
	}
	for _, id := range owners {
		add(id)
	}
	for _, token := range tokens {
		add(token.Owner.ID)
	}
	return tenant
}

func check(t testing.TB, want, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error = %v, want %v", err, want)
	}
}

// format returns a function that formats a list by the id and name of each token.
func format(t testing.TB) func([]*pat.Token, error) []string {
	t.Helper()
	return func(tokens []*pat.Token, err error) []string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return formatTokens(tokens)
	}
}

// checkAll checks the results of all read operations: all tokens, the tokens of each owner, and
// each token by id.
func checkAll(t testing.TB, want []string, s *memory.Store) {
	t.Helper()
	all := format(t)(s.AllTokens(t.Context()))
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	tokens, _ := s.AllTokens(t.Context())
	byOwner := map[string][]string{}
	for _, token := range tokens {
		byOwner[token.Owner.ID] = append(byOwner[token.Owner.ID], token.ID+" "+token.Name)
		if got, err := s.Token(t.Context(), token.ID); got != token {
			t.Errorf("token %s by id is %p, %v, want the one of the list, %p", token.ID, got, err,
				token)
		}
	}
	for owner, want := range byOwner {
		if diff := cmp.Diff(want, format(t)(s.Tokens(t.Context(), owner))); diff != "" {
			t.Errorf("tokens of %s (-all +got):\n%s", owner, diff)
		}
	}
}

func TestStore_Empty(t *testing.T) {
	s := memory.New()
	checkAll(t, nil, s)
	got, err := s.Token(t.Context(), "a")
	check(t, pat.ErrNotFound, err)
	if got != nil {
		t.Errorf("token = %v, want nil on error", got)
	}
	if diff := cmp.Diff([]string(nil), format(t)(s.Tokens(t.Context(), "ann"))); diff != "" {
		t.Errorf("tokens of an unknown owner (-want +got):\n%s", diff)
	}
}

func TestStore_Order(t *testing.T) {
	tests := []struct {
		name   string
		tokens []*pat.Token
		want   []string
	}{
		{
			"oldest first", []*pat.Token{
				token("a", "ann", "1", 3), token("b", "ben", "1", 1), token("c", "ann", "2", 2),
			}, []string{"b 1", "c 2", "a 1"},
		},
		{
			"by id if created at the same time", []*pat.Token{
				token("c", "ann", "1", 1), token("a", "ann", "2", 1), token("b", "ben", "1", 1),
			}, []string{"a 2", "b 1", "c 1"},
		},
		{"different zones", []*pat.Token{
			// midnight in UTC
			pat.NewToken(pat.TokenData{
				ID: "a", Created: time.Date(2026, 3, 1, 2, 0, 0, 0, time.FixedZone("", 2*60*60)),
			}),
			pat.NewToken(pat.TokenData{
				ID: "b", Name: "later", Created: time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC),
			}),
		}, []string{"a ", "b later"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkAll(t, test.want, newStore(t, test.tokens...))
		})
	}
}

func TestCreate(t *testing.T) {
	tests := []struct {
		name  string
		token *pat.Token
		limit int
		want  error
	}{
		{"no limit", token("new", "ann", "3", 9), 0, nil},
		{"negative limit is none", token("new", "ann", "3", 9), -1, nil},
		{"below the limit", token("new", "ann", "3", 9), 3, nil},
		{"limit reached", token("new", "ann", "3", 9), 2, pat.ErrLimit},
		{"limit exceeded", token("new", "ann", "3", 9), 1, pat.ErrLimit},
		{"others do not count", token("new", "ben", "3", 9), 2, nil},
		{"first of an owner", token("new", "cem", "1", 9), 1, nil},
		{"name taken", token("new", "ann", "1", 9), 0, pat.ErrNameTaken},
		{"name of another", token("new", "ben", "2", 9), 0, nil},
		{"id exists", token("a", "ann", "3", 9), 0, pat.ErrConflict},
		{"id exists with another owner", token("a", "cem", "3", 9), 0, pat.ErrConflict},
		{"name taken and limit reached", token("new", "ann", "1", 9), 2, pat.ErrNameTaken},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, token("a", "ann", "1", 1), token("b", "ann", "2", 2),
				token("c", "ben", "1", 3))
			check(t, test.want, s.Create(t.Context(), test.token, test.limit))
			want := []string{"a 1", "b 2", "c 1"}
			if test.want == nil {
				want = append(want, test.token.ID+" "+test.token.Name)
			}
			checkAll(t, want, s)
		})
	}
}

func TestSwap(t *testing.T) {
	var (
		a, b, c = token("a", "ann", "1", 1), token("b", "ann", "2", 2), token("c", "ben", "1", 3)
		unknown = token("gone", "ann", "9", 4)
		stale   = token("a", "ann", "1", 1) // equal to the current revision, but not the same
	)
	tests := []struct {
		name     string
		changes  []pat.Change
		want     []string
		wantFail error
	}{
		{"nothing", nil, []string{"a 1", "b 2", "c 1"}, nil},
		{"rename", []pat.Change{rename(a, "x")}, []string{"a x", "b 2", "c 1"}, nil},
		{"same name", []pat.Change{rename(a, "1")}, []string{"a 1", "b 2", "c 1"}, nil},
		{
			"name of another owner's",
			[]pat.Change{rename(c, "2")},
			[]string{"a 1", "b 2", "c 2"},
			nil,
		},
		{
			"several", []pat.Change{rename(c, "x"), rename(a, "x"), rename(b, "y")}, []string{
				"a x", "b y", "c x",
			}, nil,
		},
		{
			"into a name that the same swap frees",
			[]pat.Change{rename(a, "x"), rename(b, "1")},
			[]string{"a x", "b 1", "c 1"},
			nil,
		},
		{
			"name taken",
			[]pat.Change{rename(a, "2")},
			[]string{"a 1", "b 2", "c 1"},
			pat.ErrNameTaken,
		},
		{
			"name taken by the same swap", []pat.Change{rename(a, "x"), rename(b, "x")}, []string{
				"a 1", "b 2", "c 1",
			}, pat.ErrNameTaken,
		},
		{
			"name taken, in the last", []pat.Change{rename(c, "x"), rename(a, "2")}, []string{
				"a 1", "b 2", "c 1",
			}, pat.ErrNameTaken,
		},
		{
			"stale",
			[]pat.Change{rename(stale, "x")},
			[]string{"a 1", "b 2", "c 1"},
			pat.ErrConflict,
		},
		{
			"stale, in the last", []pat.Change{rename(b, "x"), rename(stale, "y")}, []string{
				"a 1", "b 2", "c 1",
			}, pat.ErrConflict,
		},
		{
			"unknown token",
			[]pat.Change{rename(unknown, "x")},
			[]string{"a 1", "b 2", "c 1"},
			pat.ErrConflict,
		},
		{
			"stale and name taken", []pat.Change{rename(a, "2"), rename(stale, "x")}, []string{
				"a 1", "b 2", "c 1",
			}, pat.ErrConflict,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, a, b, c)
			check(t, test.wantFail, s.Swap(t.Context(), test.changes...))
			checkAll(t, test.want, s)
		})
	}
}

// A failed swap does not change which names are in use.
func TestSwap_FailureLeavesNames(t *testing.T) {
	a, b, c, d := token("a", "ann", "1", 1), token("b", "ann", "2", 2), token("c", "ann", "3", 3),
		token("d", "ann", "4", 4)
	s := newStore(t, a, b, c, d)
	// a frees 1 for b, b frees 2 for c, and then d is renamed to a name in use.
	check(t, pat.ErrNameTaken,
		s.Swap(t.Context(), rename(a, "x"), rename(b, "1"), rename(c, "2"), rename(d, "x")))
	for _, test := range []struct {
		name string
		want error
	}{
		{"1", pat.ErrNameTaken},
		{"2", pat.ErrNameTaken},
		{"3", pat.ErrNameTaken},
		{"4", pat.ErrNameTaken},
		{"x", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, test.want, s.Create(t.Context(), token("new", "ann", test.name, 9), 0))
		})
	}
}

func TestSwap_FreesOldName(t *testing.T) {
	a := token("a", "ann", "1", 1)
	s := newStore(t, a)
	check(t, nil, s.Swap(t.Context(), rename(a, "x")))
	check(t, pat.ErrNameTaken, s.Create(t.Context(), token("b", "ann", "x", 2), 0))
	check(t, nil, s.Create(t.Context(), token("b", "ann", "1", 2), 0))
}

func TestDelete(t *testing.T) {
	a, b := token("a", "ann", "1", 1), token("b", "ann", "2", 2)
	tests := []struct {
		name     string
		token    *pat.Token
		want     []string
		wantFail error
	}{
		{"first", a, []string{"b 2"}, nil},
		{"last", b, []string{"a 1"}, nil},
		{"stale", token("a", "ann", "1", 1), []string{"a 1", "b 2"}, pat.ErrConflict},
		{"unknown token", token("c", "ann", "1", 1), []string{"a 1", "b 2"}, pat.ErrNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, a, b)
			check(t, test.wantFail, s.Delete(t.Context(), test.token))
			checkAll(t, test.want, s)
		})
	}
}

func TestDelete_IsPermanent(t *testing.T) {
	a := token("a", "ann", "1", 1)
	s := newStore(t, a, token("z", "ann", "26", 1))
	check(t, nil, s.Delete(t.Context(), a))
	t.Run("not found", func(t *testing.T) {
		_, err := s.Token(t.Context(), "a")
		check(t, pat.ErrNotFound, err)
		checkAll(t, []string{"z 26"}, s)
	})
	t.Run("not twice", func(t *testing.T) { check(t, pat.ErrNotFound, s.Delete(t.Context(), a)) })
	t.Run("no swap", func(t *testing.T) {
		check(t, pat.ErrConflict, s.Swap(t.Context(), rename(a, "x")))
	})
	t.Run("name is free and limit is not reached", func(t *testing.T) {
		check(t, nil, s.Create(t.Context(), token("b", "ann", "1", 2), 2))
	})
	t.Run("id is free", func(t *testing.T) {
		check(t, nil, s.Create(t.Context(), token("a", "ben", "1", 3), 0))
	})
}

func TestDelete_LastTokenOfOwner(t *testing.T) {
	a := token("a", "ann", "1", 1)
	s := newStore(t, a, token("b", "ben", "1", 2))
	check(t, nil, s.Delete(t.Context(), a))
	checkAll(t, []string{"b 1"}, s)
	if diff := cmp.Diff([]string(nil), format(t)(s.Tokens(t.Context(), "ann"))); diff != "" {
		t.Errorf("tokens of the owner (-want +got):\n%s", diff)
	}
	check(t, nil, s.Create(t.Context(), token("c", "ann", "1", 3), 1))
	checkAll(t, []string{"b 1", "c 1"}, s)
}

// A caller may modify a returned slice without affecting the store or other callers.
func TestStore_SlicesBelongToCaller(t *testing.T) {
	for _, test := range readCases {
		t.Run(test.name+", written to", func(t *testing.T) {
			s := newStore(t, token("a", "ann", "1", 1), token("b", "ann", "2", 2))
			got, _ := test.read(s)
			got[0], got[1] = got[1], nil
			checkAll(t, []string{"a 1", "b 2"}, s)
		})
		t.Run(test.name+", appended to", func(t *testing.T) {
			s := newStore(t, token("a", "ann", "1", 1), token("b", "ann", "2", 2))
			got, _ := test.read(s)
			_ = append(got, token("x", "ann", "x", 9))
			check(t, nil, s.Create(t.Context(), token("c", "ann", "3", 3), 0))
			checkAll(t, []string{"a 1", "b 2", "c 3"}, s)
		})
		t.Run(test.name+", while the store changes", func(t *testing.T) {
			a, b := token("a", "ann", "1", 1), token("b", "ann", "2", 2)
			s := newStore(t, a, b)
			tokens, err := test.read(s)
			check(t, nil, s.Swap(t.Context(), rename(b, "x")))
			check(t, nil, s.Delete(t.Context(), a))
			check(t, nil, s.Create(t.Context(), token("c", "ann", "3", 0), 0))
			if diff := cmp.Diff([]string{"a 1", "b 2"}, format(t)(tokens, err)); diff != "" {
				t.Errorf("list read before (-want +got):\n%s", diff)
			}
		})
	}
}
