// Package clock tells the time in a namespace: wall time, until a test moves it.
package clock

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Clock follows wall time at a distance, or stands still. It is safe for concurrent use.
type Clock struct {
	wall func() time.Time

	mu     sync.RWMutex
	frozen *time.Time // where it stands still
	// While it runs: what it showed when it was set, and wall time then. Both are zero where it
	// follows wall time. A distance from wall time would overflow after 292 years.
	set, at time.Time
}

// State is where a clock is.
type State struct {
	Now    time.Time
	Frozen bool
	// Moved is the distance from wall time: how far the clock was moved, and what passed since it
	// was frozen.
	Moved time.Duration
	// Touched tells that somebody set the clock.
	Touched bool
}

// New returns a clock that follows wall time.
func New(wall func() time.Time) *Clock { return &Clock{wall: wall} }

// Now is the time in the namespace, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.nowLocked(c.wall())
}

func (c *Clock) nowLocked(wall time.Time) time.Time {
	if c.frozen != nil {
		return *c.frozen
	}
	if c.set.IsZero() {
		return wall.UTC()
	}
	return c.set.Add(wall.Sub(c.at))
}

// State tells where the clock is.
func (c *Clock) State() State {
	c.mu.RLock()
	defer c.mu.RUnlock()
	wall := c.wall()
	s := State{
		Now: c.nowLocked(wall), Frozen: c.frozen != nil, Touched: c.frozen != nil ||
			!c.set.Equal(c.at),
	}
	switch {
	case s.Frozen:
		s.Moved = s.Now.Sub(wall).Round(time.Millisecond)
	case s.Touched:
		s.Moved = c.set.Sub(c.at)
	}
	return s
}

// Set moves the clock to a moment, the one that it shows where that is zero, and freezes it or lets
// it run.
func (c *Clock) Set(now time.Time, frozen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wall()
	if now.IsZero() {
		now = c.nowLocked(wall)
	}
	now = now.UTC()
	if frozen {
		c.frozen, c.set, c.at = &now, time.Time{}, time.Time{}
		return
	}
	c.frozen, c.set, c.at = nil, now, wall
}

// Advance lets time pass, frozen or not. The error is a [MomentError].
func (c *Clock) Advance(by time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wall()
	next := c.nowLocked(wall).Add(by)
	if !Valid(next) {
		return &MomentError{next}
	}
	if c.frozen != nil {
		c.frozen = &next
	} else {
		c.set, c.at = next, wall
	}
	return nil
}

// Valid tells whether a clock may show a moment: what lives longest after it can still be written
// as a date.
func Valid(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 9000 }

// Clear takes back every move.
func (c *Clock) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen, c.set, c.at = nil, time.Time{}, time.Time{}
}

// Note says in a sentence where the clock is, empty where nobody touched it.
func (c *Clock) Note() string {
	s := c.State()
	switch {
	case !s.Touched:
		return ""
	case s.Frozen:
		return fmt.Sprintf("this mock's clock stands still at %s, %s from wall time",
			s.Now.Format(time.RFC3339), Distance(s.Moved))
	}
	return fmt.Sprintf("this mock's clock says %s, moved %s", s.Now.Format(time.RFC3339),
		Distance(s.Moved))
}

// Distance writes a duration for people: days where there are any, else hours, minutes and seconds.
func Distance(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day || d <= -day {
		return fmt.Sprintf("%+dd", d/day)
	}
	if d >= 0 {
		return "+" + d.Round(time.Second).String()
	}
	return d.Round(time.Second).String()
}

var unit = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)`)

// ParseDuration reads numbers with ms, s, m, h or d (24 hours) behind them. It is at most a hundred
// years long. The error is a [DurationError].
func ParseDuration(text string) (time.Duration, error) {
	const most = 100 * 365 * 24 * time.Hour
	var sum float64
	read := 0
	for _, match := range unit.FindAllStringSubmatch(text, -1) {
		number, _ := strconv.ParseFloat(match[1], 64) // digits
		scale := map[string]time.Duration{
			"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
			"d": 24 * time.Hour,
		}[match[2]]
		sum += number * float64(scale)
		read += len(match[0])
	}
	if read != len(text) || read == 0 {
		return 0, &DurationError{Text: text}
	}
	if sum > float64(most) {
		return 0, &DurationError{Text: text, TooLong: true}
	}
	return time.Duration(math.Round(sum)), nil
}

// stored is how a clock outlives the process.
type stored struct {
	Frozen *time.Time `json:"frozen,omitempty"`
	Set    time.Time  `json:"set,omitzero"`
	At     time.Time  `json:"at,omitzero"`
}

// MarshalJSON implements json.Marshaler.
func (c *Clock) MarshalJSON() ([]byte, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return json.Marshal(stored{c.frozen, c.set, c.at})
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Clock) UnmarshalJSON(data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen, c.set, c.at = s.Frozen, s.Set, s.At
	return nil
}
