package pat

import (
	"context"
	"errors"

	"example.com/patmock/spec/rule"
)

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
