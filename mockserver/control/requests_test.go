package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const requestBody = `{"id":"r1","sequence":4,"time":"2027-01-31T00:00:00Z","durationMs":1.5,` +
	`"operation":"list","version":"v3","method":"GET","path":"/v3/personal-access-tokens",` +
	`"query":"","status":200,"owner":"ann","clientId":"c1","unmatched":false,"forwarded":false,` +
	`"fault":"","stub":"","findings":[],"reasons":[],"rules":[],"notes":[]}`

func TestRequests(t *testing.T) {
	yes := true
	testCalls(t, []callTest{
		{
			"requests", 200, `{"requests":[],"matched":5,"stored":9,"dropped":1}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Requests(ctx, control.Match{}, 0))
			},
			[]string{"GET /_mock/requests"},
			control.Journal{Requests: []control.Request{}, Matched: 5, Stored: 9, Dropped: 1},
		},
		{
			"requests that match", 200, `{"requests":[],"matched":0,"stored":0,"dropped":0}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Requests(ctx, control.Match{
					Operation: "list", Version: "v3", Method: "GET", Path: "/v3/*", Status: 400,
					Owner: "ann", ClientID: "c1",
					Fault: "f1", Finding: "*", Unmatched: &yes,
				}, 20))
			},
			[]string{
				"GET /_mock/requests?clientId=c1&fault=f1&finding=%2A&limit=20&method=GET&" +
					"operation=list&owner=ann&path=%2Fv3%2F%2A&status=400&unmatched=true&" +
					"version=v3",
			},
			control.Journal{Requests: []control.Request{}},
		},
		{
			"request", 200, requestBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				r, err := c.Request(ctx, "r1")
				return []any{r.ID, r.Sequence, r.Time, r.DurationMS, r.Request == nil}, err
			},
			[]string{"GET /_mock/requests/r1"},
			[]any{"r1", 4, midnight, 1.5, true},
		},
		{
			"clear requests", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.ClearRequests(ctx))
			},
			[]string{"DELETE /_mock/requests"},
			nil,
		},
	})
}
