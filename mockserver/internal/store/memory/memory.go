// Package memory is the embedded store of tokens.
package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"example.com/patmock/mockserver/internal/pat"
)

// Store keeps tokens in memory. It hands out the revisions it holds, which nobody
// may change, and slices that belong to the caller.
type Store struct {
	key    func(name string) string
	mu     sync.RWMutex
	tokens map[string]*pat.Token // by id
	owners map[string]*owner     // by id of the identity, who has at least one token
	use    tree                  // every token by when it was last used; those that never were in front, by age
	scopes []pat.ScopeSet        // oldest first
}

type owner struct {
	names map[string]*pat.Token // its tokens, by the key of their names
	age   tree
}

// New returns an empty store.
func New() *Store { return NewKeyed(nil) }

// NewKeyed returns an empty store in which names are the same if their keys are. A nil key compares
// names to the letter.
func NewKeyed(key func(name string) string) *Store {
	if key == nil {
		key = func(name string) string { return name }
	}
	return &Store{key: key, tokens: map[string]*pat.Token{}, owners: map[string]*owner{}, use: newTree(lastUsed)}
}

// trees are those that the tokens of an owner are in.
func (s *Store) trees(o *owner) [2]tree { return [...]tree{s.use, o.age} }

// Token implements pat.Store.
func (s *Store) Token(_ context.Context, id string) (*pat.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.tokens[id]; t != nil {
		return t, nil
	}
	return nil, pat.ErrNotFound
}

// Tokens implements pat.Store.
func (s *Store) Tokens(_ context.Context, ownerID string) ([]*pat.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if o := s.owners[ownerID]; o != nil {
		return o.age.all(), nil
	}
	return nil, nil
}

// All implements pat.Store. Nobody waits for it to read and to sort everything.
func (s *Store) All(_ context.Context) ([]*pat.Token, error) {
	s.mu.Lock()
	now := s.use.snapshot()
	s.mu.Unlock()
	tokens := now.all()
	slices.SortFunc(tokens, compare)
	return tokens, nil
}

// Used implements pat.Store.
func (s *Store) Used(ctx context.Context, within pat.Span) ([]*pat.Token, error) {
	tokens, few := s.used(within)
	if !few {
		return s.All(ctx)
	}
	slices.SortFunc(tokens, compare)
	return tokens, nil
}

// used returns the tokens of a span in any order, if they are few enough to be sooner sorted than found among all.
func (s *Store) used(within pat.Span) (tokens []*pat.Token, few bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	most := len(s.tokens) / 8
	if within.Never {
		tokens = s.use.between(first, beginning, tokens, most)
	}
	tokens = s.use.between(within.After.UnixMilli(), within.Until.UnixMilli(), tokens, most)
	return tokens, len(tokens) <= most
}

// Count implements pat.Store.
func (s *Store) Count(_ context.Context, ownerID string) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if ownerID == "" {
		return len(s.tokens), nil
	}
	if o := s.owners[ownerID]; o != nil {
		return len(o.names), nil
	}
	return 0, nil
}

// Create implements pat.Store.
func (s *Store) Create(_ context.Context, t *pat.Token, limit int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[t.Owner.ID]
	if o == nil {
		o = &owner{names: map[string]*pat.Token{}, age: newTree(created)}
	}
	switch {
	case s.tokens[t.ID] != nil:
		return pat.ErrConflict
	case o.names[s.key(t.Name)] != nil:
		return pat.ErrNameTaken
	case limit > 0 && len(o.names) >= limit:
		return pat.ErrLimit
	}
	s.owners[t.Owner.ID] = o
	s.tokens[t.ID] = t
	o.names[s.key(t.Name)] = t
	for _, tree := range s.trees(o) {
		tree.put(t)
	}
	return nil
}

// Swap implements pat.Store.
func (s *Store) Swap(_ context.Context, changes ...pat.Change) error {
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
		s.tokens[c.Old.ID] = c.New
		for _, tree := range s.trees(s.owners[c.Old.Owner.ID]) {
			tree.swap(c.Old, c.New)
		}
	}
	return nil
}

func (s *Store) renameLocked(old, next *pat.Token) error {
	names := s.owners[old.Owner.ID].names
	if holder := names[s.key(next.Name)]; holder != nil && holder.ID != old.ID {
		return pat.ErrNameTaken
	}
	delete(names, s.key(old.Name))
	names[s.key(next.Name)] = next
	return nil
}

// Delete implements pat.Store.
func (s *Store) Delete(_ context.Context, t *pat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if current := s.tokens[t.ID]; current == nil {
		return pat.ErrNotFound
	} else if current != t {
		return pat.ErrConflict
	}
	o := s.owners[t.Owner.ID]
	delete(s.tokens, t.ID)
	delete(o.names, s.key(t.Name))
	for _, tree := range s.trees(o) {
		tree.remove(t)
	}
	if len(o.names) == 0 {
		delete(s.owners, t.Owner.ID)
	}
	return nil
}

// Fresh returns an empty store that compares names in the same way.
func (s *Store) Fresh() *Store { return NewKeyed(s.key) }

// Replace implements pat.Store. What is wrong among the tokens leaves the store as it was.
func (s *Store) Replace(ctx context.Context, t pat.Tenant) error {
	fresh := s.Fresh()
	for _, token := range t.Tokens {
		if err := fresh.Create(ctx, token, 0); err != nil {
			return fmt.Errorf("token %q of %s: %w", token.Name, token.Owner.Name, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.owners, s.use = fresh.tokens, fresh.owners, fresh.use
	s.scopes = slices.Clone(t.ScopeSets)
	return nil
}

// PutIdentity implements pat.Store. Nothing is kept: the process is not outlived.
func (s *Store) PutIdentity(context.Context, pat.Identity) error { return nil }

// ScopeSet implements pat.Store.
func (s *Store) ScopeSet(_ context.Context, hash string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, set := range s.scopes {
		if set.Hash == hash {
			return set.Scopes, nil
		}
	}
	return nil, pat.ErrNotFound
}

// ScopeSets implements pat.Store.
func (s *Store) ScopeSets(_ context.Context) ([]pat.ScopeSet, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.scopes), nil
}

// PutScopeSet implements pat.Store.
func (s *Store) PutScopeSet(_ context.Context, set pat.ScopeSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = pat.AddScopeSets(s.scopes, set)
	return nil
}
