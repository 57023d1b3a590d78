package control

import (
	"context"
	"net/http"
)

// Faults returns the rules in the order in which they are asked, with what they met.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	out, err := fetch[struct{ Faults []Fault }](ctx, c, get("faults"))
	return out.Faults, err
}

// AddFault adds a rule behind the others, and returns it as it is in effect, with its id.
func (c *Client) AddFault(ctx context.Context, rule Fault) (Fault, error) {
	return send[Fault](ctx, c, create("faults"), rule)
}

// RemoveFault removes the rule of that id.
func (c *Client) RemoveFault(ctx context.Context, id string) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "faults", id))
	return err
}

// ClearFaults removes all rules.
func (c *Client) ClearFaults(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "faults"))
	return err
}
