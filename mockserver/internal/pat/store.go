package pat

import "context"

// A Store keeps the current revision of every token. It answers revisions that
// nobody may change, in slices that belong to the caller, and never calls back
// while it holds a lock. What it stores is decided here, whole or not at all: a
// shared store can stand beside the embedded one.
type Store interface {
	// Token returns the current revision, or ErrNotFound.
	Token(ctx context.Context, id string) (*Token, error)
	// Tokens returns those of an owner, oldest first, by id where made in the same millisecond.
	Tokens(ctx context.Context, ownerID string) ([]*Token, error)
	// All returns every token in the same order.
	All(ctx context.Context) ([]*Token, error)
	// Used returns those that were last used within a span, in the same order, and others with them wherever
	// that is less work: who wants exactly those has to look.
	Used(ctx context.Context, within Span) ([]*Token, error)
	// Count tells how many tokens an owner has, or how many there are when the id is empty.
	Count(ctx context.Context, ownerID string) (int, error)
	// Create adds a token, unless its owner has one of that name (ErrNameTaken) or, when
	// limit is positive, that many already (ErrLimit). An id that exists is ErrConflict.
	Create(ctx context.Context, t *Token, limit int) error
	// Swap replaces revisions, all or none. ErrConflict when one of the old ones is not
	// current any more, ErrNameTaken when a new name is in use.
	Swap(ctx context.Context, changes ...Change) error
	// Delete removes a token whose current revision is t, else ErrConflict; ErrNotFound when it is gone.
	Delete(ctx context.Context, t *Token) error
	// Replace puts a tenant in the place of everything.
	Replace(ctx context.Context, t Tenant) error
	// PutIdentity adds an identity, or replaces the one of the same id. Who there is, is the service's to
	// know: the store keeps it, where it outlives the process.
	PutIdentity(ctx context.Context, i Identity) error
	// ScopeSet returns the scopes under a hash, or ErrNotFound.
	ScopeSet(ctx context.Context, hash string) ([]string, error)
	// ScopeSets returns all sets, oldest first.
	ScopeSets(ctx context.Context) ([]ScopeSet, error)
	// PutScopeSet adds a set as AddScopeSets does. ScopeSet finds it only once it is stored for good.
	PutScopeSet(ctx context.Context, set ScopeSet) error
}

// A Change replaces one revision of a token by another.
type Change struct{ Old, New *Token }
