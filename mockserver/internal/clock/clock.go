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
	wallNow func() time.Time

	mu         sync.RWMutex
	frozenTime *time.Time // where it stands still
	// While it runs: what it showed when it was set, and wall time then. Both are zero where it
	// follows wall time. A distance from wall time would overflow after 292 years.
	base, baseWall time.Time
}

// State is where a clock is.
type State struct {
	Now    time.Time
	Frozen bool
	// Offset is the distance from wall time: how far the clock was moved, and what passed since it
	// was frozen.
	Offset time.Duration
	// Adjusted tells that somebody set the clock.
	Adjusted bool
}

// New returns a clock that follows wall time.
func New(wallNow func() time.Time) *Clock { return &Clock{wallNow: wallNow} }

// Now is the time in the namespace, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.nowLocked(c.wallNow())
}

func (c *Clock) nowLocked(wall time.Time) time.Time {
	if c.frozenTime != nil {
		return *c.frozenTime
	}
	if c.base.IsZero() {
		return wall.UTC()
	}
	return c.base.Add(wall.Sub(c.baseWall))
}

// State tells where the clock is.
func (c *Clock) State() State {
	c.mu.RLock()
	defer c.mu.RUnlock()
	wall := c.wallNow()
	s := State{
		Now: c.nowLocked(wall), Frozen: c.frozenTime != nil, Adjusted: c.frozenTime != nil ||
			!c.base.Equal(c.baseWall),
	}
	switch {
	case s.Frozen:
		s.Offset = s.Now.Sub(wall).Round(time.Millisecond)
	case s.Adjusted:
		s.Offset = c.base.Sub(c.baseWall)
	}
	return s
}

// Set moves the clock to a moment, the one that it shows where that is zero, and freezes it or lets
// it run.
func (c *Clock) Set(now time.Time, frozen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wallNow()
	if now.IsZero() {
		now = c.nowLocked(wall)
	}
	now = now.UTC()
	if frozen {
		c.frozenTime, c.base, c.baseWall = &now, time.Time{}, time.Time{}
		return
	}
	c.frozenTime, c.base, c.baseWall = nil, now, wall
}

// Advance lets time pass, frozen or not. The error is a [MomentError].
func (c *Clock) Advance(by time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wallNow()
	next := c.nowLocked(wall).Add(by)
	if !Valid(next) {
		return &RangeError{next}
	}
	if c.frozenTime != nil {
		c.frozenTime = &next
	} else {
		c.base, c.baseWall = next, wall
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
	c.frozenTime, c.base, c.baseWall = nil, time.Time{}, time.Time{}
}

// Describe says in a sentence where the clock is, empty where nobody touched it.
func (c *Clock) Describe() string {
	s := c.State()
	switch {
	case !s.Adjusted:
		return ""
	case s.Frozen:
		return fmt.Sprintf("this mock's clock stands still at %s, %s from wall time",
			s.Now.Format(time.RFC3339), FormatOffset(s.Offset))
	}
	return fmt.Sprintf("this mock's clock says %s, moved %s", s.Now.Format(time.RFC3339),
		FormatOffset(s.Offset))
}

// FormatOffset writes a duration for people: days where there are any, else hours, minutes and
// seconds.
func FormatOffset(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day || d <= -day {
		return fmt.Sprintf("%+dd", d/day)
	}
	if d >= 0 {
		return "+" + d.Round(time.Second).String()
	}
	return d.Round(time.Second).String()
}

var unitPattern = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)`)

// ParseDuration reads numbers with ms, s, m, h or d (24 hours) behind them. It is at most a hundred
// years long. The error is a [DurationError].
func ParseDuration(text string) (time.Duration, error) {
	const maxDuration = 100 * 365 * 24 * time.Hour
	var sum float64
	consumed := 0
	for _, match := range unitPattern.FindAllStringSubmatch(text, -1) {
		number, _ := strconv.ParseFloat(match[1], 64) // digits
		scale := map[string]time.Duration{
			"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
			"d": 24 * time.Hour,
		}[match[2]]
		sum += number * float64(scale)
		consumed += len(match[0])
	}
	if consumed != len(text) || consumed == 0 {
		return 0, &DurationError{Text: text}
	}
	if sum > float64(maxDuration) {
		return 0, &DurationError{Text: text, TooLong: true}
	}
	return time.Duration(math.Round(sum)), nil
}

// record is how a clock outlives the process.
type record struct {
	Frozen *time.Time `json:"frozen,omitempty"`
	Set    time.Time  `json:"set,omitzero"`
	At     time.Time  `json:"at,omitzero"`
}

// MarshalJSON implements json.Marshaler.
func (c *Clock) MarshalJSON() ([]byte, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return json.Marshal(record{c.frozenTime, c.base, c.baseWall})
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Clock) UnmarshalJSON(data []byte) error {
	var s record
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozenTime, c.base, c.baseWall = s.Frozen, s.Set, s.At
	return nil
}
