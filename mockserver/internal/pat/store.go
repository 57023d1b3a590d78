package pat

import "context"

// A Store holds the state of a tenant: its users, its API clients, and the current revision of
// every token. Writes are atomic. Revisions must not be modified. Returned slices belong to the
// caller.
type Store interface {
	// Token returns the current revision of a token, or ErrNotFound.
	Token(ctx context.Context, id string) (*Token, error)
	// Tokens returns the tokens of an owner, oldest first. Tokens created in the same millisecond
	// are sorted by id.
	Tokens(ctx context.Context, ownerID string) ([]*Token, error)
	// AllTokens returns the tokens of all owners in the same order.
	AllTokens(ctx context.Context) ([]*Token, error)
	// TokensLastUsed returns at least the tokens last used within a span, in the same order. It may
	// return others; callers must filter.
	TokensLastUsed(ctx context.Context, span Span) ([]*Token, error)
	// Count returns the number of tokens of an owner, or of all owners if ownerID is empty.
	Count(ctx context.Context, ownerID string) (int, error)
	// WasDeleted reports whether a token with the given id was recently deleted and no token has
	// the id now.
	WasDeleted(ctx context.Context, id string) (bool, error)

	// Create adds a token. It returns ErrNoIdentity if the owner does not exist, ErrConflict if a
	// token or an API client has the id, ErrNameTaken if another token of the owner has the name,
	// and ErrLimit if limit is positive and the owner has that many tokens.
	Create(ctx context.Context, t *Token, limit int) error
	// Swap replaces revisions. It returns ErrConflict if an old revision is not the current one,
	// and ErrNameTaken if a new name is in use.
	Swap(ctx context.Context, changes ...Change) error
	// Delete removes a token. It returns ErrNotFound if the token does not exist, and ErrConflict
	// if t is not its current revision.
	Delete(ctx context.Context, t *Token) error

	// Directory returns the users and API clients of the tenant.
	Directory(ctx context.Context) (*Directory, error)
	// AddIdentity adds a user and, unless login is nil, the token to log in with. It returns
	// ErrIdentityTaken, ErrIDTaken, or an error of Create.
	AddIdentity(ctx context.Context, i Identity, login *Token) error
	// SetLogin sets the login token of a user. It does nothing if the user does not exist or
	// already has one.
	SetLogin(ctx context.Context, identityID, tokenID string) error
	// Replace replaces the complete tenant, except that it adds the scope sets as AddScopeSets
	// does. Access tokens that were issued earlier stay valid.
	Replace(ctx context.Context, t Tenant) error
	// Snapshot returns a consistent copy of the complete tenant.
	Snapshot(ctx context.Context) (Tenant, error)

	// ScopeSet returns the scopes with the given hash, or ErrNotFound.
	ScopeSet(ctx context.Context, hash string) ([]string, error)
	// PutScopeSet adds a set as AddScopeSets does. ScopeSet returns the set only when it is
	// durable.
	PutScopeSet(ctx context.Context, set ScopeSet) error
}

// A Change replaces one revision of a token by another.
type Change struct{ Old, New *Token }
