package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/budget"
	controls "example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
)

// maxBody is the largest body of a request to the API, in bytes.
const maxBody = 1 << 20

// bodyLimit returns the largest body of an operation at a path, in bytes. A state has what the mock writes of one.
func bodyLimit(document *spec.Document, path string) int64 {
	switch {
	case document.Name != spec.Control:
		return maxBody
	case path == surface+"/state":
		return fixtures.MaxBytes
	}
	return controls.MaxTenant
}

// surface is where the control surface begins.
const surface = "/_mock"

// entrance is what every request passes first. It finds the namespace, names the request, reads its body,
// outlives a panic behind it, and writes the journal.
type entrance struct {
	server *Server
	// api serves the API, control the control surface; nil where this entrance does not lead there.
	api, control *routes
}

// tenantOf is the namespace of a request that went through the entrance.
func tenantOf(rw http.ResponseWriter) *tenant { return rw.(*exchange).tenant }

// unseeded names requests that belong to no run that could be repeated.
var unseeded = random.New(nil, "")

// noSniff keeps browsers from taking a response for what its Content-Type does not say (the Fetch
// standard). Every response has it.
var noSniff = []string{"nosniff"}

// ServeHTTP implements http.Handler.
func (e *entrance) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header()["X-Content-Type-Options"] = noSniff
	if c, ok := r.Context().Value(connKey{}).(*plainConn); ok {
		c.begin()
		defer c.end()
	}
	x := &exchange{entrance: e, came: e.server.wall(), recorder: recorder{ResponseWriter: rw}, lease: e.server.inFlight.Lease()}
	defer x.finish()
	x.enter(r)
}

// exchange is a request on its way through the entrance.
type exchange struct {
	*entrance
	recorder
	came   time.Time // wall time
	at     time.Time // by the clock of the namespace
	trace  response.RequestInfo
	tenant *tenant
	body   []byte
	lease  budget.Lease // memory that it takes
}

func (x *exchange) enter(r *http.Request) {
	if r.Method == http.MethodConnect {
		x.refuseTunnel(r)
		return
	}
	name, at := namespace.Split(collapsed(r.URL.EscapedPath()))
	x.trace.Namespace, x.trace.Prefix = name, namespace.Prefix(name)
	controlled := x.toControl(at)
	switch {
	case controlled:
		x.trace.Form = response.Control
	case response.OAuthPath(at):
		x.trace.Form = response.OAuth
	}
	r = response.RequestWithInfo(within(r, at), &x.trace)
	defer func() { x.outlive(r, recover()) }()

	if controlled {
		x.name(unseeded)
		err := x.server.guard.check(r)
		if err == nil && !controls.Allowed(r, x.server.config.ControlToken) {
			err = controls.Unauthorized()
		}
		if err != nil { // before a namespace is made
			x.reject(r, err)
			return
		}
	}
	if controlled {
		x.serveControl(r, name)
		return
	}
	member, err := x.server.namespaces.Find(name)
	if err != nil {
		x.serveAbsent(r, name, err)
		return
	}
	defer member.Leave()
	x.enterNamespace(member.Value())
	preflight := x.server.cors.handle(x.Header(), r)
	x.respond(r, x.read(r, maxBody), preflight)
	x.end(r)
}

// toControl reports whether a path is one of the control API.
func (x *exchange) toControl(at string) bool {
	return under(at, surface) && x.control != nil || x.api == nil
}

// enterNamespace makes the request one of a namespace.
func (x *exchange) enterNamespace(t *tenant) {
	t.used.Store(true)
	x.tenant = t
	x.name(t.random)
	x.at = t.clock.Now()
	x.trace.ClockNote = t.clock.Note()
}

// respond responds to a request whose body was read with err.
func (x *exchange) respond(r *http.Request, err error, preflight bool) {
	switch {
	case err != nil:
		x.rejectBody(r, err)
	case preflight:
		x.preflight(r)
	default:
		x.serve(r)
	}
}

// end writes the journal, and then ends the connection if a fault says so.
func (x *exchange) end(r *http.Request) {
	x.remember(r)
	if x.trace.Abort {
		response.Abort(x)
	}
}

// serveControl responds to a request to the control API, which makes its namespace if an operation takes it.
func (x *exchange) serveControl(r *http.Request, name string) {
	exists := x.server.namespaces.Has(name)
	if !exists && removal(r) {
		x.refuse(r, fmt.Errorf("%w: %s", namespace.ErrUnknown, redact.Quote(name)))
		return
	}
	if !exists && readsFindings(r) {
		x.serveFindings(r, name)
		return
	}
	if !exists && x.server.cors.foreign(r) {
		x.refuse(r, namespace.ErrPage)
		return
	}
	if err := x.read(r, bodyLimit(x.server.documents.control, r.URL.Path)); err != nil {
		x.rejectBody(r, err)
		return
	}
	if !exists && !x.control.takes(r) {
		x.control.ServeHTTP(x, r) // which needs no namespace to say so
		return
	}
	member, err := x.server.namespaces.Enter(name)
	if err != nil {
		x.refuse(r, err)
		return
	}
	defer member.Leave()
	x.tenant = member.Value()
	if !safe(r.Method) {
		x.tenant.used.Store(true) // unless this is a reset
	}
	x.countControl(r)
	x.control.ServeHTTP(x, r)
	if x.trace.Abort {
		response.Abort(x)
	}
}

// safe reports whether a method changes nothing (RFC 9110, section 9.2.1).
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// rejectBody writes the error of a body that cannot be read. The connection ends: what is left of the
// body would be taken for the next request.
func (x *exchange) rejectBody(r *http.Request, err error) {
	x.Header().Set("Connection", "close")
	rejected := bodyError(err)
	if rejected.Kind == response.Overloaded {
		x.trace.RetryAfter = retryOverBudget
	}
	x.reject(r, rejected)
}

// reject writes the error of a request that reaches no operation.
func (x *exchange) reject(r *http.Request, err error) {
	document := x.server.documents.control
	if x.trace.Form != response.Control {
		document = x.server.documents.outside(r.URL.Path)
	}
	x.server.writer.Write(x, r, x.server.writer.ErrorResponse(r, err), document.CheckUnrouted)
}

// serve answers the request, whatever happens behind.
func (x *exchange) serve(r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			x.fault(r, cause)
		}
	}()
	x.api.ServeHTTP(x, r)
}

// removal tells whether a request removes a namespace, which it shall not make first.
func removal(r *http.Request) bool {
	return r.Method == http.MethodDelete && r.URL.Path == surface+"/namespace"
}

// requestID is the header as a map has it.
var requestID = http.CanonicalHeaderKey(response.RequestID)

// name gives the request an id.
func (x *exchange) name(source *random.Source) {
	x.trace.RequestID = source.Hex("request id", 16)
	x.Header()[requestID] = []string{x.trace.RequestID}
}

// outlive makes a panic a fault of the mock, but for the one that ends a connection on purpose.
func (x *exchange) outlive(r *http.Request, cause any) {
	if x.server.config.LogRequests {
		defer x.logRequest(r)
	}
	if log := x.server.config.Log; log.Enabled(r.Context(), slog.LevelDebug) {
		log.DebugContext(r.Context(), "request", "method", response.Truncate(r.Method), "path", redact.String(x.trace.Prefix+r.URL.Path), "status", x.status,
			"requestId", x.trace.RequestID, "operation", x.trace.Operation, "namespace", response.Truncate(x.trace.Namespace), "duration", x.server.wall().Sub(x.came))
	}
	if cause == nil {
		return
	}
	x.fault(r, cause)
}

// logRequest logs a request that was served. Reads of the control API are left out: health checks and
// tests make many.
func (x *exchange) logRequest(r *http.Request) {
	if !x.toControl(r.URL.EscapedPath()) || !safe(r.Method) {
		x.server.writer.LogRequest(r, x.status)
	}
}

// fault answers a panic.
func (x *exchange) fault(r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	x.trace.Vary = nil
	x.internalError(r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
}

// internalError writes the response to a bug of the mock, which no document describes if there is no
// operation.
func (x *exchange) internalError(r *http.Request, err error) {
	resp := x.server.writer.ErrorResponse(r, err)
	resp.Validated = true
	x.server.writer.Write(x, r, resp, nil)
}

// refuse answers a request whose namespace cannot be had.
func (x *exchange) refuse(r *http.Request, err error) {
	err = controls.NamespaceError(err)
	_, disk := response.Unwritable(err)
	if rejected := (*response.Error)(nil); !disk && !errors.As(err, &rejected) {
		x.internalError(r, err)
		return
	}
	x.reject(r, err)
}

// collapsed makes one slash of those in front of a path: SDKs join a base URL that ends in a slash with a
// path that starts with one. A redirect would turn their POST into a GET.
func collapsed(path string) string {
	if !strings.HasPrefix(path, "//") {
		return path
	}
	return "/" + strings.TrimLeft(path, "/")
}

// within is the request with the path that it has in its namespace.
func within(r *http.Request, at string) *http.Request {
	if r.URL.EscapedPath() == at {
		return r
	}
	moved := *r.URL
	var err error
	if moved.Path, err = url.PathUnescape(at); err != nil { // it was read from an escaped path
		moved.Path = at
	}
	moved.RawPath = at
	changed := *r
	changed.URL = &moved
	return &changed
}
