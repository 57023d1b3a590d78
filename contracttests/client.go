package contracttests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// A Client makes requests as one caller, and holds each exchange against the effective document of
// its version.
type Client struct {
	t           *T
	bearer      string
	credentials Credentials
	// expectedViolations are the places where the next request is wrong on purpose.
	expectedViolations []string
	// header is sent besides.
	header http.Header
}

// Body is a JSON object.
type Body map[string]any

// Text returns a property that the body has as a string, and panics if it has none.
func (b Body) Text(name string) string {
	text, ok := b[name].(string)
	if !ok {
		panic(abort{fmt.Errorf("expected a body with the string %s, got %v", name, b)})
	}
	return text
}

// Op is an operation of a JSON Patch, as JSON.
type Op map[string]any

// Value returns the value of an operation that has one, and panics if it has none.
func (o Op) Value() any {
	value, ok := o["value"]
	if !ok {
		panic(abort{fmt.Errorf("expected an operation with a value, got %v", o)})
	}
	return value
}

// Request is one that no method of Client makes.
type Request struct {
	Method, Path string
	Query        url.Values
	// RawQuery is sent as it is instead of Query, where it is not empty.
	RawQuery    string
	ContentType string
	Body        string
}

// ExpectInvalid returns a client whose requests are wrong on purpose at these places, as violations
// name them: "/name", "query parameter filters", "header Content-Type", "body". Whatever else is
// wrong with them fails the scenario. A name that the document does not declare is wrong as well,
// because it may be misspelt.
func (c *Client) ExpectInvalid(locations ...string) *Client {
	other := *c
	other.expectedViolations = locations
	return &other
}

// WithHeader returns a client that also sends a header.
func (c *Client) WithHeader(name, value string) *Client {
	other := *c
	other.header = c.header.Clone()
	if other.header == nil {
		other.header = http.Header{}
	}
	other.header.Add(name, value)
	return &other
}

// Bearer is the access token that the client sends.
func (c *Client) Bearer() string { return c.bearer }

// RequestToken asks for an access token by a form, as most SDKs do.
func (c *Client) RequestToken(credentials Credentials) *Response {
	return c.Send(tokenRequest(credentials))
}

func tokenRequest(credentials Credentials) Request {
	return Request{
		Method: http.MethodPost, Path: "/oauth/token", ContentType: formType,
		Body: encodeForm("grant_type", "client_credentials", "client_id", credentials.ClientID,
			"client_secret",
			credentials.ClientSecret),
	}
}

// PostForm posts pairs as an urlencoded form.
func (c *Client) PostForm(path string, pairs ...string) *Response {
	return c.Send(Request{
		Method: http.MethodPost, Path: path, ContentType: formType, Body: encodeForm(pairs...),
	})
}

// List lists tokens, with query parameters as pairs.
func (c *Client) List(pairs ...string) *Response {
	query, _ := url.ParseQuery(encodeForm(pairs...)) // it was just encoded
	return c.Send(Request{Method: http.MethodGet, Path: c.t.CollectionPath(), Query: query})
}

// ListOwn lists the caller's own tokens, with more query parameters as pairs.
func (c *Client) ListOwn(pairs ...string) *Response {
	return c.List(append([]string{"owner-id", "me"}, pairs...)...)
}

// Create asks for a token. One that comes into being is removed when the scenario ends.
func (c *Client) Create(body Body) *Response {
	return c.Send(c.CreateRequest(body))
}

// NewTokenBody returns a request body for a token that expires at T.Expiry, in every version.
func (c *Client) NewTokenBody() Body {
	return Body{"name": c.t.UniqueName(), "expirationDate": FormatTime(c.t.Expiry())}
}

// MustCreate creates a token expiring at T.Expiry, merging extra into the request body. It ends the
// scenario if the request is rejected.
func (c *Client) MustCreate(extra ...Body) Token {
	body := c.NewTokenBody()
	for _, b := range extra {
		for name, value := range b {
			body[name] = value
		}
	}
	token := c.Create(body).Token()
	if token.ID == "" || token.Secret.Value == "" {
		c.t.Fatalf("the response to create has no id or no secret")
	}
	return token
}

// Patch changes a token.
func (c *Client) Patch(id string, operations ...Op) *Response {
	return c.Send(c.PatchRequest(id, operations...))
}

// Delete removes a token.
func (c *Client) Delete(id string) *Response {
	return c.Send(c.DeleteRequest(id))
}

// MustDelete removes a token, and ends the scenario if that is rejected.
func (c *Client) MustDelete(id string) *Response {
	return c.Delete(id).ExpectStatus(http.StatusNoContent)
}

// Bulk changes several tokens.
func (c *Client) Bulk(ids []string, operations ...Op) *Response {
	return c.Send(c.BulkRequest(ids, operations...))
}

// Find returns the token of that id in the caller's own list, and reports whether it is there.
func (c *Client) Find(id string) (Token, bool) {
	return c.ListOwn().Find(id)
}

// MustFind returns the token of that id in the caller's own list, and ends the scenario if there is
// none.
func (c *Client) MustFind(id string) Token { return c.ListOwn().MustFind(id) }

// FormatTime writes a moment as requests and answers have it.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func encode(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(abort{err})
	}
	return string(encoded)
}

// Send makes a request and holds it, and what is answered, against the documents. What it made is
// removed when the scenario ends, and a write is waited for until the lists of a live target show
// it.
func (c *Client) Send(r Request) *Response {
	response := c.send(r)
	c.t.must(c.t.gatewayError(response.exchange))
	return response
}

// send is Send, but returns also what a gateway responded.
func (c *Client) send(r Request) *Response {
	ctx, end := c.t.requestContext(r)
	defer end()
	x, err := c.do(ctx, r)
	c.t.requests++
	c.t.must(err)
	return c.record(r, x)
}

// do makes a request, and reads its response. Several goroutines may do so at once.
func (c *Client) do(ctx context.Context, r Request) (*exchange, error) {
	address := c.t.session.base + r.Path
	if query := r.query(); query != "" {
		address += "?" + query
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, address, strings.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	if c.bearer != "" {
		request.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	sent := c.t.run.Now()
	response, err := c.t.run.http.Do(request)
	var body []byte
	if err == nil {
		body, err = tenantguard.ReadResponse(response.Body)
		err = errors.Join(err, response.Body.Close())
		c.t.run.clock.Observe(response.StatusCode, response.Header, sent, c.t.run.Now())
	}
	if ctx.Err() == nil {
		c.t.run.noteAttempt(r.isLogin(), err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	return &exchange{
		Method: r.Method, URL: address, Header: request.Header.Clone(), Body: r.Body,
		Status: response.StatusCode, ResponseHeader: response.Header, ResponseBody: string(body),
	}, nil
}

// query is what stands behind the question mark.
func (r Request) query() string {
	if r.RawQuery != "" {
		return r.RawQuery
	}
	return r.Query.Encode()
}

// record adds an exchange to the scenario: it judges the exchange, and tracks what it created.
func (c *Client) record(r Request, x *exchange) *Response {
	t := c.t
	t.lastExchange = x
	t.rememberSecrets(x)
	t.recordExchange(x)
	t.run.warnings.record(x)
	response := &Response{
		t: t, status: x.Status, header: x.ResponseHeader, body: []byte(x.ResponseBody), exchange: x,
	}
	if t.gatewayError(x) != nil {
		return response
	}
	t.judgeExchange(x)
	// the API does not redirect
	t.responded = t.responded || x.Status < 300 || x.Status >= 400 && x.Status < 500
	op, document := t.run.findOperation(t.version, r.Method, r.Path)
	if r.RawQuery != "" {
		r.Query, _ = url.ParseQuery(r.RawQuery) // what cannot be read breaks no parameter
	}
	c.validateRequest(op, r)
	t.validateResponse(op, document, x)
	if x.Status == http.StatusUnauthorized && c.bearer != "" {
		t.run.tokens.evict(c.credentials, c.bearer)
	}
	if op != nil {
		t.trackToken(c, op.Name, x)
		t.noteOtherRuns(op.Name, x)
		changes := effects(op.Name, x)
		t.modified = t.modified || len(changes) > 0
		if !x.Concurrent {
			t.awaitEffects(changes)
			t.requestLists(c, changes)
		}
	}
	return response
}
