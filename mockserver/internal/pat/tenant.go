package pat

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A Tenant is the complete state of a tenant at one time.
type Tenant struct {
	// ID, Name and Pod appear in access tokens.
	ID   string `json:"id"`
	Name string `json:"name"`
	Pod  string `json:"pod"`
	// UserLevels maps a user level to the names of its rights. It overrides DefaultLevels.
	UserLevels map[string][]string `json:"userLevels,omitzero"`
	Identities []Identity          `json:"-"`
	APIClients []APIClient         `json:"apiClients,omitzero"`
	// Tokens belong to the identities.
	Tokens []*Token `json:"-"`
	// ScopeSets are the sets that access tokens refer to by hash, oldest first.
	ScopeSets []ScopeSet `json:"-"`
}

// Identity is a user of the tenant.
type Identity struct {
	ID string `json:"id"`
	// Name is the alias.
	Name string `json:"name"`
	// DisplayName, Email and Status are empty if they are unknown.
	DisplayName string   `json:"displayName,omitzero"`
	Email       string   `json:"email,omitzero"`
	Status      string   `json:"status,omitzero"`
	UserLevels  []string `json:"userLevels,omitzero"`
	// Login is the id of the token that the user logs in with. It may be empty.
	Login string `json:"login,omitzero"`
}

// APIClient is an OAuth client without a user. It can log in, but has no rights on tokens.
type APIClient struct {
	ID     string   `json:"id"`
	Secret string   `json:"secret"`
	Name   string   `json:"name"`
	Scope  []string `json:"scope,omitzero"`
}

// TenantInfo returns a Tenant with only ID, Name and Pod set.
func (s *Service) TenantInfo(ctx context.Context) (Tenant, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return Tenant{}, err
	}
	return Tenant{ID: d.tenant.ID, Name: d.tenant.Name, Pod: d.tenant.Pod}, nil
}

// Identity returns the user with the given id, or ErrNoIdentity.
func (s *Service) Identity(ctx context.Context, id string) (Identity, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return Identity{}, err
	}
	if i, ok := d.Identity(id); ok {
		return i, nil
	}
	return Identity{}, ErrNoIdentity
}

// ClientOwner returns the owner of the token or API client with the given client id. The owner of
// an API client is the zero Owner. Ok is false if the client id is unknown.
func (s *Service) ClientOwner(ctx context.Context, clientID string) (owner Owner, ok bool) {
	if t, err := s.config.Store.Token(ctx, clientID); err == nil {
		return t.Owner, true
	}
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return Owner{}, false
	}
	_, ok = d.Client(clientID)
	return Owner{}, ok
}

// WasDeleted reports whether a token with the given id was recently deleted.
func (s *Service) WasDeleted(ctx context.Context, id string) (bool, error) {
	return s.config.Store.WasDeleted(ctx, id)
}

// Replace replaces the tenant. Concurrent operations on a replaced token fail with ErrConflict and
// must be prepared again.
func (s *Service) Replace(ctx context.Context, t Tenant) error {
	for level, names := range t.UserLevels {
		if _, err := ParseRights(names); err != nil {
			return fmt.Errorf("userLevels.%s: %w", level, err)
		}
	}
	return s.config.Store.Replace(ctx, t)
}

// Snapshot returns the current tenant, with its tokens oldest first.
func (s *Service) Snapshot(ctx context.Context) (Tenant, error) {
	return s.config.Store.Snapshot(ctx)
}

// Errors of AddIdentity and AddToken.
var (
	ErrIDTaken       = errors.New("the id is in use")
	ErrIdentityTaken = errors.New("an identity with this name already exists")
	ErrNoIdentity    = errors.New("there is no identity with this name")
)

// AddIdentity adds a user and, unless login is nil, the token that the user logs in with. It
// returns ErrIDTaken or ErrIdentityTaken if the user does not fit into the tenant.
func (s *Service) AddIdentity(ctx context.Context, i Identity, login *Token) error {
	if login == nil {
		return s.config.Store.AddIdentity(ctx, i, nil)
	}
	i.Login = login.ID
	return convertConflict(login, s.config.Store.AddIdentity(ctx, i, login))
}

// AddToken adds a token to the user with the given name, regardless of the limit. It returns
// ErrNoIdentity, ErrIDTaken or ErrNameTaken if the token does not fit into the tenant. The first
// token of a user becomes the user's login.
func (s *Service) AddToken(ctx context.Context, owner string, data TokenData) (*Token, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return nil, err
	}
	i, ok := d.IdentityByName(owner)
	if !ok {
		return nil, fmt.Errorf("%w: the users are %s", ErrNoIdentity, d.Names())
	}
	data.Owner = Owner{ID: i.ID, Name: i.Name}
	t := NewToken(data)
	if err := convertConflict(t, s.config.Store.Create(ctx, t, 0)); err != nil {
		return nil, err
	}
	if i.Login != "" || t.Managed {
		return t, nil
	}
	return t, s.config.Store.SetLogin(ctx, i.ID, t.ID)
}

// convertConflict converts ErrConflict of an added token to ErrIDTaken.
func convertConflict(t *Token, err error) error {
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: %s", ErrIDTaken, quote(t.ID))
	}
	return err
}

// A UserLogin is a user and the token to log in with.
type UserLogin struct {
	Identity Identity
	Token    *Token
}

// Logins returns the users who can log in, each with a token: the one in Identity.Login or, if that
// was deleted, the oldest that is not managed.
func (s *Service) Logins(ctx context.Context) ([]UserLogin, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var logins []UserLogin
	for _, i := range d.Identities() {
		tokens, err := s.config.Store.Tokens(ctx, i.ID)
		if err != nil {
			return nil, err
		}
		index := slices.IndexFunc(tokens, func(t *Token) bool { return t.ID == i.Login })
		if index < 0 {
			index = slices.IndexFunc(tokens, func(t *Token) bool { return !t.Managed })
		}
		if index >= 0 {
			logins = append(logins, UserLogin{Identity: i, Token: tokens[index]})
		}
	}
	return logins, nil
}

// Count returns the number of tokens in the tenant.
func (s *Service) Count(ctx context.Context) int {
	n, _ := s.config.Store.Count(ctx, "") // n is a best effort if the store fails
	return n
}
