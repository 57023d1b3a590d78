// Package memory implements a store in memory.
package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"example.com/patmock/mockserver/internal/pat"
)

// Store holds a tenant in memory.
type Store struct {
	key func(name string) string

	mu        sync.RWMutex
	directory *pat.Directory
	tokens    map[string]*pat.Token // by id
	// by id of the identity; owners without tokens have no entry
	owners          map[string]names
	byLastUsed      lastUsedIndex
	recentlyDeleted recentlyDeleted
	scopes          []pat.ScopeSet // oldest first
}

// names maps the key of a name to the token of an owner.
type names map[string]*pat.Token

// New returns an empty store.
func New() *Store { return NewKeyed(nil) }

// NewKeyed returns an empty store in which names are equal if their keys are. A nil key compares
// names exactly.
func NewKeyed(key func(name string) string) *Store {
	if key == nil {
		key = func(name string) string { return name }
	}
	return &Store{
		key: key, directory: pat.NewDirectory(pat.Tenant{}),
		tokens: map[string]*pat.Token{}, owners: map[string]names{}, byLastUsed: newLastUsedIndex(),
	}
}

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
	tokens := s.unsortedTokens(ownerID)
	slices.SortFunc(tokens, byAge)
	return tokens, nil
}

// unsortedTokens returns the tokens of an owner in any order, or nil if there are none.
func (s *Store) unsortedTokens(ownerID string) []*pat.Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o := s.owners[ownerID]
	if o == nil {
		return nil
	}
	tokens := make([]*pat.Token, 0, len(o))
	for _, t := range o {
		tokens = append(tokens, t)
	}
	return tokens
}

// AllTokens implements pat.Store.
func (s *Store) AllTokens(context.Context) ([]*pat.Token, error) {
	s.mu.Lock()
	snapshot := s.byLastUsed.snapshot()
	s.mu.Unlock()
	return snapshot.byAge(), nil
}

// TokensLastUsed implements pat.Store.
func (s *Store) TokensLastUsed(ctx context.Context, span pat.Span) ([]*pat.Token, error) {
	s.mu.RLock()
	limit := len(s.tokens) / 8 // for more tokens, filtering all of them is faster
	tokens := s.byLastUsed.tokensIn(span, limit)
	s.mu.RUnlock()
	if len(tokens) > limit {
		return s.AllTokens(ctx)
	}
	slices.SortFunc(tokens, byAge)
	return tokens, nil
}

// Count implements pat.Store.
func (s *Store) Count(_ context.Context, ownerID string) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if ownerID == "" {
		return len(s.tokens), nil
	}
	return len(s.owners[ownerID]), nil
}

// WasDeleted implements pat.Store.
func (s *Store) WasDeleted(_ context.Context, id string) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.recentlyDeleted.ids[id] && s.tokens[id] == nil, nil
}

// Create implements pat.Store.
func (s *Store) Create(_ context.Context, t *pat.Token, limit int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.directory.Identity(t.Owner.ID); !ok {
		return pat.ErrNoIdentity
	}
	return s.createLocked(t, limit)
}

func (s *Store) createLocked(t *pat.Token, limit int) error {
	if err := s.checkTokenLocked(t, limit); err != nil {
		return err
	}
	o := s.owners[t.Owner.ID]
	if o == nil {
		o = names{}
		s.owners[t.Owner.ID] = o
	}
	s.tokens[t.ID] = t
	o[s.key(t.Name)] = t
	s.byLastUsed.put(t)
	return nil
}

func (s *Store) checkTokenLocked(t *pat.Token, limit int) error {
	o := s.owners[t.Owner.ID]
	_, isClient := s.directory.Client(t.ID)
	switch {
	case isClient || s.tokens[t.ID] != nil:
		return pat.ErrConflict
	case o[s.key(t.Name)] != nil:
		return pat.ErrNameTaken // rule.NameUnique
	case limit > 0 && len(o) >= limit:
		return pat.ErrLimit
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
			for _, prev := range slices.Backward(changes[:i]) {
				_ = s.renameLocked(prev.New, prev.Old) // cannot fail: it had that name before
			}
			return err
		}
	}
	for _, c := range changes {
		s.tokens[c.Old.ID] = c.New
		s.byLastUsed.remove(c.Old)
		s.byLastUsed.put(c.New)
	}
	return nil
}

func (s *Store) renameLocked(old, next *pat.Token) error {
	o := s.owners[old.Owner.ID]
	if other := o[s.key(next.Name)]; other != nil && other.ID != old.ID {
		return pat.ErrNameTaken // rule.NameUnique
	}
	delete(o, s.key(old.Name))
	o[s.key(next.Name)] = next
	return nil
}

// Delete implements pat.Store.
func (s *Store) Delete(_ context.Context, t *pat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.tokens[t.ID] {
	case nil:
		return pat.ErrNotFound
	case t:
		s.removeLocked(t)
		s.recentlyDeleted.add(t.ID)
		return nil
	}
	return pat.ErrConflict
}

func (s *Store) removeLocked(t *pat.Token) {
	o := s.owners[t.Owner.ID]
	delete(s.tokens, t.ID)
	delete(o, s.key(t.Name))
	s.byLastUsed.remove(t)
	if len(o) == 0 {
		delete(s.owners, t.Owner.ID)
	}
}

// Directory implements pat.Store.
func (s *Store) Directory(context.Context) (*pat.Directory, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.directory, nil
}

// AddIdentity implements pat.Store.
func (s *Store) AddIdentity(_ context.Context, i pat.Identity, login *pat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkIdentityLocked(i, login); err != nil {
		return err
	}
	s.directory.Put(i)
	if login == nil {
		return nil
	}
	return s.createLocked(login, 0)
}

// CheckIdentity returns the error that AddIdentity would return, without changing the store.
func (s *Store) CheckIdentity(i pat.Identity, login *pat.Token) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.checkIdentityLocked(i, login)
}

func (s *Store) checkIdentityLocked(i pat.Identity, login *pat.Token) error {
	if err := s.directory.CheckNew(i); err != nil || login == nil {
		return err
	}
	return s.checkTokenLocked(login, 0)
}

// SetLogin implements pat.Store.
func (s *Store) SetLogin(_ context.Context, identityID, tokenID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.directory.Identity(identityID); ok && i.Login == "" {
		i.Login = tokenID
		s.directory.Put(i)
	}
	return nil
}

// Replace implements pat.Store.
func (s *Store) Replace(_ context.Context, t pat.Tenant) error {
	next, err := s.Build(t)
	if err == nil {
		s.ReplaceWith(next)
	}
	return err
}

// Build returns a new store with the tenant, for use with ReplaceWith. If a token does not fit into
// the tenant, the error is a *TokenError.
func (s *Store) Build(t pat.Tenant) (*Store, error) {
	next := NewKeyed(s.key)
	for _, token := range t.Tokens {
		if err := next.createLocked(token, 0); err != nil {
			return nil, &TokenError{token, err}
		}
	}
	next.directory, next.scopes = pat.NewDirectory(t), t.ScopeSets
	return next, nil
}

// TokenError reports a token that does not fit into its tenant.
type TokenError struct {
	Token *pat.Token
	Err   error
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("token %q of %s: %v", e.Token.Name, e.Token.Owner.Name, e.Err)
}

func (e *TokenError) Unwrap() error { return e.Err }

// ReplaceWith replaces the tenant with the tenant of next and merges the scope sets. The caller
// must not use next afterwards.
func (s *Store) ReplaceWith(next *Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.directory, s.tokens, s.owners, s.byLastUsed = next.directory, next.tokens, next.owners,
		next.byLastUsed
	s.recentlyDeleted = recentlyDeleted{}
	s.scopes = pat.AddScopeSets(s.scopes, next.scopes...)
}

// Snapshot implements pat.Store.
func (s *Store) Snapshot(context.Context) (pat.Tenant, error) {
	s.mu.Lock()
	t := s.directory.Tenant()
	t.Identities, t.ScopeSets = s.directory.Identities(), slices.Clone(s.scopes)
	snapshot := s.byLastUsed.snapshot()
	s.mu.Unlock()
	t.Tokens = snapshot.byAge()
	return t, nil
}

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

// ScopeSets returns all scope sets, oldest first.
func (s *Store) ScopeSets() []pat.ScopeSet {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.scopes)
}

// PutScopeSet implements pat.Store.
func (s *Store) PutScopeSet(_ context.Context, set pat.ScopeSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = pat.AddScopeSets(s.scopes, set)
	return nil
}
