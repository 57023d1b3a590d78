// Package control is a client of the control API of a mock. The control API serves state,
// namespaces, clock, faults and journal under /_mock/. The package has no rules of the mock, only
// wire types. The file spec/documents/control.yaml describes the API.
package control

import (
	"strings"
	"time"
)

// Health is the status of a mock and of one namespace.
type Health struct {
	// Product is "patmock".
	Product string `json:"product"`
	Version string `json:"version"`
	// Status is "ok". It is "degraded" while the state file cannot be written, and Cause says why.
	Status string `json:"status"`
	Cause  string `json:"cause,omitempty"`
	// Namespace is the namespace of the request.
	Namespace string   `json:"namespace"`
	Profile   Profile  `json:"profile"`
	Counters  Counters `json:"counters"`
}

// Profile describes the behavior of a mock that the published documents leave open.
type Profile struct {
	// Name is friendly, faithful or hostile.
	Name string `json:"name"`
	// RandomSeed repeats a run. It is nil if the mock has no seed.
	RandomSeed *uint64 `json:"randomSeed"`
	// RateLimit has the form 100/10s, or is off.
	RateLimit string `json:"rateLimit"`
	// TokenLimit is the maximum number of tokens of an owner. Zero means no limit.
	TokenLimit int `json:"tokenLimit"`
	// ScopeDelay is the time, such as 20m0s, for which a login still returns the scopes from before
	// a change.
	ScopeDelay string `json:"scopeDelay"`
	// NeverExpiresAs is null, far-date or absent: the expirationDate of a never-expiring token in
	// the response to a create.
	NeverExpiresAs string `json:"neverExpiresAs"`
	// Dialect has the ids of the open questions with a response other than the default. It is empty
	// if there are none.
	Dialect []string `json:"dialect"`
	// Hostile has the hostile behaviors that responses may show. It is empty if there are none.
	Hostile []string `json:"hostile"`
	// HostileRate is the share of responses with a hostile behavior, from 0 to 1.
	HostileRate float64 `json:"hostileRate"`
	// HostileMaxConsecutive is the maximum number of consecutive hostile responses to a client.
	HostileMaxConsecutive int `json:"hostileMaxConsecutive"`
	// ValidateResponses reports whether responses are validated against their OpenAPI document.
	ValidateResponses bool `json:"validateResponses"`
}

// Counters has counts since the namespace was created or reset.
type Counters struct {
	// Requests counts requests by operation and status. Requests that match no operation count as
	// unmatched.
	Requests map[string]map[string]int `json:"requests"`
	// Findings counts findings by kind.
	Findings map[string]int `json:"findings"`
	// Faults counts injected faults.
	Faults int `json:"faults"`
	// JournalDropped counts the requests that were dropped from the journal.
	JournalDropped int `json:"journalDropped"`
	// Namespaces counts the namespaces of the server.
	Namespaces int `json:"namespaces"`
	// Tokens counts the current tokens.
	Tokens int `json:"tokens"`
}

// Credentials has the credentials of the users of a namespace.
type Credentials struct {
	// BaseURL is the base URL of the namespace for clients.
	BaseURL string `json:"baseUrl"`
	// Users has the users with credentials. The first administrator comes first.
	Users []User `json:"users"`
}

// User has the credentials of a user.
type User struct {
	Name         string   `json:"user"`
	UserLevels   []string `json:"userLevels"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
}

// Clock is the clock of a namespace.
type Clock struct {
	Now time.Time `json:"now"`
	// Frozen reports whether the clock is stopped.
	Frozen bool `json:"frozen"`
	// Offset is the difference from wall time, such as +72h0m0s. It is empty if the clock was never
	// adjusted.
	Offset string `json:"offset"`
}

// ClockSetting is a change of a clock.
type ClockSetting struct {
	// Now is the new time. Nil keeps the current time.
	Now *time.Time `json:"now,omitempty"`
	// Frozen stops the clock.
	Frozen bool `json:"frozen"`
}

// Fault is a rule that injects a fault into matching requests. Empty fields match every request.
// Exactly one of Status, Latency and Effect is set, or the Effect html with a Status.
type Fault struct {
	// ID identifies the rule. If it is empty, the mock generates one.
	ID string `json:"id,omitempty"`

	// Operation is token, list, create, patch, delete, bulk, or stub for requests that stubs match.
	Operation string `json:"operation,omitempty"`
	// Version is the version of the API. The token endpoint has none.
	Version string `json:"version,omitempty"`
	// Owner is the name or id of the user who sends the request.
	Owner string `json:"owner,omitempty"`
	// Header has headers of the request, by name. The request may have others.
	Header map[string]string `json:"header,omitempty"`

	// Status is the status of the injected response, which has a well-formed body.
	Status int `json:"status,omitempty"`
	// RetryAfter is the delay in the Retry-After header, such as 3s.
	RetryAfter string `json:"retryAfter,omitempty"`
	// RetryAfterAs is the form of the header: seconds (the default) or date.
	RetryAfterAs string `json:"retryAfterAs,omitempty"`
	// Latency delays the response, by a fixed time such as 200ms or a random one such as
	// 100ms-300ms. Random delays are uniformly distributed.
	Latency string `json:"latency,omitempty"`
	// Effect is reset, hang, html, truncated-json, wrong-content-type or empty-body. The first
	// three replace the response, and the request is not carried out. The others corrupt the
	// response to a request that was carried out.
	Effect string `json:"effect,omitempty"`

	// After is the number of matching requests to skip first.
	After int `json:"after,omitempty"`
	// Times is the number of requests to inject the fault into. Zero means one. It excludes Rate.
	Times int `json:"times,omitempty"`
	// Rate is the share of matching requests to inject the fault into, up to 1. Zero means not set.
	Rate float64 `json:"rate,omitempty"`

	// Matched counts matching requests, and Hits those with an injected fault. Both are only in
	// responses.
	Matched int `json:"matched,omitempty"`
	Hits    int `json:"hits,omitempty"`
}

// Stub is a canned response to requests that the mock does not simulate. The mock still checks the
// access token of such a request, and records it. Of several matching stubs, the latest one
// responds.
type Stub struct {
	// ID identifies the stub. If it is empty, the mock generates one.
	ID string `json:"id,omitempty"`

	// Method is the method of the requests. If it is empty, every method matches. GET includes
	// HEAD.
	Method string `json:"method,omitempty"`
	// Path is a pattern for the path of the requests, without the prefix of the namespace, such as
	// /v2025/search/*. A * matches any text within one segment. The last segment may be **,
	// which matches all further segments, or none. The mock rejects a pattern that matches a path
	// that it simulates.
	Path string `json:"path"`
	// Scope has scopes of which the caller needs one, or sp:scopes:all. If it is empty, every
	// caller is allowed.
	Scope []string `json:"scope,omitempty"`

	// Status is the status of the response, from 200 to 599. Zero means 200.
	Status int `json:"status,omitempty"`
	// Header has headers of the response.
	Header map[string]string `json:"header,omitempty"`
	// ContentType is the content type of the body. If it is empty, it is application/json, or none
	// without a body. The body must be JSON if this type is.
	ContentType string `json:"contentType,omitempty"`
	Body        string `json:"body,omitempty"`

	// Hits counts the canned responses that were sent. It is only in responses.
	Hits int `json:"hits,omitempty"`
}

// Namespace is an isolated tenant on the server.
type Namespace struct {
	Name string `json:"name"`
	// BaseURL is its base URL for clients.
	BaseURL string `json:"baseUrl"`
	// Fixture is the name of its fixture.
	Fixture string `json:"fixture"`
	Tokens  int    `json:"tokens"`
	// Requests counts the requests since it was created or reset.
	Requests int `json:"requests"`
	// IdleSeconds is the wall time since its last request.
	IdleSeconds int `json:"idleSeconds"`
	// IgnoreFindings is as in [NewNamespace].
	IgnoreFindings bool `json:"ignoreFindings,omitempty"`
}

// NewNamespace describes a namespace to create. At most one of Fixture and Tenant is set.
type NewNamespace struct {
	// Fixture is the name of a built-in tenant. Empty means that of the server.
	Fixture string `json:"fixture,omitempty"`
	// Tenant is a tenant in the form of a fixture file.
	Tenant map[string]any `json:"tenant,omitempty"`
	// IgnoreFindings excludes the requests to the namespace from the findings. A contract run sets
	// it, since it breaks rules on purpose.
	IgnoreFindings bool `json:"ignoreFindings,omitempty"`
}

// NewIdentity is a user to add.
type NewIdentity struct {
	// Name is the alias, unique in the namespace.
	Name string `json:"name"`
	// DisplayName is the name of the identity in the API. Empty means that it is the alias.
	DisplayName string `json:"displayName,omitempty"`
	// Email is the email address. Empty means that the user has none.
	Email string `json:"email,omitempty"`
	// Status is the lifecycle status, such as Active. Empty means that it is unknown.
	Status string `json:"status,omitempty"`
	// UserLevels defaults to [USER] if nil. An empty list stays empty.
	UserLevels []string `json:"userLevels,omitzero"`
	// ID is generated if it is empty.
	ID string `json:"id,omitempty"`
}

// NewToken describes a token to add, with the fields and defaults of a fixture file. The token may
// be expired, managed or used. Times are RFC 3339, or offsets such as -40d from the clock of the
// namespace.
type NewToken struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// ID and Secret are generated if they are empty.
	ID     string `json:"id,omitempty"`
	Secret string `json:"secret,omitempty"`
	// Scope defaults to sp:scopes:all if nil. An empty list stays empty.
	Scope                      []string `json:"scope,omitzero"`
	Created                    string   `json:"created,omitempty"` // now if empty
	LastUsed                   string   `json:"lastUsed,omitempty"`
	Managed                    bool     `json:"managed,omitempty"`
	AccessTokenValiditySeconds int      `json:"accessTokenValiditySeconds,omitempty"`
	// ExpirationDate is empty for a token that never expires.
	ExpirationDate             string `json:"expirationDate,omitempty"`
	UserAwareTokenNeverExpires *bool  `json:"userAwareTokenNeverExpires,omitempty"`
}

// Problem is an error response of the control API (RFC 9457). It implements error.
type Problem struct {
	// Type is urn:problem-type:patmock: followed by a stable name.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail describes the error and its remedy.
	Detail string `json:"detail"`
	// Rule is the id of the violated rule, the last part of Type.
	Rule string `json:"rule"`
	// Errors lists the invalid parts of the request, if there is more to say than Detail does.
	Errors []ProblemError `json:"errors,omitempty"`
}

// ProblemError describes an invalid part of a request.
type ProblemError struct {
	// Pointer is a JSON pointer into the body, or the name of a parameter.
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
	// Rule is the id of the violated rule.
	Rule string `json:"rule"`
	// More is the number of errors that this one summarizes, including errors that are not listed.
	// It is zero for a single error.
	More int `json:"more,omitempty"`
}

// Error returns the detail and all errors in one line.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, e := range p.Errors {
		b.WriteString("; ")
		switch {
		case e.More > 0:
		case e.Pointer == "":
			b.WriteString("all of it: ")
		default:
			b.WriteString(e.Pointer + ": ")
		}
		b.WriteString(e.Detail)
	}
	return b.String()
}
