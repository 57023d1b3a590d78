package clock_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/clock"
)

func TestMain(m *testing.M) { golden.Main(m) }

const day = 24 * time.Hour

// noon is the initial wall time of every test.
var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// fakeWall is a wall clock that tests move.
type fakeWall struct{ now time.Time }

func (w *fakeWall) Now() time.Time { return w.now }

// newClock returns a clock, and its wall clock at noon.
func newClock() (*fakeWall, *clock.Clock) {
	w := &fakeWall{noon}
	return w, clock.New(w.Now)
}

func TestClock_State(t *testing.T) {
	advance := func(t testing.TB, c *clock.Clock, by time.Duration) {
		t.Helper()
		if err := c.Advance(by); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		change func(t testing.TB, w *fakeWall, c *clock.Clock)
		want   clock.State // after another hour of wall time
	}{
		{
			"never", func(testing.TB, *fakeWall, *clock.Clock) {},
			clock.State{Now: noon.Add(time.Hour)},
		},
		{
			"set ahead and runs", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(day), false)
			},
			clock.State{Now: noon.Add(day + time.Hour), Offset: day, Adjusted: true},
		},
		{
			"set back and runs", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(-day), false)
			},
			clock.State{Now: noon.Add(time.Hour - day), Offset: -day, Adjusted: true},
		},
		{
			"set ahead and frozen", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(day), true)
			},
			clock.State{Now: noon.Add(day), Frozen: true, Offset: day - time.Hour, Adjusted: true},
		},
		{
			"set in another zone", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(day).In(time.FixedZone("CET", 3600)), true)
			},
			clock.State{Now: noon.Add(day), Frozen: true, Offset: day - time.Hour, Adjusted: true},
		},
		{
			"frozen at the current time", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(time.Time{}, true)
			},
			clock.State{Now: noon, Frozen: true, Offset: -time.Hour, Adjusted: true},
		},
		{
			"set to wall time", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon, false)
			},
			clock.State{Now: noon.Add(time.Hour)},
		},
		{
			"unfrozen at the current time", func(_ testing.TB, w *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(day), true)
				w.now = w.now.Add(time.Minute)
				c.Set(time.Time{}, false)
			},
			clock.State{Now: noon.Add(day + time.Hour), Offset: day - time.Minute, Adjusted: true},
		},
		{
			"frozen after it was moved", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(day), false)
				c.Set(time.Time{}, true)
			},
			clock.State{Now: noon.Add(day), Frozen: true, Offset: day - time.Hour, Adjusted: true},
		},
		{
			"advanced twice", func(t testing.TB, _ *fakeWall, c *clock.Clock) {
				advance(t, c, day)
				advance(t, c, time.Millisecond)
			},
			clock.State{
				Now: noon.Add(day + time.Millisecond + time.Hour), Offset: day + time.Millisecond,
				Adjusted: true,
			},
		},
		{
			"advanced while frozen", func(t testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(time.Time{}, true)
				advance(t, c, day)
			},
			clock.State{Now: noon.Add(day), Frozen: true, Offset: day - time.Hour, Adjusted: true},
		},
		{
			"advanced by zero", func(t testing.TB, _ *fakeWall, c *clock.Clock) {
				advance(t, c, 0)
			},
			clock.State{Now: noon.Add(time.Hour)},
		},
		{
			"cleared while it runs", func(t testing.TB, _ *fakeWall, c *clock.Clock) {
				advance(t, c, day)
				c.Clear()
			},
			clock.State{Now: noon.Add(time.Hour)},
		},
		{
			"cleared while frozen", func(_ testing.TB, _ *fakeWall, c *clock.Clock) {
				c.Set(noon.Add(day), true)
				c.Clear()
			},
			clock.State{Now: noon.Add(time.Hour)},
		},
		{
			"set to wall time while frozen",
			func(t testing.TB, _ *fakeWall, c *clock.Clock) {
				advance(t, c, day)
				c.Set(noon, true)
				c.Set(time.Time{}, false)
			},
			clock.State{Now: noon.Add(time.Hour)},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, c := newClock()
			test.change(t, w, c)
			w.now = w.now.Add(time.Hour)
			if diff := cmp.Diff(test.want, c.State()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if now := c.Now(); !now.Equal(test.want.Now) || now.Location() != time.UTC {
				t.Errorf("Now() = %s, want %s", now, test.want.Now)
			}
		})
	}
}

func TestNow_UTC(t *testing.T) {
	w := &fakeWall{noon.In(time.FixedZone("CET", 3600))}
	if now := clock.New(w.Now).Now(); !now.Equal(noon) || now.Location() != time.UTC {
		t.Errorf("got %s, want %s", now, noon)
	}
}

func TestState_RoundsOffsetWhileFrozen(t *testing.T) {
	w, c := newClock()
	c.Set(noon, true)
	w.now = noon.Add(1234567 * time.Nanosecond)
	if got := c.State().Offset; got != -time.Millisecond {
		t.Errorf("offset = %s, want -1ms", got)
	}
}

func TestAdvance_RejectsInvalidYears(t *testing.T) {
	tests := []struct {
		name   string
		frozen bool
		from   time.Time
		by     time.Duration
		want   bool
	}{
		{
			"frozen, up to the end", true,
			time.Date(8999, time.December, 31, 23, 59, 58, 0, time.UTC), time.Second, true,
		},
		{
			"frozen, past the end", true,
			time.Date(8999, time.December, 31, 23, 59, 59, 0, time.UTC), time.Second, false,
		},
		{
			"frozen, back to the start", true,
			time.Date(1970, time.January, 1, 0, 0, 1, 0, time.UTC), -time.Second, true,
		},
		{
			"frozen, before the start", true,
			time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC), -1, false,
		},
		{
			"running, before the start", false,
			time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC), -1, false,
		},
		{
			"running, back to the start", false,
			time.Date(1970, time.January, 1, 0, 0, 1, 0, time.UTC), -time.Second, true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, c := newClock()
			c.Set(test.from, test.frozen)
			err := c.Advance(test.by)
			want := test.from
			if test.want {
				want = want.Add(test.by)
			}
			if (err == nil) != test.want || !c.Now().Equal(want) {
				t.Errorf("error %v, clock = %s, want %s", err, c.Now(), want)
			}
			if got := c.State().Frozen; got != test.frozen {
				t.Errorf("frozen = %t, want %t", got, test.frozen)
			}
		})
	}
	_, c := newClock()
	err := c.Advance(-100 * 365 * day)
	var rangeErr *clock.RangeError
	if want := noon.Add(-100 * 365 * day); !errors.As(err, &rangeErr) ||
		!rangeErr.Time.Equal(want) {
		t.Fatalf("error %v does not mention %s", err, want)
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
}

func TestValid(t *testing.T) {
	tests := []struct {
		name string
		time time.Time
		want bool
	}{
		{"zero", time.Time{}, false},
		{"last moment of 1969", time.Date(1970, time.January, 1, 0, 0, 0, -1, time.UTC), false},
		{"first moment of 1970", time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC), true},
		{"today", noon, true},
		{"last moment of 8999", time.Date(9000, time.January, 1, 0, 0, 0, -1, time.UTC), true},
		{"first moment of 9000", time.Date(9000, time.January, 1, 0, 0, 0, 0, time.UTC), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := clock.Valid(test.time); got != test.want {
				t.Errorf("Valid(%s) = %t, want %t", test.time, got, test.want)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *clock.Clock)
		want   []string // the time and the offset, nil for no note
	}{
		{"unchanged", func(*clock.Clock) {}, nil},
		{"cleared", func(c *clock.Clock) { c.Set(noon, true); c.Clear() }, nil},
		{
			"running", func(c *clock.Clock) {
				c.Set(noon.Add(183*day), false)
			}, []string{"2026-08-31T12:00:00Z", "+183d"},
		},
		{
			"frozen", func(c *clock.Clock) {
				c.Set(noon.Add(-time.Hour), true)
			}, []string{"2026-03-01T11:00:00Z", "-1h0m0s"},
		},
		{
			"frozen at wall time", func(c *clock.Clock) {
				c.Set(time.Time{}, true)
			}, []string{"2026-03-01T12:00:00Z", "+0s"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, c := newClock()
			test.change(c)
			note := c.Describe()
			if (note != "") != (test.want != nil) {
				t.Fatalf("unexpected note: %q", note)
			}
			if note == "" {
				return
			}
			for _, part := range test.want {
				if !strings.Contains(note, part) {
					t.Errorf("note %q does not contain %s", note, part)
				}
			}
			golden.Check(t, "testdata/notes.golden", golden.Key(t), note)
		})
	}
}

func TestClock_Concurrent(t *testing.T) {
	_, c := newClock()
	const each = 100
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range each {
				if err := c.Advance(time.Second); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range each {
				_ = fmt.Sprint(c.Now(), c.State(), c.Describe())
				if _, err := json.Marshal(c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if want := noon.Add(4 * each * time.Second); !c.Now().Equal(want) {
		t.Errorf("clock = %s, want %s: an advance was lost", c.Now(), want)
	}
}

// The offset of a running clock may exceed a time.Duration.
func TestClock_ExceedsDuration(t *testing.T) {
	_, c := newClock()
	for range 5 {
		if err := c.Advance(100 * 365 * day); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Now().Year(); got != 2525 {
		t.Errorf("year = %d, want 2525", got)
	}
	c.Set(time.Date(8000, 1, 1, 0, 0, 0, 0, time.UTC), false)
	if got := c.Now(); !got.Equal(time.Date(8000, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("unexpected clock: %s", got)
	}
}
