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

// A Client makes requests with the credentials of one identity, and validates each exchange against
// the document of its version.
type Client struct {
	t           *T
	bearer      string
	credentials Credentials
	// expectedViolations are the locations at which the next request is invalid on purpose.
	expectedViolations []string
	// header is added to each request.
	header http.Header
}

// Body is a JSON object.
type Body map[string]any

// Text returns a string property of the body. It panics if the body has no such string.
func (b Body) Text(name string) string {
	text, ok := b[name].(string)
	if !ok {
		panic(abort{fmt.Errorf("expected a body with the string %s, got %v", name, b)})
	}
	return text
}

// Op is an operation of a JSON Patch, as JSON.
type Op map[string]any

// Value returns the value of the operation. It panics if the operation has none.
func (o Op) Value() any {
	value, ok := o["value"]
	if !ok {
		panic(abort{fmt.Errorf("expected an operation with a value, got %v", o)})
	}
	return value
}

// Request is a request that no method of Client makes.
type Request struct {
	Method, Path string
	Query        url.Values
	// RawQuery is sent unchanged instead of Query, unless it is empty.
	RawQuery    string
	ContentType string
	Body        string
}

// ExpectInvalid returns a client whose requests are invalid on purpose at the given locations:
// "/name", "query parameter filters", "header Content-Type", "body". A request that is valid at one
// of them, or invalid at another location, fails the scenario. Names that the document does not
// declare are invalid too, because they may be misspelt.
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

// Bearer returns the access token that the client sends.
func (c *Client) Bearer() string { return c.bearer }

// RequestToken requests an access token with a form, as most SDKs do.
func (c *Client) RequestToken(credentials Credentials) *Response {
	return c.Send(tokenRequest(credentials))
}

func tokenRequest(credentials Credentials) Request {
	return Request{
		Method: http.MethodPost, Path: "/oauth/token", ContentType: formType,
		Body: encodeForm("grant_type", "client_credentials", "client_id", credentials.ClientID,
			"client_secret", credentials.ClientSecret),
	}
}

// PostForm posts name and value pairs as an urlencoded form.
func (c *Client) PostForm(path string, pairs ...string) *Response {
	return c.Send(Request{
		Method: http.MethodPost, Path: path, ContentType: formType, Body: encodeForm(pairs...),
	})
}

// List lists tokens. The query parameters are name and value pairs.
func (c *Client) List(pairs ...string) *Response {
	query, _ := url.ParseQuery(encodeForm(pairs...)) // it was just encoded
	return c.Send(Request{Method: http.MethodGet, Path: c.t.CollectionPath(), Query: query})
}

// ListOwn lists the caller's own tokens, with more query parameters as name and value pairs.
func (c *Client) ListOwn(pairs ...string) *Response {
	return c.List(append([]string{"owner-id", "me"}, pairs...)...)
}

// Create creates a token. The token is deleted when the scenario ends.
func (c *Client) Create(body Body) *Response {
	return c.Send(c.CreateRequest(body))
}

// NewTokenBody returns the body of a create request that every version accepts, with a unique name
// and T.Expiry.
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

// Patch applies operations to a token.
func (c *Client) Patch(id string, operations ...Op) *Response {
	return c.Send(c.PatchRequest(id, operations...))
}

// Delete deletes a token.
func (c *Client) Delete(id string) *Response {
	return c.Send(c.DeleteRequest(id))
}

// MustDelete deletes a token. It ends the scenario if the request is rejected.
func (c *Client) MustDelete(id string) *Response {
	return c.Delete(id).ExpectStatus(http.StatusNoContent)
}

// Bulk applies operations to several tokens.
func (c *Client) Bulk(ids []string, operations ...Op) *Response {
	return c.Send(c.BulkRequest(ids, operations...))
}

// Find returns the token with an id from the caller's own list, and reports whether it is listed.
func (c *Client) Find(id string) (Token, bool) {
	return c.ListOwn().Find(id)
}

// MustFind returns the token with an id from the caller's own list. It ends the scenario if there
// is none.
func (c *Client) MustFind(id string) Token { return c.ListOwn().MustFind(id) }

// FormatTime formats a time as in requests and responses.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func encode(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(abort{err})
	}
	return string(encoded)
}

// Send makes a request and validates the exchange against the documents. Created tokens are deleted
// when the scenario ends. After a write to a real tenant, Send waits until the lists show it.
func (c *Client) Send(r Request) *Response {
	response := c.send(r)
	c.t.must(c.t.gatewayError(response.exchange))
	return response
}

// send is like Send, but also returns a response of a gateway.
func (c *Client) send(r Request) *Response {
	ctx, end := c.t.requestContext(r)
	defer end()
	x, err := c.do(ctx, r)
	c.t.requests++
	c.t.must(err)
	return c.record(r, x)
}

// do makes a request and reads its response. It is safe for concurrent use.
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
	start := c.t.run.Now()
	response, err := c.t.run.http.Do(request)
	var body []byte
	if err == nil {
		body, err = tenantguard.ReadResponse(response.Body)
		err = errors.Join(err, response.Body.Close())
		c.t.run.clock.Observe(response.StatusCode, response.Header, start, c.t.run.Now())
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

// query returns the encoded query.
func (r Request) query() string {
	if r.RawQuery != "" {
		return r.RawQuery
	}
	return r.Query.Encode()
}

// record adds an exchange to the scenario, checks it, and tracks the tokens that it created.
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
		r.Query, _ = url.ParseQuery(r.RawQuery) // an invalid query violates no parameter
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
