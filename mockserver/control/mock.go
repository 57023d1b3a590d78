package control

import "context"

// Health asks whether the mock is ready, and what it has counted.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return fetch[Health](ctx, c, get("health"))
}

// Document returns the OpenAPI document of that name as it is in effect, in JSON: a version, oauth
// or control.
func (c *Client) Document(ctx context.Context, name string) ([]byte, error) {
	return c.do(ctx, get("spec", name))
}
