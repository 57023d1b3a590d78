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

// accessToken is the answer of the token endpoint (observed in clients).
type accessToken struct {
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

// otherGrants are those that a tenant has for other clients than personal access tokens
// (published).
var otherGrants = []string{"authorization_code", "refresh_token"}

// token exchanges credentials for an access token. Access tokens made before stay as they are.
func (s *Server) token(r *http.Request, info *response.RequestInfo) (*response.Response, error) {
	all, err := parameters(r)
	if err != nil {
		return nil, err
	}
	id, secret, err := credentials(r, all)
	if err != nil {
		return nil, err
	}
	owner, known := s.config.Service.ClientOwner(r.Context(), id)
	if known { // what is not may be a secret in the wrong place
		info.ClientID = strings.Clone(id) // of the body, which the journal would keep with it
	}
	now := s.config.Now()
	if err := s.config.Admission.Admit(admission.Request{
		Request: r, Operation: s.config.Document.Operation("requestAccessToken"), Info: info,
		ClientID: id,
		OwnerID:  owner.ID, OwnerName: owner.Name, Now: now,
	}); err != nil {
		return nil, err
	}
	grant, err := singleValue(all, "grant_type")
	if err != nil {
		return nil, err
	}
	findRepeated(info, all, "grant_type", "client_id", "client_secret")
	resp, err := s.login(r.Context(), id, secret, grant, info, now)
	if err != nil {
		addFindings(info, err)
		return nil, err
	}
	s.config.Admission.NoteLogin(id)
	return resp, nil
}

// login returns the response to credentials that are good for a grant. It repeats a login that lost
// a race for its token.
func (s *Server) login(ctx context.Context, id, secret, grant string, info *response.RequestInfo,
	now time.Time,
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

// commit validates the response with the access token of a session, and then notes the login.
func (s *Server) commit(ctx context.Context, session *pat.Session,
	now time.Time,
) (*response.Response, error) {
	issued, set, err := s.issueToken(ctx, session, now)
	if err != nil {
		return nil, err
	}
	resp, err := response.JSON(http.StatusOK, issued)
	if err != nil {
		return nil, err
	}
	// keeps access tokens out of caches (RFC 6749, section 5.1)
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

// AcceptsLogin reports whether the credentials and the grant of a request are good for an access
// token. It changes nothing but the body, which it reads.
func (s *Server) AcceptsLogin(r *http.Request) bool {
	all, err := parameters(r)
	if err != nil {
		return false
	}
	id, secret, err := credentials(r, all)
	if err != nil {
		return false
	}
	grant, err := singleValue(all, "grant_type")
	if err != nil {
		return false
	}
	_, err = s.config.Service.PrepareLogin(r.Context(), id, secret, s.config.Now())
	return err == nil && checkGrant(grant) == nil
}

// addFindings notes a login that a careful client would not have tried.
func addFindings(info *response.RequestInfo, err error) {
	var broken *pat.Error
	if !errors.As(err, &broken) {
		return
	}
	switch {
	case broken.Rule == rule.LoginDeleted:
		info.AddFinding(control.DeletedToken, broken.Reason, "")
	case broken.Rule == rule.LoginExpired:
		info.AddFinding(control.ExpiredToken, broken.Reason, "")
	case broken.Advice != "":
		info.AddFinding(control.MalformedCredentials, broken.Reason, broken.Advice)
	}
}

// findRepeated notes parameters of a form and a query that were sent more than once, with the same
// value.
func findRepeated(info *response.RequestInfo, all url.Values, names ...string) {
	for _, name := range names {
		if n := len(all[name]); n > 1 {
			info.AddFinding(control.IgnoredParameter,
				fmt.Sprintf("%s was sent %d times with the same value", name, n),
				"send "+name+" once, in the form")
		}
	}
}

// unauthenticated returns the error of a request without credentials.
func unauthenticated(violated rule.ID, advice string) error {
	return response.OAuthError(response.Unauthenticated, "", advice, violated)
}

// credentials are id and secret by HTTP Basic or as parameters.
func credentials(r *http.Request, all url.Values) (id, secret string, err error) {
	if id, err = singleValue(all, "client_id"); err != nil {
		return "", "", err
	}
	if secret, err = singleValue(all, "client_secret"); err != nil {
		return "", "", err
	}
	if user, password, basic := r.BasicAuth(); basic {
		if id != "" && id != user || secret != "" && secret != password {
			return "", "",
				invalidRequest("the credentials in the parameters are others than those by HTTP " +
					"Basic")
		}
		return user, password, nil
	}
	if id != "" {
		return id, secret, nil
	}
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return "", "",
			unauthenticated(rule.TokenNoJSON,
				"a JSON body is not read, send client_id and client_secret as a form")
	case r.Header.Get("Authorization") != "":
		return "", "",
			unauthenticated(rule.TokenNoCredentials,
				"the Authorization header holds no Basic credentials: expected Basic and base64 "+
					"of id, colon and secret")
	}
	return "", "",
		unauthenticated(rule.TokenNoCredentials,
			"send client_id and client_secret as a form, in the query or by HTTP Basic")
}

// checkGrant rejects grants other than client_credentials.
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
	case grant == "password": // which tenants had in 2021. // assumed
		return response.OAuthError(response.UnsupportedGrant, "Unsupported grant type: password",
			advice, rule.PasswordGrant)
	}
	return response.OAuthError(response.UnsupportedGrant,
		"Unsupported grant type: "+redact.String(grant), advice, rule.UnsupportedGrant)
}
