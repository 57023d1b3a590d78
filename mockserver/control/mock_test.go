package control_test

import (
	"context"
	"testing"

	"example.com/patmock/mockserver/control"
)

const healthBody = `{"product":"patmock","version":"1","status":"ok","namespace":"default",` +
	`"profile":{"name":"friendly","randomSeed":7,"rateLimit":"off","tokenLimit":0,` +
	`"scopeDelay":"0s","neverExpiresAs":"null",` +
	`"dialect":[],"hostile":[],"hostileRate":0,"hostileMaxConsecutive":0,` +
	`"validateResponses":true},` +
	`"counters":{"requests":{"list":{"200":2}},"findings":{},"faults":0,"journalDropped":0,` +
	`"namespaces":1,"tokens":3}}`

func TestHealth(t *testing.T) {
	testCalls(t, []callTest{
		{
			"health", 200, healthBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				h, err := c.Health(ctx)
				return []any{h.Product, *h.Profile.RandomSeed, h.Counters.Requests["list"]["200"]},
					err
			},
			[]string{"GET /_mock/health"},
			[]any{"patmock", uint64(7), 2},
		},
		{
			"document", 200, `{"openapi":"3.0.1"}`,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Document(ctx, "v2026"))
			},
			[]string{"GET /_mock/spec/v2026"},
			[]byte(`{"openapi":"3.0.1"}`),
		},
	})
}
