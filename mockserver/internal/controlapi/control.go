// Package controlapi is what the mock itself offers under /_mock/.
package controlapi

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/mockserver/internal/findings"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// Product is how a mock names itself, so that it can be told from a tenant.
const Product = "patmock"

// Config has the dependencies of a Server.
type Config struct {
	Namespaces *namespace.Registry[*namespace.Namespace]
	// Now is wall time.
	Now func() time.Time
	// Version of patmock, and Profile, which health reports.
	Version string
	Profile control.Profile
	// Degraded returns why the state file cannot be written, nil if it can.
	Degraded func() error
	// Findings are those of the whole server.
	Findings *findings.Store
	// Documents that are served, by name.
	Documents map[string]*spec.Document
	// Statuses that an operation of a version may answer, by the short names of rules; empty for
	// any of them.
	Statuses func(operation, version string) []int
	// PublicURL returns how clients reach the mock. Empty means the request's own host.
	PublicURL func() string
	// Token is demanded as a bearer. Empty demands nothing.
	Token  string
	Writer response.Writer
	// StreamSlots has room for the streams that are open at once, over all namespaces.
	StreamSlots chan struct{}
	// BulkSlots has room for the operations on all of a namespace that go on at once, over all
	// namespaces.
	BulkSlots chan struct{}
}

// streams are the operations whose responses are streams of events, by spec.Operation.Name.
var streams = map[string]bool{"followRequests": true}

// heavy are the operations whose memory grows with what a namespace has, by spec.Operation.Name.
var heavy = map[string]bool{
	"getState": true, "putState": true, "putNamespace": true, "listRequests": true,
	"getFindings": true, "deleteFindings": true,
}

// Server serves /_mock/.
type Server struct{ config Config }

// New returns a server.
func New(c Config) *Server { return &Server{config: c} }

// call is one request to the surface.
type call struct {
	*http.Request
	ns    *namespace.Namespace
	query url.Values
	body  []byte
}

// handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*Server, *call) (*response.Response, error){
	"getHealth": (*Server).health, "getDocument": (*Server).document,
	"listCredentials": (*Server).credentials, "reset": (*Server).reset, "getState": (*Server).state,
	"putState":    (*Server).putState,
	"addIdentity": (*Server).addIdentity, "addToken": (*Server).addToken,
	"getClock": (*Server).clock, "setClock": (*Server).setClock, "clearClock": (*Server).clearClock,
	"advanceClock": (*Server).advanceClock,
	"listFaults":   (*Server).faults, "addFault": (*Server).addFault,
	"deleteFaults": (*Server).deleteFaults, "deleteFault": (*Server).deleteFault,
	"listRequests": (*Server).requests, "getRequest": (*Server).request,
	"clearRequests": (*Server).clearRequests, "verify": (*Server).verify,
	"getFindings": (*Server).findings, "deleteFindings": (*Server).deleteFindings,
	"allowFindings":  (*Server).allowFindings,
	"listNamespaces": (*Server).namespaces, "getNamespace": (*Server).namespace,
	"putNamespace": (*Server).putNamespace, "deleteNamespace": (*Server).deleteNamespace,
}

// Route is an operation with what handles it.
type Route struct {
	operation *spec.Operation
	handle    func(*Server, *call) (*response.Response, error)
}

// NewRoute returns the route of an operation, nil for one that no server knows.
func NewRoute(op *spec.Operation) *Route {
	handle := handlers[op.Name]
	if handle == nil && !streams[op.Name] {
		return nil
	}
	return &Route{operation: op, handle: handle}
}

// Serve answers a request of a route.
func (s *Server) Serve(rw http.ResponseWriter, r *http.Request, ns *namespace.Namespace,
	route *Route,
) {
	if streams[route.operation.Name] {
		s.serveStream(rw, r, ns, route)
		return
	}
	resp, err := s.handle(r, ns, route)
	s.config.Writer.Reply(rw, r, route.operation.ValidateResponse, resp, errorOf(err))
}

// handle calls the operation of a route. Those whose memory grows with a namespace wait for their
// turn.
func (s *Server) handle(r *http.Request, ns *namespace.Namespace, route *Route) (*response.Response,
	error,
) {
	if heavy[route.operation.Name] {
		select {
		case s.config.BulkSlots <- struct{}{}:
			defer func() { <-s.config.BulkSlots }()
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	c, err := s.newCall(r, ns, route.operation)
	if err != nil {
		return nil, err
	}
	return route.handle(s, c)
}

// Authorized tells whether a request may use the surface of a mock that demands a token.
func Authorized(r *http.Request, token string) bool {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token == "" ||
		strings.EqualFold(scheme, "Bearer") &&
			subtle.ConstantTimeCompare([]byte(strings.TrimSpace(bearer)), []byte(token)) == 1
}

// newCall holds a request against the document of its operation.
func (s *Server) newCall(r *http.Request, ns *namespace.Namespace, op *spec.Operation) (*call,
	error,
) {
	if !Authorized(r, s.config.Token) {
		return nil, Unauthorized()
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil,
			invalid(control.ProblemError{Pointer: "query", Detail: redact.String(err.Error())})
	}
	if unknown := op.UnknownQuery(query); len(unknown) > 0 {
		return nil,
			invalid(control.ProblemError{
				Pointer: "query",
				Detail: "expected known parameters, got " +
					response.Truncate(strings.Join(unknown[:min(len(unknown), limit.Items)], ", ")),
			})
	}
	c := &call{Request: r, ns: ns, query: query}
	if found := op.ValidateQuery(query); len(found) > 0 {
		return nil, validationError(found)
	}
	if len(op.MediaTypes) == 0 {
		return c, nil
	}
	contentType := r.Header.Get("Content-Type")
	if !op.AcceptsContentType(contentType) {
		return nil, unsupportedMediaType(contentType, op.MediaTypes)
	}
	info := response.InfoFrom(r)
	c.body, err = info.RequestBody, info.BodyErr
	if size := (*http.MaxBytesError)(nil); errors.As(err, &size) {
		return nil, err
	}
	if err != nil {
		return nil,
			invalid(control.ProblemError{
				Pointer: "",
				Detail: "expected all of the body, got an end in between: " +
					redact.String(err.Error()),
			})
	}
	if op.Name == "putState" {
		return c, nil // its reader knows the form, and is made for what is large and hostile
	}
	if err := c.validateBody(op, contentType); err != nil {
		return nil, err
	}
	return c, nil
}

// validateBody validates the body against the document of its operation.
func (c *call) validateBody(op *spec.Operation, contentType string) error {
	if op.Name != "putNamespace" && len(c.body) > maxBody {
		return &http.MaxBytesError{Limit: maxBody}
	}
	depth, values := measure(c.body)
	if depth > maxDepth {
		return invalid(control.ProblemError{
			Pointer: "",
			Detail:  fmt.Sprintf("expected at most %d nested arrays and objects", maxDepth),
		})
	}
	if values > maxValues {
		advice := ""
		if op.Name == "putNamespace" {
			advice = tooLargeTenant
		}
		return invalid(control.ProblemError{
			Pointer: "",
			Detail:  fmt.Sprintf("expected at most %d values, got %d%s", maxValues, values, advice),
		})
	}
	value, err := spec.Decode(contentType, c.body)
	if err != nil {
		detail := "expected a body in " + response.Truncate(contentType) + ": " +
			redact.String(err.Error())
		if charset := body.Charset(c.body); charset != "" {
			detail = "expected UTF-8, got " + charset
		}
		return invalid(control.ProblemError{Pointer: "", Detail: detail})
	}
	found := op.ValidateRequest(c.Context(), contentType, value)
	if err := c.Context().Err(); err != nil {
		return err
	}
	if len(found) > 0 {
		return validationError(found)
	}
	return nil
}

// MaxTenant bounds, in bytes, the body of a new namespace. A state may be larger, see
// [fixtures.MaxBytes].
const MaxTenant = 16 << 20

// maxBody bounds, in bytes, a body that has no tenant in it: a tree of values is far larger than
// its text.
const maxBody = 1 << 20

// decode reads the body, whose shape is known to be right.
func decode[T any](c *call) (T, error) {
	var value T
	err := json.Unmarshal(c.body, &value)
	// a number of 100 digits, for example
	if mistyped := (*json.UnmarshalTypeError)(nil); errors.As(err, &mistyped) {
		return value,
			invalid(control.ProblemError{
				Pointer: "/" + mistyped.Field,
				Detail:  "got " + response.Truncate(mistyped.Value) + ", which does not fit",
			})
	}
	if err != nil { // a leap second, for example, which time.Time does not have
		return value, invalid(control.ProblemError{Pointer: "", Detail: redact.String(err.Error())})
	}
	return value, nil
}

// maxDepth bounds how deep JSON may nest: checking it costs more than in proportion.
const maxDepth = 64

// maxValues bounds the values in JSON, which take far more memory than their text.
const maxValues = 700_000

// measure returns how deep a text nests and how many values it has, if it is JSON.
func measure(text []byte) (deepest, values int) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
			values++
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
	}
	return deepest, values
}

// variable is a part of the path.
func (c *call) variable(name string) string { return c.PathValue(name) }

// noContent is the answer to what was done without anything to tell.
func noContent() (*response.Response, error) {
	return &response.Response{Status: http.StatusNoContent}, nil
}

func (s *Server) health(c *call) (*response.Response, error) {
	h := control.Health{
		Product: Product, Version: s.config.Version, Status: "ok", Namespace: c.ns.Name,
		Profile: s.config.Profile, Counters: c.ns.Linter.Counters(),
	}
	h.Counters.JournalDropped, h.Counters.Namespaces, h.Counters.Tokens = c.ns.Journal.Dropped(),
		s.config.Namespaces.Len(), c.ns.Service.Count(c.Context())
	if cause := s.config.Degraded(); cause != nil {
		h.Status, h.Cause = "degraded", redact.String(cause.Error())
	}
	return response.JSON(http.StatusOK, h)
}

func (s *Server) document(c *call) (*response.Response, error) {
	document := s.config.Documents[c.variable("document")]
	if document == nil {
		return nil, notFound(rule.ControlUnknownDocument, "document", c.variable("document"))
	}
	return &response.Response{Status: http.StatusOK, Body: document.JSON()}, nil
}
