package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const stubBody = `{"id":"s1","method":"POST","path":"/v2025/search/*","scope":["a"],` +
	`"status":200,"header":{"X-Total-Count":"1"},"contentType":"application/json","body":"[]",` +
	`"hits":2}`

var exampleStub = control.Stub{
	ID: "s1", Method: "POST", Path: "/v2025/search/*", Scope: []string{"a"}, Status: 200,
	Header: map[string]string{"X-Total-Count": "1"}, ContentType: "application/json", Body: "[]",
	Hits: 2,
}

func TestStubs(t *testing.T) {
	testCalls(t, []callTest{
		{
			"stubs", 200, `{"stubs":[` + stubBody + `]}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Stubs(ctx))
			},
			[]string{"GET /_mock/stubs"},
			[]control.Stub{exampleStub},
		},
		{
			"add a stub", 201, stubBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.AddStub(ctx, control.Stub{
					Path: "/v2025/search/*", Scope: []string{"a"}, Body: "[]",
				}))
			},
			[]string{
				"POST /_mock/stubs", "application/json",
				`{"path":"/v2025/search/*","scope":["a"],"body":"[]"}`,
			},
			exampleStub,
		},
		{
			"remove a stub", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.RemoveStub(ctx, "a/b"))
			},
			[]string{"DELETE /_mock/stubs/a%2Fb"},
			nil,
		},
		{
			"clear stubs", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.ClearStubs(ctx))
			},
			[]string{"DELETE /_mock/stubs"},
			nil,
		},
	})
}
