// Package lint detects mistakes of clients that only several requests together reveal. It also
// counts requests and findings.
package lint

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/patmock/mockserver/control"
)

// Limits of the stored state. A map is emptied when it reaches its limit.
const (
	maxRejected  = 256
	maxClients   = 1024 // clients
	maxPages     = 1024
	maxDeadlines = 16 // of a client; the oldest is removed
)

// Linter detects mistakes of clients and counts requests. It is safe for concurrent use.
type Linter struct {
	mu sync.Mutex
	state
}

type state struct {
	rejections map[uint64]int // status by fingerprint
	deadlines  map[string][]retryDeadline
	pages      map[string]page
	requests   map[string]map[int]int // by operation and status
	findings   map[string]int
	faults     int
}

func newState() state {
	return state{
		rejections: map[uint64]int{}, deadlines: map[string][]retryDeadline{},
		pages:    map[string]page{},
		requests: map[string]map[int]int{}, findings: map[string]int{},
	}
}

// retryDeadline is the end of the Retry-After of a response.
type retryDeadline struct {
	wall, clock time.Time
	delay       time.Duration
	// rule and matches are RetryRule and RetryMatches of the Exchange.
	rule    string
	matches func(operation string, header http.Header) bool
}

// An Exchange is a request with its response.
type Exchange struct {
	Request *http.Request
	Body    []byte
	// Operation is empty if no operation matches the request.
	Operation, Version, ClientID string
	// Start and ClockStart are the start of the request, in wall time and by the clock of the
	// namespace.
	Start, ClockStart time.Time
	// Status is the status of the response, or 0 if there is no response.
	Status int
	// RetryAfter is the Retry-After of the response, or zero if the response has none.
	RetryAfter time.Duration
	// RetryRule is the id of the rule that caused the Retry-After. RetryMatches reports whether the
	// rule applies to another request of the same client and version. Nil means every request.
	RetryRule    string
	RetryMatches func(operation string, header http.Header) bool
	// FaultInjected reports whether a fault was injected, and Canned whether a stub responded.
	FaultInjected, Canned bool
	// ResponseBody is the body of the response, or its beginning.
	ResponseBody []byte
	// End is the end of the response, in wall time.
	End time.Time
}

// New returns a linter without requests.
func New() *Linter { return &Linter{state: newState()} }

// tolerance is the accepted difference between a Retry-After and the wait of a client: clients
// round.
const tolerance = 100 * time.Millisecond

// Check records an exchange and returns the findings that earlier exchanges cause.
func (l *Linter) Check(x Exchange) []control.Finding {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.checkRepeatLocked(x), l.checkRetryAfterLocked(x), l.checkPagesLocked(x))
}

// page is the last page of a list that a client requested.
type page struct {
	offset   int
	body     uint64
	reported bool
}

// checkPagesLocked reports a list that is requested again with a larger offset and returns the same
// tokens. A client that requests pages until one is short would never end. Each list is reported
// once.
func (l *Linter) checkPagesLocked(x Exchange) []control.Finding {
	if x.Operation != "list" || x.Status != http.StatusOK ||
		!strings.Contains(x.Request.URL.RawQuery, "offset=") {
		return nil
	}
	query := x.Request.URL.Query()
	offset, err := strconv.Atoi(query.Get("offset"))
	if err != nil {
		return nil
	}
	query.Del("offset")
	key := x.ClientID + "\x00" + x.Version + "\x00" + query.Encode()
	now := page{offset: offset, body: maphash.Bytes(seed, x.ResponseBody)}
	previous, seen := l.pages[key]
	repeats := seen && offset > previous.offset && now.body == previous.body &&
		len(x.ResponseBody) > len("[]")
	now.reported = seen && previous.reported || repeats
	if len(l.pages) >= maxPages {
		clear(l.pages)
	}
	l.pages[key] = now
	if !repeats || previous.reported {
		return nil
	}
	const detail = "the list was requested with offset %d after %d and returned the same tokens: " +
		"it has no pages, so request it once"
	return []control.Finding{
		{Kind: control.PagesRepeat, Detail: fmt.Sprintf(detail, offset, previous.offset)},
	}
}

// checkRepeatLocked reports a rejected request that is sent again, unchanged.
func (l *Linter) checkRepeatLocked(x Exchange) []control.Finding {
	rejected := x.Status >= 400 && x.Status < 500 && x.Status != http.StatusTooManyRequests &&
		x.Status != http.StatusRequestTimeout && !x.Canned
	if !rejected && len(l.rejections) == 0 {
		return nil
	}
	key := fingerprint(x)
	previous, seen := l.rejections[key]
	switch {
	case rejected && seen:
		return []control.Finding{
			{
				Kind:   control.RepeatedRejection,
				Detail: fmt.Sprintf("the same request was rejected with %d before", previous),
			},
		}
	case rejected:
		if len(l.rejections) >= maxRejected {
			clear(l.rejections)
		}
		l.rejections[key] = x.Status
	case x.Status > 0 && x.Status < 400: // the cause was removed
		delete(l.rejections, key)
	}
	return nil
}

var seed = maphash.MakeSeed()

// fingerprint returns a hash of the parts of a request that the response depends on.
func fingerprint(x Exchange) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	r := x.Request
	for _, part := range []string{
		r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Content-Type"),
		r.Header.Get("Authorization"),
	} {
		_, _ = h.WriteString(part) // never fails
		_ = h.WriteByte(0)
	}
	_, _ = h.Write(x.Body)
	return h.Sum64()
}

// checkRetryAfterLocked reports a request sent before the Retry-After of an earlier response
// elapsed. It accepts a wait in wall time or by the clock of the namespace, because a test may move
// that clock instead of sleeping.
func (l *Linter) checkRetryAfterLocked(x Exchange) (findings []control.Finding) {
	if x.ClientID == "" || len(l.deadlines) == 0 && x.RetryAfter == 0 {
		return nil
	}
	key := x.ClientID + "\x00" + x.Version
	deadlines := slices.DeleteFunc(l.deadlines[key], func(d retryDeadline) bool {
		if !x.Start.Before(d.wall.Add(-tolerance)) ||
			!x.ClockStart.Before(d.clock.Add(-tolerance)) {
			return true
		}
		if findings == nil && (d.matches == nil || d.matches(x.Operation, x.Request.Header)) {
			findings = []control.Finding{d.finding()}
		}
		return d.rule == x.RetryRule && x.RetryAfter > 0 // replaced by the new one
	})
	if x.RetryAfter > 0 {
		if len(l.deadlines) >= maxClients {
			clear(l.deadlines)
		}
		deadlines = append(deadlines[max(0, len(deadlines)-maxDeadlines+1):], retryDeadline{
			wall: x.End.Add(x.RetryAfter), clock: x.ClockStart.Add(x.RetryAfter),
			delay: x.RetryAfter,
			rule:  x.RetryRule, matches: x.RetryMatches,
		})
	}
	if len(deadlines) == 0 {
		delete(l.deadlines, key)
	} else {
		l.deadlines[key] = deadlines
	}
	return findings
}

// finding returns the finding about a request that was sent before the deadline.
func (d retryDeadline) finding() control.Finding {
	f := control.Finding{
		Kind:   control.NoWait,
		Detail: fmt.Sprintf("Retry-After required the client to wait %s, but it did not", d.delay),
		Remedy: "wait as Retry-After says before the next request of this client id and version",
	}
	if d.matches != nil {
		f.Remedy = "wait as Retry-After says before a request like this one is sent again"
	}
	return f
}

// unmatched is the name under which requests without an operation are counted.
const unmatched = "unmatched"

// Count counts an exchange and its findings.
func (l *Linter) Count(x Exchange, findings []control.Finding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	operation := cmp.Or(x.Operation, unmatched)
	if l.requests[operation] == nil {
		l.requests[operation] = map[int]int{}
	}
	l.requests[operation][x.Status]++
	if x.FaultInjected {
		l.faults++
	}
	for _, f := range findings {
		l.findings[f.Kind]++
	}
}

// Counters returns the number of requests by operation and status, of findings by kind, and of
// requests with an injected fault.
func (l *Linter) Counters() (c control.Counters) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c = control.Counters{
		Requests: map[string]map[string]int{}, Findings: maps.Clone(l.findings), Faults: l.faults,
	}
	for operation, statuses := range l.requests {
		c.Requests[operation] = map[string]int{}
		for status, n := range statuses {
			c.Requests[operation][strconv.Itoa(status)] = n
		}
	}
	return c
}

// Total returns the number of counted requests.
func (l *Linter) Total() (n int) {
	for _, statuses := range l.Counters().Requests {
		for _, requests := range statuses {
			n += requests
		}
	}
	return n
}

// Reset removes all state.
func (l *Linter) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = newState()
}
