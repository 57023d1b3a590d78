package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const userBody = `{"user":"ann","userLevels":["USER"],"clientId":"c1","clientSecret":"s1"}`

const tenant = `{"identities":[{"id":"cafedadacafedadacafedadacafedada","name":"ann"}]}`

func TestState(t *testing.T) {
	testCalls(t, []callTest{
		{
			"credentials", 200, `{"baseUrl":"http://127.0.0.1:1","users":[` + userBody + `]}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Credentials(ctx))
			},
			[]string{"GET /_mock/credentials"},
			control.Credentials{
				BaseURL: "http://127.0.0.1:1", Users: []control.User{
					{Name: "ann", UserLevels: []string{"USER"}, ClientID: "c1", ClientSecret: "s1"},
				},
			},
		},
		{
			"reset", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.Reset(ctx))
			},
			[]string{"POST /_mock/reset"},
			nil,
		},
		{
			"state", 200, tenant,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.State(ctx, control.StateOptions{}))
			},
			[]string{"GET /_mock/state"},
			[]byte(tenant),
		},
		{
			"state with secrets as YAML", 200,
			"identities:\n- {id: cafedadacafedadacafedadacafedada, name: ann}\n",
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.State(ctx, control.StateOptions{Secrets: true, YAML: true}))
			},
			[]string{"GET /_mock/state?secrets=true"},
			[]byte("identities:\n- {id: cafedadacafedadacafedadacafedada, name: ann}\n"),
		},
		{
			"put state", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.PutState(ctx, []byte("\n "+tenant)))
			},
			[]string{"PUT /_mock/state", "application/json", "\n " + tenant},
			nil,
		},
		{
			"put state as YAML", 204, "",
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.PutState(ctx,
					[]byte("# {\nidentities: [{id: cafedadacafedadacafedadacafedada, name: ann}]")))
			},
			[]string{
				"PUT /_mock/state", "application/yaml",
				"# {\nidentities: [{id: cafedadacafedadacafedadacafedada, name: ann}]",
			},
			nil,
		},
		{
			"add an identity", 201, userBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.AddIdentity(ctx, control.NewIdentity{
					Name: "ann", UserLevels: []string{"ORG_ADMIN"},
				}))
			},
			[]string{
				"POST /_mock/identities", "application/json",
				`{"name":"ann","userLevels":["ORG_ADMIN"]}`,
			},
			control.User{
				Name: "ann", UserLevels: []string{"USER"}, ClientID: "c1", ClientSecret: "s1",
			},
		},
		{
			"add a token", 201, userBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.AddToken(ctx, control.NewToken{
					Owner: "ann", Name: "old", ExpirationDate: "-3d", Managed: true,
				}))
			},
			[]string{
				"POST /_mock/tokens", "application/json",
				`{"owner":"ann","name":"old","managed":true,"expirationDate":"-3d"}`,
			},
			control.User{
				Name: "ann", UserLevels: []string{"USER"}, ClientID: "c1", ClientSecret: "s1",
			},
		},
	})
}
