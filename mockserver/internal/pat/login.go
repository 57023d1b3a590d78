package pat

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"
)

// A Grant is what a login gives.
type Grant struct {
	Caller Caller
	// ValiditySeconds is how long its access token lives.
	ValiditySeconds int
	// Notes tell what a tenant would have done otherwise, in sentences.
	Notes []string
}

// lastUsedStep is how long lastUsed stays as it is (published: it moves once a day; that the
// day is counted from the stored value is assumed).
const lastUsedStep = 24 * time.Hour

// Login exchanges the id and secret of a token, or of an API client, for a grant. Whatever
// is wrong with them is ErrBadCredentials. Accept sees the grant before the login is noted
// in the token's lastUsed; its error stops the login.
func (s *Service) Login(ctx context.Context, id, secret string, now time.Time, accept func(Grant) error) error {
	if client, ok := s.who.Load().clients[id]; ok {
		if !equal(client.Secret, secret) {
			if err := s.nearMiss(ctx, id, secret); err != nil {
				return err
			}
			return badCredentials("the secret is not that of API client %s", quote(client.Name))
		}
		caller := Caller{ClientID: id, Scopes: client.Scope}
		return accept(Grant{Caller: caller, ValiditySeconds: defaultValiditySeconds})
	}
	err := s.retry(id, func() error {
		t, err := s.config.Store.Token(ctx, id)
		if err != nil {
			return err
		}
		if !equal(t.Secret, secret) {
			if err := s.nearMiss(ctx, id, secret); err != nil {
				return err
			}
			return badCredentials("the secret is not that of token %s of %s", quote(t.Name), shorten(t.Owner.Name))
		}
		if t.Expired(now) {
			return &credentialsError{ErrExpired, fmt.Sprintf("token %s of %s expired at %s", quote(t.Name), shorten(t.Owner.Name), FormatDate(t.ExpirationDate)), ""}
		}
		return s.login(ctx, t, now, accept)
	})
	var refusal *Error
	if errors.As(err, &refusal) && refusal.Kind == NotFound {
		if err := s.nearMiss(ctx, id, secret); err != nil {
			return err
		}
		if len(id) == secretLength { // a pair that was exchanged must not show in a log
			return badCredentials("the client id is as long as a secret: are the two exchanged?")
		}
		if s.deleted.has(id) {
			return &credentialsError{ErrDeleted, fmt.Sprintf("token %s was deleted", id), ""}
		}
		return badCredentials("no token and no API client has the id %s: it is one of another tenant, or was deleted long ago; the users here are %s", quote(id), s.who.Load().users())
	}
	return err
}

// secretLength is how many hexadecimal digits a secret has, twice those of an id (published by example).
const secretLength = 64

// credentialsError is ErrBadCredentials with the reason, which is for the log alone.
type credentialsError struct {
	kind   error // ErrExpired, ErrDeleted, or nil
	reason string
	remedy string // empty for that of the kind
}

// Remedy returns what to do instead, empty if the error has no remedy of its own.
func (e *credentialsError) Remedy() string { return e.remedy }

// Error tells the reason.
func (e *credentialsError) Error() string { return ErrBadCredentials.Error() + ": " + e.reason }

// Question is the id of the question that the refusal answers and nothing published settles, empty for none.
func (e *credentialsError) Question() string {
	switch {
	case errors.Is(e.kind, ErrExpired):
		return askLoginExpired
	case errors.Is(e.kind, ErrDeleted):
		return askLoginDeleted
	}
	return ""
}

// Is implements the interface of errors.Is.
func (e *credentialsError) Is(target error) bool {
	return target == ErrBadCredentials || e.kind != nil && target == e.kind
}

func badCredentials(format string, args ...any) error {
	return &credentialsError{reason: fmt.Sprintf(format, args...)}
}

func (s *Service) login(ctx context.Context, t *Token, now time.Time, accept func(Grant) error) error {
	identity, ok := s.Identity(ctx, t.Owner.ID)
	if !ok {
		return badCredentials("token %s belongs to an identity that is gone", quote(t.Name))
	}
	err := accept(Grant{
		Caller: Caller{
			ClientID: t.ID, ID: identity.ID, Name: identity.Name,
			UserLevels: identity.UserLevels, Scopes: t.scopeAt(now, s.config.ScopeDelay),
		},
		ValiditySeconds: t.AccessTokenValiditySeconds,
		Notes:           s.scopeNotes(t, now),
	})
	if err != nil || now.Sub(t.LastUsed) < lastUsedStep { // never is long ago
		return err
	}
	used := NewToken(t.Fields)
	used.LastUsed = now.UTC().Truncate(time.Millisecond)
	return s.config.Store.Swap(ctx, Change{Old: t, New: used})
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
