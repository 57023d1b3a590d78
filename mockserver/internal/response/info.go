package response

import (
	"context"
	"net/http"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/spec/limit"
)

// A RequestInfo holds the properties of a request. It is not safe for concurrent use.
type RequestInfo struct {
	// Form is the form of the errors of the path.
	Form Form
	// RequestID is the value of the SLPT-Request-ID header.
	RequestID string
	// Namespace is the namespace of the request, and Prefix its path prefix.
	Namespace, Prefix string
	// BaseURL is the address of a tenant at whose host the request arrived. It is empty if the
	// namespace is part of the path.
	BaseURL string
	// Operation is the short name of the operation in rules and in the journal. Version is the
	// short name of the API version. Both are empty if no operation matches the request.
	Operation, Version string
	// User is the owner of the token of the request, ClientID the id of the token. Both are empty
	// before authentication.
	User, ClientID string
	// ClockNote describes the clock of the namespace. It is empty if the clock follows wall time.
	ClockNote string
	// Notes are warnings about a request that was not rejected.
	Notes []string
	// Reasons are the reasons that the request was rejected for.
	Reasons []Reason
	// Hints are possible misspellings. They are added to an error.
	Hints []string
	// Findings are errors and careless behavior of the client.
	Findings []control.Finding
	// Absent reports whether the namespace does not exist.
	Absent bool
	// Unmatched reports whether no operation matches the request, Forwarded whether the fallback
	// served it.
	Unmatched, Forwarded bool
	// Browser reports whether a browser sent the request on its own, such as a preflight. Verdicts
	// on clients ignore such requests.
	Browser bool
	// Stub is the id of the stub whose canned response was sent.
	Stub string
	// Logged reports whether the request was logged.
	Logged bool
	// Abort closes the connection without a response after the request is recorded.
	Abort bool

	// RequestBody is the buffered body, BodyErr the error that ended it early.
	RequestBody []byte
	BodyErr     error
	// Lease accounts for the memory of the request. If it is nil, the memory is not limited.
	Lease *budget.Lease
	// Status, Body and Size describe the response. Body is only the beginning of a forwarded body.
	Status int
	Body   []byte
	Size   int // bytes

	// Overrides are set by fault rules and the hostile profile.
	Overrides
}

// Overrides change the response of an operation.
type Overrides struct {
	// Faults names the injected faults, and Effect is the change to the response.
	Faults []string
	Effect Effect
	// Vary returns a variation of a valid response. Nil means no variation.
	Vary func(*Response) *Response
	// RetryAfter is the time that the client must wait, or zero.
	RetryAfter time.Duration
	// RetryRule selects the requests that must wait. Nil selects all of the client and version.
	RetryRule *RetryRule
	// TokenTTL is the lifetime of an access token in seconds. Zero means the default.
	TokenTTL int
}

// RetryRule identifies the cause of a Retry-After that applies to some requests of a client only.
type RetryRule struct {
	// ID is unique among retry rules.
	ID string
	// Matches reports whether the rule applies to a request of the same client and version.
	Matches func(operation string, header http.Header) bool
}

// AddNote adds a warning.
func (info *RequestInfo) AddNote(sentence string) { info.Notes = append(info.Notes, sentence) }

// AddFinding adds a finding. If remedy is empty, the remedy of the kind is used.
func (info *RequestInfo) AddFinding(kind, detail, remedy string) {
	info.Findings = append(info.Findings, control.Finding{
		Kind: kind, Detail: detail, Remedy: remedy,
	})
}

// AddFindings adds a finding for each of n items, up to [limit.Items], and one that counts the
// rest.
func (info *RequestInfo) AddFindings(
	kind string, n int, describe func(i int) (detail, remedy string),
) {
	for i := range min(n, limit.Items) {
		detail, remedy := describe(i)
		info.AddFinding(kind, detail, remedy)
	}
	if n > limit.Items {
		info.AddFinding(kind, limit.Remainder(n-limit.Items), "")
	}
}

// AddFindingsAt adds a finding for each pointer, and one that counts the rest of total. Text
// follows the pointer in the detail.
func (info *RequestInfo) AddFindingsAt(kind string, pointers []string, total int, text string) {
	info.AddFindings(kind, total, func(i int) (detail, remedy string) {
		return Truncate(pointers[i]) + text, ""
	})
}

type infoKey struct{}

// RequestWithInfo returns a copy of a request with info in its context.
func RequestWithInfo(r *http.Request, info *RequestInfo) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), infoKey{}, info))
}

// InfoFrom returns the info of a request, or an empty info if the request has none.
func InfoFrom(r *http.Request) *RequestInfo {
	if info, ok := r.Context().Value(infoKey{}).(*RequestInfo); ok {
		return info
	}
	return &RequestInfo{}
}

// HTTPDate formats a time as an HTTP date (RFC 9110, section 5.6.7). It rounds up to seconds.
func HTTPDate(t time.Time) string {
	return t.Add(time.Second - 1).UTC().Format(http.TimeFormat)
}
