package file_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
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

// Each worker increments the name with retries. No update is lost in memory or in the file.
func TestSwap_Concurrent(t *testing.T) {
	const swaps = 10
	zero := token("0", ann, 1)
	f, path, s := newStore(t, zero)
	runConcurrently(func(int) {
		for range swaps {
			for err := pat.ErrConflict; errors.Is(err, pat.ErrConflict); {
				current, _ := s.Token(t.Context(), "0")
				n, _ := strconv.Atoi(current.Name)
				err = s.Swap(t.Context(), renameChange(current, strconv.Itoa(n+1)))
				if err != nil && !errors.Is(err, pat.ErrConflict) {
					t.Errorf("error = %v, want ErrConflict", err)
				}
			}
		}
	})
	want := []*pat.Token{renameChange(zero, strconv.Itoa(workers*swaps)).New}
	checkTokens(t, want, s)
	checkFile(t, want, f, path)
}

// After concurrent writes to several namespaces, the file and memory are equal.
func TestWrite_Concurrent(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	want := map[string]comparableTenant{}
	for _, name := range []string{"0", "1", "2"} {
		namespaceWithUsers(t, f, name)
	}
	runConcurrently(func(worker int) {
		s := openNamespace(t, f, fmt.Sprint(worker%3))
		for i := range 10 {
			id := fmt.Sprintf("%d-%d", worker, i)
			created := token(id, pat.Owner{ID: "ann"}, i)
			checkError(t, nil, s.Create(t.Context(), created, 0))
			checkError(t, nil, s.AddIdentity(t.Context(), pat.Identity{ID: id, Name: id}, nil))
			checkError(t, nil, s.PutRecord(id, []byte(id)))
			change := renameChange(created, "renamed "+id)
			checkError(t, nil, s.Swap(t.Context(), change))
			if i%2 == 0 {
				checkError(t, nil, s.Delete(t.Context(), change.New))
			}
			if _, err := s.AllTokens(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	for _, name := range []string{"0", "1", "2"} {
		tokens, err := openNamespace(t, f, name).AllTokens(t.Context())
		checkError(t, nil, err)
		want[name] = toComparable(pat.Tenant{Tokens: tokens})
	}
	f = reopen(t, f, path)
	for name, want := range want {
		s := openNamespace(t, f, name)
		got := loadTenant(t, s)
		if diff := cmp.Diff(want.Tokens, toComparable(got).Tokens); diff != "" {
			t.Errorf("tokens of %s (-memory +file):\n%s", name, diff)
		}
		for _, i := range got.Identities[len(users):] {
			record, err := s.Record(i.ID)
			if string(record) != i.ID || err != nil {
				t.Errorf("record %s is %q, %v", i.ID, record, err)
			}
		}
		if got, want := len(got.Identities), len(users)+2*len(want.Tokens); got != want {
			t.Errorf("namespace %s has %d identities, want %d", name, got, want)
		}
	}
}

// A namespace can be deleted during writes to it, without an error.
func TestDelete_DuringWrites(t *testing.T) {
	f, path, s := newStore(t)
	runConcurrently(func(worker int) {
		for i := range 10 {
			if worker == 0 && i == 5 {
				checkError(t, nil, f.Delete("default"))
			}
			checkError(t, nil,
				s.Create(t.Context(), token(fmt.Sprintf("%d-%d", worker, i), ann, i), 0))
		}
	})
	if n, _ := s.Count(t.Context(), ""); n != workers*10 {
		t.Errorf("got %d tokens in memory, want %d", n, workers*10)
	}
	names, err := reopen(t, f, path).Namespaces()
	if names != nil || err != nil {
		t.Errorf("namespaces = %q, %v, want none", names, err)
	}
}
