package oauth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/patmock/mockserver/internal/pat"
)

// claims is the content of an access token, as published and observed. It contains the scopes by
// name or by hash. Therefore a later change of the personal access token does not affect it. A
// tenant writes the scopes as a bitmap that no client reads; the names are assumed.
type claims struct {
	TenantID            string   `json:"tenant_id"`
	Internal            bool     `json:"internal"`
	Pod                 string   `json:"pod"`
	Org                 string   `json:"org"`
	IdentityID          string   `json:"identity_id,omitempty"`
	UserName            string   `json:"user_name,omitempty"`
	StrongAuth          bool     `json:"strong_auth"`
	Authorities         []string `json:"authorities"` // user levels
	ClientID            string   `json:"client_id"`
	StrongAuthSupported bool     `json:"strong_auth_supported"`
	UserID              string   `json:"user_id,omitempty"`
	Scope               []string `json:"scope"`
	// ScopeHash identifies a pat.ScopeSet. It replaces scope names that are too long.
	ScopeHash string `json:"scope_hash,omitempty"`
	// RegisteredClaims contains exp and jti. A tenant sets no others (observed).
	jwt.RegisteredClaims
}

// maxTokenBytes is the exclusive maximum length of an access token, for any number of scopes. An
// access token of a real tenant is short because of its bitmap. Servers limit a header field: nginx
// to 8 KB by default.
const maxTokenBytes = 4096

// issueToken returns an access token for a session. If the scope names would make it too long, it
// contains the hash of set instead, and the caller must store set before sending the access token.
// Otherwise set is nil.
func (s *Server) issueToken(
	ctx context.Context, session *pat.Session, now time.Time,
) (resp tokenResponse, set *pat.ScopeSet, err error) {
	validity := time.Duration(session.ValiditySeconds) * time.Second
	tenant, err := s.config.Service.TenantInfo(ctx)
	if err != nil {
		return tokenResponse{}, nil, err
	}
	c := &claims{
		TenantID: tenant.ID, Pod: tenant.Pod, Org: tenant.Name,
		IdentityID: session.Caller.ID, UserID: session.Caller.ID, UserName: session.Caller.Name,
		StrongAuth: true, StrongAuthSupported: true,
		Authorities: append([]string{}, session.Caller.UserLevels...),
		ClientID:    session.Caller.ClientID,
		Scope:       append([]string{}, session.Caller.Scopes...),
		RegisteredClaims: jwt.RegisteredClaims{
			// Whole seconds, rounded up: the token lives no shorter than expires_in says.
			ExpiresAt: jwt.NewNumericDate(now.Add(validity +
				time.Second - 1).Truncate(time.Second)),
			ID: s.config.Random.Base64("access token", 20),
		},
	}
	jwtText, err := s.sign(c)
	if err == nil && len(jwtText) >= maxTokenBytes {
		set = new(pat.NewScopeSet(c.Scope))
		c.Scope, c.ScopeHash = []string{}, set.Hash
		jwtText, err = s.sign(c)
	}
	if err != nil {
		return tokenResponse{}, nil, fmt.Errorf("sign an access token: %w", err)
	}
	s.bearers.add(digestOf(jwtText), newBearer(c))
	return tokenResponse{
		AccessToken: jwtText, TokenType: "bearer", ExpiresIn: session.ValiditySeconds,
		Scope:    strings.Join(session.Caller.Scopes, " "),
		TenantID: c.TenantID, Pod: c.Pod, Org: c.Org, StrongAuth: c.StrongAuth,
		StrongAuthSupported: c.StrongAuthSupported,
		IdentityID:          c.IdentityID, UserName: c.UserName, JTI: c.ID,
	}, set, nil
}

func (s *Server) sign(c *claims) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodES256, c).SignedString(s.config.Key)
}

// scopes returns the scopes of an access token by name.
func (s *Server) scopes(ctx context.Context, b bearer) ([]string, error) {
	if b.scopeHash == "" {
		return b.caller.Scopes, nil
	}
	names, err := s.config.Service.ScopeSet(ctx, b.scopeHash)
	if errors.Is(err, pat.ErrNotFound) {
		return nil, errScopesEvicted
	}
	return names, err
}

// errScopesEvicted is the error of an access token whose scope set was dropped. See
// pat.AddScopeSets.
var errScopesEvicted = errors.New("JWT validation failed: its scopes are no longer stored in " +
	"this namespace; log in again")

// verify returns the bearer of an access token issued by this server. It verifies the signature
// only once, but the expiry every time. For an expired access token it returns both the bearer and
// errExpired.
func (s *Server) verify(token string, now time.Time) (bearer, error) {
	key := digestOf(token)
	b, ok := s.bearers.get(key)
	if !ok {
		c := &claims{}
		parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
			jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
		if _, err := parser.ParseWithClaims(token, c,
			func(*jwt.Token) (any, error) { return &s.config.Key.PublicKey, nil }); err != nil {
			return bearer{}, fmt.Errorf("JWT validation failed: %s", jwtErrorText(err))
		}
		b = newBearer(c)
		s.bearers.add(key, b)
	}
	if !now.Before(b.expiry()) {
		return b, errExpired
	}
	return b, nil
}

// errExpired is the error for an expired access token, in the published words.
var errExpired = errors.New("JWT validation failed: JWT is expired")

// jwtErrorText describes an invalid access token without repeating it.
func jwtErrorText(err error) string {
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return "it is not a JWT in compact form"
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return "it is not signed by the key of this namespace; the key changes after a restart " +
			"without --state and after a deletion of the namespace; log in again"
	}
	return "it cannot be verified"
}
