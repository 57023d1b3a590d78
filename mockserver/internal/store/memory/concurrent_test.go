package memory_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

const workers = 8

// runConcurrently runs a function in all workers at the same time.
func runConcurrently(work func(worker int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for worker := range workers {
		wg.Go(func() {
			<-start
			work(worker)
		})
	}
	close(start)
	wg.Wait()
}

func TestCreate_ConcurrentWithOneName(t *testing.T) {
	s := newStore(t)
	var created atomic.Int32
	runConcurrently(func(worker int) {
		switch err := s.Create(t.Context(), token(fmt.Sprint(worker), "ann", "robot", worker), 0); {
		case err == nil:
			created.Add(1)
		case !errors.Is(err, pat.ErrNameTaken):
			t.Errorf("error = %v, want ErrNameTaken", err)
		}
	})
	if got := created.Load(); got != 1 {
		t.Errorf("created %d tokens with one name, want 1", got)
	}
}

func TestCreate_ConcurrentWithLimit(t *testing.T) {
	s := newStore(t)
	runConcurrently(func(worker int) {
		for i := range 10 {
			id := fmt.Sprintf("%d-%d", worker, i)
			if err := s.Create(t.Context(), token(id, "ann", id, i), 10); err != nil &&
				!errors.Is(err, pat.ErrLimit) {
				t.Errorf("error = %v, want ErrLimit", err)
			}
		}
	})
	tokens, err := s.Tokens(t.Context(), "ann")
	check(t, nil, err)
	if len(tokens) != 10 {
		t.Errorf("got %d tokens, want 10", len(tokens))
	}
}

// Each worker increments the names with retries. No update is lost.
func TestSwap_Concurrent(t *testing.T) {
	const each = 50
	s := newStore(t, token("a", "ann", "0", 1), token("b", "ben", "0", 2))
	runConcurrently(func(int) {
		for range each {
			for err := pat.ErrConflict; errors.Is(err, pat.ErrConflict); {
				a, _ := s.Token(t.Context(), "a")
				b, _ := s.Token(t.Context(), "b")
				if err = s.Swap(t.Context(), rename(a, successor(a)),
					rename(b, successor(b))); err != nil && !errors.Is(err, pat.ErrConflict) {
					t.Errorf("error = %v, want ErrConflict", err)
				}
			}
		}
	})
	total := strconv.Itoa(workers * each)
	checkAll(t, []string{"a " + total, "b " + total}, s)
}

func successor(t *pat.Token) string {
	n, _ := strconv.Atoi(t.Name)
	return strconv.Itoa(n + 1)
}

func TestDelete_Concurrent(t *testing.T) {
	a := token("a", "ann", "1", 1)
	s := newStore(t, a)
	var deleted atomic.Int32
	runConcurrently(func(int) {
		switch err := s.Delete(t.Context(), a); {
		case err == nil:
			deleted.Add(1)
		case !errors.Is(err, pat.ErrNotFound):
			t.Errorf("error = %v, want ErrNotFound", err)
		}
	})
	if got := deleted.Load(); got != 1 {
		t.Errorf("deleted %d times, want 1", got)
	}
}

// Readers get tokens in order and without duplicates during writes.
func TestStore_ConcurrentReadersAndWriters(t *testing.T) {
	s := newStore(t, token("first", "ann", "untouched", 0))
	runConcurrently(func(worker int) {
		for i := range 50 {
			id := fmt.Sprintf("%d-%d", worker, i)
			created := token(id, "ann", id, worker+1)
			check(t, nil, s.Create(t.Context(), created, 0))
			change := rename(created, id+" renamed")
			check(t, nil, s.Swap(t.Context(), change))
			tokens, err := s.Tokens(t.Context(), "ann")
			check(t, nil, err)
			for j := 1; j < len(tokens); j++ {
				before, after := tokens[j-1], tokens[j]
				if order := before.Created.Compare(after.Created); order > 0 ||
					order == 0 && before.ID >= after.ID {
					t.Errorf("%s comes before %s", before.ID, after.ID)
				}
			}
			check(t, nil, s.Delete(t.Context(), change.New))
		}
	})
	if diff := cmp.Diff([]string{"first untouched"},
		format(t)(s.AllTokens(t.Context()))); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
}
