package control

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
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
	// defaultURL is the default address of patmock serve.
	defaultURL = "http://127.0.0.1:17280"
	// maxResponseBytes limits the size of a response body.
	maxResponseBytes = 64 << 20
	// defaultTimeout is the base time limit of a request. apiCall.timeout is added to it.
	defaultTimeout = 30 * time.Second
)

// Config configures a [Client]. The zero value means the default namespace of a mock at the default
// address.
type Config struct {
	// URL is the address of the mock or of its control listener. A trailing slash is ignored.
	URL string
	// Namespace is the name of the namespace. Empty means the namespace in URL, or else the default
	// one.
	Namespace string
	// Token is the control token. Empty means none.
	Token string
	// AllowPlaintext allows sending Token to a public host over plain http, such as a staging host
	// behind a VPN.
	AllowPlaintext bool
	// RootCAs are the certificate authorities of an https URL, such as those of
	// [example.com/patmock/mockserver.Server.RootCAs]. Nil means those of the system. They are not
	// used with HTTP.
	RootCAs *x509.CertPool
	// HTTP sends the requests. Nil means a client that does not follow redirects, since a mock
	// never sends one. A context limits the time of each request as well.
	HTTP *http.Client
}

// Client calls the control API of a mock. It is safe for concurrent use.
//
// The error of a method is a [*Problem] if the mock rejected the request. Any other error names the
// request, and says whether no response arrived or the response did not come from patmock.
type Client struct{ config Config }

// New returns a client. It sends no request.
func New(c Config) *Client {
	c.URL = strings.TrimRight(cmp.Or(c.URL, defaultURL), "/")
	var secure http.RoundTripper // nil means the default transport
	if c.HTTP == nil {
		if c.RootCAs != nil {
			secure = transportWithRoots(c.RootCAs)
		}
		c.HTTP = &http.Client{
			Transport: secure, CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		}
	}
	switch {
	case c.Token == "" || c.AllowPlaintext:
	case secure != nil:
		c.HTTP.Transport = plaintextTransport{privateTransport(), secure}
	default:
		c.HTTP = rejectPlaintext(c.HTTP)
	}
	return &Client{c}
}

// WithNamespace returns a client for another namespace of the same server. The namespace need not
// exist yet. An empty name means the namespace in Config.URL, or else the default one.
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

// apiCall is a request with the expected response.
type apiCall struct {
	method       string
	path         []string // segments below /_mock/
	query        url.Values
	body         *body         // nil for none
	status       int           // of the response
	responseType string        // media type of the response, empty without a body
	timeout      time.Duration // in addition to defaultTimeout
}

type body struct {
	mediaType string
	content   []byte
}

// get returns a call with a JSON response.
func get(path ...string) apiCall {
	return apiCall{
		method: http.MethodGet, path: path, status: http.StatusOK, responseType: jsonType,
	}
}

// noContent returns a call with an empty response.
func noContent(method string, path ...string) apiCall {
	return apiCall{method: method, path: path, status: http.StatusNoContent}
}

// fetch sends a call and decodes the JSON response.
func fetch[T any](ctx context.Context, c *Client, call apiCall) (out T, err error) {
	content, err := c.do(ctx, call)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(content, &out); err != nil {
		err = fmt.Errorf("%s %s: %w: %w", call.method, c.address(call), ErrUnexpectedBody, err)
		return out, err
	}
	return out, nil
}

// send is like fetch but sends value as JSON.
func send[T any](ctx context.Context, c *Client, call apiCall, value any) (out T, err error) {
	content, err := json.Marshal(value)
	if err != nil {
		err = fmt.Errorf("%s %s: write the request: %w", call.method, c.address(call), err)
		return out, err
	}
	call.body = &body{jsonType, content}
	return fetch[T](ctx, c, call)
}

// do sends a call, validates the response, and returns its body.
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
	resp, err := c.httpClient(call.timeout).Do(request)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", target, ctx.Err()) // the caller canceled the request
	}
	if errors.Is(err, ErrPlaintext) { // detected on a redirect or a DNS lookup
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	if err != nil {
		return nil, newNoMockError(target, err)
	}
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes+1))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s: read the response: %w", target, err)
	}
	if len(content) > maxResponseBytes {
		return nil, fmt.Errorf("%s: %w", target, ErrTooLarge)
	}
	return content, call.validate(target, resp, content)
}

func (c *Client) request(ctx context.Context, call apiCall) (*http.Request, error) {
	for _, segment := range slices.Concat(call.path, []string{
		cmp.Or(c.config.Namespace, "default"), // an empty namespace is valid
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
	if call.responseType != "" {
		request.Header.Set("Accept", call.responseType+", "+problemType)
	}
	if c.config.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.config.Token)
	}
	return request, nil
}

// address returns the URL of a call.
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

// httpClient returns the HTTP client for a call. It adds the timeout of the call to the time limit
// of Config.HTTP, if that has one.
func (c *Client) httpClient(timeout time.Duration) *http.Client {
	if timeout == 0 || c.config.HTTP.Timeout == 0 {
		return c.config.HTTP
	}
	client := *c.config.HTTP
	client.Timeout += timeout
	return &client
}

// validate returns a [*Problem] if the response is one, and a [*NotPatmockError] if the response is
// not the expected one.
func (c apiCall) validate(request string, resp *http.Response, content []byte) error {
	mediaType, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		mediaType = "" // missing or malformed
	}
	var problem Problem
	isProblem := mediaType == problemType && json.Unmarshal(content, &problem) == nil
	if isProblem && strings.HasPrefix(problem.Type, "urn:problem-type:patmock:") {
		problem.Status = resp.StatusCode
		return &problem
	}
	if resp.StatusCode != c.status || c.responseType != "" && mediaType != c.responseType {
		return &NotPatmockError{
			request, resp.StatusCode, resp.Status, mediaType, resp.Header.Get("Location"),
			resp.StatusCode == http.StatusBadRequest && resp.TLS == nil &&
				bytes.Contains(content, []byte("HTTP request to an HTTPS server")),
		}
	}
	return nil
}
