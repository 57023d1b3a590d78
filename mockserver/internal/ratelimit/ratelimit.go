// Package ratelimit counts requests in time windows.
package ratelimit

import (
	"container/list"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/patmock/mockserver/internal/clock"
)

// A Limit is the number of requests that a window allows. The zero value is no limit.
type Limit struct {
	Requests int
	Window   time.Duration
}

// TenantLimit is the limit of a tenant, for each client id and API version.
//
// published
var TenantLimit = Limit{Requests: 100, Window: 10 * time.Second}

var limitPattern = regexp.MustCompile(`^([0-9]{1,9})/([0-9a-z.]+)$`)

// Parse parses a limit such as 100/10s, or off. The error is a [LimitError] or that of
// [clock.ParseDuration].
func Parse(text string) (Limit, error) {
	if text == "off" {
		return Limit{}, nil
	}
	groups := limitPattern.FindStringSubmatch(text)
	if groups == nil {
		return Limit{}, &LimitError{Text: text}
	}
	requests, _ := strconv.Atoi(groups[1]) // at most nine digits
	window, err := clock.ParseDuration(groups[2])
	if err != nil {
		return Limit{}, err
	}
	if requests == 0 || window < time.Millisecond {
		return Limit{}, &LimitError{Text: text, Empty: true}
	}
	return Limit{Requests: requests, Window: window}, nil
}

// String returns the limit in the syntax of Parse.
func (l Limit) String() string {
	if l.Requests == 0 {
		return "off"
	}
	return fmt.Sprintf("%d/%s", l.Requests, l.Window)
}

// maxWindows is the maximum number of windows in memory.
const maxWindows = 1 << 16

// A Key identifies a window.
type Key struct{ ClientID, Version string }

// Limiter counts the requests of each key in a window that its first request starts. It is safe for
// concurrent use.
//
// assumed
type Limiter struct {
	limit Limit

	mu      sync.Mutex
	windows map[Key]*list.Element
	order   list.List // of *window, in order of start
}

type window struct {
	key   Key
	start time.Time
	count int
}

// New returns a limiter. With a zero limit it counts nothing.
func New(l Limit) *Limiter { return &Limiter{limit: l, windows: map[Key]*list.Element{}} }

// Limit returns the limit of the limiter.
func (l *Limiter) Limit() Limit { return l.limit }

// Take counts a request. It returns its number in the window, and the rest of the window if the
// request is over the limit, else zero.
func (l *Limiter) Take(key Key, now time.Time) (count int, wait time.Duration) {
	if l.limit.Requests == 0 {
		return 0, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windowLocked(key, now)
	w.count++
	if w.count <= l.limit.Requests {
		return w.count, 0
	}
	return w.count, w.start.Add(l.limit.Window).Sub(now)
}

// expired reports whether a window has ended, or starts in the future because a clock was moved
// back.
func (l *Limiter) expired(w *window, now time.Time) bool {
	return now.Before(w.start) || now.Sub(w.start) >= l.limit.Window
}

// windowLocked returns the current window of a key. It starts a new one if needed, and then drops
// the oldest one if there are too many.
func (l *Limiter) windowLocked(key Key, now time.Time) *window {
	if element := l.windows[key]; element != nil {
		w := element.Value.(*window)
		if l.expired(w, now) {
			w.start, w.count = now, 0
			l.order.MoveToBack(element)
		}
		return w
	}
	if len(l.windows) >= maxWindows {
		delete(l.windows, l.order.Remove(l.order.Front()).(*window).key)
	}
	key.ClientID = strings.Clone(key.ClientID) // it may share the memory of a large body
	w := &window{key: key, start: now}
	l.windows[key] = l.order.PushBack(w)
	return w
}

// Reset removes all windows.
func (l *Limiter) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.windows = map[Key]*list.Element{}
	l.order.Init()
}
