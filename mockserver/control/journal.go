package control

import "time"

// Request is an exchange in the journal. Secrets and bearers are redacted.
type Request struct {
	// ID is the SLPT-Request-ID of the response.
	ID string `json:"id"`
	// Sequence counts the requests of the namespace from 1.
	Sequence int `json:"sequence"`
	// Time is the time by the clock of the namespace.
	Time time.Time `json:"time"`
	// DurationMS is the duration of the exchange, in milliseconds of wall time.
	DurationMS float64 `json:"durationMs"`
	// Operation is token, checkToken, info, list, create, patch, delete, bulk, publicIdentities,
	// identities or identity, or stub if a stub matches the request. It is empty if the request
	// matches no operation.
	Operation string `json:"operation"`
	// Version is the version of the API. It is empty if the path has none.
	Version string `json:"version"`
	Method  string `json:"method"`
	// Path is the unmodified path, without the prefix of the namespace.
	Path string `json:"path"`
	// Query is the unmodified query.
	Query string `json:"query"`
	// Status is the status of the response, zero without one.
	Status int `json:"status"`
	// Owner is the name of the authenticated user, empty without one.
	Owner string `json:"owner"`
	// ClientID is the id of the token of the request.
	ClientID string `json:"clientId"`
	// Unmatched reports whether the request matches no operation.
	Unmatched bool `json:"unmatched"`
	// Forwarded reports whether the fallback responded.
	Forwarded bool `json:"forwarded"`
	// Fault has the ids of the fault rules that were applied, separated by commas.
	Fault string `json:"fault"`
	// Stub is the id of the stub whose canned response was sent. It is empty for other responses.
	Stub string `json:"stub"`
	// Findings has the errors of the client.
	Findings []Finding `json:"findings"`
	// Reasons has the reasons for rejecting the request.
	Reasons []string `json:"reasons"`
	// Rules has the ids of the rules by which the request was rejected, each once. It is empty for
	// other requests.
	Rules []string `json:"rules"`
	// Notes has further remarks, such as differences from the response of a tenant.
	Notes []string `json:"notes"`
	// Request and Response are nil in lists.
	Request  *Message `json:"request,omitempty"`
	Response *Message `json:"response,omitempty"`
}

// Message is a request or a response.
type Message struct {
	// Header has the headers, without those of the transport.
	Header map[string][]string `json:"header"`
	// Body is the body as text. It is incomplete if Truncated is set.
	Body string `json:"body"`
	// Size is the size of the complete body, in bytes.
	Size int `json:"size"`
	// Truncated reports whether Body is incomplete.
	Truncated bool `json:"truncated"`
}

// Finding is an error of a client.
type Finding struct {
	// Kind is stable, see [FindingKinds].
	Kind string `json:"kind"`
	// Detail describes the finding in a sentence.
	Detail string `json:"detail"`
	// Remedy describes the correction. It is empty if the kind has one remedy for all findings.
	Remedy string `json:"remedy,omitempty"`
	// Allowed reports whether the namespace allowed findings of this kind at the time.
	Allowed bool `json:"allowed,omitempty"`
}

// The kinds of findings.
const (
	// a property that the document of the operation does not declare
	UnknownProperty  = "unknown-property"
	UnknownParameter = "unknown-parameter" // a query parameter that it does not declare
	MissingProperty  = "missing-property"  // a required property is missing
	// a property or parameter has a value that is invalid by the document
	InvalidProperty = "invalid-property"
	// the operation does not accept the content type of the body
	WrongContentType = "wrong-content-type"
	// the API of a tenant does not have this path and method
	UnmatchedPath     = "unmatched-path"
	NotSimulated      = "not-simulated"      // the API has this operation, but the mock does not
	RepeatedRejection = "repeated-rejection" // a rejected request was repeated unchanged
	// a request was sent before the time in Retry-After
	NoWait             = "no-wait"
	DeletedToken       = "deleted-token"        // a token was used after it was deleted
	ExpiredToken       = "expired-token"        // a token was used to log in after it expired
	ExpiredAccessToken = "expired-access-token" // an access token was used after it expired
	SecretInQuery      = "secret-in-query"      // the query string has a secret

	// credentials have quotes, blanks or capitals, or are swapped
	MalformedCredentials = "malformed-credentials"
	// pages of a list by offset return the same tokens repeatedly
	PagesRepeat = "pages-repeat"

	DuplicateKey  = "duplicate-key"  // an object of a JSON body has a duplicate name
	LoneSurrogate = "lone-surrogate" // a string has half of a surrogate pair, such as \ud800
	// a scope differs by one or two letters from a published one
	MisspeltScope = "misspelt-scope"
	ScopeSyntax   = "scope-syntax" // a scope is empty or has blanks or commas
	EmptyScope    = "empty-scope"  // a token is created without a scope
	// a parameter is repeated or has no value
	IgnoredParameter = "ignored-parameter"
)

// FindingKinds returns the kinds of findings.
func FindingKinds() []string {
	return []string{
		UnknownProperty, UnknownParameter, MissingProperty, InvalidProperty, WrongContentType,
		UnmatchedPath, NotSimulated,
		RepeatedRejection, NoWait, DeletedToken, ExpiredToken, ExpiredAccessToken, SecretInQuery,
		MalformedCredentials, PagesRepeat,
		DuplicateKey, LoneSurrogate, MisspeltScope, ScopeSyntax, EmptyScope, IgnoredParameter,
	}
}

// Journal has requests to a namespace, oldest first.
type Journal struct {
	Requests []Request `json:"requests"`
	// Matched is the number of matching requests in the journal. Requests may have only the last of
	// them.
	Matched int `json:"matched"`
	// Stored is the number of requests in the journal, and Dropped the number of requests removed
	// from it.
	Stored  int `json:"stored"`
	Dropped int `json:"dropped"`
}

// Match selects requests. Empty fields match every request.
type Match struct {
	Operation string `json:"operation,omitempty"`
	Version   string `json:"version,omitempty"`
	Method    string `json:"method,omitempty"`
	// Path matches exactly, except that a * matches any one segment.
	Path   string `json:"path,omitempty"`
	Status int    `json:"status,omitempty"`
	// Owner is the name of a user.
	Owner    string `json:"owner,omitempty"`
	ClientID string `json:"clientId,omitempty"`
	// Fault is the id of a rule, or * for any.
	Fault string `json:"fault,omitempty"`
	// Finding is a kind of finding, or * for any.
	Finding string `json:"finding,omitempty"`
	// Unmatched selects requests that match no operation if true, and others if false. Nil selects
	// both.
	Unmatched *bool `json:"unmatched,omitempty"`
	// Header and Query have headers and parameters of the request. The request may have others.
	Header map[string]string `json:"header,omitempty"`
	Query  map[string]string `json:"query,omitempty"`
	// Body is contained in the body of the request. Objects may have more properties. Arrays have
	// the same length, and each element is contained in turn. Nil matches every body.
	Body any `json:"body,omitempty"`
}

// VerifyRequest describes the expected requests.
type VerifyRequest struct {
	Expect []Expectation `json:"expect"`
	// InOrder requires the requests of each expectation to follow those of the previous one.
	InOrder bool `json:"inOrder,omitempty"`
	// Timeout limits the wait for the expected requests, such as 2s. Empty means no wait.
	Timeout string `json:"timeout,omitempty"`
}

// Expectation is the expected number of requests, at least one by default.
type Expectation struct {
	Match Match `json:"match"`
	// Times is the exact number.
	Times   *int `json:"times,omitempty"`
	AtLeast *int `json:"atLeast,omitempty"`
	AtMost  *int `json:"atMost,omitempty"`
}

// VerifyResult is the response to a [VerifyRequest].
type VerifyResult struct {
	Verified bool      `json:"verified"`
	Outcomes []Outcome `json:"outcomes"`
	// Dropped is the number of requests removed from the journal. They are not counted.
	Dropped int `json:"dropped"`
}

// Outcome is the outcome of an expectation.
type Outcome struct {
	Verified bool `json:"verified"`
	// Expected describes the expectation in words.
	Expected string `json:"expected"`
	// Actual is the number of matching requests, and Matched has the ids of the last hundred of
	// them.
	Actual  int      `json:"actual"`
	Matched []string `json:"matched"`
	// NearMisses has the most similar requests, if there are too few matching ones.
	NearMisses []NearMiss `json:"nearMisses"`
}

// NearMiss is a request that almost matches.
type NearMiss struct {
	ID          string       `json:"id"`
	Sequence    int          `json:"sequence"`
	Request     string       `json:"request"` // method, path and status
	Differences []Difference `json:"differences"`
}

// Difference is a difference between a request and a [Match].
type Difference struct {
	// Pointer is a JSON pointer into the match, such as /status or /body/name. It is /inOrder for a
	// request that is too early.
	Pointer  string `json:"pointer"`
	Expected any    `json:"expected"`
	// Actual is nil if the request has no such value.
	Actual any `json:"actual"`
}
