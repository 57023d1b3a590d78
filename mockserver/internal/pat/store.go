package pat

import "context"

// A Store keeps the state of a tenant: its users, its API clients, and the current revision of
// every token. A write is all or nothing. Revisions must not be modified; slices belong to the
// caller.
type Store interface {
	// Token returns the current revision of a token, or ErrNotFound.
	Token(ctx context.Context, id string) (*Token, error)
	// Tokens returns the tokens of an owner, oldest first, and by id if created in the same
	// millisecond.
	Tokens(ctx context.Context, ownerID string) ([]*Token, error)
	// AllTokens returns every token in the same order.
	AllTokens(ctx context.Context) ([]*Token, error)
	// TokensLastUsed returns at least the tokens last used within a span, in the same order. It may
	// return others; callers must filter.
	TokensLastUsed(ctx context.Context, within Span) ([]*Token, error)
	// Count returns the number of tokens of an owner, or of all tokens if the id is empty.
	Count(ctx context.Context, ownerID string) (int, error)
	// WasDeleted reports whether a token of that id was deleted lately, and none has the id now.
	WasDeleted(ctx context.Context, id string) (bool, error)

	// Create adds a token. The error is ErrNoIdentity if the owner does not exist, ErrConflict if a
	// token or an API client has the id, ErrNameTaken if a token of the owner has the name, and
	// ErrLimit if limit is positive and the owner has that many tokens.
	Create(ctx context.Context, t *Token, limit int) error
	// Swap replaces revisions. The error is ErrConflict if one of the old ones is not current any
	// more, and ErrNameTaken if a new name is in use.
	Swap(ctx context.Context, changes ...Change) error
	// Delete removes a token. The error is ErrNotFound if it is gone, and ErrConflict if its
	// current revision is another one.
	Delete(ctx context.Context, t *Token) error

	// Directory returns the users and API clients of the tenant.
	Directory(ctx context.Context) (*Directory, error)
	// AddIdentity adds a user, and the token to log in with unless it is nil. The errors are
	// ErrIdentityTaken, ErrIDTaken, and those of Create.
	AddIdentity(ctx context.Context, i Identity, login *Token) error
	// SetLogin sets the token that a user logs in with, unless the user is gone or has one.
	SetLogin(ctx context.Context, identityID, tokenID string) error
	// Replace replaces everything by a tenant, except the scope sets: it adds those of the tenant
	// as AddScopeSets does, because access tokens of before stay valid.
	Replace(ctx context.Context, t Tenant) error
	// Snapshot returns everything as it is at one moment.
	Snapshot(ctx context.Context) (Tenant, error)

	// ScopeSet returns the scopes with a hash, or ErrNotFound.
	ScopeSet(ctx context.Context, hash string) ([]string, error)
	// PutScopeSet adds a set as AddScopeSets does. ScopeSet finds it only once it is stored for
	// good.
	PutScopeSet(ctx context.Context, set ScopeSet) error
}

// A Change replaces one revision of a token by another.
type Change struct{ Old, New *Token }
