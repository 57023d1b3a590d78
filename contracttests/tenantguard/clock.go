package tenantguard

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/patmock/contracttests/report"
)

// dateResolution is the resolution of the Date header.
const dateResolution = time.Second

// A Clock estimates the offset of a target's clock from the local clock, by the Date headers of
// responses. A Date is set between the request and the response, and is truncated to seconds. Each
// response thus bounds the offset. The zero value is ready for use. A Clock is safe for concurrent
// use.
type Clock struct {
	mu        sync.Mutex
	hasDate   bool
	low, high time.Duration
}

// Observe records the Date of a response, with the local times of the request and the response. A
// response that contradicts earlier ones replaces them, since a clock may drift or be set.
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

// Difference returns how far the target's clock is ahead of the local clock, and the accuracy. It
// is zero if the clocks agree within the accuracy.
func (c *Clock) Difference() (ahead, accuracy time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	accuracy = (c.high - c.low) / 2
	if c.low <= 0 && c.high >= 0 {
		return 0, accuracy
	}
	return c.low + accuracy, accuracy
}

// Differs reports whether the clocks certainly differ by more than limit.
func (c *Clock) Differs(limit time.Duration) bool {
	ahead, accuracy := c.Difference()
	return ahead.Abs()-accuracy > limit
}

// TargetTime converts a local time to the time of the target.
func (c *Clock) TargetTime(now time.Time) time.Time {
	ahead, _ := c.Difference()
	return now.Add(ahead)
}

// earliest returns the earliest possible time of the target at a local time. It is zero if the
// target has sent no date.
func (c *Clock) earliest(now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hasDate {
		return time.Time{}
	}
	return now.Add(c.low)
}

// String formats the difference, as in "10m0s ahead of ours, give or take 1s".
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
