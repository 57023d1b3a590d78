package oauth

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// refusal is an error of the token endpoint (RFC 6749, section 5.2).
type refusal struct {
	status            int
	kind, description string
	rule              rule.ID
	advice            string // for the log alone: the description keeps a tenant's words
	question          string // that it answers and nothing published settles, empty for none
}

// Question is the id of the question that the refusal answers.
func (e *refusal) Question() string { return e.question }

func (e *refusal) Error() string {
	if e.advice == "" {
		return e.kind + ": " + e.description
	}
	return e.kind + ": " + e.description + ": " + e.advice
}

// The refusals. The text of badCredentials was observed, that of unauthorized too; its kind and
// all others are inferred from the library whose texts those are.
var (
	badCredentials = &refusal{
		status: http.StatusUnauthorized, kind: "invalid_client", description: "Bad client credentials", rule: rule.TokenBadCredentials,
	}
	missingGrant = &refusal{http.StatusBadRequest, "invalid_request", "Missing grant type", rule.MissingGrant, sendGrant, dialect.MissingGrant}

	// passwordGrant rejects the grant that tenants had in 2021. // assumed
	passwordGrant = &refusal{
		http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: password", rule.PasswordGrant, sendGrant, dialect.PasswordGrant,
	}
)

// What to send instead.
const (
	sendGrant = "send grant_type=client_credentials"
	sendOnce  = "send each parameter once, and credentials in one way"
)

func unauthorized(violated rule.ID, advice string) *refusal {
	return &refusal{http.StatusUnauthorized, "unauthorized", "Full authentication is required to access this resource", violated, advice, ""}
}

func unsupportedGrant(grant string) *refusal {
	return &refusal{http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: " + redact.String(grant), rule.UnsupportedGrant, sendGrant, dialect.UnsupportedGrant}
}

func unauthorizedGrant(grant string) *refusal {
	return &refusal{http.StatusUnauthorized, "invalid_client", "Unauthorized grant type: " + grant, rule.TokenGrants, sendGrant, ""}
}

func invalidRequest(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_request", fmt.Sprintf(format, args...), rule.TokenParameters, sendOnce, ""}
}

// missingToken rejects a request to /oauth/check_token without a token. // assumed
var missingToken = &refusal{
	http.StatusBadRequest, response.InvalidRequest, "Missing token", rule.OAuthCheckToken, "send the access token as the form field token", "",
}

// invalidToken rejects an access token. A tenant's own words are published for one that has expired;
// the other text is that of the library whose texts a tenant's errors are. // assumed
func (s *Server) invalidToken(err error) *refusal {
	refused := &refusal{http.StatusBadRequest, "invalid_token", err.Error(), rule.OAuthCheckToken, "", ""}
	if s.config.Writer.Plain {
		refused.advice, refused.description = err.Error(), "Token was not recognised"
		if errors.Is(err, errExpired) {
			refused.description = errExpired.Error()
		}
	}
	return refused
}

// noStore keeps access tokens and refusals out of caches (RFC 6749, section 5.1).
func noStore() http.Header { return http.Header{"Pragma": {"no-cache"}} }

// refusal turns an error into an answer. One that is none of a client's is a fault of the mock.
func (s *Server) refusal(_ http.ResponseWriter, r *http.Request, err error) *response.Response {
	why := err.Error()
	var asked interface{ Question() string }
	var by dialect.Answer
	if errors.As(err, &asked) {
		by = s.config.Dialect[asked.Question()]
	}
	if note := s.config.ClockNote(); note != "" && errors.Is(err, pat.ErrExpired) {
		why += "; " + note
	}
	var violated rule.ID
	switch {
	case errors.Is(err, pat.ErrDeleted):
		violated = rule.LoginDeleted
	case errors.Is(err, pat.ErrExpired):
		violated = rule.LoginExpired
	}
	if errors.Is(err, pat.ErrBadCredentials) {
		err = badCredentials // the client learns no more than that, the log does
	}
	if size := (*http.MaxBytesError)(nil); errors.As(err, &size) {
		text := fmt.Sprintf("body: expected at most %d bytes, got more", size.Limit)
		return s.config.Writer.OAuthError(http.StatusRequestEntityTooLarge, response.InvalidRequest, text,
			response.Reason{Rule: rule.ContentTooLarge, Text: text})
	}
	var rejected *response.Error
	if errors.As(err, &rejected) {
		return s.config.Writer.ErrorResponse(r, rejected)
	}
	var told *refusal
	if !errors.As(err, &told) {
		return s.config.Writer.ErrorResponse(r, err)
	}
	status, kind, description := cmp.Or(by.Status, told.status), cmp.Or(by.Error, told.kind), cmp.Or(by.Description, told.description)
	resp := s.config.Writer.OAuthError(status, kind, description, response.Reason{Rule: cmp.Or(violated, told.rule), Text: why})
	return challenged(resp)
}

// challenged adds the challenge that every 401 has.
func challenged(resp *response.Response) *response.Response {
	if resp.Status == http.StatusUnauthorized {
		resp.Header["Www-Authenticate"] = []string{response.BasicChallenge}
	}
	return resp
}
