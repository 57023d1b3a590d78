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
func (resp *Response) Validate(validate Validator) error {
	if resp.Validated {
		return nil
	}
	if violations := validate(resp.Status, resp.contentType(), resp.Body); len(violations) > 0 {
		return &ValidationError{Status: resp.Status, Violations: violations}
	}
	resp.Validated = true
	return nil
}

func (resp *Response) contentType() string {
	if resp.Body == nil {
		return ""
	}
	return cmp.Or(resp.ContentType, "application/json")
}

// A Writer writes answers.
type Writer struct {
	Log *slog.Logger
	// Done ends what is held up when the mock stops. Nil never does.
	Done <-chan struct{}
	// SkipValidation sends answers without asking their documents.
	SkipValidation bool
	// ReadTimeout is how long a client may take to read a large response, beside a minimum rate.
	ReadTimeout time.Duration
	// Faithful leaves out of errors what a tenant does not send: causes, and advice in texts.
	Faithful bool
	// Dialect has the responses that differ from those by default.
	Dialect dialect.Dialect
	// SendRuleHeader names the rules of a rejected request in the header [RuleHeader].
	SendRuleHeader bool
}

// Validate asks the document of an answer, unless answers are not checked.
func (w Writer) Validate(resp *Response, validate Validator) error {
	if w.SkipValidation {
		return nil
	}
	return resp.Validate(validate)
}

// Reply writes the response to a request, or that to its error. It writes nothing if the client is
// gone.
func (w Writer) Reply(rw http.ResponseWriter, r *http.Request, validate Validator, resp *Response,
	err error,
) {
	if ctxErr := r.Context().Err(); err != nil && ctxErr != nil && errors.Is(err, ctxErr) {
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
func (w Writer) Write(rw http.ResponseWriter, r *http.Request, resp *Response, validate Validator) {
	info := InfoFrom(r)
	if info.Effect != HTML { // whose status need not be declared
		resp = w.validated(r, resp, validate)
	}
	if r.Method != http.MethodHead && len(resp.Body) > LargeBody {
		resp = w.reserveMemory(rw, r, resp)
	}
	info.Reasons = resp.Reasons
	w.logRejected(r, resp)
	if info.Effect != "" {
		corrupted := *resp
		if resp = &corrupted; !info.Effect.corrupt(w, r, resp) {
			return
		}
	}
	header := rw.Header()
	for name, values := range resp.Header {
		header[name] = values
	}
	header["Cache-Control"] = noCache
	switch {
	case resp.Body == nil:
	case resp.ContentType == "":
		header["Content-Type"] = jsonType
	default:
		header.Set("Content-Type", resp.ContentType)
	}
	if w.SendRuleHeader && len(resp.Reasons) > 0 {
		header[ruleHeader] = []string{ruleList(resp.Reasons)}
	}
	if len(info.Faults) > 0 {
		header.Set(FaultHeader, strings.Join(info.Faults, ", "))
	}
	if resp.Body != nil && (r.Method == http.MethodHead || len(resp.Body) > maxImplicitLength) {
		resp.length[0] = strconv.Itoa(len(resp.Body))
		header["Content-Length"] = resp.length[:]
	}
	info.Status = resp.Status
	rw.WriteHeader(resp.Status)
	if r.Method == http.MethodHead {
		return
	}
	info.Body, info.Size = resp.Body, len(resp.Body)
	if _, err := rw.Write(resp.Body); err != nil && resp.Body != nil { //nolint:gosec // its content type is set, and not sniffed
		w.Log.DebugContext(r.Context(), "the client went away", "error", err)
	}
}

// maxImplicitLength is how many bytes of a body net/http measures by itself.
const maxImplicitLength = 2048

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

// overloadRetryAfter is the Retry-After of a request for which there is no memory now.
const overloadRetryAfter = time.Second

// Overloaded returns the error of a request for which there is no memory now.
func (i *RequestInfo) Overloaded() *Error {
	i.RetryAfter = overloadRetryAfter
	e := Errorf(Unavailable, Reason{Rule: rule.MemoryBudget, Text: budget.ErrExceeded.Error()})
	e.Header = http.Header{"Retry-After": {"1"}} // overloadWait
	return e
}

// reserveMemory takes the memory of a large response from the budget while its client reads it. It
// returns an error in its place if there is none.
func (w Writer) reserveMemory(rw http.ResponseWriter, r *http.Request, resp *Response) *Response {
	size := len(resp.Body)
	if info := InfoFrom(r); info.Lease != nil && !info.Lease.Grow(size) {
		return w.ErrorResponse(r, info.Overloaded())
	}
	timeout := w.ReadTimeout + time.Duration(size)*time.Second/minReadRate
	deadline := time.Now().Add(timeout)                           //nolint:forbidigo // deadlines of connections are wall time
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

// UnwritableReason returns the reason of an error of the disk, and reports whether err is one: the
// state file could not be written.
func UnwritableReason(err error) (why Reason, ok bool) {
	var fileErr interface {
		error
		Unwritable() (path string)
	}
	if !errors.As(err, &fileErr) {
		return Reason{}, false
	}
	return Reason{Rule: rule.StateUnwritable, Text: redact.String(fileErr.Error())}, true
}
