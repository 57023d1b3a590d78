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

	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
)

// frontHandler is the outermost handler. It resolves the namespace, assigns a request ID, buffers
// the body, recovers from panics and records the exchange.
type frontHandler struct {
	*Server
	// api serves the API and the token endpoint, control serves the control API. A nil mux is not
	// served.
	api, control *pathMux
}

// requestState is the state of a request in the middleware.
type requestState struct {
	*frontHandler
	rw       http.ResponseWriter
	start    time.Time // wall time
	clockNow time.Time // by the clock of the namespace
	info     response.RequestInfo
	tenant   *namespace.Namespace
	lease    budget.Lease
	id       [1]string // the value of SLPT-Request-ID, allocated with the rest
}

// unseededRandom is the source of request IDs that do not depend on a seed.
var unseededRandom = random.New(nil, "")

// noSniff prevents browsers from ignoring the Content-Type of a response (the Fetch standard).
var noSniff = []string{"nosniff"}

// ServeHTTP implements http.Handler.
func (h *frontHandler) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header()["X-Content-Type-Options"] = noSniff
	if c, ok := r.Context().Value(connKey{}).(*plainConn); ok {
		c.beginRequest()
		defer c.endRequest()
	}
	if r.Method == http.MethodConnect {
		h.rejectTunnel(rw, r)
		return
	}
	x := &requestState{frontHandler: h, rw: rw, start: h.wallNow(), lease: h.inFlight.Lease()}
	x.info.Lease = &x.lease
	defer x.release()
	name, path := namespace.Split(collapseLeadingSlashes(r.URL.EscapedPath()))
	x.info.Namespace, x.info.Prefix = name, namespace.Prefix(name)
	r = response.RequestWithInfo(withPath(r, path), &x.info)
	defer func() { x.recoverPanic(r, recover()) }()
	switch {
	case h.isControl(path):
		x.info.Form = response.Control
		x.serveControl(r, name)
	case response.OAuthPath(path):
		x.info.Form = response.OAuth
		fallthrough
	default:
		x.serveAPI(r, name)
	}
	if x.info.Abort {
		response.Abort(rw)
	}
}

// release returns the memory of a request to the budget.
func (x *requestState) release() {
	if x.info.Size > response.LargeBody {
		_ = http.NewResponseController(x.rw).SetWriteDeadline(time.Time{})
	}
	x.lease.Release()
}

// isControl reports whether a path belongs to the control API.
func (h *frontHandler) isControl(path string) bool {
	return hasPathPrefix(path, controlPath) && h.control != nil || h.api == nil
}

// serveAPI responds to a request to the API or the token endpoint.
func (x *requestState) serveAPI(r *http.Request, name string) {
	member, err := x.namespaces.Find(name)
	if err != nil {
		x.serveAbsent(r, name, err)
		return
	}
	defer member.Leave()
	x.enterNamespace(member.Value())
	preflight := x.cors.setHeaders(x.rw.Header(), r)
	x.respond(r, x.bufferBody(r, maxBodyBytes), preflight)
	x.recordExchange(r)
}

// enterNamespace assigns the request to a namespace.
func (x *requestState) enterNamespace(t *namespace.Namespace) {
	t.Dirty.Store(true)
	x.tenant = t
	x.assignRequestID(t.Random)
	x.clockNow = t.Clock.Now()
	x.info.ClockNote = t.Clock.Describe()
}

// requestIDHeader is the canonical form of response.RequestID.
var requestIDHeader = http.CanonicalHeaderKey(response.RequestID)

func (x *requestState) assignRequestID(source namespace.Random) {
	x.info.RequestID = source.Hex("request id", 16)
	x.id[0] = x.info.RequestID
	x.rw.Header()[requestIDHeader] = x.id[:]
}

// respond responds to a request. The error of reading its body is err.
func (x *requestState) respond(r *http.Request, err error, preflight bool) {
	switch {
	case err != nil:
		x.rejectBody(r, err)
	case preflight:
		x.preflight(r)
	default:
		x.serveWithRecover(r)
	}
}

// serveWithRecover converts a panic of an operation into a response that can be recorded.
func (x *requestState) serveWithRecover(r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			x.writeInternalError(r, cause)
		}
	}()
	x.dispatch(r, x.api)
}

// serveControl responds to a request to the control API. It creates the namespace if an operation
// matches the request.
func (x *requestState) serveControl(r *http.Request, name string) {
	x.assignRequestID(unseededRandom)
	err := x.guard.check(r)
	if err == nil && !controlapi.Authorized(r, x.config.ControlToken) {
		err = controlapi.Unauthorized()
	}
	if err != nil {
		x.reject(r, err)
		return
	}
	exists := x.namespaces.Has(name)
	switch {
	case exists:
	case isNamespaceDelete(r):
		x.writeNamespaceError(r, fmt.Errorf("%w: %s", namespace.ErrUnknown, redact.Quote(name)))
		return
	case isFindingsRequest(r):
		x.serveFindings(r, name)
		return
	case x.cors.isForeign(r):
		x.writeNamespaceError(r, namespace.ErrCrossOrigin)
		return
	}
	if err := x.bufferBody(r, bodyLimit(x.documents.control, r.URL.Path)); err != nil {
		x.rejectBody(r, err)
		return
	}
	if !exists && !x.control.matches(r) {
		x.dispatch(r, x.control) // this error needs no namespace
		return
	}
	member, err := x.namespaces.Enter(name)
	if err != nil {
		x.writeNamespaceError(r, err)
		return
	}
	defer member.Leave()
	x.tenant = member.Value()
	if !isSafe(r.Method) {
		x.tenant.Dirty.Store(true) // a reset clears it again
	}
	x.countControl(r)
	x.dispatch(r, x.control)
}

// isSafe reports whether a method changes nothing (RFC 9110, section 9.2.1).
func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// isNamespaceDelete reports whether a request removes a namespace. The request must not create the
// namespace first.
func isNamespaceDelete(r *http.Request) bool {
	return r.Method == http.MethodDelete && r.URL.Path == controlPath+"/namespace"
}

// recoverPanic converts a panic into a 500 response. It re-panics http.ErrAbortHandler.
func (x *requestState) recoverPanic(r *http.Request, cause any) {
	defer x.logRequest(r)
	if cause != nil {
		x.writeInternalError(r, cause)
	}
}

// logRequest logs a served request. It omits reads of the control API, because health checks and
// tests send many.
func (x *requestState) logRequest(r *http.Request) {
	log, info := x.config.Log, &x.info
	if log.Enabled(r.Context(), slog.LevelDebug) {
		log.DebugContext(r.Context(), "request", "method", response.Truncate(r.Method), "path",
			redact.String(info.Prefix+r.URL.Path), "status", info.Status,
			"requestId", info.RequestID, "operation", info.Operation, "namespace",
			response.Truncate(info.Namespace), "duration", x.wallNow().Sub(x.start))
	}
	if x.config.LogRequests && (info.Form != response.Control || !isSafe(r.Method)) {
		x.writer.LogRequest(r, info.Status)
	}
}

// writeInternalError writes the response to a panic.
func (x *requestState) writeInternalError(r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	x.info.Vary = nil
	x.rejectUndocumented(r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
}

// writeNamespaceError writes the error of a request whose namespace is not available.
func (x *requestState) writeNamespaceError(r *http.Request, err error) {
	err = controlapi.NamespaceError(err)
	_, unwritable := response.UnwritableReason(err)
	if rejected := (*response.Error)(nil); unwritable || errors.As(err, &rejected) {
		x.reject(r, err)
		return
	}
	x.rejectUndocumented(r, err)
}

// rejectUndocumented writes the response to a bug of the mock. No document describes it if no
// operation matches.
func (x *requestState) rejectUndocumented(r *http.Request, err error) {
	resp := x.writer.ErrorResponse(r, err)
	resp.Validated = true
	x.writer.Write(x.rw, r, resp, nil)
}

// rejectBody writes the error of an unreadable body. It closes the connection, since the rest of
// the body would be parsed as the next request.
func (x *requestState) rejectBody(r *http.Request, err error) {
	x.rw.Header().Set("Connection", "close")
	x.reject(r, x.bodyError(err))
}

// reject writes the error of a request that matches no operation.
func (x *requestState) reject(r *http.Request, err error) {
	document := x.documents.forUnmatched(r.URL.Path)
	if x.info.Form == response.Control {
		document = x.documents.control
	}
	x.writer.Write(x.rw, r, x.writer.ErrorResponse(r, err), document.ValidateUnmatched)
}

// collapseLeadingSlashes replaces leading slashes with a single one. SDKs join a base URL ending in
// a slash with a path starting with one, and a redirect would turn their POST into a GET.
func collapseLeadingSlashes(path string) string {
	if !strings.HasPrefix(path, "//") {
		return path
	}
	return "/" + strings.TrimLeft(path, "/")
}

// withPath returns a copy of the request with another path.
func withPath(r *http.Request, path string) *http.Request {
	if r.URL.EscapedPath() == path {
		return r
	}
	u := *r.URL
	var err error
	if u.Path, err = url.PathUnescape(path); err != nil { // the path was escaped before
		u.Path = path
	}
	u.RawPath = path
	clone := *r
	clone.URL = &u
	return &clone
}
