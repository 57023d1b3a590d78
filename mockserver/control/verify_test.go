package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const verifyBody = `{"verified":false,"dropped":0,"outcomes":[{"verified":false,"expected":"one ` +
	`list","actual":0,"matched":[],"nearMisses":[{"id":"r1","sequence":4,"request":"GET / 200",` +
	`"differences":[{"pointer":"/status","expected":201,"actual":200}]}]}]}`

func TestVerify(t *testing.T) {
	two := 2
	testCalls(t, []callTest{
		{
			"verify", 200, verifyBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Verify(ctx, control.VerifyRequest{
					Expect: []control.Expectation{
						{
							Match: control.Match{Status: 201, Body: map[string]any{"name": "a"}},
							Times: &two,
						},
					},
					InOrder: true, Timeout: "10ms",
				}))
			},
			[]string{
				"POST /_mock/verify", "application/json",
				`{"expect":[{"match":{"status":201,"body":{"name":"a"}},"times":2}],` +
					`"inOrder":true,"timeout":"10ms"}`,
			},
			control.VerifyResult{Outcomes: []control.Outcome{{
				Expected: "one list", Matched: []string{},
				NearMisses: []control.NearMiss{
					{
						ID: "r1", Sequence: 4, Request: "GET / 200",
						Differences: []control.Difference{
							{Pointer: "/status", Expected: 201.0, Actual: 200.0},
						},
					},
				},
			}}},
		},
	})
}
