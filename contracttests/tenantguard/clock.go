package tenantguard

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/patmock/contracttests/report"
)

// dateResolution is that of the Date of a response.
const dateResolution = time.Second

// A Clock measures how far the clock of a target is from ours, by the Date of its responses. A
// response bounds the difference: its date was made between sending and receiving, and is cut to
// whole seconds. The zero value is ready for use, by several goroutines at once.
type Clock struct {
	mu        sync.Mutex
	hasDate   bool
	low, high time.Duration
}

// Observe takes the Date of a response, and when by our clock its request was sent and the response
// received. A response that contradicts the earlier ones replaces them: a clock was set, or drifts.
func (c *Clock) Observe(status int, header http.Header, start, end time.Time) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || report.FromGateway(status, "") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	low, high := date.Sub(end), date.Add(dateResolution).Sub(start)
	if c.hasDate && low <= c.high && high >= c.low {
		low, high = max(low, c.low), min(high, c.high)
	}
	c.hasDate, c.low, c.high = true, low, high
}

// HasDate reports whether the target has sent a date.
func (c *Clock) HasDate() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hasDate
}

// Difference returns how far the clock of the target is ahead of ours, and how accurate that is. It
// is zero if the clocks agree as far as they can be compared.
func (c *Clock) Difference() (ahead, accuracy time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	accuracy = (c.high - c.low) / 2
	if c.low <= 0 && c.high >= 0 {
		return 0, accuracy
	}
	return c.low + accuracy, accuracy
}

// Differs reports whether the clocks differ by more than a limit, whatever the accuracy.
func (c *Clock) Differs(limit time.Duration) bool {
	ahead, accuracy := c.Difference()
	return ahead.Abs()-accuracy > limit
}

// TargetTime returns the time of the target at a time of ours.
func (c *Clock) TargetTime(now time.Time) time.Time {
	ahead, _ := c.Difference()
	return now.Add(ahead)
}

// earliest returns the earliest time that the target may have at a time of ours, zero if it has
// sent no date.
func (c *Clock) earliest(now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hasDate {
		return time.Time{}
	}
	return now.Add(c.low)
}

// String describes the difference: "10m0s ahead of ours, give or take 1s".
func (c *Clock) String() string {
	ahead, accuracy := c.Difference()
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	tolerance := accuracy.Truncate(time.Second) + time.Second // rounded up
	return fmt.Sprintf("%s %s ours, give or take %s", ahead.Abs().Round(time.Second), direction,
		tolerance)
}
