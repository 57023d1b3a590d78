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
	ID, Name, Pod string
	// UserLevels are rights, by name, of user levels that differ from DefaultLevels.
	UserLevels map[string][]string
	Identities []Identity
	APIClients []APIClient
	// Tokens of any owner among the identities.
	Tokens []*Token
	// ScopeSets are those that access tokens name by their hashes, oldest first.
	ScopeSets []ScopeSet
}

// Identity is a user of the tenant.
type Identity struct {
	ID, Name   string
	UserLevels []string
	// Login is the id of the token that the user is known to log in with, empty for none.
	Login string
}

// APIClient is an OAuth client without a user. It logs in, and may do nothing with tokens.
type APIClient struct {
	ID, Secret, Name string
	Scope            []string
}

// About returns what the tenant says of itself: its ID, Name and Pod, and nothing else.
func (s *Service) About(_ context.Context) Tenant {
	t := s.who.Load().tenant
	return Tenant{ID: t.ID, Name: t.Name, Pod: t.Pod}
}

// Identity returns the user of that id.
func (s *Service) Identity(_ context.Context, id string) (Identity, bool) {
	return s.who.Load().identity(id)
}

// Owner tells whose a client id is: that of a token's user, or of nobody for an API client. Known is
// false for any other.
func (s *Service) Owner(ctx context.Context, clientID string) (owner Owner, known bool) {
	if t, err := s.config.Store.Token(ctx, clientID); err == nil {
		return t.Owner, true
	}
	_, known = s.who.Load().clients[clientID]
	return Owner{}, known
}

// Deleted tells whether a token of that id was deleted lately.
func (s *Service) Deleted(_ context.Context, id string) bool { return s.deleted.has(id) }

// Replace makes the tenant another one, whole or not at all. Who is in the middle of a change finds
// the token that it read changed, and starts again. The scope sets of before are kept, because access
// tokens of before stay valid.
func (s *Service) Replace(ctx context.Context, t Tenant) error {
	who, err := newDirectory(t, s.config.Choices.levels())
	if err != nil {
		return err
	}
	s.whole.Lock()
	defer s.whole.Unlock()
	sets, err := s.config.Store.ScopeSets(ctx)
	if err != nil {
		return err
	}
	t.ScopeSets = AddScopeSets(sets, t.ScopeSets...)
	if err := s.config.Store.Replace(ctx, t); err != nil {
		return err
	}
	s.who.Store(who)
	s.deleted.clear()
	return nil
}

// Snapshot returns the tenant as it is, its tokens oldest first.
func (s *Service) Snapshot(ctx context.Context) (Tenant, error) {
	s.whole.RLock()
	defer s.whole.RUnlock()
	who := s.who.Load()
	t := who.tenant
	t.Identities = who.all()
	var err error
	if t.Tokens, err = s.config.Store.All(ctx); err != nil {
		return t, err
	}
	t.ScopeSets, err = s.config.Store.ScopeSets(ctx)
	return t, err
}

// What is wrong with something that is to be added to a tenant.
var (
	ErrIDTaken       = errors.New("the id is in use")
	ErrIdentityTaken = errors.New("an identity has that name")
	ErrNoIdentity    = errors.New("no identity has that name")
)

// AddIdentity adds a user and, unless it is nil, the token that the user logs in with. The errors of
// what does not fit are ErrIDTaken and ErrIdentityTaken.
func (s *Service) AddIdentity(ctx context.Context, i Identity, login *Token) error {
	s.whole.Lock()
	defer s.whole.Unlock()
	if _, taken := s.who.Load().named(i.Name); taken {
		return fmt.Errorf("%w: %s", ErrIdentityTaken, quote(i.Name))
	}
	if _, taken := s.Identity(ctx, i.ID); taken {
		return fmt.Errorf("%w: %s", ErrIDTaken, quote(i.ID))
	}
	if login == nil {
		return s.put(ctx, i)
	}
	if err := s.free(ctx, login.ID); err != nil {
		return err
	}
	i.Login = login.ID
	if err := s.put(ctx, i); err != nil { // first, so that no token is ever without its owner
		return err
	}
	return s.add(ctx, login)
}

// AddToken adds a token to the user of that name, whatever the limit. The errors of what does not
// fit are ErrNoIdentity, ErrIDTaken and ErrNameTaken. The first of a user is what the user logs in with.
func (s *Service) AddToken(ctx context.Context, owner string, f Fields) (*Token, error) {
	s.whole.Lock()
	defer s.whole.Unlock()
	i, ok := s.who.Load().named(owner)
	if !ok {
		return nil, fmt.Errorf("%w: there are %s", ErrNoIdentity, s.who.Load().users())
	}
	f.Owner = Owner{ID: i.ID, Name: i.Name}
	t := NewToken(f)
	if err := s.add(ctx, t); err != nil {
		return nil, err
	}
	if i.Login != "" || t.Managed {
		return t, nil
	}
	i.Login = t.ID
	return t, s.put(ctx, i)
}

// free refuses the id of a token or of an API client.
func (s *Service) free(ctx context.Context, id string) error {
	if _, taken := s.Owner(ctx, id); taken {
		return fmt.Errorf("%w: %s", ErrIDTaken, quote(id))
	}
	return nil
}

func (s *Service) add(ctx context.Context, t *Token) error {
	if err := s.free(ctx, t.ID); err != nil {
		return err
	}
	return s.config.Store.Create(ctx, t, 0)
}

// put adds an identity, or replaces the one of the same id.
func (s *Service) put(ctx context.Context, i Identity) error {
	if err := s.config.Store.PutIdentity(ctx, i); err != nil {
		return err
	}
	s.who.Load().put(i)
	return nil
}

// A Login is a user and the token to log in with.
type Login struct {
	Identity Identity
	Token    *Token
}

// Logins are the users who can log in, each with the token that is known for it or, where that was
// deleted, the oldest that is not managed.
func (s *Service) Logins(ctx context.Context) ([]Login, error) {
	var logins []Login
	for _, i := range s.who.Load().all() {
		tokens, err := s.config.Store.Tokens(ctx, i.ID)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(tokens, func(t *Token) bool { return t.ID == i.Login })
		if at < 0 {
			at = slices.IndexFunc(tokens, func(t *Token) bool { return !t.Managed })
		}
		if at >= 0 {
			logins = append(logins, Login{Identity: i, Token: tokens[at]})
		}
	}
	return logins, nil
}

// Count is how many tokens there are.
func (s *Service) Count(ctx context.Context) int {
	n, _ := s.config.Store.Count(ctx, "") // a store that cannot count has nothing to tell
	return n
}
