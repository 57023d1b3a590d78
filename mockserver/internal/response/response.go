// Package response validates and writes HTTP responses. No other package writes to an
// http.ResponseWriter.
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

// A Response is an HTTP response that has not been written yet.
type Response struct {
	Status int
	// Body is JSON, or nil for an empty response.
	Body []byte
	// Header is added to the headers of every response.
	Header http.Header
	// ContentType is the type of the body. Empty means application/json.
	ContentType string
	// Validated reports whether the response is validated already. Operations validate before they
	// store a change.
	Validated bool
	// Reasons are the reasons of a rejection, for the log, the journal and the causes. They are
	// empty for a served request.
	Reasons []Reason

	length [1]string // value of Content-Length, allocated with the rest
}

// A Validator returns the violations of a document by a response.
type Validator func(status int, contentType string, body []byte) []spec.Violation

// JSON returns a response with an encoded body.
func JSON(status int, body any) (*Response, error) {
	encoded, err := json.Marshal(body)
	return &Response{Status: status, Body: encoded}, err
}

// ValidationError is a response that violates its document. This is a bug of the mock.
type ValidationError struct {
	Status     int
	Violations []spec.Violation
}

// Error names the first violation.
func (e *ValidationError) Error() string {
	return "response " + strconv.Itoa(e.Status) + " violates its document: " +
		e.Violations[0].String()
}

// Validate validates the response once. The error is a *ValidationError.
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

// A Writer writes responses.
type Writer struct {
	Log *slog.Logger
	// Done ends delays when it is closed. Nil never ends them.
	Done <-chan struct{}
	// SkipValidation sends responses without validation.
	SkipValidation bool
	// ReadTimeout is the time that a client has to read a large response, in addition to a minimum
	// rate.
	ReadTimeout time.Duration
	// Faithful omits from errors the parts that a tenant does not send: causes and advice.
	Faithful bool
	// Dialect contains the responses that differ from the defaults.
	Dialect dialect.Dialect
	// SendRuleHeader sends the violated rules in [RuleHeader].
	SendRuleHeader bool
}

// Validate validates a response unless validation is disabled.
func (w Writer) Validate(resp *Response, validate Validator) error {
	if w.SkipValidation {
		return nil
	}
	return resp.Validate(validate)
}

// Reply writes resp, or the response to err. It writes nothing if the client has disconnected.
func (w Writer) Reply(
	rw http.ResponseWriter, r *http.Request, validate Validator, resp *Response, err error,
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

// FaultHeader is the header that names injected faults.
const FaultHeader = "X-Mock-Fault"

// StubHeader is the header that names the stub of a canned response.
const StubHeader = "X-Mock-Stub"

// Write validates and sends a response. An invalid one is replaced by a 500 and logged. Injected
// faults apply after validation, and FaultHeader names them.
func (w Writer) Write(rw http.ResponseWriter, r *http.Request, resp *Response, validate Validator) {
	info := InfoFrom(r)
	if info.Effect != HTML { // its status need not be declared
		resp = w.validated(r, resp, validate)
	}
	if r.Method != http.MethodHead && len(resp.Body) > LargeBody {
		large := resp
		if resp = w.reserveMemory(rw, r, large); resp != large {
			info.Stub = "" // the response is no longer that of a stub
		}
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
	if info.Stub != "" {
		header.Set(StubHeader, info.Stub)
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
	//nolint:gosec // the content type is set, and not sniffed
	if _, err := rw.Write(resp.Body); err != nil && resp.Body != nil {
		w.Log.DebugContext(r.Context(), "the client has disconnected", "error", err)
	}
}

// maxImplicitLength is the size of a body up to which net/http sets Content-Length itself.
const maxImplicitLength = 2048

// Shared header values. The slices are full, so that append copies them.
var (
	noCache  = []string{"no-cache, no-store, must-revalidate"} // observed
	jsonType = []string{"application/json"}
)

// A client must read a large response at a minimum rate.
const (
	LargeBody   = 64 << 10 // bytes
	minReadRate = 64 << 10 // bytes per second
)

// overloadRetryAfter is the Retry-After of a request over the memory budget.
const overloadRetryAfter = time.Second

// Overloaded returns the error of a request over the memory budget.
func (info *RequestInfo) Overloaded() *Error {
	info.RetryAfter = overloadRetryAfter
	e := NewError(Unavailable, Reason{Rule: rule.MemoryBudget, Text: budget.ErrExceeded.Error()})
	e.Header = http.Header{"Retry-After": {"1"}} // overloadRetryAfter
	return e
}

// reserveMemory reserves memory for a large response until it is written. It returns an error
// response if the budget is exhausted.
func (w Writer) reserveMemory(rw http.ResponseWriter, r *http.Request, resp *Response) *Response {
	size := len(resp.Body)
	if info := InfoFrom(r); info.Lease != nil && !info.Lease.Grow(size) {
		return w.ErrorResponse(r, info.Overloaded())
	}
	timeout := w.ReadTimeout + time.Duration(size)*time.Second/minReadRate
	//nolint:forbidigo // deadlines of connections are wall time
	deadline := time.Now().Add(timeout)
	_ = http.NewResponseController(rw).SetWriteDeadline(deadline) // fails without a connection
	return resp
}

// validated returns resp or its variation after validation. It returns an error response if either
// is invalid.
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

// UnwritableReason returns the reason of a write error of the state file. It reports whether err is
// one.
func UnwritableReason(err error) (reason Reason, ok bool) {
	var fileErr interface {
		error
		UnwritablePath() (path string)
	}
	if !errors.As(err, &fileErr) {
		return Reason{}, false
	}
	return Reason{Rule: rule.StateUnwritable, Text: redact.String(fileErr.Error())}, true
}
