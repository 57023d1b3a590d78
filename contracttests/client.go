package contracttests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/patmock/contracttests/transcript"
	"example.com/patmock/spec/version"
)

// A Client makes requests as one caller, and holds each exchange against the effective document of its version.
type Client struct {
	t      *T
	bearer string
	who    Credentials
	// wrong are the places where the next request is wrong on purpose.
	wrong []string
	// header is sent besides.
	header http.Header
}

// Body is a JSON object.
type Body map[string]any

// Op is an operation of a JSON Patch, as JSON.
type Op map[string]any

// Replace is the operation that most patches have.
func Replace(path string, value any) Op { return Op{"op": "replace", "path": path, "value": value} }

// Request is one that no method of Client makes.
type Request struct {
	Method, Path string
	Query        url.Values
	// RawQuery is sent as it is instead of Query, where it is not empty.
	RawQuery    string
	ContentType string
	Body        string
}

// Wrong returns a client whose requests are wrong on purpose at these places, as violations name them: "/name",
// "query parameter filters", "header Content-Type", "body". Whatever else is wrong with them fails the scenario.
func (c *Client) Wrong(places ...string) *Client {
	other := *c
	other.wrong = places
	return &other
}

// With returns a client that sends a header besides.
func (c *Client) With(name, value string) *Client {
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

// Token asks for an access token by a form, as most SDKs do.
func (c *Client) Token(who Credentials) *Response {
	return c.Form("/oauth/token", "grant_type", "client_credentials", "client_id", who.ClientID, "client_secret", who.ClientSecret)
}

// Form posts pairs as an urlencoded form.
func (c *Client) Form(path string, pairs ...string) *Response {
	return c.Send(Request{Method: http.MethodPost, Path: path, ContentType: "application/x-www-form-urlencoded", Body: form(pairs...)})
}

// List lists tokens, with query parameters as pairs.
func (c *Client) List(pairs ...string) *Response {
	query, _ := url.ParseQuery(form(pairs...)) // it was just encoded
	return c.Send(Request{Method: http.MethodGet, Path: c.t.version.CollectionPath(), Query: query})
}

// Create asks for a token. One that comes into being is removed when the scenario ends.
func (c *Client) Create(body Body) *Response {
	r := c.Send(Request{Method: http.MethodPost, Path: c.t.version.CollectionPath(), ContentType: "application/json", Body: encode(body)})
	if id, owner, ok := r.created(); ok {
		c.t.own(c, id, owner)
	}
	return r
}

// Expiring is a body for a token that lives for a month, in every version.
func (c *Client) Expiring() Body {
	return Body{"name": c.t.Name(), "expirationDate": Stamp(c.t.Now().Add(30 * 24 * time.Hour))}
}

// Token that was made: what create answered.
type Token struct {
	ID, Secret, Name string
	Body             map[string]any
}

// Credentials of the token.
func (k Token) Credentials() Credentials { return Credentials{k.ID, k.Secret} }

// Made makes a token that lives for a month, with properties besides, and ends the scenario where it is refused.
func (c *Client) Made(besides ...Body) Token {
	body := c.Expiring()
	for _, b := range besides {
		for name, value := range b {
			body[name] = value
		}
	}
	object := c.Create(body).Status(http.StatusOK).Object()
	k := Token{Body: object}
	k.ID, _ = object["id"].(string)
	k.Secret, _ = object["secret"].(string)
	k.Name, _ = object["name"].(string)
	if k.ID == "" || k.Secret == "" {
		c.t.Fatalf("the answer to create has no id or no secret")
	}
	return k
}

// Patch changes a token.
func (c *Client) Patch(id string, operations ...Op) *Response {
	return c.Send(Request{
		Method: http.MethodPatch, Path: c.t.version.CollectionPath() + "/" + url.PathEscape(id), ContentType: "application/json-patch+json",
		Body: encode(append([]Op{}, operations...)),
	})
}

// Delete removes a token.
func (c *Client) Delete(id string) *Response {
	r := c.Send(Request{Method: http.MethodDelete, Path: c.t.version.CollectionPath() + "/" + url.PathEscape(id)})
	if r.status == http.StatusNoContent {
		delete(c.t.alive, id)
	}
	return r
}

// Bulk changes several tokens.
func (c *Client) Bulk(ids []string, operations ...Op) *Response {
	return c.Send(Request{
		Method: http.MethodPatch, Path: version.V1.CollectionPath() + "/bulk-update", ContentType: "application/json",
		Body: encode(Body{"ids": ids, "patch": append([]Op{}, operations...)}),
	})
}

// Find returns the token of that id in the caller's own list, and whether it is there.
func (c *Client) Find(id string) (map[string]any, bool) {
	for _, token := range c.List("owner-id", "me").Status(http.StatusOK).Array() {
		if token["id"] == id {
			return token, true
		}
	}
	return nil, false
}

// Stamp writes a moment as requests and answers have it.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func encode(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(stopped{err})
	}
	return string(encoded)
}

// Send makes a request and holds it, and what is answered, against the documents.
func (c *Client) Send(r Request) *Response {
	t := c.t
	address := t.tenancy.base + r.Path
	if r.RawQuery != "" {
		address += "?" + r.RawQuery
		r.Query, _ = url.ParseQuery(r.RawQuery) // what cannot be read breaks no parameter
	} else if len(r.Query) > 0 {
		address += "?" + r.Query.Encode()
	}
	request, err := http.NewRequestWithContext(t.ctx, r.Method, address, strings.NewReader(r.Body))
	t.must(err)
	if c.bearer != "" {
		request.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	t.requests++
	answered, err := t.run.http.Do(request)
	if err != nil {
		t.must(fmt.Errorf("%s %s: %w", r.Method, r.Path, err))
	}
	body, err := io.ReadAll(io.LimitReader(answered.Body, 64<<20))
	t.must(err)
	t.must(answered.Body.Close())
	x := &exchange{
		Method: r.Method, URL: address, Header: request.Header.Clone(), Body: r.Body, Status: answered.StatusCode, Answered: answered.Header, Reply: string(body),
	}
	t.last = x
	if t.run.options.Observe != nil {
		t.exchanges = append(t.exchanges, transcript.Exchange(*x))
	}
	t.warned.see(t.run.Now(), x)
	op, document := t.run.operation(t.version, r.Method, r.Path)
	c.checkRequest(op, r)
	t.checkAnswer(op, document, x)
	return &Response{t: t, status: x.Status, header: x.Answered, body: body, exchange: x}
}
