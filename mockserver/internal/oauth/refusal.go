package oauth

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/pat"
)

// refusal is an error of the token endpoint (RFC 6749, section 5.2).
type refusal struct {
	status            int
	kind, description string
}

func (e *refusal) Error() string { return e.kind + ": " + e.description }

// The refusals. The text of badCredentials was observed, that of unauthorized too; its kind and
// all others are inferred from the library whose texts those are.
var (
	badCredentials = &refusal{http.StatusUnauthorized, "invalid_client", "Bad client credentials"}
	unauthorized   = &refusal{http.StatusUnauthorized, "unauthorized", "Full authentication is required to access this resource"}
	missingGrant   = &refusal{http.StatusBadRequest, "invalid_request", "Missing grant type"}
)

func unsupportedGrant(grant string) *refusal {
	return &refusal{http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: " + grant}
}

func unauthorizedGrant(grant string) *refusal {
	return &refusal{http.StatusUnauthorized, "invalid_client", "Unauthorized grant type: " + grant}
}

func invalidRequest(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_request", fmt.Sprintf(format, args...)}
}

func invalidToken(err error) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_token", err.Error()}
}

// because gives a refusal a reason that a person can act on, behind the words of a tenant.
func (e *refusal) because(reason string) *refusal {
	return &refusal{e.status, e.kind, e.description + ": " + reason}
}

// noStore keeps access tokens and refusals out of caches (RFC 6749, section 5.1).
func noStore() http.Header { return http.Header{"Pragma": {"no-cache"}} }

// refusal turns an error into an answer. One that is none of a client's is a fault of the mock.
func (s *Server) refusal(rw http.ResponseWriter, r *http.Request, err error) *answer.Answer {
	why := err.Error()
	if errors.Is(err, pat.ErrBadCredentials) {
		err = badCredentials // the client learns no more than that, the log does
	}
	if size := (*http.MaxBytesError)(nil); errors.As(err, &size) {
		return answer.Error(rw, http.StatusRequestEntityTooLarge, "413 Content too large",
			"The body is larger than the server takes.", fmt.Sprintf("body: expected at most %d bytes, got more", size.Limit))
	}
	var told *refusal
	if !errors.As(err, &told) {
		return s.writer.Fault(rw, r, err)
	}
	response, _ := answer.JSON(told.status, map[string]string{"error": told.kind, "error_description": told.description}) // strings always encode
	response.Header, response.Why = noStore(), []string{why}
	if _, _, basic := r.BasicAuth(); basic && told.status == http.StatusUnauthorized {
		response.Header.Set("WWW-Authenticate", `Basic realm="oauth"`)
	}
	return response
}
