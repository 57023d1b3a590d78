// Package controlapi serves the control API of a mock under /_mock/.
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

// Product is the name that a mock reports, so that clients can recognize a mock.
const Product = "patmock"

// Config holds the dependencies of a Server.
type Config struct {
	Namespaces *namespace.Registry[*namespace.Namespace]
	// Now returns the wall time.
	Now func() time.Time
	// Version is the version of patmock. Health reports it and Profile.
	Version string
	Profile control.Profile
	// Degraded returns the error of the state file while it cannot be written, or nil.
	Degraded func() error
	// Findings stores the findings of all namespaces.
	Findings *findings.Store
	// Documents are the documents to serve, by name.
	Documents map[string]*spec.Document
	// Statuses returns the statuses that an operation of a version may respond with. Operation and
	// version are the short names that rules use; empty means any.
	Statuses func(operation, version string) []int
	// PublicURL returns the base URL for clients. Empty means the host of the request.
	PublicURL func() string
	// Token is the bearer token that requests must contain. If it is empty, none is required.
	Token  string
	Writer response.Writer
	// StreamSlots limits the number of open streams over all namespaces.
	StreamSlots chan struct{}
	// BulkSlots limits the number of concurrent operations on complete namespaces, over all
	// namespaces.
	BulkSlots chan struct{}
}

// streams are the operations that respond with a stream of events, by spec.Operation.Name.
var streams = map[string]bool{"followRequests": true}

// heavy are the operations whose memory grows with the size of a namespace, by spec.Operation.Name.
var heavy = map[string]bool{
	"getState": true, "putState": true, "putNamespace": true, "listRequests": true,
	"getFindings": true, "deleteFindings": true,
}

// Server serves /_mock/.
type Server struct{ config Config }

// New returns a server.
func New(c Config) *Server { return &Server{config: c} }

// call is a request to the control API.
type call struct {
	*http.Request
	ns    *namespace.Namespace
	query url.Values
	body  []byte
}

// handlers are the handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*Server, *call) (*response.Response, error){
	"getHealth": (*Server).health, "getDocument": (*Server).document,
	"listCredentials": (*Server).credentials, "reset": (*Server).reset, "getState": (*Server).state,
	"putState":    (*Server).putState,
	"addIdentity": (*Server).addIdentity, "addToken": (*Server).addToken,
	"getClock": (*Server).clock, "setClock": (*Server).setClock, "clearClock": (*Server).clearClock,
	"advanceClock": (*Server).advanceClock,
	"listFaults":   (*Server).faults, "addFault": (*Server).addFault,
	"deleteFaults": (*Server).deleteFaults, "deleteFault": (*Server).deleteFault,
	"listStubs": (*Server).stubs, "addStub": (*Server).addStub,
	"deleteStubs": (*Server).deleteStubs, "deleteStub": (*Server).deleteStub,
	"listRequests": (*Server).requests, "getRequest": (*Server).request,
	"clearRequests": (*Server).clearRequests, "verify": (*Server).verify,
	"getFindings": (*Server).findings, "deleteFindings": (*Server).deleteFindings,
	"allowFindings":  (*Server).allowFindings,
	"listNamespaces": (*Server).namespaces, "getNamespace": (*Server).namespace,
	"putNamespace": (*Server).putNamespace, "deleteNamespace": (*Server).deleteNamespace,
}

// Route is an operation with its handler.
type Route struct {
	operation *spec.Operation
	handle    func(*Server, *call) (*response.Response, error)
}

// NewRoute returns the route of an operation, or nil for an operation without a handler.
func NewRoute(op *spec.Operation) *Route {
	handle := handlers[op.Name]
	if handle == nil && !streams[op.Name] {
		return nil
	}
	return &Route{operation: op, handle: handle}
}

// Serve handles a request to a route.
func (s *Server) Serve(
	rw http.ResponseWriter, r *http.Request, ns *namespace.Namespace, route *Route,
) {
	if streams[route.operation.Name] {
		s.serveStream(rw, r, ns, route)
		return
	}
	resp, err := s.handle(r, ns, route)
	s.config.Writer.Reply(rw, r, route.operation.ValidateResponse, resp, errorOf(err))
}

// handle calls the handler of a route. A heavy operation waits for a free slot.
func (s *Server) handle(
	r *http.Request, ns *namespace.Namespace, route *Route,
) (*response.Response, error) {
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

// Authorized reports whether a request may use the control API of a mock with a control token. An
// empty token allows every request.
func Authorized(r *http.Request, token string) bool {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token == "" ||
		strings.EqualFold(scheme, "Bearer") &&
			subtle.ConstantTimeCompare([]byte(strings.TrimSpace(bearer)), []byte(token)) == 1
}

// newCall validates a request against the document of its operation.
func (s *Server) newCall(
	r *http.Request, ns *namespace.Namespace, op *spec.Operation,
) (*call, error) {
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
				Detail: "expected a complete body: " +
					redact.String(err.Error()),
			})
	}
	if op.Name == "putState" {
		return c, nil // its decoder validates it, and handles large and hostile input
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

// MaxTenant is the maximum size, in bytes, of the body of a new namespace. A state may be larger,
// see [fixtures.MaxBytes].
const MaxTenant = 16 << 20

// maxBody is the maximum size, in bytes, of a body without a tenant. Decoded values take far more
// memory than their text.
const maxBody = 1 << 20

// decode decodes the validated body.
func decode[T any](c *call) (T, error) {
	var value T
	err := json.Unmarshal(c.body, &value)
	// a number of 100 digits, for example
	if mistyped := (*json.UnmarshalTypeError)(nil); errors.As(err, &mistyped) {
		return value,
			invalid(control.ProblemError{
				Pointer: "/" + mistyped.Field,
				Detail: "expected a value that fits the property, got " +
					response.Truncate(mistyped.Value),
			})
	}
	if err != nil { // a leap second, for example, which time.Time does not have
		return value, invalid(control.ProblemError{Pointer: "", Detail: redact.String(err.Error())})
	}
	return value, nil
}

// maxDepth is the maximum nesting of JSON. The cost of validation grows faster than the depth.
const maxDepth = 64

// maxValues is the maximum number of values in JSON. Decoded values take far more memory than their
// text.
const maxValues = 700_000

// measure returns the nesting depth and the number of values of a JSON text.
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

// variable returns the value of a variable in the path.
func (c *call) variable(name string) string { return c.PathValue(name) }

// noContent returns a response without a body.
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
