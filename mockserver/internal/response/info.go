package response

import (
	"context"
	"net/http"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/spec/limit"
)

// A RequestInfo is what is known about one request. One goroutine fills it in.
type RequestInfo struct {
	// Form of the errors of the path.
	Form Form
	// RequestID is sent to the client as SLPT-Request-ID.
	RequestID string
	// Namespace that the request is for, and Prefix, which its path begins with for that.
	Namespace, Prefix string
	// Operation is the short name that rules and the journal use, Version that of the API. Both are
	// empty if no operation matches the request.
	Operation, Version string
	// User is the owner of the token that the request is made with, ClientID its id. Both are empty
	// until that is known.
	User, ClientID string
	// ClockNote says that the clock of the namespace was moved. Empty means that it was not.
	ClockNote string
	// Notes are warnings about a request that was not rejected, in sentences.
	Notes []string
	// Reasons are why the request was rejected.
	Reasons []Reason
	// Hints are misspellings that may be the reason of an error, in sentences.
	Hints []string
	// Findings are what the client did wrong or carelessly.
	Findings []control.Finding
	// Absent reports that the namespace does not exist.
	Absent bool
	// Unmatched reports that no operation matches the request, Forwarded that the fallback served
	// it.
	Unmatched, Forwarded bool
	// Browser reports that a browser sent the request on its own, such as a preflight: it says
	// nothing about a client.
	Browser bool
	// Logged reports that the log has a line about the request.
	Logged bool
	// Abort ends the connection without a response, once everything about the request is recorded.
	Abort bool

	// RequestBody was read before the request was routed, BodyErr is why it is not complete.
	RequestBody []byte
	BodyErr     error
	// Lease has the memory that the request takes. Nil takes none.
	Lease *budget.Lease
	// Status, Body and Size are those of the response. Of a body that is forwarded there is only
	// the beginning.
	Status int
	Body   []byte
	Size   int // bytes

	// Overrides are what fault rules and the hostile profile request.
	Overrides
}

// Overrides change the response of an operation.
type Overrides struct {
	// Faults names what was injected, Effect what that does to the response.
	Faults []string
	Effect Effect
	// Vary changes a valid response into another one. Nil leaves it.
	Vary func(*Response) *Response
	// RetryAfter is how long the client has to wait. Zero means not at all.
	RetryAfter time.Duration
	// RetryRule limits which requests have to wait. Nil means all of the client and version.
	RetryRule *RetryRule
	// TokenTTL is the lifetime of an access token in seconds. Zero leaves it.
	TokenTTL int
}

// RetryRule is the reason of a response with Retry-After that is not about every request of a
// client.
type RetryRule struct {
	// ID distinguishes it from others.
	ID string
	// Matches reports whether it is about a request of the same client and version.
	Matches func(operation string, header http.Header) bool
}

// AddNote adds a warning.
func (i *RequestInfo) AddNote(sentence string) { i.Notes = append(i.Notes, sentence) }

// AddFinding adds a finding. The remedy is what its kind generally needs if it is empty.
func (i *RequestInfo) AddFinding(kind, detail, remedy string) {
	i.Findings = append(i.Findings, control.Finding{Kind: kind, Detail: detail, Remedy: remedy})
}

// AddFindings adds a finding of each of n items, up to [limit.Items], and then one that counts the
// rest.
func (t *RequestInfo) AddFindings(kind string, n int,
	describe func(i int) (detail, remedy string),
) {
	for i := range min(n, limit.Items) {
		detail, remedy := describe(i)
		t.AddFinding(kind, detail, remedy)
	}
	if n > limit.Items {
		t.AddFinding(kind, limit.Remainder(n-limit.Items), "")
	}
}

// AddFindingsAt adds a finding of each of the places, which are some of a total. The text says what
// is wrong there.
func (t *RequestInfo) AddFindingsAt(kind string, pointers []string, total int, text string) {
	t.AddFindings(kind, total, func(i int) (detail, remedy string) {
		return Truncate(pointers[i]) + text, ""
	})
}

type infoKey struct{}

// RequestWithInfo attaches a trace to a request.
func RequestWithInfo(r *http.Request, info *RequestInfo) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), infoKey{}, info))
}

// InfoFrom returns the trace of a request; one without has an empty one, which nobody reads.
func InfoFrom(r *http.Request) *RequestInfo {
	if info, ok := r.Context().Value(infoKey{}).(*RequestInfo); ok {
		return info
	}
	return &RequestInfo{}
}

// HTTPDate writes a moment as a header does (RFC 9110, section 5.6.7), rounded up to seconds.
func HTTPDate(t time.Time) string {
	return t.Add(time.Second - 1).UTC().Format(http.TimeFormat)
}
