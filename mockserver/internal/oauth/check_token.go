package oauth

import (
	"errors"
	"net/http"
	"slices"

	"github.com/golang-jwt/jwt/v5"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// introspection is the response of /oauth/check_token.
//
// observed: a client
type introspection struct {
	*claims
	Active             bool     `json:"active"`
	ForceAuthSupported bool     `json:"force_auth_supported"`
	ClaimsSupported    bool     `json:"claims_supported"`
	EncodedScope       []string `json:"encoded_scope"`
}

// encodedScopeAll is sp:scopes:all in the bitmap of scopes. No other bit has been observed.
const encodedScopeAll = "Ag=="

// newIntrospection returns the introspection of a verified access token with the given scopes.
func newIntrospection(token string, scopes []string) (introspection, error) {
	c := &claims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, c); err != nil {
		return introspection{}, err
	}
	c.Scope, c.ScopeHash = scopes, ""
	encoded := []string{}
	if slices.Contains(scopes, pat.ScopeAll) {
		encoded = []string{encodedScopeAll}
	}
	return introspection{claims: c, Active: true, EncodedScope: encoded}, nil
}

// checkToken returns the claims of an access token (RFC 7662).
func (s *Server) checkToken(
	r *http.Request, info *response.RequestInfo,
) (*response.Response, error) {
	params, err := parameters(r)
	if err != nil {
		return nil, err
	}
	token, err := singleValue(params, "token")
	if err != nil {
		return nil, err
	}
	if token == "" {
		// assumed
		return nil,
			response.OAuthError(response.Invalid, "Missing token",
				"send the access token as the form field token", rule.OAuthCheckToken)
	}
	noteRepeated(info, params, "token")
	b, err := s.verify(token, s.config.Now())
	if errors.Is(err, errExpired) {
		err = expiredError(info)
	}
	if err != nil {
		return nil, s.invalidToken(err)
	}
	scopes, err := s.scopes(r.Context(), b)
	if err != nil {
		return nil, s.invalidToken(err)
	}
	resp, err := newIntrospection(token, scopes)
	if err != nil {
		return nil, err
	}
	return response.JSON(http.StatusOK, resp)
}

// invalidToken returns the error of an access token. The text for an expired token is published.
// The other text is from the library that a tenant's errors resemble.
//
// assumed
func (s *Server) invalidToken(err error) error {
	description, advice := err.Error(), ""
	if s.config.Writer.Faithful {
		description, advice = "Token was not recognised", err.Error()
		if errors.Is(err, errExpired) {
			description = errExpired.Error()
		}
	}
	return response.OAuthError(response.InvalidToken, description, advice, rule.OAuthCheckToken)
}
