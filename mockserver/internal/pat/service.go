package pat

import (
	"context"
	"errors"
	"time"

	"example.com/patmock/spec/rule"
)

// Service implements the operations on tokens.
type Service struct {
	config Config
	levels Levels // for levels that the tenant does not define
}

// Config holds the dependencies of a Service.
type Config struct {
	Store Store
	// NewID and NewSecret return 32 and 64 random hexadecimal digits.
	NewID, NewSecret func() string
	// Limit is the maximum number of tokens per owner. Zero means no limit.
	Limit int
	// ScopeDelay is the time after a change during which logins still get the former scopes.
	ScopeDelay time.Duration
	Options    Options
}

// Limits of a real tenant.
const (
	TenantLimit      = 10               // tokens per owner (published)
	TenantScopeDelay = 20 * time.Minute // maximum (published)
)

// NewService returns a service. All of its state is in the store.
func NewService(c Config) *Service { return &Service{config: c, levels: c.Options.levels()} }

// A Call is the context of one request.
type Call struct {
	Caller Caller
	Policy Policy
	// Now is the time of the request.
	Now time.Time
}

func (c Call) now() time.Time { return c.Now.UTC().Truncate(time.Millisecond) }

// rights returns the rights of a caller in this tenant: the rights that both a scope and a user
// level grant.
func (s *Service) rights(ctx context.Context, c Caller) (Rights, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return 0, err
	}
	var levelRights Rights
	for _, level := range c.UserLevels {
		rights := s.levels[level]
		if names, ok := d.tenant.UserLevels[level]; ok {
			if rights, err = ParseRights(names); err != nil {
				return 0, err
			}
		}
		levelRights |= rights
	}
	return c.scopeRights() & levelRights, nil
}

// authorize returns the rights of a caller, and an error if they do not include required.
func (s *Service) authorize(ctx context.Context, c Caller, required Rights) (Rights, error) {
	rights, err := s.rights(ctx, c)
	if err == nil && !rights.Has(required) {
		err = missingRightError(callerField, required, rights, rule.WriteRights)
	}
	return rights, err
}

// lookup returns a token if the caller may see it.
func (s *Service) lookup(ctx context.Context, id string, rights Rights) (*Token, error) {
	t, err := s.config.Store.Token(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && t.Managed && !rights.Has(ReadManaged) {
		return nil, notFoundError(id)
	}
	return t, err
}
