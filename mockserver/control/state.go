package control

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"
)

// Credentials returns how the users of the namespace log in.
func (c *Client) Credentials(ctx context.Context) (Credentials, error) {
	return fetch[Credentials](ctx, c, get("credentials"))
}

// Reset brings the namespace back to what it started from, and clears its clock, faults and
// journal.
func (c *Client) Reset(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodPost, "reset"))
	return err
}

// StateOptions say how a snapshot is written. The zero value is JSON without secrets.
type StateOptions struct {
	// Secrets includes the secrets of the tokens.
	Secrets bool
	// YAML asks for YAML in place of JSON.
	YAML bool
}

// statePatience is how long a state of 100,000 tokens may take on a slow machine.
const stateTimeout = 2 * time.Minute

// State returns a snapshot of the tenant in the form of a fixture's file, with absolute times.
func (c *Client) State(ctx context.Context, options StateOptions) ([]byte, error) {
	call := get("state")
	call.timeout = stateTimeout
	if options.YAML {
		call.acceptHeader = yamlType
	}
	if options.Secrets {
		call.query = url.Values{"secrets": {"true"}}
	}
	return c.do(ctx, call)
}

// PutState puts a tenant in the place of the one there is: a snapshot, or a fixture's file. Text
// that begins with a brace is JSON, all other is YAML.
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

// AddIdentity adds a user with a token to log in with, and returns how.
func (c *Client) AddIdentity(ctx context.Context, identity NewIdentity) (User, error) {
	return send[User](ctx, c, create("identities"), identity)
}

// AddToken adds a token in any state, and returns how its owner logs in with it.
func (c *Client) AddToken(ctx context.Context, token NewToken) (User, error) {
	return send[User](ctx, c, create("tokens"), token)
}

// create adds something, and is answered what was added.
func create(path string) apiCall {
	return apiCall{
		method: http.MethodPost, path: []string{path}, status: http.StatusCreated, acceptHeader: jsonType,
	}
}
