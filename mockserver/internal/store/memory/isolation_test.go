package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

// use returns a change to the next revision of a token with another use.
func use(t *pat.Token) pat.Change {
	next := pat.NewToken(t.TokenData)
	next.AccessTokenValiditySeconds++ // counts the uses
	next.LastUsed = stale.Add(time.Duration(next.AccessTokenValiditySeconds) * time.Second)
	return pat.Change{Old: t, New: next}
}

// readCases are the operations that read several tokens.
var readCases = []struct {
	name string
	read func(*memory.Store) ([]*pat.Token, error)
}{
	{"all", func(s *memory.Store) ([]*pat.Token, error) {
		return s.AllTokens(context.Background())
	}},
	{"of an owner", func(s *memory.Store) ([]*pat.Token, error) {
		return s.Tokens(context.Background(), "ann")
	}},
	{"used", func(s *memory.Store) ([]*pat.Token, error) {
		return s.TokensLastUsed(context.Background(), pat.Span{
			Never: true, After: newYear, Until: stale.Add(time.Hour),
		})
	}},
}

// Eight writers use a few shared tokens, and create and delete their own tokens, while eight
// readers list tokens.
func TestSwap_LosesNoUpdate(t *testing.T) {
	const rounds = 100
	tokens := benchTokens(100_000)
	shared := tokens[len(tokens)/2:][:3]
	for _, token := range shared {
		token.AccessTokenValiditySeconds, token.LastUsed, token.Owner.ID = 0, stale, "ann"
	}
	s := newStore(t, tokens...)
	write := func(worker int) {
		random := rand.New(rand.NewPCG(6, uint64(worker)))
		for i := range rounds {
			own := benchToken(random.IntN(len(tokens)), random)
			own.Name = fmt.Sprintf("%d of %d", i, worker)
			check(t, nil, s.Create(t.Context(), own, 0))
			for err := pat.ErrConflict; errors.Is(err, pat.ErrConflict); {
				current, _ := s.Token(t.Context(), shared[i%len(shared)].ID)
				runtime.Gosched() // let another worker overtake
				if err = s.Swap(t.Context(), use(current)); err != nil &&
					!errors.Is(err, pat.ErrConflict) {
					t.Errorf("error = %v, want ErrConflict", err)
				}
			}
			check(t, nil, s.Delete(t.Context(), own))
		}
	}
	read := func(int) {
		for i := range rounds {
			got, err := readCases[1+i%2].read(s)
			check(t, nil, err)
			for _, token := range shared {
				if !slices.ContainsFunc(got, func(l *pat.Token) bool { return l.ID == token.ID }) {
					t.Errorf("%s is not in the list %q", token.ID, readCases[1+i%2].name)
				}
			}
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { runConcurrently(read) })
	runConcurrently(write)
	wg.Wait()
	total := 0
	for _, token := range shared {
		current, err := s.Token(t.Context(), token.ID)
		check(t, nil, err)
		total += current.AccessTokenValiditySeconds
	}
	if want := workers * rounds; total != want {
		t.Errorf("got %d updates, want %d", total, want)
	}
	if n, _ := s.Count(t.Context(), ""); n != len(tokens) {
		t.Errorf("got %d tokens, want %d", n, len(tokens))
	}
}

// Tokens that are always changed together are listed together, in the same state and without
// duplicates.
func TestList_IsConsistent(t *testing.T) {
	for _, test := range readCases {
		t.Run(test.name, func(t *testing.T) {
			const group = 5
			tokens := benchTokens(3 * few)
			for i, token := range tokens {
				token.LastUsed = newYear
				if i%(3*few/group) == 1 {
					token.Owner.ID, token.AccessTokenValiditySeconds = "ann", 0
					token.LastUsed = stale
				}
			}
			s := newStore(t, tokens...)
			runConcurrently(func(worker int) {
				for range 200 {
					got, err := test.read(s)
					check(t, nil, err)
					got = slices.DeleteFunc(got, func(l *pat.Token) bool {
						return l.Owner.ID != "ann"
					})
					var changes []pat.Change
					for _, token := range got {
						first := got[0]
						if token.AccessTokenValiditySeconds != first.AccessTokenValiditySeconds {
							t.Errorf("%s was used %d times, %s %d times", token.ID,
								token.AccessTokenValiditySeconds, first.ID,
								first.AccessTokenValiditySeconds)
						}
						changes = append(changes, use(token))
					}
					if len(got) != group {
						t.Errorf("got %d tokens, want %d", len(got), group)
					}
					if worker%2 == 0 {
						if err := s.Swap(t.Context(), changes...); err != nil &&
							!errors.Is(err, pat.ErrConflict) {
							t.Errorf("error = %v, want ErrConflict", err)
						}
					}
				}
			})
		})
	}
}
