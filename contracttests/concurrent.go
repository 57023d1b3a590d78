package contracttests

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/spec/version"
)

// Concurrent makes requests concurrently and returns the responses, sorted by status. It does not
// wait until lists show a patch, because each patch may change the effect of the others.
func (c *Client) Concurrent(requests ...Request) []*Response {
	const maxConcurrent = 10
	type exchangePair struct {
		request Request
		*exchange
	}
	all, errs := make([]exchangePair, len(requests)), make([]error, len(requests))
	var group sync.WaitGroup
	var next atomic.Int64
	for range min(maxConcurrent, len(requests)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(requests); i = int(next.Add(1)) - 1 {
				all[i].request = requests[i]
				all[i].exchange, errs[i] = c.do(c.t.ctx, requests[i])
			}
		})
	}
	group.Wait()
	c.t.requests += len(requests)
	// Record successful requests even if others failed, so that their tokens are deleted.
	all = slices.DeleteFunc(all, func(pair exchangePair) bool { return pair.exchange == nil })
	// The order of completion is random. Sorting by status makes recordings of two runs equal.
	slices.SortStableFunc(all, func(a, b exchangePair) int {
		return cmp.Compare(a.Status, b.Status)
	})
	var responses []*Response
	for _, pair := range all {
		pair.Concurrent = true
		responses = append(responses, c.record(pair.request, pair.exchange))
	}
	c.t.must(errors.Join(errs...))
	for _, pair := range all {
		c.t.must(c.t.gatewayError(pair.exchange))
		if op, _ := c.t.run.findOperation(c.t.version, pair.request.Method,
			pair.request.Path); op != nil &&
			pair.Method != http.MethodPatch {
			c.t.awaitEffects(effects(op.Name, pair.exchange))
		}
	}
	return responses
}

// toRecording returns the exchange as recorded. It drops the body of a concurrent patch, because it
// depends on the order of the requests.
func (x *exchange) toRecording() recording.Exchange {
	r := recording.Exchange(*x)
	if x.Concurrent && x.Method == http.MethodPatch && x.Status < 300 {
		r.ResponseBody = ""
	}
	return r
}

// CreateRequest returns the request of Create.
func (c *Client) CreateRequest(body Body) Request {
	return Request{
		Method: http.MethodPost, Path: c.t.CollectionPath(), ContentType: "application/json",
		Body: encode(body),
	}
}

// PatchRequest returns the request of Patch.
func (c *Client) PatchRequest(id string, operations ...Op) Request {
	return Request{
		Method: http.MethodPatch, Path: c.t.CollectionPath() + "/" + url.PathEscape(id),
		ContentType: "application/json-patch+json",
		Body:        encode(append([]Op{}, operations...)),
	}
}

// DeleteRequest returns the request of Delete.
func (c *Client) DeleteRequest(id string) Request {
	return Request{Method: http.MethodDelete, Path: c.t.CollectionPath() + "/" + url.PathEscape(id)}
}

// BulkRequest returns the request of Bulk.
func (c *Client) BulkRequest(ids []string, operations ...Op) Request {
	return Request{
		Method: http.MethodPatch, Path: version.V1.CollectionPath() + "/bulk-update",
		ContentType: "application/json",
		Body:        encode(Body{"ids": ids, "patch": append([]Op{}, operations...)}),
	}
}
