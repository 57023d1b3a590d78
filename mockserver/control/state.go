package control

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"
)

// Credentials returns the credentials of the users of the namespace.
func (c *Client) Credentials(ctx context.Context) (Credentials, error) {
	return fetch[Credentials](ctx, c, get("credentials"))
}

// Reset returns the namespace to its initial state. It clears the clock, the faults and the
// journal.
func (c *Client) Reset(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodPost, "reset"))
	return err
}

// StateOptions configures a snapshot. The zero value means JSON without secrets.
type StateOptions struct {
	// Secrets includes the secrets of the tokens.
	Secrets bool
	// YAML selects YAML instead of JSON.
	YAML bool
}

// stateTimeout allows for a state of 100,000 tokens on a slow machine.
const stateTimeout = 2 * time.Minute

// State returns a snapshot of the tenant in the form of a fixture file, with absolute times.
func (c *Client) State(ctx context.Context, options StateOptions) ([]byte, error) {
	call := get("state")
	call.timeout = stateTimeout
	if options.YAML {
		call.responseType = yamlType
	}
	if options.Secrets {
		call.query = url.Values{"secrets": {"true"}}
	}
	return c.do(ctx, call)
}

// PutState replaces the tenant by a snapshot or the content of a fixture file. Text that begins
// with a brace is JSON, and any other text is YAML.
func (c *Client) PutState(ctx context.Context, state []byte) error {
	call := noContent(http.MethodPut, "state")
	call.timeout = stateTimeout
	call.body = &body{yamlType, state}
	if bytes.HasPrefix(bytes.TrimSpace(state), []byte("{")) {
		call.body.mediaType = jsonType
	}
	_, err := c.do(ctx, call)
	return err
}

// AddIdentity adds a user with a token, and returns the credentials.
func (c *Client) AddIdentity(ctx context.Context, identity NewIdentity) (User, error) {
	return send[User](ctx, c, create("identities"), identity)
}

// AddToken adds a token in any state, and returns its credentials.
func (c *Client) AddToken(ctx context.Context, token NewToken) (User, error) {
	return send[User](ctx, c, create("tokens"), token)
}

// create returns a call that adds a resource. The response has the resource.
func create(path string) apiCall {
	return apiCall{
		method: http.MethodPost, path: []string{path}, status: http.StatusCreated,
		responseType: jsonType,
	}
}
