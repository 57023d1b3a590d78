package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A tenant is a namespace of the mock, with its control API.
type tenant struct {
	// url is the base URL for clients, without a slash at the end.
	url string
}

// control sends a request to the control API. A nil body is not sent, and a nil response is not
// read.
func (t *tenant) control(method, path string, body, response any) {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		noError(err)
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, t.url+"/_mock"+path,
		reader)
	noError(err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	noError(err)
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	noError(err)
	check(resp.StatusCode < 300, "%s %s: %s: %s", method, req.URL, resp.Status, content)
	if response != nil {
		noError(json.Unmarshal(content, response))
	}
}

// credentials returns the client id and secret of a user.
func (t *tenant) credentials(name string) (id, secret string) {
	for _, l := range t.logins() {
		if l.User == name {
			return l.ClientID, l.ClientSecret
		}
	}
	fail("the mock has no user %s", name)
	return "", ""
}

// user returns the user with a client id.
func (t *tenant) user(id string) string {
	for _, l := range t.logins() {
		if l.ClientID == id {
			return l.User
		}
	}
	fail("the mock has no user with the client id %q", id)
	return ""
}

type login struct{ User, ClientID, ClientSecret string }

func (t *tenant) logins() []login {
	var list struct{ Users []login }
	t.control("GET", "/credentials", nil, &list)
	return list.Users
}

// A stored token is a token of the tenant, in the format of a fixture.
type stored struct {
	ID, Owner, Name                     string
	Scope                               []string
	AccessTokenValiditySeconds          int32
	Created                             time.Time
	LastUsed, ExpirationDate            time.Time
	Managed, UserAwareTokenNeverExpires bool
}

// tokens returns the tokens of the tenant.
func (t *tenant) tokens() []stored {
	var state struct{ Tokens []stored }
	t.control("GET", "/state", nil, &state)
	return state.Tokens
}

// token returns a token of jane.doe by its name.
func (t *tenant) token(name string) stored {
	for _, token := range t.tokens() {
		if token.Owner == "jane.doe" && token.Name == name {
			return token
		}
	}
	fail("jane.doe has no token %q", name)
	return stored{}
}

// fault makes requests fail.
func (t *tenant) fault(rule map[string]any) { t.control("POST", "/faults", rule, nil) }

// freeze stops the clock at a time.
func (t *tenant) freeze(now string) {
	t.control("PUT", "/clock", map[string]any{"now": now, "frozen": true}, nil)
}

// A request of the journal.
type request struct {
	ID, Method, Path, Query, Owner string
	Time                           time.Time
	Status                         int
	Findings                       []struct{ Kind string }
	Request                        struct {
		Header http.Header
		Body   string
	}
	Response struct{ Body string }
}

// findings returns the kinds of the findings, separated by commas.
func (r request) findings() string {
	var kinds []string
	for _, finding := range r.Findings {
		kinds = append(kinds, finding.Kind)
	}
	return strings.Join(kinds, ",")
}

// requests returns the requests of an operation in order. It fails unless there are exactly n. The
// reason is the meaning of another number.
func (t *tenant) requests(operation string, n int, reason string) []request {
	// A response may arrive before its journal entry, so the mock waits for the entry.
	var verified struct{ Outcomes []struct{ Actual int } }
	t.control("POST", "/verify", map[string]any{
		"expect": []any{
			map[string]any{"match": map[string]any{"operation": operation}, "times": n},
		},
		"timeout": "30s",
	}, &verified)
	actual := verified.Outcomes[0].Actual
	check(actual == n, "the journal has %d requests of %s, want %d %s", actual, operation, n,
		reason)
	var list struct{ Requests []struct{ ID string } }
	t.control("GET", "/requests?operation="+operation, nil, &list)
	var all []request
	for _, listed := range list.Requests {
		var r request
		t.control("GET", "/requests/"+url.PathEscape(listed.ID), nil, &r)
		all = append(all, r)
	}
	return all
}

// request returns the only request of an operation.
func (t *tenant) request(operation string) request { return t.requests(operation, 1, "")[0] }

// A wire has the parts of a request, and the status of its response.
type wire struct {
	method, path, query string
	status              int
	// contentType and body are empty if the request has no body. Body is JSON.
	contentType, body string
}

// is compares the parts of a request. It must have no findings, unless they are named.
func (r request) is(want wire, findings ...string) {
	equal("request", wire{
		r.Method, r.Path, r.Query, r.Status, r.Request.Header.Get("Content-Type"), "",
	}, wire{want.method, want.path, want.query, want.status, want.contentType, ""})
	if want.body == "" {
		equal("body", r.Request.Body, "")
	} else {
		equal("body", decoded(r.Request.Body), decoded(want.body))
	}
	equal("findings", r.findings(), strings.Join(findings, ","))
}

func decoded(text string) any {
	var value any
	noError(json.Unmarshal([]byte(text), &value))
	return value
}

func encoded(value any) string {
	text, err := json.Marshal(value)
	noError(err)
	return string(text)
}
