package clock_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/clock"
)

func TestClock_JSON(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *clock.Clock)
		json   string
		want   clock.State // three days of wall time later
	}{
		{"unchanged", func(*clock.Clock) {}, `{}`, clock.State{Now: noon.Add(3 * day)}},
		{
			"running", func(c *clock.Clock) {
				c.Set(noon.Add(day), false)
			}, `{"set":"2026-03-02T12:00:00Z","at":"2026-03-01T12:00:00Z"}`,
			clock.State{Now: noon.Add(4 * day), Offset: day, Adjusted: true},
		},
		{
			"frozen after it was moved", func(c *clock.Clock) {
				c.Set(noon.Add(2*day), false)
				c.Set(noon.Add(day), true)
			},
			`{"frozen":"2026-03-02T12:00:00Z"}`,
			clock.State{Now: noon.Add(day), Frozen: true, Offset: -2 * day, Adjusted: true},
		},
		{
			"frozen", func(c *clock.Clock) {
				c.Set(noon.Add(day), true)
			}, `{"frozen":"2026-03-02T12:00:00Z"}`,
			clock.State{Now: noon.Add(day), Frozen: true, Offset: -2 * day, Adjusted: true},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, before := newClock()
			test.change(before)
			data, err := json.Marshal(before)
			if err != nil || string(data) != test.json {
				t.Fatalf("%s, %v, want %s", data, err, test.json)
			}
			later := &fakeWall{noon.Add(3 * day)}
			after := clock.New(later.Now)
			after.Set(noon.Add(-day), true) // the record replaces it
			if err := json.Unmarshal(data, after); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, after.State()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnmarshalJSON_ErrorChangesNothing(t *testing.T) {
	for _, record := range []string{`[]`, `{"set":"1h"}`, `{"frozen":"yesterday"}`, `{"at":1e30}`} {
		t.Run(record, func(t *testing.T) {
			_, c := newClock()
			c.Set(noon.Add(day), true)
			before := c.State()
			if err := json.Unmarshal([]byte(record), c); err == nil {
				t.Error("got no error")
			}
			if diff := cmp.Diff(before, c.State()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
