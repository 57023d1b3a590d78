package control

import (
	"context"
	"net/http"
)

// Stubs returns the stubs in the order in which they are tried, the latest first, with their
// counts.
func (c *Client) Stubs(ctx context.Context) ([]Stub, error) {
	out, err := fetch[struct{ Stubs []Stub }](ctx, c, get("stubs"))
	return out.Stubs, err
}

// AddStub adds a stub, and returns it with its id and defaults.
func (c *Client) AddStub(ctx context.Context, stub Stub) (Stub, error) {
	return send[Stub](ctx, c, create("stubs"), stub)
}

// RemoveStub removes a stub by id.
func (c *Client) RemoveStub(ctx context.Context, id string) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "stubs", id))
	return err
}

// ClearStubs removes all stubs, including those of the fixture.
func (c *Client) ClearStubs(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "stubs"))
	return err
}
