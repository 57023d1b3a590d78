package control_test

import (
	"context"
	"testing"
	"time"

	"example.com/patmock/mockserver/control"
)

const clockBody = `{"now":"2027-01-31T00:00:00Z","frozen":true,"offset":"+72h0m0s"}`

var midnight = time.Date(2027, time.January, 31, 0, 0, 0, 0, time.UTC)

func TestClock(t *testing.T) {
	testCalls(t, []callTest{
		{
			"clock", 200, clockBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Clock(ctx))
			},
			[]string{"GET /_mock/clock"},
			control.Clock{Now: midnight, Frozen: true, Offset: "+72h0m0s"},
		},
		{
			"set the clock", 200, clockBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.SetClock(ctx, control.ClockSetting{Now: &midnight}))
			},
			[]string{
				"PUT /_mock/clock", "application/json",
				`{"now":"2027-01-31T00:00:00Z","frozen":false}`,
			},
			control.Clock{Now: midnight, Frozen: true, Offset: "+72h0m0s"},
		},
		{
			"advance", 200, clockBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Advance(ctx, 72*time.Hour))
			},
			[]string{"POST /_mock/clock/advance", "application/json", `{"by":"72h0m0s"}`},
			control.Clock{Now: midnight, Frozen: true, Offset: "+72h0m0s"},
		},
		{
			"advance by less than the wire has units for", 200, clockBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.Advance(ctx, 500*time.Microsecond))
			},
			[]string{"POST /_mock/clock/advance", "application/json", `{"by":"0.5ms"}`},
			control.Clock{Now: midnight, Frozen: true, Offset: "+72h0m0s"},
		},
		{
			"clear the clock", 200, clockBody,
			func(ctx context.Context, c *control.Client) (any, error) {
				return marshalResult(c.ClearClock(ctx))
			},
			[]string{"DELETE /_mock/clock"},
			control.Clock{Now: midnight, Frozen: true, Offset: "+72h0m0s"},
		},
	})
}
