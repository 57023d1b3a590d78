package control

import "time"

// Request is an exchange in the journal. Secrets and bearers are left out of it.
type Request struct {
	// ID is the SLPT-Request-ID of the answer.
	ID string `json:"id"`
	// Sequence counts the requests of the namespace from 1.
	Sequence int `json:"sequence"`
	// At is the moment by the clock of the namespace.
	Time time.Time `json:"time"`
	// DurationMS is how long the answer took, in milliseconds of wall time.
	DurationMS float64 `json:"durationMs"`
	// Operation is token, checkToken, info, list, create, patch, delete or bulk; empty where none
	// takes the request.
	Operation string `json:"operation"`
	// Version of the API, empty where the path belongs to none.
	Version string `json:"version"`
	Method  string `json:"method"`
	// Path without the prefix of the namespace, as it came.
	Path string `json:"path"`
	// Query as it came.
	Query string `json:"query"`
	// Status of the answer, 0 where there was none.
	Status int `json:"status"`
	// Owner is the name of the user whose request it is, empty where nobody logged in.
	Owner string `json:"owner"`
	// ClientID of the token that the request was made with.
	ClientID string `json:"clientId"`
	// Unmatched tells that no operation takes the request.
	Unmatched bool `json:"unmatched"`
	// Forwarded tells that the answer came from the fallback.
	Forwarded bool `json:"forwarded"`
	// Fault names the rules that met the request, with commas between.
	Fault string `json:"fault"`
	// Findings are what the client did wrong or carelessly.
	Findings []Finding `json:"findings"`
	// Why tells the reasons of a refusal.
	Reasons []string `json:"reasons"`
	// Rules are the ids of the rules by which the request was rejected, each once. Empty if it was
	// not.
	Rules []string `json:"rules"`
	// Notes tell what a tenant would have done otherwise, and what else is worth knowing.
	Notes []string `json:"notes"`
	// Sent and Answered are nil in lists.
	Request  *Message `json:"request,omitempty"`
	Response *Message `json:"response,omitempty"`
}

// Message is one side of an exchange.
type Message struct {
	// Header less what the transport adds.
	Header map[string][]string `json:"header"`
	// Body as text, cut where Cut is set.
	Body string `json:"body"`
	// Size of the whole body, in bytes.
	Size int `json:"size"`
	// Cut tells that the body is longer than what is kept of it.
	Truncated bool `json:"truncated"`
}

// Finding is something that a client did wrong or carelessly.
type Finding struct {
	// Kind is stable, see [FindingKinds].
	Kind string `json:"kind"`
	// Detail is for people.
	Detail string `json:"detail"`
	// Remedy says what to do instead. It is empty if the kind has one remedy for all findings.
	Remedy string `json:"remedy,omitempty"`
	// Allowed reports that the namespace allowed findings of this kind when the request came.
	Allowed bool `json:"allowed,omitempty"`
}

// The kinds of findings.
const (
	// a property that the document of the operation does not name
	UnknownProperty  = "unknown-property"
	UnknownParameter = "unknown-parameter" // a query parameter that it does not name
	MissingProperty  = "missing-property"  // a required property was not sent
	// a property or parameter has a value that the document forbids
	InvalidProperty = "invalid-property"
	// the operation does not take the body's content type
	WrongContentType = "wrong-content-type"
	// a tenant has nothing there, or not with this method
	UnmatchedPath     = "unmatched-path"
	NotSimulated      = "not-simulated"      // a tenant has it, the mock has not
	RepeatedRejection = "repeated-rejection" // a refused request came again, unchanged
	// the next request came before Retry-After had passed
	NoWait             = "no-wait"
	DeletedToken       = "deleted-token"        // a token was used after it was deleted
	ExpiredToken       = "expired-token"        // a token was used to log in after it expired
	ExpiredAccessToken = "expired-access-token" // an access token was used after it expired
	SecretInQuery      = "secret-in-query"      // a secret stood in the query string

	// credentials were damaged: quotes, blanks, capitals, exchanged
	MalformedCredentials = "malformed-credentials"
	// a list was requested by offset and returned the same tokens again
	PagesRepeat = "pages-repeat"

	DuplicateKey  = "duplicate-key"  // an object of a JSON body has a name more than once
	LoneSurrogate = "lone-surrogate" // half of a character, such as \ud800, is in a string
	// a scope differs by a letter or two from one that the documents name
	MisspeltScope = "misspelt-scope"
	ScopeSyntax   = "scope-syntax" // a scope is empty or has blanks or commas
	EmptyScope    = "empty-scope"  // a token gets no scope
	// a parameter was sent more than once, or without a value
	IgnoredParameter = "ignored-parameter"
)

// FindingKinds lists the kinds of findings.
func FindingKinds() []string {
	return []string{
		UnknownProperty, UnknownParameter, MissingProperty, InvalidProperty, WrongContentType,
		UnmatchedPath, NotSimulated,
		RepeatedRejection, NoWait, DeletedToken, ExpiredToken, ExpiredAccessToken, SecretInQuery,
		MalformedCredentials, PagesRepeat,
		DuplicateKey, LoneSurrogate, MisspeltScope, ScopeSyntax, EmptyScope, IgnoredParameter,
	}
}

// Journal is a part of what happened in a namespace, oldest first.
type Journal struct {
	Requests []Request `json:"requests"`
	// Matched is how many of those that are held match, also where Requests has only the last of
	// them.
	Matched int `json:"matched"`
	// Held is how many requests the journal holds, Dropped how many it no longer does.
	Stored  int `json:"stored"`
	Dropped int `json:"dropped"`
}

// Match says which requests are meant. Empty fields match everything.
type Match struct {
	Operation string `json:"operation,omitempty"`
	Version   string `json:"version,omitempty"`
	Method    string `json:"method,omitempty"`
	// Path is exact, but for a * that stands for one segment.
	Path   string `json:"path,omitempty"`
	Status int    `json:"status,omitempty"`
	// Owner is the name of a user.
	Owner    string `json:"owner,omitempty"`
	ClientID string `json:"clientId,omitempty"`
	// Fault is the id of a rule, or * for any.
	Fault string `json:"fault,omitempty"`
	// Finding is a kind, or * for any.
	Finding string `json:"finding,omitempty"`
	// Unmatched, where it is not nil, asks for requests that no operation took, or that one did.
	Unmatched *bool `json:"unmatched,omitempty"`
	// Header and Query hold what the request has, among others.
	Header map[string]string `json:"header,omitempty"`
	Query  map[string]string `json:"query,omitempty"`
	// Body is contained in that of the request: objects may have more properties, arrays have as
	// many elements, each contained in turn. Nil matches every body.
	Body any `json:"body,omitempty"`
}

// VerifyRequest asks whether requests were made.
type VerifyRequest struct {
	Expect []Expectation `json:"expect"`
	// InOrder asks that the requests of each expectation came after those that fulfilled the one
	// before.
	InOrder bool `json:"inOrder,omitempty"`
	// Timeout is how long to wait until all of it is true, such as 2s. Empty does not wait.
	Timeout string `json:"timeout,omitempty"`
}

// Expectation is how often requests are expected: at least once where nothing else is said.
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
	// Dropped is how many requests the journal no longer holds: none of them was counted.
	Dropped int `json:"dropped"`
}

// Outcome is what became of an expectation.
type Outcome struct {
	Verified bool `json:"verified"`
	// Expected tells it in words.
	Expected string `json:"expected"`
	// Actual is how many requests were found, Matched the ids of the last hundred of them.
	Actual  int      `json:"actual"`
	Matched []string `json:"matched"`
	// Nearest are those that come closest, where too few were found.
	NearMisses []NearMiss `json:"nearMisses"`
}

// NearMiss is a request that almost matched.
type NearMiss struct {
	ID          string       `json:"id"`
	Sequence    int          `json:"sequence"`
	Request     string       `json:"request"` // method, path and status
	Differences []Difference `json:"differences"`
}

// Difference is where a request is not as expected.
type Difference struct {
	// Pointer leads into the match: /status, /body/name. It is /inOrder where a request came too
	// early.
	Pointer  string `json:"pointer"`
	Expected any    `json:"expected"`
	// Actual is nil where there is nothing.
	Actual any `json:"actual"`
}
