package pat

import (
	"context"
	"errors"
	"strconv"

	"example.com/patmock/spec/rule"
)

// CreateRequest is the content of a request for a token. Nil means null as well as absent.
type CreateRequest struct {
	Name                       *string
	Scope                      []string // nil: sp:scopes:all; empty: none at all (assumed)
	AccessTokenValiditySeconds *int     // nil: 43200
	ExpirationDate             *string
	// UserAwareTokenNeverExpires is false if it was not sent. The legacy versions do not have it.
	UserAwareTokenNeverExpires bool
}

// Creation is a token that is ready to be stored.
type Creation struct {
	Token *Token

	service *Service
}

// PrepareCreate returns a new token of the caller. Errors are of type *[Error].
func (s *Service) PrepareCreate(ctx context.Context, call Call, r CreateRequest) (*Creation, error) {
	held, err := s.rights(ctx, call.Caller)
	if err != nil {
		return nil, err
	}
	if !held.Has(CreateMy) {
		return nil, missing(callerAt, CreateMy, held, rule.WriteRights)
	}
	owner := Owner{ID: call.Caller.ID, Name: call.Caller.Name}
	now := call.now()
	id, secret := s.newCredentials(ctx)
	f := Fields{
		ID: id, Secret: secret, Scope: scopeOf(r.Scope), Owner: owner, Created: now,
		AccessTokenValiditySeconds: defaultValiditySeconds,
		UserAwareTokenNeverExpires: call.Policy.Shape == Current && r.UserAwareTokenNeverExpires,
	}
	if r.Name == nil {
		return nil, &Error{Kind: Missing, Field: "/" + fieldName, Want: "a name", Got: "nothing", Rule: rule.NameRequired}
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
	return &Creation{NewToken(f), s}, nil
}

// Commit stores the token unless its owner has one of its name or as many as allowed. ErrConflict means
// that the id was taken meanwhile, and that the creation has to be prepared again.
func (c *Creation) Commit(ctx context.Context) error {
	s, t := c.service, c.Token
	err := s.config.Store.Create(ctx, t, s.config.Limit)
	switch {
	case errors.Is(err, ErrNoIdentity):
		return userGone(t.Owner)
	case errors.Is(err, ErrNameTaken):
		return nameTaken(t.Name, "/"+fieldName)
	case errors.Is(err, ErrLimit):
		return limitReached(s.config.Limit)
	}
	return err
}

// userGone returns the error of a caller whose identity has left the tenant: an access token may outlive it.
func userGone(caller Owner) *Error {
	return &Error{
		Kind: Forbidden, Field: callerAt, Want: "the access token of a user of this tenant", Got: "that of " + caller.Name + ", who is gone",
		Advice: "log in again", Rule: rule.NoApplicationAuth,
	}
}

// Note returns a sentence about a stored token that a tenant would have rejected, empty for any other.
func (c *Creation) Note(ctx context.Context) string {
	if c.service.config.Limit > 0 {
		return ""
	}
	n, err := c.service.config.Store.Count(ctx, c.Token.Owner.ID)
	if err != nil || n <= TenantLimit {
		return ""
	}
	return "a tenant would refuse this: " + ordinal(n) + " token of " + c.Token.Owner.Name + ", who may have " + strconv.Itoa(TenantLimit) +
		" (" + rule.TokensPerOwner.String() + ")"
}
