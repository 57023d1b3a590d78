package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// tokenResponse is the response of the token endpoint.
//
// observed: clients
type tokenResponse struct {
	AccessToken         string `json:"access_token"`
	TokenType           string `json:"token_type"`
	ExpiresIn           int    `json:"expires_in"` // seconds
	Scope               string `json:"scope"`
	TenantID            string `json:"tenant_id"`
	Pod                 string `json:"pod"`
	StrongAuthSupported bool   `json:"strong_auth_supported"`
	Org                 string `json:"org"`
	IdentityID          string `json:"identity_id,omitempty"`
	UserName            string `json:"user_name,omitempty"`
	StrongAuth          bool   `json:"strong_auth"`
	JTI                 string `json:"jti"`
}

const clientCredentials = "client_credentials"

// otherGrants are the grant types that a tenant supports only for other clients.
//
// published
var otherGrants = []string{"authorization_code", "refresh_token"}

// token exchanges credentials for an access token. Access tokens issued earlier stay valid.
func (s *Server) token(r *http.Request, info *response.RequestInfo) (*response.Response, error) {
	params, err := parameters(r)
	if err != nil {
		return nil, err
	}
	id, secret, err := credentials(r, params)
	if err != nil {
		return nil, err
	}
	owner, ok := s.config.Service.ClientOwner(r.Context(), id)
	if ok { // an unknown id may be a misplaced secret
		info.ClientID = strings.Clone(id) // otherwise the journal would retain the body
	}
	now := s.config.Now()
	if err := s.config.Admission.Admit(admission.Request{
		Request: r, Operation: s.config.Document.Operation("requestAccessToken"), Info: info,
		ClientID: id,
		OwnerID:  owner.ID, OwnerName: owner.Name, Now: now,
	}); err != nil {
		return nil, err
	}
	grant, err := singleValue(params, "grant_type")
	if err != nil {
		return nil, err
	}
	noteRepeated(info, params, "grant_type", "client_id", "client_secret")
	resp, err := s.login(r.Context(), id, secret, grant, info, now)
	if err != nil {
		addLoginFindings(info, err)
		return nil, err
	}
	s.config.Admission.NoteLogin(id)
	return resp, nil
}

// login returns the response to valid credentials. It repeats a login that lost a race for its
// token.
func (s *Server) login(
	ctx context.Context, id, secret, grant string, info *response.RequestInfo, now time.Time,
) (*response.Response, error) {
	for {
		session, err := s.config.Service.PrepareLogin(ctx, id, secret, now)
		if err != nil {
			return nil, err
		}
		info.User = cmp.Or(session.Caller.Name, session.Caller.ClientID)
		if err := checkGrant(grant); err != nil {
			return nil, err
		}
		if info.TokenTTL > 0 {
			session.ValiditySeconds = min(session.ValiditySeconds, info.TokenTTL)
		}
		resp, err := s.commit(ctx, session, now)
		if !errors.Is(err, pat.ErrConflict) {
			info.Notes = append(info.Notes, session.Notes...)
			return resp, err
		}
	}
}

// commit validates the response of a session and then records the login.
func (s *Server) commit(
	ctx context.Context, session *pat.Session, now time.Time,
) (*response.Response, error) {
	token, set, err := s.issueToken(ctx, session, now)
	if err != nil {
		return nil, err
	}
	resp, err := response.JSON(http.StatusOK, token)
	if err != nil {
		return nil, err
	}
	// keep access tokens out of caches (RFC 6749, section 5.1)
	resp.Header = http.Header{"Pragma": {"no-cache"}}
	if err := s.config.Writer.Validate(resp,
		s.config.Document.Operation("requestAccessToken").ValidateResponse); err != nil {
		return nil, err
	}
	if set != nil {
		if err := s.config.Service.StoreScopeSet(ctx, *set); err != nil {
			return nil, err
		}
	}
	return resp, session.Commit(ctx)
}

// AcceptsLogin reports whether a token request has valid credentials and a supported grant type. It
// consumes the body but changes nothing else.
func (s *Server) AcceptsLogin(r *http.Request) bool {
	params, err := parameters(r)
	if err != nil {
		return false
	}
	id, secret, err := credentials(r, params)
	if err != nil {
		return false
	}
	grant, err := singleValue(params, "grant_type")
	if err != nil {
		return false
	}
	_, err = s.config.Service.PrepareLogin(r.Context(), id, secret, s.config.Now())
	return err == nil && checkGrant(grant) == nil
}

// addLoginFindings adds a finding for a rejected login that a careful client would not send.
func addLoginFindings(info *response.RequestInfo, err error) {
	var ruleErr *pat.Error
	if !errors.As(err, &ruleErr) {
		return
	}
	switch {
	case ruleErr.Rule == rule.LoginDeleted:
		info.AddFinding(control.DeletedToken, ruleErr.Reason, "")
	case ruleErr.Rule == rule.LoginExpired:
		info.AddFinding(control.ExpiredToken, ruleErr.Reason, "")
	case ruleErr.Advice != "":
		info.AddFinding(control.MalformedCredentials, ruleErr.Reason, ruleErr.Advice)
	}
}

// noteRepeated adds findings for parameters that were sent more than once with the same value.
func noteRepeated(info *response.RequestInfo, params url.Values, names ...string) {
	for _, name := range names {
		if n := len(params[name]); n > 1 {
			info.AddFinding(control.IgnoredParameter,
				fmt.Sprintf("%s was sent %d times with the same value", name, n),
				"send "+name+" once, in the form")
		}
	}
}

// unauthenticatedError returns the error of a request without credentials.
func unauthenticatedError(ruleID rule.ID, advice string) error {
	return response.OAuthError(response.Unauthenticated, "", advice, ruleID)
}

// credentials returns the id and secret from HTTP Basic or from parameters.
func credentials(r *http.Request, params url.Values) (id, secret string, err error) {
	if id, err = singleValue(params, "client_id"); err != nil {
		return "", "", err
	}
	if secret, err = singleValue(params, "client_secret"); err != nil {
		return "", "", err
	}
	if user, password, ok := r.BasicAuth(); ok {
		if id != "" && id != user || secret != "" && secret != password {
			return "", "",
				invalidRequest("the credentials in the parameters differ from those of HTTP Basic")
		}
		return user, password, nil
	}
	if id != "" {
		return id, secret, nil
	}
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return "", "",
			unauthenticatedError(rule.TokenNoJSON,
				"JSON bodies are not supported: send client_id and client_secret as a form")
	case r.Header.Get("Authorization") != "":
		return "", "",
			unauthenticatedError(rule.TokenNoCredentials,
				"the Authorization header has no valid Basic credentials: send Basic and base64 "+
					"of id, colon and secret")
	}
	return "", "",
		unauthenticatedError(rule.TokenNoCredentials,
			"send client_id and client_secret as a form, in the query or by HTTP Basic")
}

// checkGrant rejects every grant type except client_credentials.
func checkGrant(grant string) error {
	const advice = "send grant_type=client_credentials"
	switch {
	case grant == clientCredentials:
		return nil
	case grant == "":
		return response.OAuthError(response.Invalid, "Missing grant type", advice,
			rule.MissingGrant)
	case slices.Contains(otherGrants, grant):
		return response.OAuthError(response.UnauthorizedGrant, "Unauthorized grant type: "+grant,
			advice, rule.TokenGrants)
	case grant == "password": // tenants supported it in 2021 (assumed)
		return response.OAuthError(response.UnsupportedGrant, "Unsupported grant type: password",
			advice, rule.PasswordGrant)
	}
	return response.OAuthError(response.UnsupportedGrant,
		"Unsupported grant type: "+redact.String(grant), advice, rule.UnsupportedGrant)
}
