package tenantguard_test

import (
	"net/http"
	"testing"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// An observation is a response for a [tenantguard.Clock]. Times are relative to the start of the
// test. The local clock has sent and received, and the target's clock has date.
type observation struct {
	sent, received, date time.Duration
	status               int
}

func TestClock_EstimatesDifference(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	tests := []struct {
		name            string
		seen            []observation
		ahead, accuracy time.Duration
	}{
		{"no response", nil, 0, 0},
		{"the same clock", []observation{{0, 200 * ms, 0, 200}}, 0, 600 * ms},
		{"less than the accuracy", []observation{{1500 * ms, 1700 * ms, 1 * s, 200}}, 0, 600 * ms},
		{"ten minutes ahead", []observation{{0, 0, 600 * s, 200}}, 600*s + 500*ms, 500 * ms},
		{
			"two hours behind",
			[]observation{{0, 200 * ms, -7200 * s, 200}},
			-7200*s + 400*ms,
			600 * ms,
		},
		{
			"a slow response",
			[]observation{{0, 30 * s, 600 * s, 200}},
			585*s + 500*ms,
			15*s + 500*ms,
		},
		{
			"a quick one after a slow one", []observation{
				{0, 30 * s, 600 * s, 200}, {30 * s, 30 * s, 620 * s, 200},
			}, 590*s + 500*ms, 500 * ms,
		},
		{
			"a slow one after a quick one",
			[]observation{{0, 0, 600 * s, 200}, {0, 30 * s, 600 * s, 200}},
			600*s + 500*ms, 500 * ms,
		},
		{
			"two that narrow it",
			[]observation{{0, 0, 600 * s, 200}, {600 * ms, 600 * ms, 601 * s, 200}},
			600*s + 700*ms, 300 * ms,
		},
		{"a clock that was set", []observation{{0, 0, 600 * s, 200}, {s, s, s, 200}}, 0, 500 * ms},
		{
			"a gateway's date",
			[]observation{{0, 0, 600 * s, 200}, {s, s, s, 503}},
			600*s + 500*ms,
			500 * ms,
		},
	}
	began := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c tenantguard.Clock
			for _, x := range tt.seen {
				header := http.Header{"Date": {began.Add(x.date).Format(http.TimeFormat)}}
				c.Observe(x.status, header, began.Add(x.sent), began.Add(x.received))
			}
			ahead, accuracy := c.Difference()
			equal(t, "known", len(tt.seen) > 0, c.HasDate())
			equal(t, "difference", tt.ahead, ahead)
			equal(t, "accuracy", tt.accuracy, accuracy)
			equal(t, "time of the target", began.Add(tt.ahead), c.TargetTime(began))
			equal(t, "differs by a minute", tt.ahead.Abs()-tt.accuracy > time.Minute,
				c.Differs(time.Minute))
		})
	}
}
