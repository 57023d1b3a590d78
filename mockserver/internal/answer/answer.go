// Package answer writes what the mock answers. It is the only place that does,
// and nothing leaves it that the document of the operation forbids.
package answer

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strconv"

	"example.com/patmock/spec"
)

// An Answer is a response before it is written.
type Answer struct {
	Status int
	// Body is JSON, nil for none.
	Body []byte
	// Header is set besides what every answer has.
	Header http.Header
	// Checked tells that the document was asked already, before something was stored.
	Checked bool
	// Why is what the log tells a person about the answer, in sentences.
	Why []string

	trace *Trace
}

// A Trace collects what the log tells of a request besides its answer.
type Trace struct {
	// User is whose request it is, empty while that is unknown.
	User string
	// Notes are warnings about a request that was not refused, in sentences.
	Notes []string
}

// Check holds an answer against a document; what it returns is wrong with it.
type Check func(status int, contentType string, body []byte) []spec.Violation

// JSON makes an answer with a body.
func JSON(status int, body any) (*Answer, error) {
	encoded, err := json.Marshal(body)
	return &Answer{Status: status, Body: encoded}, err
}

// Invalid is an answer that its document forbids: a bug of the mock.
type Invalid struct {
	Status     int
	Violations []spec.Violation
}

// Error names the first violation.
func (e *Invalid) Error() string {
	return "answer " + strconv.Itoa(e.Status) + " breaks its document: " + e.Violations[0].String()
}

// Verify asks the document, once. The error is an *Invalid.
func (a *Answer) Verify(check Check) error {
	if a.Checked {
		return nil
	}
	if found := check(a.Status, a.contentType(), a.Body); len(found) > 0 {
		return &Invalid{Status: a.Status, Violations: found}
	}
	a.Checked = true
	return nil
}

func (a *Answer) contentType() string {
	if a.Body == nil {
		return ""
	}
	return "application/json"
}

// A Writer writes answers.
type Writer struct{ Log *slog.Logger }

// Handler makes the handler of an operation: what handle returns is held against the document
// and written. An error becomes an answer by refuse, or a fault of the mock where that is nil.
func (w Writer) Handler(check Check, handle Handle, refuse Refuse) http.Handler {
	if refuse == nil {
		refuse = w.Fault
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		trace := &Trace{}
		response, err := handle(r, trace)
		if err != nil {
			response = refuse(rw, r, err)
		}
		response.trace = trace
		w.Write(rw, r, response, check)
	})
}

// Handle answers a request, and notes in the trace what the log shall tell.
type Handle func(r *http.Request, trace *Trace) (*Answer, error)

// Refuse turns an error into an answer.
type Refuse func(rw http.ResponseWriter, r *http.Request, err error) *Answer

// Write sends an answer if its document allows it, and else a 500 and a loud line.
func (w Writer) Write(rw http.ResponseWriter, r *http.Request, a *Answer, check Check) {
	if err := a.Verify(check); err != nil {
		a = w.Fault(rw, r, err)
	}
	w.tell(r, a)
	header := rw.Header()
	for name, values := range a.Header {
		header[name] = values
	}
	header.Set("Cache-Control", "no-cache, no-store, must-revalidate") // observed
	if a.Body != nil {
		header.Set("Content-Type", a.contentType())
	}
	rw.WriteHeader(a.Status)
	if _, err := rw.Write(a.Body); err != nil && a.Body != nil {
		w.Log.DebugContext(r.Context(), "the client went away", "error", err)
	}
}

// Fault is the answer to a bug of the mock, which it logs.
func (w Writer) Fault(rw http.ResponseWriter, r *http.Request, err error) *Answer {
	w.Log.ErrorContext(r.Context(), "patmock is at fault, please report it", "method", r.Method, "path", r.URL.Path,
		"requestId", rw.Header().Get(RequestID), "error", err)
	return Error(rw, http.StatusInternalServerError, "500.0 Internal fault", "An internal fault occurred.")
}

// BaseURL is how a client reaches the mock: by its public URL, or else by the host it used.
func BaseURL(r *http.Request, public string) string {
	if public != "" {
		return public
	}
	host := r.Host
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" { // HTTP/1.0 may name none
		host = local.String()
	}
	if r.TLS != nil {
		return "https://" + host
	}
	return "http://" + host
}
