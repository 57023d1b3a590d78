package mockserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/answer"
	controls "example.com/patmock/mockserver/internal/control"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/redact"
	"example.com/patmock/mockserver/internal/watch"
	"example.com/patmock/spec"
)

// maxBody and maxState bound, in bytes, the body of a request: to the API, and to the control surface, where
// a snapshot may come.
const (
	maxBody  = 1 << 20
	maxState = 16 << 20
)

func bodyLimit(document *spec.Document) int64 {
	if document.Name == spec.Control {
		return maxState
	}
	return maxBody
}

// surface is where the control surface begins.
const surface = "/_mock"

// entrance is what every request passes first. It finds the namespace, names the request, reads its body,
// outlives a panic behind it, and writes the journal.
type entrance struct {
	server *Server
	// api serves the API, control the control surface; nil where this entrance does not lead there.
	api, control http.Handler
}

// tenantKey finds the namespace of a request in its context.
type tenantKey struct{}

func tenantOf(r *http.Request) *tenant {
	t, _ := r.Context().Value(tenantKey{}).(*tenant)
	return t
}

// unseeded names requests that belong to no run that could be repeated.
var unseeded = random.New(nil, "")

// ServeHTTP implements http.Handler.
func (e *entrance) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	x := &exchange{entrance: e, came: e.server.wall(), recorder: recorder{ResponseWriter: rw}, trace: &answer.Trace{}}
	x.enter(r)
}

// exchange is a request on its way through the entrance.
type exchange struct {
	*entrance
	recorder
	came   time.Time // wall time
	at     time.Time // by the clock of the namespace
	trace  *answer.Trace
	tenant *tenant
	body   []byte
}

func (x *exchange) enter(r *http.Request) {
	name, at := namespace.Split(collapsed(r.URL.EscapedPath()))
	x.trace.Namespace, x.trace.Prefix = name, namespace.Prefix(name)
	controlled := under(at, surface) && x.control != nil || x.api == nil
	x.name(unseeded)
	r = answer.WithTrace(within(r, at), x.trace)
	defer func() { x.outlive(r, recover()) }()

	if controlled && !controls.Allowed(r, x.server.config.ControlToken) { // before a namespace is made
		x.server.writer.Write(x, r, controls.Answer(controls.Unauthorized()), x.server.documents.control.CheckUnrouted)
		return
	}
	if controlled && removal(r) && !x.server.namespaces.Has(name) {
		x.refuse(r, true, fmt.Errorf("%w: %q", namespace.ErrUnknown, name))
		return
	}
	var err error
	if x.tenant, err = x.server.namespaces.Use(name); err != nil {
		x.refuse(r, controlled, err)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), tenantKey{}, x.tenant))
	if controlled {
		r.Body = http.MaxBytesReader(x, r.Body, maxState)
		x.control.ServeHTTP(x, r)
		return
	}
	x.name(x.tenant.random)
	x.at = x.tenant.clock.Now()
	x.read(r)
	x.serve(r)
	x.remember(r)
	x.server.namespaces.Touch(name) // it may have been held up for long
	if x.trace.Abort {
		answer.Abort(x) // when the journal has it
	}
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

// name gives the request an id.
func (x *exchange) name(source *random.Source) {
	x.trace.RequestID = source.Hex("request id", 16)
	x.Header().Set(answer.RequestID, x.trace.RequestID)
}

// read reads the body, as far as it may be long, so that the journal has it whatever becomes of the request.
func (x *exchange) read(r *http.Request) {
	if r.ContentLength > maxBody || r.Body == nil || r.Body == http.NoBody {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(x, r.Body, maxBody))
	x.body = body
	if err == nil {
		err = io.EOF
	}
	r.Body = &readBody{Reader: bytes.NewReader(body), end: err}
}

// readBody is a body that was read, with the error that ended it.
type readBody struct {
	*bytes.Reader
	end error
}

// Read implements io.Reader.
func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = b.end
	}
	return n, err
}

// WriteTo implements io.WriterTo, which bytes.Reader would do without the error.
func (b *readBody) WriteTo(w io.Writer) (int64, error) {
	n, err := b.Reader.WriteTo(w)
	if err == nil && !errors.Is(b.end, io.EOF) {
		err = b.end
	}
	return n, err
}

// Close implements io.Closer.
func (b *readBody) Close() error { return nil }

// outlive makes a panic a fault of the mock, but for the one that ends a connection on purpose.
func (x *exchange) outlive(r *http.Request, cause any) {
	x.server.config.Log.DebugContext(r.Context(), "request", "method", r.Method, "path", redact.Prose(x.trace.Prefix+r.URL.Path), "status", x.status,
		"requestId", x.trace.RequestID, "operation", x.trace.Operation, "namespace", x.trace.Namespace, "duration", x.server.wall().Sub(x.came))
	if cause == nil {
		return
	}
	x.fault(r, cause)
}

// fault answers a panic.
func (x *exchange) fault(r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	fault := x.server.writer.Fault(x, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
	fault.Checked = true // nothing is known about the operation here
	x.trace.Vary = nil
	x.server.writer.Write(x, r, fault, nil)
}

// refuse answers a request whose namespace cannot be had.
func (x *exchange) refuse(r *http.Request, controlled bool, err error) {
	documents, writer := x.server.documents, x.server.writer
	problem := controls.NoNamespace(err)
	switch {
	case problem == nil:
		fault := writer.Fault(x, r, err)
		if controlled {
			fault = controls.Answer(controls.Fault())
		}
		fault.Checked = true // the documents have no 500 where no operation is
		writer.Write(x, r, fault, nil)
	case controlled:
		writer.Write(x, r, controls.Answer(problem), documents.control.CheckUnrouted)
	default:
		writer.Write(x, r, answer.Stopped(x, problem.Status, problem.Detail), documents.oauth.CheckUnrouted)
	}
}

// remember writes the journal, and what the request shows of its client.
func (x *exchange) remember(r *http.Request) {
	trace, ended := x.trace, x.server.wall()
	seen := watch.Exchange{
		Request: r, Body: x.body, Operation: trace.Operation, Version: trace.Version, ClientID: trace.ClientID,
		Came: x.came, CameClock: x.at, Ended: ended, Status: x.status, Wait: trace.Wait, Fault: len(trace.Faults) > 0,
	}
	query := redact.Query(r.URL.RawQuery)
	if query != r.URL.RawQuery {
		trace.Find(control.SecretInQuery, "a secret in the query string shows in the logs of proxies and servers: send it as a form")
	}
	trace.Findings = append(trace.Findings, x.tenant.watch.See(seen)...)
	x.tenant.watch.Count(seen, trace.Findings)
	x.tenant.journal.Add(&control.Request{
		ID: trace.RequestID, At: x.at, DurationMS: float64(ended.Sub(x.came).Microseconds()) / 1000,
		Operation: trace.Operation, Version: trace.Version, Method: r.Method, Path: kept(redact.Prose(r.URL.EscapedPath())), Query: kept(query),
		Status: x.status, Owner: trace.User, ClientID: trace.ClientID, Unmatched: trace.Unmatched, Forwarded: trace.Forwarded,
		Fault: strings.Join(trace.Faults, ","), Findings: findings(trace.Findings), Why: told(trace.Why), Notes: told(trace.Notes),
		Sent:     journal.Message(r.Header, x.body, int(max(r.ContentLength, int64(len(x.body))))),
		Answered: journal.Message(x.Header(), x.written, x.size),
	})
}

// kept is as much of a text as the journal holds of a path, a query or a sentence.
func kept(text string) string {
	const most = 2 << 10 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// told are sentences without secrets. None is an empty list, which is what JSON shall say.
func told(sentences []string) []string {
	all := make([]string, len(sentences))
	for i, sentence := range sentences {
		all[i] = kept(redact.Prose(sentence))
	}
	return all
}

// findings are findings without secrets.
func findings(found []control.Finding) []control.Finding {
	all := make([]control.Finding, len(found))
	for i, f := range found {
		all[i] = control.Finding{Kind: f.Kind, Detail: kept(redact.Prose(f.Detail))}
	}
	return all
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

// recorder remembers what was written.
type recorder struct {
	http.ResponseWriter
	status  int
	written []byte // what was written first: the writer of answers writes once
	size    int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if status >= http.StatusOK { // what comes before is no answer yet
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// maxKept bounds, in bytes, how much of an answer that comes in parts is kept for the journal.
const maxKept = 128 << 10

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if len(r.written) < maxKept {
		r.written = append(r.written, p...)
	}
	r.size += len(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
