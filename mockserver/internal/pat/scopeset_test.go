package pat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

func TestNewScopeSet(t *testing.T) {
	scopes := []string{"b", "a", "b"}
	// The SHA-256 of "1:a\n1:b\n".
	const hash = "cA39GSwfqIE6IBGfYPrGm9r4-9OFILT6Wwoh0AYh1Zs"
	want := pat.ScopeSet{Hash: hash, Scopes: []string{"a", "b"}}
	if diff := cmp.Diff(want, pat.NewScopeSet(scopes)); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b", "a", "b"}, scopes); diff != "" {
		t.Errorf("argument (-want +got):\n%s", diff)
	}
}

// Different sets have different hashes, regardless of the characters in their names.
func TestNewScopeSet_HashesDiffer(t *testing.T) {
	seen := map[string][]string{}
	for _, scopes := range [][]string{
		nil,
		{""},
		{"a"},
		{"a", "b"},
		{"ab"},
		{"a b"},
		{"a\nb"},
		{"a", "b", ""},
		{"a\n1:b"},
		{"1:a", "b"},
		{"A"},
		{"\xff"},
		{"\ufffd"},
	} {
		hash := pat.NewScopeSet(scopes).Hash
		if other, ok := seen[hash]; ok {
			t.Errorf("%q and %q have the same hash %s", other, scopes, hash)
		}
		seen[hash] = scopes
	}
}

// scopeSets returns sets of one scope each, named by numbers.
func scopeSets(from, to int) []pat.ScopeSet {
	var sets []pat.ScopeSet
	for i := from; i < to; i++ {
		sets = append(sets, pat.NewScopeSet([]string{fmt.Sprint(i)}))
	}
	return sets
}

func TestAddScopeSets(t *testing.T) {
	setOfSize := func(name string, bytes int) pat.ScopeSet {
		return pat.NewScopeSet([]string{name + strings.Repeat("x", bytes-len(name))})
	}
	small, huge := setOfSize("small", 1000), setOfSize("huge", 5<<20)
	half, other := setOfSize("half", 2<<20), setOfSize("other", 2<<20)
	for _, test := range []struct {
		name              string
		sets, added, want []pat.ScopeSet
	}{
		{"nothing to nothing", nil, nil, nil},
		{"first", nil, scopeSets(0, 1), scopeSets(0, 1)},
		{"newest is last", scopeSets(0, 2), scopeSets(2, 3), scopeSets(0, 3)},
		{"existing set keeps its position", scopeSets(0, 3), scopeSets(0, 1), scopeSets(0, 3)},
		{"duplicate", nil, slices.Concat(scopeSets(0, 1), scopeSets(0, 1)), scopeSets(0, 1)},
		{"maximum number", scopeSets(0, 255), scopeSets(255, 256), scopeSets(0, 256)},
		{"too many", scopeSets(0, 256), scopeSets(256, 258), scopeSets(2, 258)},
		{
			"maximum size",
			[]pat.ScopeSet{half},
			[]pat.ScopeSet{other},
			[]pat.ScopeSet{half, other},
		},
		{
			"too large",
			[]pat.ScopeSet{small, half},
			[]pat.ScopeSet{other},
			[]pat.ScopeSet{half, other},
		},
		{
			"newest exceeds the maximum size",
			[]pat.ScopeSet{small},
			[]pat.ScopeSet{huge},
			[]pat.ScopeSet{huge},
		},
		{
			"oldest exceeds the maximum size",
			[]pat.ScopeSet{huge},
			[]pat.ScopeSet{small},
			[]pat.ScopeSet{small},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := slices.Clone(test.sets)
			if diff := cmp.Diff(test.want, pat.AddScopeSets(test.sets, test.added...)); diff != "" {
				t.Errorf("sets (-want +got):\n%.2000s", diff)
			}
			if diff := cmp.Diff(before, test.sets); diff != "" {
				t.Errorf("argument (-want +got):\n%.2000s", diff)
			}
		})
	}
}

// putCounter counts the calls of PutScopeSet.
type putCounter struct {
	*memory.Store
	count int
	err   error
}

func (p *putCounter) PutScopeSet(ctx context.Context, set pat.ScopeSet) error {
	p.count++
	if p.err != nil {
		return p.err
	}
	return p.Store.PutScopeSet(ctx, set)
}

func checkError(t testing.TB, want, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error = %v, want %v", err, want)
	}
}

func TestStoreScopeSet(t *testing.T) {
	store := &putCounter{Store: newStore(t)}
	service := newService(store)
	set := pat.NewScopeSet([]string{"b", "a"})
	_, err := service.ScopeSet(t.Context(), set.Hash)
	checkError(t, pat.ErrNotFound, err)
	for range 2 {
		checkError(t, nil, service.StoreScopeSet(t.Context(), set))
	}
	if store.count != 1 {
		t.Errorf("stored %d times, want once", store.count)
	}
	got, err := service.ScopeSet(t.Context(), set.Hash)
	checkError(t, nil, err)
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	store.err = errFull
	checkError(t, errFull, service.StoreScopeSet(t.Context(), pat.NewScopeSet([]string{"c"})))
}

// Access tokens stay valid when the tenant is replaced, and so do the scope sets they refer to.
func TestReplace_KeepsScopeSets(t *testing.T) {
	service := newService(newStore(t))
	for _, set := range scopeSets(0, 2) {
		checkError(t, nil, service.StoreScopeSet(t.Context(), set))
	}
	tenant := annAndBen()
	tenant.ScopeSets = scopeSets(1, 4)
	checkError(t, nil, service.Replace(t.Context(), tenant))
	checkError(t, nil, service.Replace(t.Context(), annAndBen()))
	snapshot, err := service.Snapshot(t.Context())
	checkError(t, nil, err)
	if diff := cmp.Diff(scopeSets(0, 4), snapshot.ScopeSets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}
