package control

import (
	"context"
	"net/http"
)

// Namespaces returns the namespaces of the server, by name.
func (c *Client) Namespaces(ctx context.Context) ([]Namespace, error) {
	out, err := fetch[struct{ Namespaces []Namespace }](ctx, c, get("namespaces"))
	return out.Namespaces, err
}

// Namespace returns the client's namespace.
func (c *Client) Namespace(ctx context.Context) (Namespace, error) {
	return fetch[Namespace](ctx, c, get("namespace"))
}

// PutNamespace creates the client's namespace, or replaces it. Reset returns to this state.
func (c *Client) PutNamespace(ctx context.Context, start NewNamespace) (Namespace, error) {
	return send[Namespace](ctx, c, put("namespace"), start)
}

// DeleteNamespace removes the client's namespace. The default namespace cannot be removed.
func (c *Client) DeleteNamespace(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "namespace"))
	return err
}
