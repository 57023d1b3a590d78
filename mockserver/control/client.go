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
	maxResponseBytes = 64 << 20
	// patience is how long an answer may take, beyond what the mock was asked to wait.
	defaultTimeout = 30 * time.Second
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
type apiCall struct {
	method       string
	path         []string // below /_mock/
	query        url.Values
	body         *body         // nil for none
	status       int           // of the answer
	acceptHeader string        // its media type, empty where it has no body
	timeout      time.Duration // how long the mock was asked to wait
}

type body struct {
	mediaType string
	content   []byte
}

// get asks for JSON.
func get(path ...string) apiCall {
	return apiCall{method: http.MethodGet, path: path, status: http.StatusOK, acceptHeader: jsonType}
}

// done asks for something that is answered without a body.
func noContent(method string, path ...string) apiCall {
	return apiCall{method: method, path: path, status: http.StatusNoContent}
}

// fetch sends a call and decodes what is answered.
func fetch[T any](ctx context.Context, c *Client, call apiCall) (out T, err error) {
	content, err := c.do(ctx, call)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(content, &out); err != nil {
		return out,
			fmt.Errorf("%s %s: %w: %w", call.method, c.address(call), ErrUnexpectedBody, err)
	}
	return out, nil
}

// send is fetch with a value that is sent as JSON.
func send[T any](ctx context.Context, c *Client, call apiCall, value any) (out T, err error) {
	content, err := json.Marshal(value)
	if err != nil {
		return out,
			fmt.Errorf("%s %s: write the request: %w", call.method, c.address(call), err)
	}
	call.body = &body{jsonType, content}
	return fetch[T](ctx, c, call)
}

// do sends a call and returns the body of the answer, which is the one that is expected.
func (c *Client) do(ctx context.Context, call apiCall) ([]byte, error) {
	if err := c.config.Validate(); err != nil {
		return nil, fmt.Errorf("%s %s: %w", call.method, c.address(call), err)
	}
	limited, cancel := context.WithTimeout(ctx, defaultTimeout+call.timeout)
	defer cancel()
	request, err := c.request(limited, call)
	if err != nil {
		return nil, err
	}
	target := call.method + " " + request.URL.Redacted()
	resp, err := c.transport(call.timeout).Do(request)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", target, ctx.Err()) // the caller's own doing
	}
	if errors.Is(err, ErrPlaintext) { // after a redirect, or a look-up of the name
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	if err != nil {
		return nil, newNoMockError(target, err)
	}
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes+1))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s: read the answer: %w", target, err)
	}
	if len(content) > maxResponseBytes {
		return nil, fmt.Errorf("%s: %w", target, ErrTooLarge)
	}
	return content, call.validate(target, resp, content)
}

func (c *Client) request(ctx context.Context, call apiCall) (*http.Request, error) {
	for _, segment := range slices.Concat(call.path, []string{
		cmp.Or(c.config.Namespace, "default"),
	}) {
		if segment == "" || segment == "." || segment == ".." { // would lead to another path
			return nil, fmt.Errorf("%s %s: %q %w", call.method, c.address(call), segment, ErrName)
		}
	}
	var content io.Reader
	if call.body != nil {
		content = bytes.NewReader(call.body.content)
	}
	request, err := http.NewRequestWithContext(ctx, call.method, c.address(call), content)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	if call.body != nil {
		request.Header.Set("Content-Type", call.body.mediaType)
	}
	if call.acceptHeader != "" {
		request.Header.Set("Accept", call.acceptHeader+", "+problemType)
	}
	if c.config.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.config.Token)
	}
	return request, nil
}

// place is the address of a call.
func (c *Client) address(call apiCall) string {
	u := c.config.URL
	if c.config.Namespace != "" {
		u += "/t/" + url.PathEscape(c.config.Namespace)
	}
	u += "/_mock"
	for _, segment := range call.path {
		u += "/" + url.PathEscape(segment)
	}
	if len(call.query) > 0 {
		u += "?" + call.query.Encode()
	}
	return u
}

// transport leaves the mock the time that it was asked to wait, where the caller's client has a
// limit.
func (c *Client) transport(timeout time.Duration) *http.Client {
	if timeout == 0 || c.config.HTTP.Timeout == 0 {
		return c.config.HTTP
	}
	client := *c.config.HTTP
	client.Timeout += timeout
	return &client
}

// check tells the problem that was answered, or that something else than a mock answers.
func (c apiCall) validate(request string, resp *http.Response, content []byte) error {
	mediaType, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		mediaType = "" // none, or none that can be read
	}
	var problem Problem
	isProblem := mediaType == problemType && json.Unmarshal(content, &problem) == nil
	if isProblem && strings.HasPrefix(problem.Type, "urn:problem-type:patmock:") {
		problem.Status = resp.StatusCode
		return &problem
	}
	if resp.StatusCode != c.status || c.acceptHeader != "" && mediaType != c.acceptHeader {
		return &NotPatmockError{
			request, resp.StatusCode, resp.Status, mediaType, resp.Header.Get("Location"),
		}
	}
	return nil
}
