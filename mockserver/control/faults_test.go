package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const faultBody = `{"id":"f1","operation":"list","status":429,"retryAfter":"3s","times":2}`

func TestFaults(t *testing.T) {
	testCalls(t, []callTest{
		{
			"faults", 200, `{"faults":[` + faultBody + `]}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Faults(ctx))
			},
			[]string{"GET /_mock/faults"},
			[]control.Fault{{ID: "f1", Operation: "list", Status: 429, RetryAfter: "3s", Times: 2}},
		},
		{
			"add a fault", 201, faultBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.AddFault(ctx, control.Fault{
					Operation: "list", Status: 429, Header: map[string]string{"X-Run": "7"},
				}))
			},
			[]string{
				"POST /_mock/faults", "application/json",
				`{"operation":"list","header":{"X-Run":"7"},"status":429}`,
			},
			control.Fault{ID: "f1", Operation: "list", Status: 429, RetryAfter: "3s", Times: 2},
		},
		{
			"remove a fault", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.RemoveFault(ctx, "a/b"))
			},
			[]string{"DELETE /_mock/faults/a%2Fb"},
			nil,
		},
		{
			"clear faults", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.ClearFaults(ctx))
			},
			[]string{"DELETE /_mock/faults"},
			nil,
		},
	})
}
