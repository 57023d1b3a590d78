package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const namespaceBody = `{"name":"a","baseUrl":"http://127.0.0.1:17280/t/a","fixture":"default",` +
	`"tokens":3,"requests":0,"idleSeconds":0}`

func TestNamespaces(t *testing.T) {
	testCalls(t, []callTest{
		{
			"namespaces", 200, `{"namespaces":[` + namespaceBody + `]}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Namespaces(ctx))
			},
			[]string{"GET /_mock/namespaces"},
			[]control.Namespace{
				{Name: "a", BaseURL: "http://127.0.0.1:17280/t/a", Fixture: "default", Tokens: 3},
			},
		},
		{
			"namespace", 200, namespaceBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.WithNamespace("a").Namespace(ctx))
			},
			[]string{"GET /t/a/_mock/namespace"},
			control.Namespace{
				Name: "a", BaseURL: "http://127.0.0.1:17280/t/a", Fixture: "default", Tokens: 3,
			},
		},
		{
			"put a namespace", 200, namespaceBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.WithNamespace("a b/c").PutNamespace(ctx,
					control.NewNamespace{
						Fixture: "crowded",
					}))
			},
			[]string{
				"PUT /t/a%20b%2Fc/_mock/namespace", "application/json", `{"fixture":"crowded"}`,
			},
			control.Namespace{
				Name: "a", BaseURL: "http://127.0.0.1:17280/t/a", Fixture: "default", Tokens: 3,
			},
		},
		{
			"delete a namespace", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.WithNamespace("a").DeleteNamespace(ctx))
			},
			[]string{"DELETE /t/a/_mock/namespace"},
			nil,
		},
	})
}
