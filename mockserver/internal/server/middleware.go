package server

import (
	"cmp"
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
	unmatched    *unmatchedHandler
	// resolve returns the namespace and the base URL of a request to the host of a tenant. An empty
	// namespace is the default one. If resolve is nil, the path names the namespace.
	resolve func(*http.Request) (namespace, baseURL string)
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
	if c, ok := r.Context().Value(connKey{}).(requestConn); ok {
		c.beginRequest()
		defer c.endRequest()
	}
	if r.Method == http.MethodConnect {
		h.rejectTunnel(rw, r)
		return
	}
	s := &requestState{frontHandler: h, rw: rw, start: h.wallNow(), lease: h.inFlight.Lease()}
	s.info.Lease = &s.lease
	defer s.release()
	path := collapseLeadingSlashes(r.URL.EscapedPath())
	var name string
	if h.resolve == nil {
		name, path = namespace.Split(path)
		s.info.Prefix = namespace.Prefix(name)
	} else {
		name, s.info.BaseURL = h.resolve(r)
		name = cmp.Or(name, namespace.Default)
	}
	s.info.Namespace = name
	r = response.RequestWithInfo(withPath(r, path), &s.info)
	defer func() { s.recoverPanic(r, recover()) }()
	switch {
	case h.isControl(path):
		s.info.Form = response.Control
		s.serveControl(r, name)
	case response.OAuthPath(path):
		s.info.Form = response.OAuth
		fallthrough
	default:
		s.serveAPI(r, name)
	}
	if s.info.Abort {
		response.Abort(rw)
	}
}

// release returns the memory of a request to the budget.
func (s *requestState) release() {
	if s.info.Size > response.LargeBody {
		_ = http.NewResponseController(s.rw).SetWriteDeadline(time.Time{})
	}
	s.lease.Release()
}

// isControl reports whether a path belongs to the control API.
func (h *frontHandler) isControl(path string) bool {
	return hasPathPrefix(path, controlPath) && h.control != nil || h.api == nil
}

// serveAPI responds to a request to the API or the token endpoint.
func (s *requestState) serveAPI(r *http.Request, name string) {
	member, err := s.namespaces.Find(name)
	if err != nil {
		s.serveAbsent(r, name, err)
		return
	}
	defer member.Leave()
	s.enterNamespace(member.Value())
	preflight := s.cors.setHeaders(s.rw.Header(), r)
	s.respond(r, s.bufferBody(r, maxBodyBytes), preflight)
	s.recordExchange(r)
}

// enterNamespace assigns the request to a namespace.
func (s *requestState) enterNamespace(t *namespace.Namespace) {
	t.Dirty.Store(true)
	s.tenant = t
	s.assignRequestID(t.Random)
	s.clockNow = t.Clock.Now()
	s.info.ClockNote = t.Clock.Describe()
}

// requestIDHeader is the canonical form of response.RequestID.
var requestIDHeader = http.CanonicalHeaderKey(response.RequestID)

func (s *requestState) assignRequestID(source namespace.Random) {
	s.info.RequestID = source.Hex("request id", 16)
	s.id[0] = s.info.RequestID
	s.rw.Header()[requestIDHeader] = s.id[:]
}

// respond responds to a request. A non-nil err is the error that reading the body returned.
func (s *requestState) respond(r *http.Request, err error, preflight bool) {
	switch {
	case err != nil:
		s.rejectBody(r, err)
	case preflight:
		s.preflight(r)
	default:
		s.serveWithRecover(r)
	}
}

// serveWithRecover converts a panic of an operation into a response that can be recorded.
func (s *requestState) serveWithRecover(r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			s.writeInternalError(r, cause)
		}
	}()
	s.dispatch(r, s.api)
}

// serveControl responds to a request to the control API. It creates the namespace if an operation
// matches the request.
func (s *requestState) serveControl(r *http.Request, name string) {
	s.assignRequestID(unseededRandom)
	err := s.guard.check(r)
	if err == nil && !controlapi.Authorized(r, s.config.ControlToken) {
		err = controlapi.Unauthorized()
	}
	if err != nil {
		s.reject(r, err)
		return
	}
	exists := s.namespaces.Has(name)
	switch {
	case exists:
	case isNamespaceDelete(r):
		s.writeNamespaceError(r, fmt.Errorf("%w: %s", namespace.ErrUnknown, redact.Quote(name)))
		return
	case isFindingsRequest(r):
		s.serveFindings(r, name)
		return
	case s.cors.isForeign(r):
		s.writeNamespaceError(r, namespace.ErrCrossOrigin)
		return
	}
	if err := s.bufferBody(r, bodyLimit(s.documents.control, r.URL.Path)); err != nil {
		s.rejectBody(r, err)
		return
	}
	if !exists && !s.control.matches(r) {
		s.dispatch(r, s.control) // this error needs no namespace
		return
	}
	member, err := s.namespaces.Enter(name)
	if err != nil {
		s.writeNamespaceError(r, err)
		return
	}
	defer member.Leave()
	s.tenant = member.Value()
	if !isSafe(r.Method) {
		s.tenant.Dirty.Store(true) // a reset clears it again
	}
	s.countControl(r)
	s.dispatch(r, s.control)
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
func (s *requestState) recoverPanic(r *http.Request, cause any) {
	defer s.logRequest(r)
	if cause != nil {
		s.writeInternalError(r, cause)
	}
}

// logRequest logs a served request. It omits reads of the control API, because health checks and
// tests send many.
func (s *requestState) logRequest(r *http.Request) {
	log, info := s.config.Log, &s.info
	if log.Enabled(r.Context(), slog.LevelDebug) {
		log.DebugContext(r.Context(), "request", "method", response.Truncate(r.Method), "path",
			redact.String(info.Prefix+r.URL.Path), "status", info.Status,
			"requestId", info.RequestID, "operation", info.Operation, "namespace",
			response.Truncate(info.Namespace), "duration", s.wallNow().Sub(s.start))
	}
	if s.config.LogRequests && (info.Form != response.Control || !isSafe(r.Method)) {
		s.writer.LogRequest(r, info.Status)
	}
}

// writeInternalError writes the response to a panic.
func (s *requestState) writeInternalError(r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	s.info.Vary = nil
	s.rejectUndocumented(r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
}

// writeNamespaceError writes the error of a request whose namespace is not available.
func (s *requestState) writeNamespaceError(r *http.Request, err error) {
	err = controlapi.NamespaceError(err)
	_, unwritable := response.UnwritableReason(err)
	if rejected := (*response.Error)(nil); unwritable || errors.As(err, &rejected) {
		s.reject(r, err)
		return
	}
	s.rejectUndocumented(r, err)
}

// rejectUndocumented writes the response to a bug of the mock. No document describes it if no
// operation matches.
func (s *requestState) rejectUndocumented(r *http.Request, err error) {
	resp := s.writer.ErrorResponse(r, err)
	resp.Validated = true
	s.writer.Write(s.rw, r, resp, nil)
}

// rejectBody writes the error of an unreadable body. It closes the connection, since the rest of
// the body would be parsed as the next request.
func (s *requestState) rejectBody(r *http.Request, err error) {
	s.rw.Header().Set("Connection", "close")
	s.reject(r, s.bodyError(err))
}

// reject writes the error of a request that matches no operation.
func (s *requestState) reject(r *http.Request, err error) {
	document := s.documents.forUnmatched(r.URL.Path)
	if s.info.Form == response.Control {
		document = s.documents.control
	}
	s.writer.Write(s.rw, r, s.writer.ErrorResponse(r, err), document.ValidateUnmatched)
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
