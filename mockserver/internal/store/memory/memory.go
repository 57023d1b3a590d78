// Package memory is the embedded store of tokens.
package memory

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"example.com/patmock/mockserver/internal/pat"
)

// Store keeps tokens in memory. It hands out the revisions it holds, which nobody
// may change, and slices that belong to the caller.
type Store struct {
	mu     sync.RWMutex
	tokens map[string]*pat.Token // by id
	owners map[string]*owner     // by id of the identity
	order  []*pat.Token          // every token, see compare
}

type owner struct {
	names  map[string]string // id of the token by its name
	tokens []*pat.Token      // see compare
}

// New returns an empty store.
func New() *Store {
	return &Store{tokens: map[string]*pat.Token{}, owners: map[string]*owner{}}
}

// compare orders tokens by age, then by id. Neither changes in a token's life.
func compare(a, b *pat.Token) int {
	return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
}

// Token implements pat.Store.
func (s *Store) Token(id string) (*pat.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.tokens[id]; t != nil {
		return t, nil
	}
	return nil, pat.ErrNotFound
}

// Tokens implements pat.Store.
func (s *Store) Tokens(ownerID string) ([]*pat.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if o := s.owners[ownerID]; o != nil {
		return slices.Clone(o.tokens), nil
	}
	return nil, nil
}

// All implements pat.Store.
func (s *Store) All() ([]*pat.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.order), nil
}

// Count implements pat.Store.
func (s *Store) Count(ownerID string) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if ownerID == "" {
		return len(s.order), nil
	}
	if o := s.owners[ownerID]; o != nil {
		return len(o.tokens), nil
	}
	return 0, nil
}

// Create implements pat.Store.
func (s *Store) Create(t *pat.Token, limit int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[t.Owner.ID]
	if o == nil {
		o = &owner{names: map[string]string{}}
	}
	switch _, taken := o.names[t.Name]; {
	case s.tokens[t.ID] != nil:
		return pat.ErrConflict
	case taken:
		return pat.ErrNameTaken
	case limit > 0 && len(o.tokens) >= limit:
		return pat.ErrLimit
	}
	s.owners[t.Owner.ID] = o
	s.tokens[t.ID] = t
	o.names[t.Name] = t.ID
	o.tokens = insert(o.tokens, t)
	s.order = insert(s.order, t)
	return nil
}

// Swap implements pat.Store.
func (s *Store) Swap(changes ...pat.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		if s.tokens[c.Old.ID] != c.Old {
			return pat.ErrConflict
		}
	}
	for i, c := range changes {
		if err := s.renameLocked(c.Old, c.New); err != nil {
			for _, done := range slices.Backward(changes[:i]) {
				_ = s.renameLocked(done.New, done.Old) // it had that name before
			}
			return err
		}
	}
	for _, c := range changes {
		o := s.owners[c.Old.Owner.ID]
		s.tokens[c.Old.ID] = c.New
		replace(o.tokens, c.New)
		replace(s.order, c.New)
	}
	return nil
}

func (s *Store) renameLocked(old, next *pat.Token) error {
	names := s.owners[old.Owner.ID].names
	if id, taken := names[next.Name]; taken && id != old.ID {
		return pat.ErrNameTaken
	}
	delete(names, old.Name)
	names[next.Name] = next.ID
	return nil
}

// Delete implements pat.Store.
func (s *Store) Delete(t *pat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if current := s.tokens[t.ID]; current == nil {
		return pat.ErrNotFound
	} else if current != t {
		return pat.ErrConflict
	}
	o := s.owners[t.Owner.ID]
	delete(s.tokens, t.ID)
	delete(o.names, t.Name)
	o.tokens = remove(o.tokens, t)
	s.order = remove(s.order, t)
	if len(o.tokens) == 0 {
		delete(s.owners, t.Owner.ID)
	}
	return nil
}

// Replace implements pat.Store. What is wrong among the tokens leaves the store as it was.
func (s *Store) Replace(t pat.Tenant) error {
	fresh := New()
	for _, token := range t.Tokens {
		if err := fresh.Create(token, 0); err != nil {
			return fmt.Errorf("token %q of %s: %w", token.Name, token.Owner.Name, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.owners, s.order = fresh.tokens, fresh.owners, fresh.order
	return nil
}

// PutIdentity implements pat.Store. Nothing is kept: the process is not outlived.
func (s *Store) PutIdentity(pat.Identity) error { return nil }

func insert(tokens []*pat.Token, t *pat.Token) []*pat.Token {
	i, _ := slices.BinarySearchFunc(tokens, t, compare)
	return slices.Insert(tokens, i, t)
}

func replace(tokens []*pat.Token, t *pat.Token) {
	if i, found := slices.BinarySearchFunc(tokens, t, compare); found {
		tokens[i] = t
	}
}

func remove(tokens []*pat.Token, t *pat.Token) []*pat.Token {
	if i, found := slices.BinarySearchFunc(tokens, t, compare); found {
		return slices.Delete(tokens, i, i+1)
	}
	return tokens
}
