// Package lint notices what a client does wrong over several requests, and counts.
package lint

import (
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

// How much is remembered: refused requests, and clients that were told to wait.
const (
	maxRefused = 256
	maxWaiting = 1024
	maxWaits   = 16 // of a client
)

// Watch remembers what the clients of a namespace were told. It is safe for concurrent use.
type Watch struct {
	mu       sync.Mutex
	refused  map[uint64]int // status by fingerprint
	order    []uint64       // of refused, oldest first
	waiting  map[string][]wait
	pages    map[string]page
	requests map[string]map[int]int // by operation and status
	findings map[string]int
	total    int
	faults   int
}

// wait is until when a client was told to wait.
type wait struct {
	wall, clock time.Time
	told        time.Duration
	// rule and matches are those of the Exchange.
	rule    string
	matches func(operation string, header http.Header) bool
}

// An Exchange is a request with its answer.
type Exchange struct {
	Request *http.Request
	Body    []byte
	// Operation is empty where none took the request.
	Operation, Version, ClientID string
	// Came and CameClock are when the request came, in wall time and by the clock of the namespace.
	Came, CameClock time.Time
	// Status is 0 where there was no answer.
	Status int
	// Wait is how long the answer told the client to wait, zero for not at all.
	Wait time.Duration
	// WaitRule is the id of the rule by which it has to, and WaitMatches reports whether the rule is
	// about another request of the client and version. Nil is every request.
	WaitRule    string
	WaitMatches func(operation string, header http.Header) bool
	// Fault tells that something was injected.
	Fault bool
	// Written is the body of the response, or its beginning.
	Written []byte
	// Ended is when the answer was written, in wall time.
	Ended time.Time
}

// New returns a watch that has seen nothing.
func New() *Watch { return &Watch{} }

// tolerance is how much too early a request may come: clients round.
const tolerance = 100 * time.Millisecond

// See notes an exchange and returns what is wrong with it in the light of those before.
func (w *Watch) See(x Exchange) []control.Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []control.Finding
	if f := w.repeatedLocked(x); f != nil {
		found = append(found, *f)
	}
	if f := w.hastyLocked(x); f != nil {
		found = append(found, *f)
	}
	if f := w.checkPagesLocked(x); f != nil {
		found = append(found, *f)
	}
	return found
}

// page is the last page of a list that a client requested.
type page struct {
	offset   int
	body     uint64
	reported bool
}

// checkPagesLocked reports a list that is requested again with a larger offset and returns the same
// tokens: a client that pages until a page is short never ends. It does so once for each list.
func (w *Watch) checkPagesLocked(x Exchange) *control.Finding {
	if x.Operation != "list" || x.Status != http.StatusOK || !strings.Contains(x.Request.URL.RawQuery, "offset=") {
		return nil
	}
	query := x.Request.URL.Query()
	offset, err := strconv.Atoi(query.Get("offset"))
	if err != nil {
		return nil
	}
	query.Del("offset")
	key := x.ClientID + "\x00" + x.Version + "\x00" + query.Encode()
	now := page{offset: offset, body: maphash.Bytes(seed, x.Written)}
	before, again := w.pages[key]
	repeats := again && offset > before.offset && now.body == before.body && len(x.Written) > len("[]")
	now.reported = again && before.reported || repeats
	if w.pages == nil {
		w.pages = map[string]page{}
	}
	if len(w.pages) >= maxWaiting {
		clear(w.pages)
	}
	w.pages[key] = now
	if !repeats || before.reported {
		return nil
	}
	const detail = "the list was requested with offset %d after %d and returned the same tokens: it has no pages, so request it once"
	return &control.Finding{Kind: control.PagesRepeat, Detail: fmt.Sprintf(detail, offset, before.offset)}
}

// repeatedLocked finds a refused request that came again, unchanged.
func (w *Watch) repeatedLocked(x Exchange) *control.Finding {
	refused := x.Status >= 400 && x.Status < 500 && x.Status != http.StatusTooManyRequests && x.Status != http.StatusRequestTimeout
	if !refused && len(w.refused) == 0 {
		return nil
	}
	print := fingerprint(x)
	before, again := w.refused[print]
	switch {
	case !refused:
		if again && x.Status > 0 && x.Status < 400 { // what was wrong has gone
			delete(w.refused, print)
			w.order = slices.DeleteFunc(w.order, func(p uint64) bool { return p == print })
		}
		return nil
	case again:
		return &control.Finding{Kind: control.RepeatedRefusal, Detail: fmt.Sprintf("the same request was refused with %d before", before)}
	}
	if w.refused == nil {
		w.refused = map[uint64]int{}
	}
	if len(w.order) >= maxRefused {
		delete(w.refused, w.order[0])
		w.order = append(w.order[:0], w.order[1:]...)
	}
	w.refused[print] = x.Status
	w.order = append(w.order, print)
	return nil
}

var seed = maphash.MakeSeed()

// fingerprint is the same for requests that are the same to the server.
func fingerprint(x Exchange) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	r := x.Request
	for _, part := range []string{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Content-Type"), r.Header.Get("Authorization")} {
		_, _ = h.WriteString(part) // never fails
		_ = h.WriteByte(0)
	}
	_, _ = h.Write(x.Body)
	return h.Sum64()
}

// hastyLocked finds a request that came before the time had passed that its client was told to wait, in
// wall time or by the clock of the namespace: a test may move that instead of sleeping.
func (w *Watch) hastyLocked(x Exchange) *control.Finding {
	if x.ClientID == "" || len(w.waiting) == 0 && x.Wait == 0 {
		return nil
	}
	key := x.ClientID + "\x00" + x.Version
	var found *control.Finding
	waits := slices.DeleteFunc(w.waiting[key], func(told wait) bool {
		if !x.Came.Before(told.wall.Add(-tolerance)) || !x.CameClock.Before(told.clock.Add(-tolerance)) {
			return true
		}
		if found == nil && (told.matches == nil || told.matches(x.Operation, x.Request.Header)) {
			found = told.finding()
		}
		return told.rule == x.WaitRule && x.Wait > 0 // which follows
	})
	if x.Wait > 0 {
		if w.waiting == nil {
			w.waiting = map[string][]wait{}
		}
		if len(w.waiting) >= maxWaiting {
			clear(w.waiting)
		}
		waits = append(waits[max(0, len(waits)-maxWaits+1):], wait{
			wall: x.Ended.Add(x.Wait), clock: x.CameClock.Add(x.Wait), told: x.Wait, rule: x.WaitRule, matches: x.WaitMatches,
		})
	}
	if len(waits) == 0 {
		delete(w.waiting, key)
	} else {
		w.waiting[key] = waits
	}
	return found
}

// finding returns the finding about a request that should have waited.
func (t wait) finding() *control.Finding {
	f := &control.Finding{
		Kind: control.NoWait, Detail: fmt.Sprintf("the client was told by Retry-After to wait %s, and did not", t.told),
		Remedy: "wait as Retry-After says before the next request of this client id and version",
	}
	if t.matches != nil {
		f.Remedy = "wait as Retry-After says before a request like this one is sent again"
	}
	return f
}

// unmatched is what a request counts as that no operation took.
const unmatched = "unmatched"

// Count counts an exchange and the findings about it.
func (w *Watch) Count(x Exchange, findings []control.Finding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.requests == nil {
		w.requests, w.findings = map[string]map[int]int{}, map[string]int{}
	}
	operation := x.Operation
	if operation == "" {
		operation = unmatched
	}
	if w.requests[operation] == nil {
		w.requests[operation] = map[int]int{}
	}
	w.requests[operation][x.Status]++
	w.total++
	if x.Fault {
		w.faults++
	}
	for _, f := range findings {
		w.findings[f.Kind]++
	}
}

// Requests returns how many requests were counted, by operation and status.
func (w *Watch) Requests() map[string]map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	counted := map[string]map[string]int{}
	for operation, statuses := range w.requests {
		counted[operation] = map[string]int{}
		for status, n := range statuses {
			counted[operation][strconv.Itoa(status)] = n
		}
	}
	return counted
}

// Findings returns how many findings were counted, by kind.
func (w *Watch) Findings() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	counted := maps.Clone(w.findings)
	if counted == nil {
		counted = map[string]int{}
	}
	return counted
}

// Total is how many requests were counted.
func (w *Watch) Total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.total
}

// Faults is how many requests something was injected into.
func (w *Watch) Faults() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults
}

// Reset forgets everything.
func (w *Watch) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused, w.order, w.waiting, w.pages, w.requests, w.findings, w.total, w.faults = nil, nil, nil, nil, nil, nil, 0, 0
}
