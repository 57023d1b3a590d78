// Package clock implements the clock of a namespace. It shows wall time until a test moves it.
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

// Clock follows wall time at an offset, or is frozen. It is safe for concurrent use.
type Clock struct {
	wallNow func() time.Time

	mu         sync.RWMutex
	frozenTime *time.Time // nil while the clock runs
	// base is the time at which the clock was set, baseWall wall time at that moment. Both are zero
	// if the clock follows wall time. A single offset would overflow after 292 years.
	base, baseWall time.Time
}

// State is the state of a clock.
type State struct {
	Now    time.Time
	Frozen bool
	// Offset is the difference from wall time. It changes while the clock is frozen.
	Offset time.Duration
	// Adjusted reports whether the clock was set.
	Adjusted bool
}

// New returns a clock that follows wall time.
func New(wallNow func() time.Time) *Clock { return &Clock{wallNow: wallNow} }

// Now returns the time in the namespace, in UTC.
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

// State returns the state of the clock.
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

// Set sets the clock to a time and freezes it or lets it run. A zero time means the current one.
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

// Advance moves the clock forward, frozen or not. The error is a [RangeError].
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

// Valid reports whether a clock may show t. Dates derived from it must be valid as well.
func Valid(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 9000 }

// Clear returns the clock to wall time.
func (c *Clock) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozenTime, c.base, c.baseWall = nil, time.Time{}, time.Time{}
}

// Describe returns a sentence about the clock. It is empty if the clock was not set.
func (c *Clock) Describe() string {
	s := c.State()
	switch {
	case !s.Adjusted:
		return ""
	case s.Frozen:
		return fmt.Sprintf("the clock of this mock is frozen at %s, %s from wall time",
			s.Now.Format(time.RFC3339), FormatOffset(s.Offset))
	}
	return fmt.Sprintf("the clock of this mock shows %s, moved %s", s.Now.Format(time.RFC3339),
		FormatOffset(s.Offset))
}

// FormatOffset formats a duration in days, or else in hours, minutes and seconds.
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

// ParseDuration parses numbers with the units ms, s, m, h or d (24 hours). The maximum is a hundred
// years. The error is a [DurationError].
func ParseDuration(text string) (time.Duration, error) {
	const maxDuration = 100 * 365 * 24 * time.Hour
	var sum float64
	consumed := 0
	for _, match := range unitPattern.FindAllStringSubmatch(text, -1) {
		number, _ := strconv.ParseFloat(match[1], 64) // digits always parse
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

// record is the JSON form of a clock.
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
