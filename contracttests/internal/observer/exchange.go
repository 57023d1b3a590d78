package observer

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/contracttests/recording"
)

// Operation is an operation of the API or the token endpoint.
type Operation string

// The operations. Other is any other request.
const (
	List       Operation = "list"
	Create     Operation = "create"
	Patch      Operation = "patch"
	Bulk       Operation = "bulk"
	Delete     Operation = "delete"
	Login      Operation = "login"
	CheckToken Operation = "check_token"
	Info       Operation = "info"
	// PublicIdentities and Identities are lists, Identity is one of the latter.
	PublicIdentities Operation = "list of public identities"
	Identities       Operation = "list of identities"
	Identity         Operation = "identity"
	Control          Operation = "control"
	Other            Operation = "other"
)

// exchange is a parsed exchange.
type exchange struct {
	recording.Exchange
	Op      Operation
	Version string // empty outside the API
	ID      string // in the path of a patch, a delete or an identity
	OAuth   bool
	Query   url.Values
	// session of the access token in the request, nil if it is absent or unknown.
	session *session
}

var versions = []string{"beta", "v3", "v2024", "v2025", "v2026"}

// parse determines the operation of a request.
func (o *Observer) parse(x recording.Exchange) *exchange {
	e := &exchange{Exchange: x, Op: Other}
	u, err := url.Parse(x.URL)
	if err != nil {
		return e
	}
	e.Query = u.Query()
	path := u.EscapedPath()
	segments := strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
	if len(segments) > 1 && segments[0] == "t" {
		segments = segments[2:]
	}
	if scheme, bearer, _ := strings.Cut(x.Header.Get("Authorization"),
		" "); strings.EqualFold(scheme, "Bearer") {
		e.session = o.sessions[bearer]
	}
	if len(segments) > 0 && segments[0] == "_mock" {
		e.Op = Control
	}
	if len(segments) < 2 {
		return e
	}
	rest := segments[2:]
	switch {
	case segments[0] == "oauth":
		e.OAuth = true
		e.Op = oauthOperation(x.Method, segments[1:])
		return e
	case segments[0] == "personal-access-tokens" && segments[1] == "v1":
		e.Version = "v1"
	case segments[1] == "personal-access-tokens" && slices.Contains(versions, segments[0]):
		e.Version = segments[0]
	default:
		e.parseIdentities(segments[0], segments[1], rest)
		return e
	}
	switch {
	case len(rest) == 0 && x.Method == http.MethodGet:
		e.Op = List
	case len(rest) == 0 && x.Method == http.MethodPost:
		e.Op = Create
	case len(rest) == 1 && rest[0] == "bulk-update" && e.Version == "v1":
		if x.Method == http.MethodPatch || x.Method == http.MethodPost {
			e.Op = Bulk
		}
	case len(rest) == 1 && x.Method == http.MethodPatch:
		e.Op = Patch
	case len(rest) == 1 && x.Method == http.MethodDelete:
		e.Op = Delete
	}
	if e.Op == Patch || e.Op == Delete {
		e.ID, _ = url.PathUnescape(rest[0]) // an invalid escape yields an empty id
	}
	return e
}

// parseIdentities sets the operation and the version of a request for identities.
func (e *exchange) parseIdentities(version, resource string, rest []string) {
	if resource == "v1" {
		version, resource = resource, version
	}
	if e.Method != http.MethodGet || version != "v1" && !slices.Contains(versions, version) {
		return
	}
	switch {
	case resource == "public-identities" && len(rest) == 0 && version != "beta":
		e.Op, e.Version = PublicIdentities, version
	case resource == "identities" && len(rest) == 0 && version != "v3":
		e.Op, e.Version = Identities, version
	case resource == "identities" && len(rest) == 1 && version != "v3":
		e.Op, e.Version = Identity, version
		e.ID, _ = url.PathUnescape(rest[0]) // an invalid escape yields an empty id
	}
}

func oauthOperation(method string, path []string) Operation {
	switch {
	case len(path) != 1:
	case method == http.MethodPost && path[0] == "token":
		return Login
	case method == http.MethodPost && path[0] == "check_token":
		return CheckToken
	case method == http.MethodGet && path[0] == "info":
		return Info
	}
	return Other
}

// ok reports whether the request succeeded.
func (e *exchange) ok() bool { return e.Status >= 200 && e.Status <= 299 }

// outcomeUnknown reports whether the request may or may not have taken effect.
func (e *exchange) outcomeUnknown() bool {
	return e.Concurrent || e.Status >= 500 || e.Status == http.StatusRequestTimeout
}

// isCurrent reports whether tokens may never expire in the version.
func (e *exchange) isCurrent() bool {
	return slices.Contains([]string{"v2025", "v2026", "v1"}, e.Version)
}

// caller returns the id of the caller's identity, empty if it is unknown.
func (e *exchange) caller() string {
	if e.session == nil {
		return ""
	}
	return e.session.identity
}

// requestObject returns the object in the request body, nil if there is none.
func (e *exchange) requestObject() object { return parseObject([]byte(e.Body)) }

// responseObject returns the object in the response body, nil if there is none.
func (e *exchange) responseObject() object { return parseObject([]byte(e.ResponseBody)) }

// object is a JSON object whose values are not decoded.
type object map[string]json.RawMessage

// parseObject returns nil if data is not a JSON object.
func parseObject(data []byte) object {
	var o object
	if json.Unmarshal(data, &o) != nil {
		return nil
	}
	return o
}

// has reports whether a property is neither absent nor null.
func (o object) has(name string) bool { return len(o[name]) > 0 && string(o[name]) != "null" }

// text returns a string property, empty if it is absent or has another type.
func (o object) text(name string) string { return decode[string](o[name]) }

// decode decodes a value. It returns the zero value if the type differs.
func decode[T any](data json.RawMessage) (value T) {
	if len(data) == 0 || json.Unmarshal(data, &value) != nil {
		return *new(T)
	}
	return value
}

// encode returns a value as JSON.
func encode(value any) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		return nil // decoded values always encode
	}
	return data
}
