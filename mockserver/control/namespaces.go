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

// Namespace returns what the client's namespace started from and how much it holds.
func (c *Client) Namespace(ctx context.Context) (Namespace, error) {
	return fetch[Namespace](ctx, c, get("namespace"))
}

// PutNamespace makes the client's namespace, or makes it anew. A later Reset leads back there.
func (c *Client) PutNamespace(ctx context.Context, start NewNamespace) (Namespace, error) {
	return send[Namespace](ctx, c, put("namespace"), start)
}

// DeleteNamespace removes the client's namespace. The default one cannot be removed.
func (c *Client) DeleteNamespace(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "namespace"))
	return err
}
