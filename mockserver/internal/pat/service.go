package pat

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Service carries out the operations on tokens.
type Service struct {
	config  Config
	who     atomic.Pointer[directory]
	deleted deletions
	// whole is held by whoever exchanges or reads the tenant as a whole, and shared by who adds to it.
	whole sync.RWMutex
}

// Config is what a Service needs.
type Config struct {
	Store Store
	// NewID and NewSecret make 32 and 64 hexadecimal digits that nobody can guess.
	NewID, NewSecret func() string
	// Limit is how many tokens an owner may have. Zero means no limit.
	Limit int
	// ScopeDelay is for how long logins still give the scopes of before a change. Zero means not at all.
	ScopeDelay time.Duration
	// Choices are what the tenant does where nothing published settles it.
	Choices Choices
}

// What a tenant has, where a Config does not set it.
const (
	TenantLimit      = 10               // tokens of an owner (published)
	TenantScopeDelay = 20 * time.Minute // at most (published)
)

// NewService returns a service on an empty store, with nobody in its tenant before Replace.
func NewService(c Config) *Service {
	s := &Service{config: c}
	nobody, _ := newDirectory(Tenant{}, c.Choices.levels()) // which names no right
	s.who.Store(nobody)
	return s
}

// Restore tells the service who there is, where the store outlived the process and holds the tokens already.
func (s *Service) Restore(t Tenant) error {
	who, err := newDirectory(t, s.config.Choices.levels())
	if err == nil {
		s.who.Store(who)
	}
	return err
}

// A Call is the context of one request.
type Call struct {
	Caller Caller
	Policy Policy
	// Now is the moment that the request is judged by.
	Now time.Time
}

func (c Call) now() time.Time { return c.Now.UTC().Truncate(time.Millisecond) }

// rights of a caller in this tenant.
func (s *Service) rights(_ context.Context, c Caller) Rights { return s.who.Load().levels.rights(c) }

// visible returns a token, unless it is managed and the caller may not see those.
func (s *Service) visible(ctx context.Context, id string, held Rights) (*Token, error) {
	t, err := s.config.Store.Token(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && t.Managed && !held.Has(ReadManaged) {
		return nil, notFound(id)
	}
	return t, err
}
