package control

import (
	"context"
	"net/http"
)

// Faults returns the fault rules in evaluation order, with their counts.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	out, err := fetch[struct{ Faults []Fault }](ctx, c, get("faults"))
	return out.Faults, err
}

// AddFault appends a rule, and returns it with its id and defaults.
func (c *Client) AddFault(ctx context.Context, rule Fault) (Fault, error) {
	return send[Fault](ctx, c, create("faults"), rule)
}

// RemoveFault removes a rule by id.
func (c *Client) RemoveFault(ctx context.Context, id string) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "faults", id))
	return err
}

// ClearFaults removes all rules.
func (c *Client) ClearFaults(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "faults"))
	return err
}
