// Package response writes what the mock answers. It is the only place that does,
// and nothing leaves it that the document of the operation forbids.
package response

import (
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// An Response is a response before it is written.
type Response struct {
	Status int
	// Body is JSON, nil for none.
	Body []byte
	// Header is set besides what every answer has.
	Header http.Header
	// ContentType of the body, application/json where empty.
	ContentType string
	// Validated tells that the document was asked already, before something was stored.
	Validated bool
	// Reasons are why the request was rejected, for the log, the journal and the causes. Empty for a
	// request that was served.
	Reasons []Reason
}

// Validator holds an answer against a document; what it returns is wrong with it.
type Validator func(status int, contentType string, body []byte) []spec.Violation

// JSON makes an answer with a body.
func JSON(status int, body any) (*Response, error) {
	encoded, err := json.Marshal(body)
	return &Response{Status: status, Body: encoded}, err
}

// ValidationError is an answer that its document forbids: a bug of the mock.
type ValidationError struct {
	Status     int
	Violations []spec.Violation
}

// Error names the first violation.
func (e *ValidationError) Error() string {
	return "answer " + strconv.Itoa(e.Status) + " breaks its document: " + e.Violations[0].String()
}

// Validate asks the document, once. The error is an *Invalid.
func (a *Response) Validate(check Validator) error {
	if a.Validated {
		return nil
	}
	if found := check(a.Status, a.contentType(), a.Body); len(found) > 0 {
		return &ValidationError{Status: a.Status, Violations: found}
	}
	a.Validated = true
	return nil
}

func (a *Response) contentType() string {
	if a.Body == nil {
		return ""
	}
	return cmp.Or(a.ContentType, "application/json")
}

// A Writer writes answers.
type Writer struct {
	Log *slog.Logger
	// Stopped ends what is held up when the mock stops. Nil never does.
	Stopped <-chan struct{}
	// SkipValidation sends answers without asking their documents.
	SkipValidation bool
	// Plain leaves out of errors what a tenant does not send: causes, and advice in texts.
	Plain bool
	// NameRules names the rules of a rejected request in the header [RuleHeader].
	NameRules bool
}

// Validate asks the document of an answer, unless answers are not checked.
func (w Writer) Validate(a *Response, check Validator) error {
	if w.SkipValidation {
		return nil
	}
	return a.Validate(check)
}

// Respond answers a request with what handle returns, held against the document. An error becomes an
// answer by refuse, or a fault of the mock where that is nil.
func (w Writer) Respond(rw http.ResponseWriter, r *http.Request, check Validator, handle HandlerFunc, refuse ErrorEncoder) {
	if refuse == nil {
		refuse = w.InternalError
	}
	response, err := handle(r, InfoFrom(r))
	if gone := r.Context().Err(); err != nil && gone != nil && errors.Is(err, gone) {
		InfoFrom(r).Abort = true // no client reads a response
		return
	}
	if err != nil {
		response = refuse(rw, r, err)
	}
	w.Write(rw, r, response, check)
}

// HandlerFunc answers a request, and notes in the trace what there is to tell.
type HandlerFunc func(r *http.Request, trace *RequestInfo) (*Response, error)

// ErrorEncoder turns an error into an answer.
type ErrorEncoder func(rw http.ResponseWriter, r *http.Request, err error) *Response

// FaultHeader names what was injected into an answer.
const FaultHeader = "X-Mock-Fault"

// Write sends an answer if its document allows it, and else a 500 and a loud line. A fault that a test has
// asked for may spoil it after that, and says so in a header.
func (w Writer) Write(rw http.ResponseWriter, r *http.Request, a *Response, check Validator) {
	trace := InfoFrom(r)
	if trace.Effect != HTML { // whose status need not be declared
		a = w.validated(rw, r, a, check)
	}
	if shedder, ok := rw.(Shedder); ok && r.Method != http.MethodHead {
		if instead := shedder.Shed(r, len(a.Body)); instead != nil {
			a = instead
		}
	}
	trace.Reasons = a.Reasons
	w.logRejected(r, a)
	if trace.Effect != "" {
		spoilt := *a
		if a = &spoilt; !trace.Effect.corrupt(w, r, a) {
			return
		}
	}
	header := rw.Header()
	for name, values := range a.Header {
		header[name] = values
	}
	header["Cache-Control"] = noCache
	switch {
	case a.Body == nil:
	case a.ContentType == "":
		header["Content-Type"] = jsonType
	default:
		header.Set("Content-Type", a.ContentType)
	}
	if w.NameRules && len(a.Reasons) > 0 {
		header[ruleHeader] = []string{ruleList(a.Reasons)}
	}
	if len(trace.Faults) > 0 {
		header.Set(FaultHeader, strings.Join(trace.Faults, ", "))
	}
	if a.Body != nil && (r.Method == http.MethodHead || len(a.Body) > maxBuffered) {
		header["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
	rw.WriteHeader(a.Status)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := writeBody(rw, a.Body); err != nil && a.Body != nil {
		w.Log.DebugContext(r.Context(), "the client went away", "error", err)
	}
}

// maxBuffered is how many bytes of a body net/http measures by itself.
const maxBuffered = 2048

// The values of headers that answers share. Whoever adds to one gets a copy.
var (
	noCache  = []string{"no-cache, no-store, must-revalidate"} // observed
	jsonType = []string{"application/json"}
)

// A Shedder bounds the memory of responses that are being sent. Shed returns a response that is sent in
// the place of one whose body has that many bytes, nil if there is room for it.
type Shedder interface {
	Shed(r *http.Request, size int) *Response
}

// A BodyWriter writes a body that nobody changes afterwards, and may keep it.
type BodyWriter interface {
	WriteBody(body []byte) (int, error)
}

func writeBody(rw http.ResponseWriter, body []byte) (int, error) {
	if keeper, ok := rw.(BodyWriter); ok {
		return keeper.WriteBody(body)
	}
	return rw.Write(body) //nolint:gosec // its content type is set, and not sniffed
}

// validated returns an answer that its document allows: varied where the mock is hostile, and still legal.
func (w Writer) validated(rw http.ResponseWriter, r *http.Request, a *Response, check Validator) *Response {
	if err := w.Validate(a, check); err != nil {
		return w.InternalError(rw, r, err)
	}
	trace := InfoFrom(r)
	if trace.Vary == nil {
		return a
	}
	varied := trace.Vary(a)
	if err := w.Validate(varied, check); err != nil {
		return w.InternalError(rw, r, err)
	}
	return varied
}

// Unwritable returns the reason of an error of the disk, and reports whether err is one: the state file
// could not be written.
func Unwritable(err error) (why Reason, ok bool) {
	var disk interface {
		error
		Unwritable() (path string)
	}
	if !errors.As(err, &disk) {
		return Reason{}, false
	}
	return Reason{Rule: rule.StateUnwritable, Text: redact.String(disk.Error())}, true
}

// unwritable returns the response to a request whose change could not be written. It says why to clients
// of a faithful mock, too, and has no Retry-After: waiting does not help.
func (w Writer) unwritable(rw http.ResponseWriter, r *http.Request, why Reason) *Response {
	if OAuthPath(r.URL.Path) {
		return w.OAuthError(http.StatusServiceUnavailable, TemporarilyUnavailable, why.Text, why)
	}
	code, _ := DefaultMessage(http.StatusServiceUnavailable)
	return w.Error(rw, http.StatusServiceUnavailable, code, why.Text, why)
}

// InternalError is the answer to a bug of the mock, which it logs, or to an error of the disk.
func (w Writer) InternalError(rw http.ResponseWriter, r *http.Request, err error) *Response {
	trace := InfoFrom(r)
	trace.Effect = "" // a fault of the mock is told as it is
	if why, ok := Unwritable(err); ok {
		return w.unwritable(rw, r, why)
	}
	trace.Logged = true
	w.Log.ErrorContext(r.Context(), "patmock is at fault, please report it", "method", Truncate(r.Method), "path", redact.String(trace.Prefix+r.URL.Path),
		"requestId", trace.RequestID, "operation", trace.Operation, "namespace", Truncate(trace.Namespace), "rule", string(rule.ControlFault), "error", redact.String(err.Error()))
	why := Reason{Rule: rule.ControlFault, Text: "patmock is at fault; its log says more"}
	if OAuthPath(r.URL.Path) {
		return w.OAuthError(http.StatusInternalServerError, ServerError, "An internal fault occurred.", why)
	}
	return w.Error(rw, http.StatusInternalServerError, "500.0 Internal fault", "An internal fault occurred.", why)
}

// BaseURL returns how a client reaches the namespace of a request: by the mock's public URL, or else by
// the host that it used, which a proxy in front of the mock names.
func BaseURL(r *http.Request, public string) string {
	prefix := InfoFrom(r).Prefix
	if public != "" {
		return public + prefix
	}
	scheme, host := "http", r.Host
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" { // HTTP/1.0 may name none
		host = local.String()
	}
	if r.TLS != nil {
		scheme = "https"
	}
	forwardedScheme, forwardedHost := forwarded(r)
	return cmp.Or(forwardedScheme, scheme) + "://" + cmp.Or(forwardedHost, host) + prefix
}

// plainHost is a host with an optional port, in which no client reads anything else.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// forwarded returns what a proxy says of the client's request, by Forwarded (RFC 7239) or by the older
// X-Forwarded-Proto and X-Forwarded-Host. Only a peer on this machine or a private network is believed.
func forwarded(r *http.Request) (scheme, host string) {
	if address, err := netip.ParseAddrPort(r.RemoteAddr); r.RemoteAddr != "" && (err != nil || !isPrivate(address.Addr().Unmap())) {
		return "", ""
	}
	first := func(value string) string { value, _, _ = strings.Cut(value, ","); return strings.TrimSpace(value) }
	scheme, host = first(r.Header.Get("X-Forwarded-Proto")), first(r.Header.Get("X-Forwarded-Host"))
	for _, pair := range strings.Split(first(r.Header.Get("Forwarded")), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch value = strings.Trim(value, `"`); strings.ToLower(name) {
		case "proto":
			scheme = value
		case "host":
			host = value
		}
	}
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		scheme = ""
	}
	if !plainHost.MatchString(host) {
		host = ""
	}
	return scheme, host
}

func isPrivate(address netip.Addr) bool {
	return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast()
}
