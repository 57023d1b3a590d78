// Package response writes what the mock answers. It is the only place that does,
// and nothing leaves it that the document of the operation forbids.
package response

import (
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/budget"
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
	// Reasons are why the request was rejected, for the log, the journal and the causes. Empty for
	// a request that was served.
	Reasons []Reason

	length [1]string // the value of Content-Length, allocated with the rest
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
	// ReadTimeout is how long a client may take to read a large response, beside a minimum rate.
	ReadTimeout time.Duration
	// Plain leaves out of errors what a tenant does not send: causes, and advice in texts.
	Plain bool
	// Dialect has the responses that differ from those by default.
	Dialect dialect.Dialect
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

// Reply writes the response to a request, or that to its error. It writes nothing if the client is
// gone.
func (w Writer) Reply(rw http.ResponseWriter, r *http.Request, validate Validator, resp *Response,
	err error,
) {
	if gone := r.Context().Err(); err != nil && gone != nil && errors.Is(err, gone) {
		InfoFrom(r).Abort = true
		return
	}
	if err != nil {
		resp = w.ErrorResponse(r, err)
	}
	w.Write(rw, r, resp, validate)
}

// FaultHeader names what was injected into an answer.
const FaultHeader = "X-Mock-Fault"

// Write sends an answer if its document allows it, and else a 500 and a loud line. A fault that a
// test has asked for may spoil it after that, and says so in a header.
func (w Writer) Write(rw http.ResponseWriter, r *http.Request, a *Response, check Validator) {
	trace := InfoFrom(r)
	if trace.Effect != HTML { // whose status need not be declared
		a = w.validated(r, a, check)
	}
	if r.Method != http.MethodHead && len(a.Body) > LargeBody {
		a = w.reserve(rw, r, a)
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
		a.length[0] = strconv.Itoa(len(a.Body))
		header["Content-Length"] = a.length[:]
	}
	trace.Status = a.Status
	rw.WriteHeader(a.Status)
	if r.Method == http.MethodHead {
		return
	}
	trace.Body, trace.Size = a.Body, len(a.Body)
	if _, err := rw.Write(a.Body); err != nil && a.Body != nil { //nolint:gosec // its content type is set, and not sniffed
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

// A large response has to be read at a minimum rate, as a body has to arrive.
const (
	LargeBody   = 64 << 10 // bytes
	minReadRate = 64 << 10 // bytes per second
)

// overloadWait is the Retry-After of a request for which there is no memory now.
const overloadWait = time.Second

// Overloaded returns the error of a request for which there is no memory now.
func (i *RequestInfo) Overloaded() *Error {
	i.RetryAfter = overloadWait
	e := Errorf(Unavailable, Reason{Rule: rule.MemoryBudget, Text: budget.ErrExceeded.Error()})
	e.Header = http.Header{"Retry-After": {"1"}} // overloadWait
	return e
}

// reserve takes the memory of a large response from the budget while its client reads it. It
// returns an error in its place if there is none.
func (w Writer) reserve(rw http.ResponseWriter, r *http.Request, resp *Response) *Response {
	size := len(resp.Body)
	if info := InfoFrom(r); info.Lease != nil && !info.Lease.Grow(size) {
		return w.ErrorResponse(r, info.Overloaded())
	}
	patience := w.ReadTimeout + time.Duration(size)*time.Second/minReadRate
	deadline := time.Now().Add(patience)                          //nolint:forbidigo // deadlines of connections are wall time
	_ = http.NewResponseController(rw).SetWriteDeadline(deadline) // if there is a connection
	return resp
}

// validated returns a response that its document allows: one that the hostile profile varies, too.
func (w Writer) validated(r *http.Request, resp *Response, validate Validator) *Response {
	if err := w.Validate(resp, validate); err != nil {
		return w.ErrorResponse(r, err)
	}
	info := InfoFrom(r)
	if info.Vary == nil {
		return resp
	}
	varied := info.Vary(resp)
	if err := w.Validate(varied, validate); err != nil {
		return w.ErrorResponse(r, err)
	}
	return varied
}

// Unwritable returns the reason of an error of the disk, and reports whether err is one: the state
// file could not be written.
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
