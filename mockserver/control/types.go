// Package control is the Go client of a mock's own surface under /_mock/: state, namespaces, clock,
// faults, journal. It holds no rules of the mock, only what goes over the wire;
// spec/documents/control.yaml describes it.
package control

import (
	"strings"
	"time"
)

// Health is what a mock says of itself.
type Health struct {
	// Product is "patmock".
	Product string `json:"product"`
	Version string `json:"version"`
	// Status is "ok", or "degraded" while the state file cannot be written; Cause says why.
	Status string `json:"status"`
	Cause  string `json:"cause,omitempty"`
	// Namespace is the one that was asked.
	Namespace string   `json:"namespace"`
	Profile   Profile  `json:"profile"`
	Counters  Counters `json:"counters"`
}

// Profile is how a mock behaves where a tenant leaves a choice.
type Profile struct {
	// Name is friendly, faithful or hostile.
	Name string `json:"name"`
	// RandomSeed repeats a run, nil where nothing is seeded.
	RandomSeed *uint64 `json:"randomSeed"`
	// RateLimit is written like 100/10s, or off.
	RateLimit string `json:"rateLimit"`
	// TokenLimit is how many tokens an owner may have, 0 for any number.
	TokenLimit int `json:"tokenLimit"`
	// ScopeDelay is for how long logins give the scopes of before a change, such as 20m0s.
	ScopeDelay string `json:"scopeDelay"`
	// NeverExpiresAs is null, far-date or absent: what the answer to create says of a token that
	// never expires.
	NeverExpiresAs string `json:"neverExpiresAs"`
	// Dialect has the ids of the open questions that are answered otherwise than by default, empty
	// for none.
	Dialect []string `json:"dialect"`
	// Hostile are the behaviours that answers may show, empty for none.
	Hostile []string `json:"hostile"`
	// HostileRate is the share of answers that show one, from 0 to 1.
	HostileRate float64 `json:"hostileRate"`
	// HostileInARow is after how many such answers a client gets a plain one.
	HostileMaxConsecutive int `json:"hostileMaxConsecutive"`
	// CheckResponses tells that every answer is held against its document.
	ValidateResponses bool `json:"validateResponses"`
}

// Counters count since the namespace was made or reset.
type Counters struct {
	// Requests by operation and status; what is no operation counts as unmatched.
	Requests map[string]map[string]int `json:"requests"`
	// Findings by kind.
	Findings map[string]int `json:"findings"`
	// Faults is how often one was injected.
	Faults int `json:"faults"`
	// JournalDropped is how many requests the journal no longer holds.
	JournalDropped int `json:"journalDropped"`
	// Namespaces of the whole server.
	Namespaces int `json:"namespaces"`
	// Tokens that there are now.
	Tokens int `json:"tokens"`
}

// Credentials is how the users of a namespace log in.
type Credentials struct {
	// BaseURL is where clients reach the namespace.
	BaseURL string `json:"baseUrl"`
	// Users who can log in, the first administrator first.
	Users []User `json:"users"`
}

// User is how somebody logs in.
type User struct {
	Name         string   `json:"user"`
	UserLevels   []string `json:"userLevels"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
}

// Clock is what time it is in a namespace.
type Clock struct {
	Now time.Time `json:"now"`
	// Frozen tells that the clock stands still.
	Frozen bool `json:"frozen"`
	// Moved is how far it is from wall time, such as +72h0m0s, empty where it was never moved.
	Offset string `json:"offset"`
}

// ClockSetting sets a clock.
type ClockSetting struct {
	// Now is the moment to set it to, nil for the one it shows.
	Now *time.Time `json:"now,omitempty"`
	// Frozen makes it stand still there.
	Frozen bool `json:"frozen"`
}

// Fault is a rule: which requests it meets, and what happens to them. Empty fields match
// everything. Exactly one of Status, Latency and Effect is set, or Effect html with a Status.
type Fault struct {
	// ID is chosen by the mock where it is empty.
	ID string `json:"id,omitempty"`

	// Operation is token, list, create, patch, delete or bulk.
	Operation string `json:"operation,omitempty"`
	// Version of the API; the token endpoint has none.
	Version string `json:"version,omitempty"`
	// Owner is the name or id of the user whose request it is.
	Owner string `json:"owner,omitempty"`
	// Header that the request has, with these values.
	Header map[string]string `json:"header,omitempty"`

	// Status is answered with a proper body, instead of what the request asks for.
	Status int `json:"status,omitempty"`
	// RetryAfter is what a status tells the client to wait, such as 3s.
	RetryAfter string `json:"retryAfter,omitempty"`
	// RetryAfterAs is seconds, which is the default, or date.
	RetryAfterAs string `json:"retryAfterAs,omitempty"`
	// Latency is added, such as 200ms, or from a range such as 100ms-300ms, each equally likely.
	Latency string `json:"latency,omitempty"`
	// Effect is reset, hang or html, which come instead of what the request asks for, or
	// truncated-json, wrong-content-type or empty-body, which spoil the answer to a request that
	// was carried out.
	Effect string `json:"effect,omitempty"`

	// After is how many requests that match pass unharmed first.
	After int `json:"after,omitempty"`
	// Times is how many are met then, 0 for once. It cannot stand beside Rate.
	Times int `json:"times,omitempty"`
	// Rate is the share of requests that are met, from 0 (not set) to 1, as often as they come.
	Rate float64 `json:"rate,omitempty"`

	// Matched and Hits count, in answers: requests that the rule was about, and those that it met.
	Matched int `json:"matched,omitempty"`
	Hits    int `json:"hits,omitempty"`
}

// Namespace is a tenant of its own on the server.
type Namespace struct {
	Name string `json:"name"`
	// BaseURL is where clients reach it.
	BaseURL string `json:"baseUrl"`
	// Fixture is what it started from.
	Fixture string `json:"fixture"`
	Tokens  int    `json:"tokens"`
	// Requests since it was made or reset.
	Requests int `json:"requests"`
	// IdleSeconds since its last request, in wall time.
	IdleSeconds int `json:"idleSeconds"`
	// IgnoreFindings is that of [NewNamespace].
	IgnoreFindings bool `json:"ignoreFindings,omitempty"`
}

// NewNamespace says what a namespace starts from: at most one of Fixture and Tenant is set.
type NewNamespace struct {
	// Fixture is the name of a built-in tenant. Empty means the server's own.
	Fixture string `json:"fixture,omitempty"`
	// Tenant has the form of a fixture's file.
	Tenant map[string]any `json:"tenant,omitempty"`
	// IgnoreFindings keeps the requests to the namespace out of every verdict on clients: those of
	// a contract run break rules on purpose.
	IgnoreFindings bool `json:"ignoreFindings,omitempty"`
}

// NewIdentity is a user to add.
type NewIdentity struct {
	// Name is unique in the namespace.
	Name string `json:"name"`
	// UserLevels are [USER] where nil; an empty list stays empty.
	UserLevels []string `json:"userLevels,omitzero"`
	// ID is made where it is empty.
	ID string `json:"id,omitempty"`
}

// NewToken is a token to add, with the fields and defaults of a fixture's file: it may have
// expired, be managed, and have been used. Times are RFC 3339, or offsets such as -40d from the
// clock of the namespace.
type NewToken struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// ID and Secret are made where they are empty.
	ID     string `json:"id,omitempty"`
	Secret string `json:"secret,omitempty"`
	// sp:scopes:all where nil; an empty list stays empty
	Scope                      []string `json:"scope,omitzero"`
	Created                    string   `json:"created,omitempty"` // now where it is empty
	LastUsed                   string   `json:"lastUsed,omitempty"`
	Managed                    bool     `json:"managed,omitempty"`
	AccessTokenValiditySeconds int      `json:"accessTokenValiditySeconds,omitempty"`
	// ExpirationDate is never where it is empty.
	ExpirationDate             string `json:"expirationDate,omitempty"`
	UserAwareTokenNeverExpires *bool  `json:"userAwareTokenNeverExpires,omitempty"`
}

// Problem is what the control surface answers instead (RFC 9457). It is an error.
type Problem struct {
	// Type is stable: urn:problem-type:patmock: and a name.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says what was wrong and what to do.
	Detail string `json:"detail"`
	// Rule is the id of the rule that the request breaks, the last part of Type.
	Rule string `json:"rule"`
	// Errors are the places that are wrong, where there is more to say than Detail does.
	Errors []ProblemError `json:"errors,omitempty"`
}

// ProblemError is one thing that is wrong with a request.
type ProblemError struct {
	// Pointer is a JSON pointer into the body, or names a parameter.
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
	// Rule is the id of the rule that is broken there.
	Rule string `json:"rule"`
	// More is how many errors this one stands for, which counts those that are not listed. It is 0
	// for an error of its own.
	More int `json:"more,omitempty"`
}

// Error tells the problem in one line.
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
