// Package journal keeps what happened in a namespace, up to a bound, and tells whether it is what a test expected.
// What is captured leaves it only by way of [Message], which takes the secrets out.
package journal

import (
	"slices"
	"sync"

	"example.com/patmock/mockserver/control"
)

// The bounds of a journal whose [Config] says nothing else.
const (
	DefaultSize  = 1_000
	DefaultBytes = 16 << 20
)

// Config bounds a journal. What is not positive has its default.
type Config struct {
	// Size is how many requests are kept.
	Size int
	// Bytes is how large their headers and bodies are together. The latest request is kept whatever its size.
	Bytes int
}

// Journal holds the latest requests of a namespace. It is safe for concurrent use, and memory grows with what it holds.
//
// What is given out is a copy, but for the messages, which nobody changes.
type Journal struct {
	config Config

	mu       sync.Mutex
	requests []*entry // oldest first
	bytes    int      // of the messages of requests
	sequence int
	dropped  int
	changed  chan struct{} // closed by the next change; nil while nobody waits
}

// New returns an empty journal.
func New(c Config) *Journal {
	if c.Size <= 0 {
		c.Size = DefaultSize
	}
	if c.Bytes <= 0 {
		c.Bytes = DefaultBytes
	}
	return &Journal{config: c}
}

// Add appends a request, whose messages have no secrets, and numbers it. Nobody may change the messages afterwards.
func (j *Journal) Add(r *control.Request) {
	e := &entry{Request: *r, size: sizeOf(r), shown: [2]*control.Message{r.Sent, r.Answered}}
	e.Sent, e.Answered = nil, nil
	j.add(e)
}

func (j *Journal) add(e *entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sequence++
	e.Sequence = j.sequence
	j.requests = append(j.requests, e)
	j.bytes += e.size
	for len(j.requests) > 1 && (len(j.requests) > j.config.Size || j.bytes > j.config.Bytes) {
		j.bytes -= j.requests[0].size
		j.requests[0] = nil // the array behind the slice lives on
		j.requests = j.requests[1:]
		j.dropped++
	}
	j.wakeLocked()
}

// List returns the last limit requests that match, all of them where limit is not positive, without their messages.
func (j *Journal) List(m control.Match, limit int) control.Journal {
	j.mu.Lock()
	held, dropped := slices.Clone(j.requests), j.dropped
	j.mu.Unlock()
	matched := []*entry{}
	matcher := newMatcher(m)
	for _, r := range held {
		if matcher.matches(newSubject(r)) {
			matched = append(matched, r)
		}
	}
	list := control.Journal{Requests: []control.Request{}, Matched: len(matched), Held: len(held), Dropped: dropped}
	if limit > 0 {
		matched = matched[max(0, len(matched)-limit):]
	}
	for _, r := range matched {
		list.Requests = append(list.Requests, r.plain())
	}
	return list
}

// Get returns the latest request with that ID, with its messages, and whether there is one.
func (j *Journal) Get(id string) (control.Request, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range slices.Backward(j.requests) {
		if r.ID == id {
			shown := r.plain()
			shown.Sent, shown.Answered = r.messages()
			return shown, true
		}
	}
	return control.Request{}, false
}

// Clear forgets everything, so that the next request has the Sequence 1.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests, j.bytes, j.sequence, j.dropped = nil, 0, 0, 0
	j.wakeLocked()
}

// Dropped returns how many requests are no longer held.
func (j *Journal) Dropped() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dropped
}

// watch returns what is held and a channel that is closed when that changes.
func (j *Journal) watch() ([]*entry, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return slices.Clone(j.requests), j.changed
}

func (j *Journal) wakeLocked() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// plain is a request without its messages. Its lists are not nil: in JSON they are [].
func (e *entry) plain() control.Request {
	r := e.Request
	r.Findings = append([]control.Finding{}, r.Findings...)
	r.Why = append([]string{}, r.Why...)
	r.Rules = append([]string{}, r.Rules...)
	r.Notes = append([]string{}, r.Notes...)
	return r
}

func sizeOf(r *control.Request) int {
	size := len(r.Path) + len(r.Query)
	for _, sentences := range [][]string{r.Why, r.Notes} {
		for _, sentence := range sentences {
			size += len(sentence)
		}
	}
	for _, f := range r.Findings {
		size += len(f.Kind) + len(f.Detail)
	}
	for _, message := range []*control.Message{r.Sent, r.Answered} {
		if message == nil {
			continue
		}
		size += len(message.Body)
		for name, values := range message.Header {
			for _, value := range values {
				size += len(name) + len(value)
			}
		}
	}
	return size
}
