package pat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// A ScopeSet is a set of scopes that access tokens name by its hash, because the names would
// make them too long for a header.
type ScopeSet struct {
	// Hash identifies the set, see [NewScopeSet].
	Hash string `json:"hash"`
	// Scopes are sorted, each once. They must not be modified.
	Scopes []string `json:"scopes"`
}

// NewScopeSet returns the set of some scopes. Its hash is the SHA-256, in base64url, of the sorted
// names. Each is preceded by its length, so that no two sets read the same.
func NewScopeSet(scopes []string) ScopeSet {
	sorted := slices.Compact(slices.Sorted(slices.Values(scopes)))
	hash := sha256.New()
	for _, scope := range sorted {
		_, _ = fmt.Fprintf(hash, "%d:%s\n", len(scope), scope) // a hash takes everything
	}
	return ScopeSet{Hash: base64.RawURLEncoding.EncodeToString(hash.Sum(nil)), Scopes: sorted}
}

// size returns how many bytes the names have.
func (s ScopeSet) size() int {
	size := 0
	for _, scope := range s.Scopes {
		size += len(scope)
	}
	return size
}

// Bounds of what a namespace keeps. A set is at most as large as a request, and a snapshot with all
// of them is still small enough to be restored.
const (
	maxScopeSets     = 256
	maxScopeSetBytes = 4 << 20 // of names
)

// AddScopeSets returns sets with others behind them, each once, and without the oldest of those
// that are too many. The newest one always stays. It modifies neither slice.
func AddScopeSets(sets []ScopeSet, more ...ScopeSet) []ScopeSet {
	sets = slices.Clone(sets)
	for _, set := range more {
		if !slices.ContainsFunc(sets, func(s ScopeSet) bool { return s.Hash == set.Hash }) {
			sets = append(sets, set)
		}
	}
	size := 0
	for i, set := range slices.Backward(sets) {
		size += set.size()
		newest := i == len(sets)-1
		if !newest && (size > maxScopeSetBytes || len(sets)-i > maxScopeSets) {
			return slices.Clone(sets[i+1:])
		}
	}
	return sets
}

// ScopeSet returns the scopes under a hash. ErrNotFound means that they were never stored, or that
// too many others came after them.
func (s *Service) ScopeSet(ctx context.Context, hash string) ([]string, error) {
	return s.config.Store.ScopeSet(ctx, hash)
}

// StoreScopeSet stores a set, unless it is there. An access token that names it must not be issued
// before.
func (s *Service) StoreScopeSet(ctx context.Context, set ScopeSet) error {
	if _, err := s.config.Store.ScopeSet(ctx, set.Hash); !errors.Is(err, ErrNotFound) {
		return err
	}
	return s.config.Store.PutScopeSet(ctx, set)
}
