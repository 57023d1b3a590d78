package pat

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"example.com/patmock/spec/rule"
)

// Session is a login that is ready to be recorded, with the content of its access token.
type Session struct {
	Caller Caller
	// ValiditySeconds is the lifetime of the access token.
	ValiditySeconds int
	// Notes are sentences about what a real tenant would do differently.
	Notes []string

	service *Service
	token   *Token // nil for an API client
	now     time.Time
}

// lastUsedInterval is the minimum time between two changes of lastUsed. It is published that
// lastUsed changes once a day. It is assumed that the day starts at the previous change.
const lastUsedInterval = 24 * time.Hour // rule.LastUsed

// PrepareLogin returns the session of a token or an API client. For invalid credentials, the error
// is an *[Error] with the kind BadCredentials.
func (s *Service) PrepareLogin(
	ctx context.Context, id, secret string, now time.Time,
) (*Session, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if client, ok := d.Client(id); ok {
		if !constantTimeEqual(client.Secret, secret) {
			return nil,
				s.nearMissError(ctx, id, secret,
					badCredentialsError(rule.TokenBadCredentials,
						"the secret does not match API client %s", quote(client.Name)))
		}
		return &Session{
			Caller:          Caller{ClientID: id, Scopes: client.Scope},
			ValiditySeconds: defaultValiditySeconds,
		}, nil
	}
	t, err := s.config.Store.Token(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, s.nearMissError(ctx, id, secret, s.unknownClientError(ctx, d, id))
	}
	if err != nil {
		return nil, err
	}
	if !constantTimeEqual(t.Secret, secret) {
		return nil,
			s.nearMissError(ctx, id, secret,
				badCredentialsError(rule.TokenBadCredentials,
					"the secret does not match token %s of %s",
					quote(t.Name), shorten(t.Owner.Name)))
	}
	if t.Expired(now) {
		return nil,
			badCredentialsError(rule.LoginExpired, "token %s of %s expired at %s", quote(t.Name),
				shorten(t.Owner.Name), FormatDate(t.ExpirationDate))
	}
	identity, ok := d.Identity(t.Owner.ID)
	if !ok {
		return nil,
			badCredentialsError(rule.TokenBadCredentials, "token %s belongs to a deleted identity",
				quote(t.Name))
	}
	return &Session{
		Caller: Caller{
			ClientID: t.ID, ID: identity.ID, Name: identity.Name,
			UserLevels: identity.UserLevels, Scopes: t.effectiveScope(now, s.config.ScopeDelay),
		},
		ValiditySeconds: t.AccessTokenValiditySeconds,
		Notes:           s.scopeNotes(t, now),
		service:         s, token: t, now: now,
	}, nil
}

// Commit records the login in the token's lastUsed, at most once a day. ErrConflict means that the
// token was changed or deleted after PrepareLogin; the caller must prepare the login again.
func (s *Session) Commit(ctx context.Context) error {
	// the zero time is long ago
	if s.token == nil || s.now.Sub(s.token.LastUsed) < lastUsedInterval {
		return nil
	}
	next := NewToken(s.token.TokenData)
	next.LastUsed = s.now.UTC().Truncate(time.Millisecond)
	return s.service.config.Store.Swap(ctx, Change{Old: s.token, New: next})
}

// unknownClientError returns the error of a client id that does not exist.
func (s *Service) unknownClientError(ctx context.Context, d *Directory, id string) error {
	if len(id) == secretLength { // keep a swapped secret out of the log
		return badCredentialsError(rule.TokenBadCredentials,
			"the client id has the length of a secret: are id and secret swapped?")
	}
	deleted, err := s.WasDeleted(ctx, id)
	if err != nil {
		return err
	}
	if deleted {
		return badCredentialsError(rule.LoginDeleted, "token %s was deleted", id)
	}
	return badCredentialsError(rule.TokenBadCredentials,
		"no token and no API client has the id %s: it belongs to another tenant, or was deleted "+
			"long ago; the users of this tenant are %s", quote(id), d.Names())
}

// secretLength is the number of hexadecimal digits of a secret.
//
// published by example
const secretLength = 64

// badCredentialsError returns the error of a login. Clients get the same text for every reason.
func badCredentialsError(ruleID rule.ID, reason string, args ...any) *Error {
	return &Error{
		Kind: BadCredentials, Reason: "bad client credentials: " + fmt.Sprintf(reason, args...),
		Rule: ruleID,
	}
}

func constantTimeEqual(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
