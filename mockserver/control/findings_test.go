package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const findingsBody = `{"judged":3,"notJudged":{"control-api":2},"namespaces":1,` +
	`"otherNamespaceRequests":1,"clientCount":1,` +
	`"clients":[{"clientId":"cafe","owner":"jane.doe","userAgent":"curl/8","requests":2}],` +
	`"otherClientRequests":1,` +
	`"kinds":[{"kind":"no-wait","count":1,"allowed":2,"examples":[{"kind":"no-wait",` +
	`"detail":"early","requestId":"r1","namespace":"a",` +
	`"method":"GET","path":"/v3","query":"a=b","status":200,"owner":"jane.doe",` +
	`"clientId":"cafe"}]}],"allowedKinds":["no-wait"]}`

func TestFindings(t *testing.T) {
	found := control.Findings{
		AllowedKinds: []string{control.NoWait},
		Judged:       3, NotJudged: map[string]int{control.NotJudgedControl: 2}, Namespaces: 1,
		OtherNamespaceRequests: 1, ClientCount: 1,
		Clients: []control.FindingClient{
			{ClientID: "cafe", Owner: "jane.doe", UserAgent: "curl/8", Requests: 2},
		},
		OtherClientRequests: 1,
		Kinds: []control.KindFindings{{
			Kind: control.NoWait, Count: 1, Allowed: 2,
			Examples: []control.FindingExample{{
				Finding: control.Finding{Kind: control.NoWait, Detail: "early"}, RequestID: "r1",
				Namespace: "a", Method: "GET", Path: "/v3", Query: "a=b",
				Status: 200, Owner: "jane.doe", ClientID: "cafe",
			}},
		}},
	}
	testCalls(t, []callTest{
		{
			"findings", 200, findingsBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.WithNamespace("a").Findings(ctx))
			},
			[]string{"GET /t/a/_mock/findings"},
			found,
		},
		{
			"all findings", 200, findingsBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.AllFindings(ctx))
			},
			[]string{"GET /_mock/findings?all=true"},
			found,
		},
		{
			"clear findings", 200, findingsBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.WithNamespace("a").ClearFindings(ctx))
			},
			[]string{"DELETE /t/a/_mock/findings"},
			found,
		},
		{
			"clear all findings", 200, findingsBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.ClearAllFindings(ctx))
			},
			[]string{"DELETE /_mock/findings?all=true"},
			found,
		},
		{
			"allow findings", 200, `{"kinds":["no-wait","unmatched-path"]}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return discardResult(c.WithNamespace("a").AllowFindings(ctx, control.NoWait))
			},
			[]string{
				"POST /t/a/_mock/findings/allowed", "application/json", `{"kinds":["no-wait"]}`,
			},
			nil,
		},
	})
}
