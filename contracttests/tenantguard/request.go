package tenantguard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"example.com/patmock/spec/redact"
)

// guardedRequest is a request in a [Guard].
type guardedRequest struct {
	*http.Request
	body  []byte
	route route
	// client is the client id of the request, empty if unknown.
	client string
	// session is the session of the bearer, nil without one.
	session *session
	// outcomeUnknown reports that the request was sent and had no complete response.
	outcomeUnknown bool
	// maybeApplied reports that an attempt had a 5xx response and was repeated.
	maybeApplied bool
}

// maxRequestBytes limits the size of a request body.
const maxRequestBytes = 64 << 20

// readRequest reads a request and closes its body.
func (g *Guard) readRequest(r *http.Request) (*guardedRequest, error) {
	out := &guardedRequest{Request: r, route: parseRoute(g.base, r.URL)}
	if r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1))
		if len(body) > maxRequestBytes {
			err = fmt.Errorf("longer than %d bytes", maxRequestBytes)
		}
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, fmt.Errorf("%s: the body of the request: %w", out, err)
		}
		out.body = body
	}
	if out.route.kind == loginRoute {
		out.client = clientIDFrom(r, out.body)
	} else if b, ok := bearerFrom(r); ok {
		out.session, out.client = g.tokens.session(b)
	}
	return out, nil
}

// String returns the method and the redacted path for errors.
func (r *guardedRequest) String() string {
	return fmt.Sprintf("%s %s", r.Method, redact.Report(r.URL.Path))
}

// isWrite reports whether the request may change state.
func (r *guardedRequest) isWrite() bool {
	return !isSafe(r.Method) && r.route.kind != loginRoute && r.route.kind != checkTokenRoute
}

// checkRepeated returns a [RetryError] if the target rejects a repeated write.
func (r *guardedRequest) checkRepeated(resp *response) error {
	if !r.maybeApplied || !r.isWrite() || resp.StatusCode < 400 || resp.StatusCode >= 500 {
		return nil
	}
	return &RetryError{Request: r.String(), Status: resp.StatusCode, MaybeApplied: true}
}

func (r *guardedRequest) isCreate() bool {
	return r.Method == http.MethodPost && r.route.kind == listRoute
}

// ownTokens is the query of the complete list of the caller's own tokens.
const ownTokens = "owner-id=me"

func (r *guardedRequest) isOwnList() bool { return r.isListWith(ownTokens) }

// isListWith reports whether the request is a list with exactly this query.
func (r *guardedRequest) isListWith(query string) bool {
	return r.Method == http.MethodGet && r.route.kind == listRoute && r.URL.RawQuery == query
}

// name returns the name in the body of a create, empty without one.
func (r *guardedRequest) name() string {
	var body any
	if json.Unmarshal(r.body, &body) != nil {
		return ""
	}
	object, _ := body.(map[string]any)
	name, _ := object["name"].(string)
	return name
}

// ids returns the normalized ids of the tokens that the request may change. Every string in the
// body of a bulk update may be an id.
func (r *guardedRequest) ids() []string {
	ids := r.route.ids
	if r.route.kind != bulkRoute {
		return ids
	}
	for decoder := json.NewDecoder(bytes.NewReader(r.body)); ; {
		token, err := decoder.Token()
		if err != nil {
			return ids
		}
		if text, ok := token.(string); ok {
			ids = append(ids, normalizeID(text))
		}
	}
}

// origin returns the scheme, host and port of a URL.
func origin(scheme, host string) string {
	u := &url.URL{Scheme: strings.ToLower(scheme), Host: strings.ToLower(host)}
	if u.Port() == "" {
		port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
		u.Host = strings.TrimSuffix(u.Host, ":") + port
	}
	return u.String()
}
