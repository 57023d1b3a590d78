package pat

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A Tenant is everything that there is at one moment: who, and which tokens.
type Tenant struct {
	// ID, Name and Pod are what access tokens say about where they are from.
	ID   string `json:"id"`
	Name string `json:"name"`
	Pod  string `json:"pod"`
	// UserLevels are rights, by name, of user levels that differ from DefaultLevels.
	UserLevels map[string][]string `json:"userLevels,omitzero"`
	Identities []Identity          `json:"-"`
	APIClients []APIClient         `json:"apiClients,omitzero"`
	// Tokens of any owner among the identities.
	Tokens []*Token `json:"-"`
	// ScopeSets are those that access tokens name by their hashes, oldest first.
	ScopeSets []ScopeSet `json:"-"`
}

// Identity is a user of the tenant.
type Identity struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	UserLevels []string `json:"userLevels,omitzero"`
	// Login is the id of the token that the user is known to log in with, empty for none.
	Login string `json:"login,omitzero"`
}

// APIClient is an OAuth client without a user. It logs in, and may do nothing with tokens.
type APIClient struct {
	ID     string   `json:"id"`
	Secret string   `json:"secret"`
	Name   string   `json:"name"`
	Scope  []string `json:"scope,omitzero"`
}

// TenantInfo returns the ID, Name and Pod of the tenant, and nothing else.
func (s *Service) TenantInfo(ctx context.Context) (Tenant, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return Tenant{}, err
	}
	return Tenant{ID: d.tenant.ID, Name: d.tenant.Name, Pod: d.tenant.Pod}, nil
}

// Identity returns the user of that id, or ErrNoIdentity.
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

// ClientOwner tells whose a client id is: that of a token's user, or of nobody for an API client.
// Known is false for any other.
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

// WasDeleted reports whether a token of that id was deleted lately.
func (s *Service) WasDeleted(ctx context.Context, id string) (bool, error) {
	return s.config.Store.WasDeleted(ctx, id)
}

// Replace replaces the tenant. An operation that has read a token of the former tenant meanwhile
// finds it changed, and starts again.
func (s *Service) Replace(ctx context.Context, t Tenant) error {
	for level, names := range t.UserLevels {
		if _, err := ParseRights(names); err != nil {
			return fmt.Errorf("userLevels.%s: %w", level, err)
		}
	}
	return s.config.Store.Replace(ctx, t)
}

// Snapshot returns the tenant as it is, its tokens oldest first.
func (s *Service) Snapshot(ctx context.Context) (Tenant, error) {
	return s.config.Store.Snapshot(ctx)
}

// What is wrong with something that is to be added to a tenant.
var (
	ErrIDTaken       = errors.New("the id is in use")
	ErrIdentityTaken = errors.New("an identity has that name")
	ErrNoIdentity    = errors.New("no identity has that name")
)

// AddIdentity adds a user and, unless it is nil, the token that the user logs in with. The errors
// of what does not fit are ErrIDTaken and ErrIdentityTaken.
func (s *Service) AddIdentity(ctx context.Context, i Identity, login *Token) error {
	if login == nil {
		return s.config.Store.AddIdentity(ctx, i, nil)
	}
	i.Login = login.ID
	return convertConflict(login, s.config.Store.AddIdentity(ctx, i, login))
}

// AddToken adds a token to the user of that name, whatever the limit. The errors of what does not
// fit are ErrNoIdentity, ErrIDTaken and ErrNameTaken. The first of a user is what the user logs in
// with.
func (s *Service) AddToken(ctx context.Context, owner string, data TokenData) (*Token, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return nil, err
	}
	i, ok := d.IdentityByName(owner)
	if !ok {
		return nil, fmt.Errorf("%w: there are %s", ErrNoIdentity, d.Names())
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

// convertConflict turns the conflict of a token that is added into ErrIDTaken.
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

// Logins are the users who can log in, each with the token that is known for it or, where that was
// deleted, the oldest that is not managed.
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

// Count is how many tokens there are.
func (s *Service) Count(ctx context.Context) int {
	n, _ := s.config.Store.Count(ctx, "") // a store that cannot count has nothing to tell
	return n
}
