package control

import "context"

// Health returns the status of the mock, with the profile and the counters of the namespace.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return fetch[Health](ctx, c, get("health"))
}

// Document returns an OpenAPI document of the mock in JSON, with the errata applied. The name is a
// version, oauth or control.
func (c *Client) Document(ctx context.Context, name string) ([]byte, error) {
	return c.do(ctx, get("spec", name))
}
