package pat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/spec/rule"
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
	// Accept sees the revisions that the call is about to store or has removed, in the order
	// of the answer. Its error stops the call, and nothing is stored. Nil accepts everything. It must not
	// call the service.
	Accept func(...*Token) error
	// Note is told what a tenant would have refused, in sentences. Nil is told nothing.
	Note func(sentence string)
}

func (c Call) now() time.Time { return c.Now.UTC().Truncate(time.Millisecond) }

func (c Call) accept(tokens ...*Token) error {
	if c.Accept == nil {
		return nil
	}
	return c.Accept(tokens...)
}

// CreateRequest asks for a token. Nil stands for null as well as for absent, which mean the same.
type CreateRequest struct {
	Name                       *string
	Scope                      []string // nil: sp:scopes:all; empty: none at all (assumed)
	AccessTokenValiditySeconds *int     // nil: 43200
	ExpirationDate             *string
	// UserAwareTokenNeverExpires is false where it was not sent; the legacy versions do not know it.
	UserAwareTokenNeverExpires bool
}

// Create makes a token for the caller. Errors are *Error, or what Accept and the store return.
func (s *Service) Create(ctx context.Context, call Call, r CreateRequest) (*Token, error) {
	if held := s.rights(ctx, call.Caller); !held.Has(CreateMy) {
		return nil, missing(callerAt, CreateMy, held, rule.WriteRights)
	}
	now := call.now()
	id, secret := s.newCredentials(ctx)
	f := Fields{
		ID: id, Secret: secret, Scope: kept(r.Scope),
		Owner: Owner{ID: call.Caller.ID, Name: call.Caller.Name}, Created: now,
		AccessTokenValiditySeconds: defaultValiditySeconds,
		UserAwareTokenNeverExpires: call.Policy.Shape == Current && r.UserAwareTokenNeverExpires,
	}
	if r.Name == nil {
		return nil, refuse(Missing, Cause{At: "/" + fieldName, Expected: "a name", Got: "nothing", Rule: rule.NameRequired})
	}
	f.Name = *r.Name
	if refusal := checkName(f.Name, "/"+fieldName); refusal != nil {
		return nil, refusal
	}
	if refusal := s.config.Choices.checkNameLength(f.Name, "/"+fieldName); refusal != nil {
		return nil, refusal
	}
	if refusal := s.config.Choices.checkScope(r.Scope, "/"+fieldScope); refusal != nil {
		return nil, refusal
	}
	if r.AccessTokenValiditySeconds != nil {
		f.AccessTokenValiditySeconds = *r.AccessTokenValiditySeconds
		if refusal := checkValidity(f.AccessTokenValiditySeconds); refusal != nil {
			return nil, refusal
		}
	}
	expires, refusal := call.Policy.expiration(r.ExpirationDate, f.UserAwareTokenNeverExpires, now)
	if refusal != nil {
		return nil, refusal
	}
	f.ExpirationDate = expires
	return s.create(ctx, call, NewToken(f))
}

func (s *Service) create(ctx context.Context, call Call, t *Token) (*Token, error) {
	s.whole.RLock()
	defer s.whole.RUnlock()
	if _, known := s.Identity(ctx, t.Owner.ID); !known {
		return nil, gone(call.Caller)
	}
	if err := call.accept(t); err != nil {
		return nil, err
	}
	err := s.config.Store.Create(ctx, t, s.config.Limit)
	for ; errors.Is(err, ErrConflict); err = s.config.Store.Create(ctx, t, s.config.Limit) {
		f := t.Fields
		f.ID, f.Secret = s.newCredentials(ctx)
		t = NewToken(f)
		if err := call.accept(t); err != nil {
			return nil, err
		}
	}
	switch {
	case errors.Is(err, ErrNameTaken):
		return nil, nameTaken(t.Name, "/"+fieldName)
	case errors.Is(err, ErrLimit):
		return nil, refuse(Limit, limitReached(s.config.Limit)).asked(askTokenLimit)
	case err != nil:
		return nil, err
	}
	s.noteLimit(ctx, call, t.Owner)
	return t, nil
}

// rights of a caller in this tenant.
func (s *Service) rights(_ context.Context, c Caller) Rights { return s.who.Load().levels.rights(c) }

// ListQuery says which tokens to list.
type ListQuery struct {
	// OwnerID is "me", the id of an identity, or empty for every token.
	OwnerID string
	Filter  *Filter
}

// List returns the tokens that the caller asks for and may see, each once, oldest first.
// An owner that does not exist has no tokens (assumed).
func (s *Service) List(ctx context.Context, caller Caller, q ListQuery) ([]*Token, error) {
	held := s.rights(ctx, caller)
	needed := ReadAll
	if q.OwnerID == "me" || q.OwnerID == caller.ID && s.config.Choices.ReadMyByOwnID {
		needed = ReadMy
	}
	if !held.Has(needed) {
		return nil, s.cannotList(ctx, caller, q.OwnerID, needed, held)
	}
	if err := s.checkOwner(ctx, q.OwnerID); err != nil {
		return nil, err
	}
	tokens, err := s.candidates(ctx, caller, q)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(tokens, func(t *Token) bool {
		return t.Managed && !held.Has(ReadManaged) || !q.Filter.Match(t)
	}), nil
}

// candidates has every token that a query can want.
func (s *Service) candidates(ctx context.Context, caller Caller, q ListQuery) ([]*Token, error) {
	switch {
	case q.OwnerID == "me":
		return s.config.Store.Tokens(ctx, caller.ID)
	case q.OwnerID != "":
		return s.config.Store.Tokens(ctx, q.OwnerID)
	case q.Filter != nil:
		return s.config.Store.Used(ctx, q.Filter.span())
	}
	return s.config.Store.All(ctx)
}

// Delete removes a token for good: one's own, or with the right to all tokens anybody's.
func (s *Service) Delete(ctx context.Context, call Call, id string) error {
	held := s.rights(ctx, call.Caller)
	if held&(DeleteMy|DeleteAll) == 0 {
		return missing(callerAt, DeleteMy, held, rule.WriteRights)
	}
	return s.retry(id, func() error {
		t, err := s.visible(ctx, id, held)
		if err != nil {
			return err
		}
		if t.Owner.ID != call.Caller.ID && !held.Has(DeleteAll) {
			return missing(callerAt, DeleteAll, held, rule.WriteRights).asked(askDeleteOfAnothers)
		}
		if t.Owner.ID == call.Caller.ID && !held.Has(DeleteMy) {
			return missing(callerAt, DeleteMy, held, rule.WriteRights)
		}
		if err := call.accept(t); err != nil {
			return err
		}
		if err := s.config.Store.Delete(ctx, t); err != nil {
			return err
		}
		s.deleted.add(t.ID)
		return nil
	})
}

// Patch changes one of the caller's own tokens; nobody changes another's (observed).
func (s *Service) Patch(ctx context.Context, call Call, id string, operations []PatchOperation) (*Token, error) {
	held := s.rights(ctx, call.Caller)
	if !held.Has(UpdateMy) {
		return nil, missing(callerAt, UpdateMy, held, rule.WriteRights)
	}
	p := &patching{policy: call.Policy, choices: &s.config.Choices, operations: operations, now: call.now(), scopeDelay: s.config.ScopeDelay}
	var next *Token
	err := s.retry(id, func() error {
		t, err := s.visible(ctx, id, held)
		if err != nil {
			return err
		}
		if t.Owner.ID != call.Caller.ID {
			return refuse(Forbidden, Cause{
				At: "path parameter id", Expected: "a token of the caller, " + call.Caller.Name, Got: "one of " + t.Owner.Name,
				Advice: "only its owner can change a token", Rule: rule.PatchOwnOnly,
			})
		}
		if refusal := p.check(); refusal != nil {
			return refusal
		}
		patched, refusal := p.apply(t)
		if refusal != nil {
			return refusal
		}
		if err := call.accept(patched); err != nil {
			return err
		}
		next = patched
		err = s.config.Store.Swap(ctx, Change{Old: t, New: patched})
		if errors.Is(err, ErrNameTaken) {
			at, _ := p.place(fieldName)
			return nameTaken(patched.Name, at)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return next, nil
}

// visible returns a token, unless it is managed and the caller may not see those.
func (s *Service) visible(ctx context.Context, id string, held Rights) (*Token, error) {
	t, err := s.config.Store.Token(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && t.Managed && !held.Has(ReadManaged) {
		return nil, notFound(id)
	}
	return t, err
}

// retry repeats an attempt that lost a race for the token it read, and treats one
// that was deleted meanwhile as never seen.
func (s *Service) retry(id string, attempt func() error) error {
	for {
		switch err := attempt(); {
		case errors.Is(err, ErrConflict):
			continue
		case errors.Is(err, ErrNotFound):
			return notFound(id)
		default:
			return err
		}
	}
}
