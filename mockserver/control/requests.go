package control

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Requests returns the matching requests without headers and bodies, oldest first. A limit other
// than zero selects the last ones. A match by header, query or body is an error; use Verify
// instead.
func (c *Client) Requests(ctx context.Context, match Match, limit int) (Journal, error) {
	call := get("requests")
	var err error
	if call.query, err = match.values(); err != nil {
		return Journal{}, err
	}
	if limit != 0 {
		call.query.Set("limit", strconv.Itoa(limit))
	}
	return fetch[Journal](ctx, c, call)
}

// values returns the query parameters of a match.
func (m Match) values() (url.Values, error) {
	if len(m.Header) > 0 || len(m.Query) > 0 || m.Body != nil {
		return nil, fmt.Errorf("list requests: %w: use Verify, or read each Request", ErrMatch)
	}
	values := url.Values{}
	for name, value := range map[string]string{
		"operation": m.Operation, "version": m.Version, "method": m.Method, "path": m.Path,
		"owner":    m.Owner,
		"clientId": m.ClientID, "fault": m.Fault, "finding": m.Finding,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if m.Status != 0 {
		values.Set("status", strconv.Itoa(m.Status))
	}
	if m.Unmatched != nil {
		values.Set("unmatched", strconv.FormatBool(*m.Unmatched))
	}
	return values, nil
}

// Request returns an exchange with its headers and bodies, by the SLPT-Request-ID of the response.
func (c *Client) Request(ctx context.Context, id string) (Request, error) {
	return fetch[Request](ctx, c, get("requests", id))
}

// ClearRequests empties the journal. The counters keep their values.
func (c *Client) ClearRequests(ctx context.Context) error {
	_, err := c.do(ctx, noContent(http.MethodDelete, "requests"))
	return err
}
