package pat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// A ScopeSet is a set of scopes that an access token refers to by its hash. The names would make
// the access token too long for a header.
type ScopeSet struct {
	// Hash identifies the set. See [NewScopeSet].
	Hash string `json:"hash"`
	// Scopes are sorted and unique. They must not be modified.
	Scopes []string `json:"scopes"`
}

// NewScopeSet returns the set of the given scopes. Its hash is the SHA-256, in base64url, of the
// sorted names. The length precedes each name, so that different sets have different input.
func NewScopeSet(scopes []string) ScopeSet {
	sorted := slices.Compact(slices.Sorted(slices.Values(scopes)))
	hash := sha256.New()
	for _, scope := range sorted {
		_, _ = fmt.Fprintf(hash, "%d:%s\n", len(scope), scope) // a hash never fails
	}
	return ScopeSet{Hash: base64.RawURLEncoding.EncodeToString(hash.Sum(nil)), Scopes: sorted}
}

// size returns the total length of the names in bytes.
func (s ScopeSet) size() int {
	size := 0
	for _, scope := range s.Scopes {
		size += len(scope)
	}
	return size
}

// Limits of the sets of a namespace. A set is at most as large as a request. A snapshot with all
// sets is still small enough to be restored.
const (
	maxScopeSets     = 256
	maxScopeSetBytes = 4 << 20 // total length of the names
)

// AddScopeSets appends the sets in more that are not in sets. If there are too many, it drops the
// oldest ones, but never the newest. It modifies neither slice.
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

// ScopeSet returns the scopes with the given hash. ErrNotFound means that the set was never stored
// or was dropped in favor of newer ones.
func (s *Service) ScopeSet(ctx context.Context, hash string) ([]string, error) {
	return s.config.Store.ScopeSet(ctx, hash)
}

// StoreScopeSet stores a set unless it exists. It must return before an access token that refers to
// the set is issued.
func (s *Service) StoreScopeSet(ctx context.Context, set ScopeSet) error {
	if _, err := s.config.Store.ScopeSet(ctx, set.Hash); !errors.Is(err, ErrNotFound) {
		return err
	}
	return s.config.Store.PutScopeSet(ctx, set)
}
