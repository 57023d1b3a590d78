package oauth

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/gate"
	"example.com/patmock/mockserver/internal/pat"
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
)

// What to send instead.
const (
	sendGrant = "send grant_type=client_credentials"
	sendOnce  = "send each parameter once, and credentials in one way"
)

func unauthorized(advice string) *refusal {
	return &refusal{http.StatusUnauthorized, "unauthorized", "Full authentication is required to access this resource", rule.TokenNoCredentials, advice, ""}
}

func unsupportedGrant(grant string) *refusal {
	return &refusal{http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: " + told(grant), rule.UnsupportedGrant, sendGrant, dialect.UnsupportedGrant}
}

func unauthorizedGrant(grant string) *refusal {
	return &refusal{http.StatusUnauthorized, "invalid_client", "Unauthorized grant type: " + told(grant), rule.TokenGrants, sendGrant, ""}
}

func invalidRequest(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_request", told(fmt.Sprintf(format, args...)), rule.TokenParameters, sendOnce, ""}
}

func invalidToken(err error) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_token", err.Error(), rule.OAuthCheckToken, "", ""}
}

// told keeps a text to the characters that error_description may have (RFC 6749, section 5.2)
// and to a length that a person reads.
func told(text string) string {
	const most = 200
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// noStore keeps access tokens and refusals out of caches (RFC 6749, section 5.1).
func noStore() http.Header { return http.Header{"Pragma": {"no-cache"}} }

// refusal turns an error into an answer. One that is none of a client's is a fault of the mock.
func (s *Server) refusal(rw http.ResponseWriter, r *http.Request, err error) *answer.Answer {
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
		return answer.Error(rw, http.StatusRequestEntityTooLarge, "413 Content too large",
			"The body is larger than the server takes.", answer.Reason{Rule: rule.ContentTooLarge, Text: fmt.Sprintf("body: expected at most %d bytes, got more", size.Limit)})
	}
	var stopped *gate.Refusal
	if errors.As(err, &stopped) {
		return stoppedAnswer(rw, stopped)
	}
	var told *refusal
	if !errors.As(err, &told) {
		return s.config.Writer.Fault(rw, r, err)
	}
	status, kind, description := cmp.Or(by.Status, told.status), cmp.Or(by.Error, told.kind), cmp.Or(by.Description, told.description)
	response, _ := answer.JSON(status, map[string]string{"error": kind, "error_description": description}) // strings always encode
	response.Header, response.Reasons = noStore(), []answer.Reason{{Rule: cmp.Or(violated, told.rule), Text: why}}
	if _, _, basic := r.BasicAuth(); basic && status == http.StatusUnauthorized {
		response.Header.Set("WWW-Authenticate", `Basic realm="oauth"`)
	}
	return response
}

// stoppedAnswer is what the gate answers, in the form that its status has at the token endpoint.
func stoppedAnswer(rw http.ResponseWriter, refusal *gate.Refusal) *answer.Answer {
	var response *answer.Answer
	kinds := map[int]string{http.StatusBadRequest: "invalid_request", http.StatusUnauthorized: "invalid_client"}
	switch kind := kinds[refusal.Status]; {
	case kind != "":
		response, _ = answer.JSON(refusal.Status, map[string]string{"error": kind, "error_description": told(refusal.Why.Text)}) // strings always encode
		response.Reasons = []answer.Reason{refusal.Why}
	case refusal.Status == http.StatusTooManyRequests:
		response = answer.RateLimited(refusal.Why)
	default:
		response = answer.Stopped(rw, refusal.Status, refusal.Why)
	}
	if response.Header = noStore(); refusal.RetryAfter != "" {
		response.Header.Set("Retry-After", refusal.RetryAfter)
	}
	return response
}
