package pat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"example.com/patmock/spec/rule"
)

// CreateRequest is the content of a request to create a token. A nil field is null or absent.
type CreateRequest struct {
	Name                       *string
	Scope                      []string // nil means sp:scopes:all, empty means no scopes (assumed)
	AccessTokenValiditySeconds *int     // nil means 43200
	ExpirationDate             *string
	// UserAwareTokenNeverExpires acknowledges that the token may never expire. The legacy versions
	// ignore it.
	UserAwareTokenNeverExpires bool
}

// Creation is a token that is ready to be stored.
type Creation struct {
	Token *Token

	service *Service
}

// PrepareCreate returns a new token of the caller (rule.CreateForCaller, rule.CreatedNow). Errors
// are of type *[Error].
func (s *Service) PrepareCreate(
	ctx context.Context, call Call, r CreateRequest,
) (*Creation, error) {
	if _, err := s.authorize(ctx, call.Caller, CreateMy); err != nil {
		return nil, err
	}
	if r.Name == nil {
		return nil, &Error{
			Kind: Missing, Field: "/" + fieldName, Want: "a name", Got: "nothing",
			Rule: rule.NameRequired,
		}
	}
	now := call.now()
	id, secret := s.newCredentials(ctx)
	data := TokenData{
		ID: id, Secret: secret, Name: *r.Name, Scope: scopeOf(r.Scope), Created: now,
		Owner:                      Owner{ID: call.Caller.ID, Name: call.Caller.Name},
		AccessTokenValiditySeconds: defaultValiditySeconds,
		UserAwareTokenNeverExpires: call.Policy.Shape == Current && r.UserAwareTokenNeverExpires,
	}
	if r.AccessTokenValiditySeconds != nil {
		data.AccessTokenValiditySeconds = *r.AccessTokenValiditySeconds
	}
	expiration, expirationErr := call.Policy.expiration(r.ExpirationDate,
		data.UserAwareTokenNeverExpires, now)
	data.ExpirationDate = expiration
	err := cmp.Or(
		s.config.Options.checkName(data.Name, "/"+fieldName),
		s.config.Options.checkScope(r.Scope, "/"+fieldScope),
		checkValiditySeconds(data.AccessTokenValiditySeconds),
		expirationErr,
	)
	if err != nil {
		return nil, err
	}
	return &Creation{NewToken(data), s}, nil
}

// Commit stores the token unless its owner has one with the same name or has reached the limit.
// ErrConflict means that another token took the id after PrepareCreate; the caller must prepare the
// creation again.
func (c *Creation) Commit(ctx context.Context) error {
	s, t := c.service, c.Token
	err := s.config.Store.Create(ctx, t, s.config.Limit)
	switch {
	case errors.Is(err, ErrNoIdentity): // an access token may outlive its user
		return &Error{
			Kind: Forbidden, Field: callerField, Want: "the access token of a user of this tenant",
			Got:    "the access token of deleted user " + t.Owner.Name,
			Advice: "log in again", Rule: rule.NoApplicationAuth,
		}
	case errors.Is(err, ErrNameTaken):
		return nameTakenError(t.Name, "/"+fieldName)
	case errors.Is(err, ErrLimit):
		return &Error{
			Kind: Limit, Want: fmt.Sprintf("fewer than %d tokens of the owner", s.config.Limit),
			Got:    strconv.Itoa(s.config.Limit),
			Advice: "delete one first", Rule: rule.TokensPerOwner, Entry: "token-limit",
		}
	}
	return err
}

// Note returns a sentence about a stored token that a real tenant would have rejected. It is empty
// for all other tokens.
func (c *Creation) Note(ctx context.Context) string {
	if c.service.config.Limit > 0 {
		return ""
	}
	n, err := c.service.config.Store.Count(ctx, c.Token.Owner.ID)
	if err != nil || n <= TenantLimit {
		return ""
	}
	return "a real tenant would reject this: " + ordinal(n) + " token of " + c.Token.Owner.Name +
		", the limit is " + strconv.Itoa(TenantLimit) +
		" (" + rule.TokensPerOwner.String() + ")"
}
