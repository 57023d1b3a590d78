// Package journal records the latest requests of a namespace and verifies them against
// expectations. Captured messages leave it only through [Redact].
package journal

import (
	"slices"
	"sync"

	"example.com/patmock/mockserver/control"
)

// Defaults of a [Config].
const (
	DefaultSize  = 1_000
	DefaultBytes = 16 << 20
)

// Config limits the size of a journal. Values that are not positive mean the default.
type Config struct {
	// Size is the maximum number of requests.
	Size int
	// Bytes is the maximum size of their headers and bodies together. The latest request is stored
	// whatever its size. The default grows with Size beyond DefaultSize.
	Bytes int
	// Added is called with the number of bytes by which the journal has grown. It may be nil.
	Added func(bytes int)
}

// Journal stores the latest requests of a namespace. It is safe for concurrent use. Its memory
// grows with the stored requests.
//
// Methods return copies, except messages, which must not be modified.
type Journal struct {
	config Config

	mu      sync.Mutex
	entries entries
	byID    map[string]int // sequence of the latest request with an ID; nil until the first Get
	bytes   int            // size of the messages
	changed chan struct{}  // closed by the next change; nil if no call waits
}

// New returns an empty journal.
func New(c Config) *Journal {
	if c.Size <= 0 {
		c.Size = DefaultSize
	}
	if c.Bytes <= 0 {
		c.Bytes = max(DefaultBytes, DefaultBytes/DefaultSize*c.Size)
	}
	return &Journal{config: c, entries: entries{oldest: 1}}
}

// overhead is the memory, in bytes, of a request without its headers and bodies.
const overhead = 1 << 10

func (j *Journal) add(e *entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries.add(e)
	if j.byID != nil {
		j.byID[e.ID] = e.Sequence
	}
	j.bytes += e.size
	for j.entries.len() > 1 && (j.entries.len() > j.config.Size || j.bytes > j.config.Bytes) {
		j.dropLocked()
	}
	j.wakeLocked()
}

// dropLocked drops the oldest request.
func (j *Journal) dropLocked() {
	dropped := j.entries.drop()
	j.bytes -= dropped.size
	if j.byID[dropped.ID] == dropped.Sequence {
		delete(j.byID, dropped.ID)
	}
}

// Bytes returns the memory that the requests take, in bytes.
func (j *Journal) Bytes() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.bytesLocked()
}

func (j *Journal) bytesLocked() int { return j.bytes + j.entries.len()*overhead }

// Trim drops the oldest requests, including the latest, until the others take at most the given
// number of bytes.
func (j *Journal) Trim(bytes int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.entries.len() > 0 && j.bytesLocked() > bytes {
		j.dropLocked()
	}
	j.wakeLocked()
}

// List returns the last limit requests that match m, without their messages. A limit that is not
// positive means all.
func (j *Journal) List(m control.Match, limit int) control.Journal {
	now := j.snapshot()
	list := control.Journal{Requests: []control.Request{}, Stored: now.len(), Dropped: now.dropped}
	if limit <= 0 {
		limit = now.len()
	}
	matcher, s := newMatcher(m), &parsedRequest{}
	all := len(matcher) == 0
	for r := range now.backward() {
		if *s = (parsedRequest{entry: r}); !matcher.matches(s) {
			continue
		}
		if list.Matched++; list.Matched <= limit {
			list.Requests = append(list.Requests, r.withoutMessages())
		} else if all {
			list.Matched = now.len() // every request matches
			break
		}
	}
	slices.Reverse(list.Requests)
	return list
}

// snapshot returns the stored requests.
func (j *Journal) snapshot() entries {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries
}

// Get returns the latest request with the given ID, including its messages. It reports whether
// there is one.
func (j *Journal) Get(id string) (control.Request, bool) {
	j.mu.Lock()
	if j.byID == nil {
		j.byID = map[string]int{}
		for r := range j.entries.after(0) {
			j.byID[r.ID] = r.Sequence
		}
	}
	sequence, ok := j.byID[id]
	var r *entry
	if ok {
		r = j.entries.slot(sequence).Load()
	}
	j.mu.Unlock()
	if !ok {
		return control.Request{}, false
	}
	request := r.withoutMessages()
	request.Request, request.Response = r.rawRequest.redacted(), r.rawResponse.redacted()
	return request, true
}

// Clear removes all requests. The next request has the Sequence 1.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = entries{oldest: 1, cleared: j.entries.cleared + 1}
	j.byID, j.bytes = nil, 0
	j.wakeLocked()
}

// Dropped returns the number of dropped requests.
func (j *Journal) Dropped() int { return j.snapshot().dropped }

// watch returns the stored requests, and a channel that is closed by the next change.
func (j *Journal) watch() (entries, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return j.entries, j.changed
}

func (j *Journal) wakeLocked() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// withoutMessages returns a copy of the request without its messages. The lists in the copy are not
// nil, so that they encode as [] rather than null.
func (e *entry) withoutMessages() control.Request {
	r := e.Request
	r.Findings = append([]control.Finding{}, r.Findings...)
	r.Reasons = append([]string{}, r.Reasons...)
	r.Rules = append([]string{}, r.Rules...)
	r.Notes = append([]string{}, r.Notes...)
	return r
}

func sizeOf(r *control.Request) int {
	size := len(r.Path) + len(r.Query)
	for _, sentences := range [][]string{r.Reasons, r.Notes} {
		for _, sentence := range sentences {
			size += len(sentence)
		}
	}
	for _, f := range r.Findings {
		size += len(f.Kind) + len(f.Detail)
	}
	return size
}
