package control

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// defaultURL is where patmock serve listens.
	defaultURL = "http://127.0.0.1:17280"
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 64 << 20
	// patience is how long an answer may take, beyond what the mock was asked to wait.
	patience = 30 * time.Second
)

// Config says where a mock is, and what of it is spoken to. The zero value means the default
// namespace of a mock at the address that patmock serve takes.
type Config struct {
	// URL of the mock, or of its control listener; a slash at its end does not matter.
	URL string
	// Namespace is the one that is meant. Empty means the default one, or that which URL leads to.
	Namespace string
	// Token is the control token. Empty means none.
	Token string
	// AllowPlaintext lets Token go to a public host over plain http, such as a staging host behind
	// a VPN.
	AllowPlaintext bool
	// HTTP sends the requests. Nil means a client that follows no redirects, which a mock never
	// answers. Each request has a time limit of its own.
	HTTP *http.Client
}

// Client speaks to the control surface of a mock. It is safe for concurrent use.
//
// Its methods return a [*Problem] where the mock refused. Every other error says what was asked,
// and whether no mock answered, or something that is none.
type Client struct{ config Config }

// New returns a client. Nothing is sent until it is asked.
func New(c Config) *Client {
	c.URL = strings.TrimRight(cmp.Or(c.URL, defaultURL), "/")
	if c.HTTP == nil {
		c.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
	}
	if c.Token != "" && !c.AllowPlaintext {
		c.HTTP = rejectPlaintext(c.HTTP)
	}
	return &Client{c}
}

// WithNamespace returns a client for another namespace of the same server, which need not exist
// yet. An empty name means the default one.
func (c *Client) WithNamespace(namespace string) *Client {
	config := c.config
	config.Namespace = namespace
	return &Client{config}
}

// The media types of bodies.
const (
	jsonType    = "application/json"
	yamlType    = "application/yaml"
	problemType = "application/problem+json"
)

// call is a request, and the answer that is expected.
type call struct {
	method string
	path   []string // below /_mock/
	query  url.Values
	body   *body         // nil for none
	status int           // of the answer
	accept string        // its media type, empty where it has no body
	waits  time.Duration // how long the mock was asked to wait
}

type body struct {
	mediaType string
	content   []byte
}

// get asks for JSON.
func get(path ...string) call {
	return call{method: http.MethodGet, path: path, status: http.StatusOK, accept: jsonType}
}

// done asks for something that is answered without a body.
func done(method string, path ...string) call {
	return call{method: method, path: path, status: http.StatusNoContent}
}

// fetch sends a call and decodes what is answered.
func fetch[T any](ctx context.Context, c *Client, asked call) (answered T, err error) {
	content, err := c.do(ctx, asked)
	if err != nil {
		return answered, err
	}
	if err := json.Unmarshal(content, &answered); err != nil {
		return answered,
			fmt.Errorf("%s %s: %w: %w", asked.method, c.place(asked), ErrUnexpectedBody, err)
	}
	return answered, nil
}

// send is fetch with a value that is sent as JSON.
func send[T any](ctx context.Context, c *Client, asked call, value any) (answered T, err error) {
	content, err := json.Marshal(value)
	if err != nil {
		return answered,
			fmt.Errorf("%s %s: write the request: %w", asked.method, c.place(asked), err)
	}
	asked.body = &body{jsonType, content}
	return fetch[T](ctx, c, asked)
}

// do sends a call and returns the body of the answer, which is the one that is expected.
func (c *Client) do(ctx context.Context, asked call) ([]byte, error) {
	if err := c.config.Validate(); err != nil {
		return nil, fmt.Errorf("%s %s: %w", asked.method, c.place(asked), err)
	}
	limited, cancel := context.WithTimeout(ctx, patience+asked.waits)
	defer cancel()
	request, err := c.request(limited, asked)
	if err != nil {
		return nil, err
	}
	what := asked.method + " " + request.URL.Redacted()
	answered, err := c.transport(asked.waits).Do(request)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", what, ctx.Err()) // the caller's own doing
	}
	if errors.Is(err, ErrPlaintext) { // after a redirect, or a look-up of the name
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if err != nil {
		return nil, noMock(what, err)
	}
	content, err := io.ReadAll(io.LimitReader(answered.Body, maxAnswer+1))
	if err = errors.Join(err, answered.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s: read the answer: %w", what, err)
	}
	if len(content) > maxAnswer {
		return nil, fmt.Errorf("%s: %w", what, ErrTooLarge)
	}
	return content, asked.check(what, answered, content)
}

func (c *Client) request(ctx context.Context, asked call) (*http.Request, error) {
	for _, segment := range slices.Concat(asked.path, []string{
		cmp.Or(c.config.Namespace, "default"),
	}) {
		if segment == "" || segment == "." || segment == ".." { // would lead to another path
			return nil, fmt.Errorf("%s %s: %q %w", asked.method, c.place(asked), segment, ErrName)
		}
	}
	var content io.Reader
	if asked.body != nil {
		content = bytes.NewReader(asked.body.content)
	}
	request, err := http.NewRequestWithContext(ctx, asked.method, c.place(asked), content)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	if asked.body != nil {
		request.Header.Set("Content-Type", asked.body.mediaType)
	}
	if asked.accept != "" {
		request.Header.Set("Accept", asked.accept+", "+problemType)
	}
	if c.config.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.config.Token)
	}
	return request, nil
}

// place is the address of a call.
func (c *Client) place(asked call) string {
	address := c.config.URL
	if c.config.Namespace != "" {
		address += "/t/" + url.PathEscape(c.config.Namespace)
	}
	address += "/_mock"
	for _, segment := range asked.path {
		address += "/" + url.PathEscape(segment)
	}
	if len(asked.query) > 0 {
		address += "?" + asked.query.Encode()
	}
	return address
}

// transport leaves the mock the time that it was asked to wait, where the caller's client has a
// limit.
func (c *Client) transport(waits time.Duration) *http.Client {
	if waits == 0 || c.config.HTTP.Timeout == 0 {
		return c.config.HTTP
	}
	patient := *c.config.HTTP
	patient.Timeout += waits
	return &patient
}

// check tells the problem that was answered, or that something else than a mock answers.
func (asked call) check(what string, answered *http.Response, content []byte) error {
	mediaType, _, err := mime.ParseMediaType(answered.Header.Get("Content-Type"))
	if err != nil {
		mediaType = "" // none, or none that can be read
	}
	var problem Problem
	refused := mediaType == problemType && json.Unmarshal(content, &problem) == nil
	if refused && strings.HasPrefix(problem.Type, "urn:problem-type:patmock:") {
		problem.Status = answered.StatusCode
		return &problem
	}
	if answered.StatusCode != asked.status || asked.accept != "" && mediaType != asked.accept {
		return &NotPatmockError{
			what, answered.StatusCode, answered.Status, mediaType, answered.Header.Get("Location"),
		}
	}
	return nil
}
