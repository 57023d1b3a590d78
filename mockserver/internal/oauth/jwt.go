package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// claims are what an access token says (published and observed). Scopes ride in it by
// name or by hash (assumed; a tenant writes them as a bitmap that no client reads), so that a
// later change of the personal access token does not reach it.
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
	// ScopeHash identifies a pat.ScopeSet. It takes the place of names that are too long.
	ScopeHash string `json:"scope_hash,omitempty"`
	// RegisteredClaims gives exp and jti. A tenant sets no others (observed).
	jwt.RegisteredClaims
}

// maxLength is what every access token stays below, in bytes, however many scopes it has. That of a
// tenant is short because of its bitmap, and servers bound a header field: nginx to 8 KB by default.
const maxLength = 4096

// issue makes an access token for a session. If the names of the scopes would make it too long, it has
// the hash of set instead, which has to be stored before the access token is sent. Set is nil otherwise.
func (s *Server) issue(ctx context.Context, g *pat.Session, now time.Time) (issued accessToken, set *pat.ScopeSet, err error) {
	life := time.Duration(g.ValiditySeconds) * time.Second
	tenant, err := s.config.Service.About(ctx)
	if err != nil {
		return accessToken{}, nil, err
	}
	c := &claims{
		TenantID: tenant.ID, Pod: tenant.Pod, Org: tenant.Name,
		IdentityID: g.Caller.ID, UserID: g.Caller.ID, UserName: g.Caller.Name,
		StrongAuth: true, StrongAuthSupported: true,
		Authorities: append([]string{}, g.Caller.UserLevels...), ClientID: g.Caller.ClientID,
		Scope: append([]string{}, g.Caller.Scopes...),
		RegisteredClaims: jwt.RegisteredClaims{
			// Whole seconds, rounded up: the token lives no shorter than expires_in says.
			ExpiresAt: jwt.NewNumericDate(now.Add(life + time.Second - 1).Truncate(time.Second)),
			ID:        s.config.Random.Base64("access token", 20),
		},
	}
	signed, err := s.sign(c)
	if err == nil && len(signed) >= maxLength {
		set = new(pat.NewScopeSet(c.Scope))
		c.Scope, c.ScopeHash = []string{}, set.Hash
		signed, err = s.sign(c)
	}
	if err != nil {
		return accessToken{}, nil, fmt.Errorf("sign an access token: %w", err)
	}
	s.verified.add(digestOf(signed), newBearer(c))
	return accessToken{
		AccessToken: signed, TokenType: "bearer", ExpiresIn: g.ValiditySeconds, Scope: strings.Join(g.Caller.Scopes, " "),
		TenantID: c.TenantID, Pod: c.Pod, Org: c.Org, StrongAuth: c.StrongAuth, StrongAuthSupported: c.StrongAuthSupported,
		IdentityID: c.IdentityID, UserName: c.UserName, JTI: c.ID,
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
		return nil, errScopesForgotten
	}
	return names, err
}

// errScopesForgotten rejects an access token whose scopes were dropped, see pat.AddScopeSets.
var errScopesForgotten = errors.New("JWT validation failed: its scopes are not stored in this namespace any more; log in again")

// verify returns what an access token of this server gives. The signature is verified once, the expiry every
// time. The error of one that has expired is errExpired, beside the bearer.
func (s *Server) verify(token string, now time.Time) (bearer, error) {
	at := digestOf(token)
	b, known := s.verified.get(at)
	if !known {
		c := &claims{}
		parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
		if _, err := parser.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return &s.config.Key.PublicKey, nil }); err != nil {
			return bearer{}, fmt.Errorf("JWT validation failed: %s", reason(err))
		}
		b = newBearer(c)
		s.verified.add(at, b)
	}
	if !now.Before(b.expiry()) {
		return b, errExpired
	}
	return b, nil
}

// errExpired has the published text.
var errExpired = errors.New("JWT validation failed: JWT is expired")

// errDeleted refuses an access token whose personal access token was deleted, where the tenant does.
var errDeleted deletedError

type deletedError struct{}

// noBearer rejects a header without a bearer.
func noBearer(format string, args ...any) error {
	return &response.BearerError{Rule: rule.BearerRequired, Missing: true, Err: fmt.Errorf(format, args...)}
}

// badBearer rejects a bearer that is not valid.
func badBearer(violated rule.ID, err error) error {
	return &response.BearerError{Rule: violated, Err: err}
}

// Error tells what is wrong, in words like those that are published.
func (deletedError) Error() string {
	return "JWT validation failed: the personal access token that it was made with was deleted"
}

// Question is the id of the question that the refusal answers.
func (deletedError) Question() string { return dialect.AccessTokenOfDeleted }

// reason tells what is wrong with an access token, without repeating it.
func reason(err error) string {
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return "it is not a JWT in compact form"
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return "it is not signed by the key of this namespace, which is new after a restart without --state and after a removal of the namespace; log in again"
	}
	return "it cannot be verified"
}

// Authenticate turns an Authorization header into a caller. Its errors are of type *[response.BearerError].
func (s *Server) Authenticate(ctx context.Context, trace *response.RequestInfo, header string, now time.Time) (pat.Caller, error) {
	if header == "" {
		return pat.Caller{}, noBearer("the Authorization header is missing: send Bearer and an access token from POST /oauth/token")
	}
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") {
		return pat.Caller{}, noBearer("the Authorization header has %s: send Bearer and an access token from POST /oauth/token", named(scheme))
	}
	if token == "" {
		return pat.Caller{}, noBearer("the bearer is empty: the login at POST /oauth/token before this request has failed")
	}
	b, err := s.verify(token, now)
	if b.holder == nil {
		return pat.Caller{}, badBearer(rule.BearerRequired, err)
	}
	caller := b.caller
	trace.User, trace.ClientID = cmp.Or(caller.Name, caller.ClientID), caller.ClientID
	if errors.Is(err, errExpired) {
		trace.AddFinding(control.ExpiredAccessToken, "the access token expired at "+pat.FormatDate(b.expiry()), "")
		return pat.Caller{}, &response.BearerError{Rule: rule.AccessTokenExpires, Expired: true, Err: s.expired()}
	}
	if _, err := s.config.Service.Identity(ctx, caller.ID); caller.ID != "" && errors.Is(err, pat.ErrNoIdentity) {
		return pat.Caller{}, badBearer(rule.BearerRequired, fmt.Errorf("JWT validation failed: its user %s is not in this tenant any more; log in again", caller.Name))
	}
	deleted, err := s.config.Service.Deleted(ctx, caller.ClientID)
	if err != nil {
		return pat.Caller{}, err
	}
	if deleted {
		if s.config.Dialect[dialect.AccessTokenOfDeleted].Refuses() {
			trace.AddFinding(control.DeletedToken, "the access token was made with token "+caller.ClientID+", which was deleted", "")
			return pat.Caller{}, badBearer(rule.AccessTokenOfDeleted, errDeleted)
		}
		trace.AddFinding(control.DeletedToken, "the access token was made with token "+caller.ClientID+", which was deleted; it stays valid until it expires (assumed)", "")
	}
	if caller.Scopes, err = s.scopes(ctx, b); err != nil {
		return pat.Caller{}, badBearer(rule.BearerRequired, err)
	}
	return caller, nil
}

// named tells a scheme that is one. Anything else may be a secret.
func named(scheme string) string {
	for _, known := range []string{"Basic", "Digest", "Negotiate", "DPoP", "Token"} {
		if strings.EqualFold(scheme, known) {
			return "the scheme " + strconv.Quote(known)
		}
	}
	return "no scheme that is known here"
}

// expired is errExpired, with a word on the clock where a test has moved it.
func (s *Server) expired() error {
	if note := s.config.ClockNote(); note != "" {
		return fmt.Errorf("%w; %s", errExpired, note)
	}
	return errExpired
}

// checkedToken is the answer of /oauth/check_token (observed in a client).
type checkedToken struct {
	*claims
	Active             bool     `json:"active"`
	ForceAuthSupported bool     `json:"force_auth_supported"`
	ClaimsSupported    bool     `json:"claims_supported"`
	EncodedScope       []string `json:"encoded_scope"`
}

// encodedAll is sp:scopes:all in the bitmap of scopes, the only bit that was seen.
const encodedAll = "Ag=="

// checked returns what check_token says of a verified access token with these scopes.
func checked(token string, scopes []string) (checkedToken, error) {
	c := &claims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, c); err != nil {
		return checkedToken{}, err
	}
	c.Scope, c.ScopeHash = scopes, ""
	encoded := []string{}
	if slices.Contains(scopes, pat.ScopeAll) {
		encoded = []string{encodedAll}
	}
	return checkedToken{claims: c, Active: true, EncodedScope: encoded}, nil
}
