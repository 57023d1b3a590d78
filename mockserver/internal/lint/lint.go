// Package lint notices what a client does wrong over several requests, and counts.
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

// The bounds of what is remembered. At each of them everything of the kind is forgotten.
const (
	maxRejected  = 256
	maxClients   = 1024 // clients
	maxPages     = 1024
	maxDeadlines = 16 // of a client; the oldest is forgotten
)

// Linter notices and counts. It is safe for concurrent use.
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

// retryDeadline is the moment until which a response told a client to wait.
type retryDeadline struct {
	wall, clock time.Time
	delay       time.Duration
	// rule and matches are those of the Exchange.
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
	// Status is 0 without a response.
	Status int
	// RetryAfter is the Retry-After of the response, zero without one.
	RetryAfter time.Duration
	// RetryRule is the id of the rule that the Retry-After is due to. WaitMatches reports whether
	// the rule is about another request of the client and version. Nil is every request.
	RetryRule    string
	RetryMatches func(operation string, header http.Header) bool
	// FaultInjected reports that something was injected.
	FaultInjected bool
	// ResponseBody is the body of the response, or its beginning.
	ResponseBody []byte
	// End is the end of the response, in wall time.
	End time.Time
}

// New returns a linter that has seen nothing.
func New() *Linter { return &Linter{state: newState()} }

// tolerance is how much too early a request may come: clients round.
const tolerance = 100 * time.Millisecond

// Check notes an exchange and returns what is wrong with it in the light of those before.
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
// tokens: a client that pages until a page is short never ends. It does so once for each list.
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
		x.Status != http.StatusRequestTimeout
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
				Detail: fmt.Sprintf("the same request was refused with %d before", previous),
			},
		}
	case rejected:
		if len(l.rejections) >= maxRejected {
			clear(l.rejections)
		}
		l.rejections[key] = x.Status
	case x.Status > 0 && x.Status < 400: // the cause is gone
		delete(l.rejections, key)
	}
	return nil
}

var seed = maphash.MakeSeed()

// fingerprint is the same for requests that are the same to the server.
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
// elapsed, in wall time and by the clock of the namespace: a test may move that instead of
// sleeping.
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
		return d.rule == x.RetryRule && x.RetryAfter > 0 // the next one replaces it
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

// finding returns the finding about a request that should have waited.
func (d retryDeadline) finding() control.Finding {
	f := control.Finding{
		Kind:   control.NoWait,
		Detail: fmt.Sprintf("the client was told by Retry-After to wait %s, and did not", d.delay),
		Remedy: "wait as Retry-After says before the next request of this client id and version",
	}
	if d.matches != nil {
		f.Remedy = "wait as Retry-After says before a request like this one is sent again"
	}
	return f
}

// unmatched is the operation that a request without one counts as.
const unmatched = "unmatched"

// Count counts an exchange and the findings about it.
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

// Counters returns how many requests were counted, by operation and status, how many findings, by
// kind, and how many requests something was injected into.
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

// Total returns how many requests were counted.
func (l *Linter) Total() (n int) {
	for _, statuses := range l.Counters().Requests {
		for _, requests := range statuses {
			n += requests
		}
	}
	return n
}

// Reset forgets everything.
func (l *Linter) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = newState()
}
