// Package findings stores the findings about clients, even after the journal has dropped their
// requests. Each request is judged when it is served and counts until the findings are cleared.
package findings

import (
	"strings"
	"sync"

	"example.com/patmock/mockserver/control"
)

// Limits of the stored details. Counts are not limited.
const (
	maxExamples = 50  // of a kind in a namespace
	maxClients  = 100 // in a namespace
	maxText     = 200 // bytes of an id, owner or user agent of a client
)

// Estimated memory of one item of each kind, in bytes, without texts.
const (
	recordSize  = 1 << 10
	clientSize  = 256
	kindSize    = 64
	exampleSize = 512
)

// Store counts the findings of a mock. It is safe for concurrent use.
//
// Counts are exact. When its memory is full, the store adds no further example, client or
// namespace. Requests to further namespaces are counted together.
type Store struct {
	limit int

	mu       sync.Mutex
	size     int
	sequence int            // of the last example
	examples map[string]int // by kind, in all records
	records  map[string]*record
	others   record // requests to namespaces without a record
}

// record holds the findings of one namespace.
type record struct {
	judged  int
	skipped map[string]int
	clients map[string]*client
	// otherClients is the number of requests from clients beyond the limit.
	otherClients int
	kinds        map[string]*kind
	size         int
}

type client struct {
	clientID, owner, userAgent string
	requests                   int
}

type kind struct {
	count, allowed int
	examples       []example
}

type example struct {
	control.FindingExample
	sequence int
}

// New returns a store that takes at most about limit bytes.
func New(limit int64) *Store {
	return &Store{limit: int(limit), examples: map[string]int{}, records: map[string]*record{}}
}

// Request is a request of a client with its findings.
type Request struct {
	Namespace string
	// SkipReason is the reason that the request is not judged. A request is judged if SkipReason is
	// empty or the request has findings.
	SkipReason string
	// ClientID and Owner are empty if they are unknown.
	ClientID, Owner, UserAgent string
	Findings                   []control.Finding
	// Example holds the details of the request for an example, without a finding. It may be nil if
	// there are no findings.
	Example *control.FindingExample
}

// Add counts a request.
func (s *Store) Add(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.recordLocked(r.Namespace)
	if r.SkipReason != "" && len(r.Findings) == 0 {
		rec.skip(r.SkipReason)
		return
	}
	rec.judged++
	s.addClientLocked(rec, r)
	for _, f := range r.Findings {
		k := s.kindLocked(rec, f.Kind)
		if f.Allowed {
			k.allowed++
			continue
		}
		k.count++
		s.addExampleLocked(rec, k, r.Example, f)
	}
}

// Skip counts a request that is not judged. It does not create a record for the namespace.
func (s *Store) Skip(namespace, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.records[namespace]
	if rec == nil {
		rec = &s.others
	}
	rec.skip(reason)
}

func (rec *record) skip(reason string) {
	if rec.skipped == nil {
		rec.skipped = map[string]int{}
	}
	rec.skipped[reason]++
}

// recordLocked returns the record of a namespace. It creates one if there is memory for it.
func (s *Store) recordLocked(namespace string) *record {
	if rec := s.records[namespace]; rec != nil {
		return rec
	}
	rec := &record{}
	if !s.reserveLocked(rec, recordSize+len(namespace), s.limit) {
		return &s.others
	}
	s.records[strings.Clone(namespace)] = rec
	return rec
}

// reserveLocked reserves memory for a record. It reports whether the store stays within limit.
func (s *Store) reserveLocked(rec *record, bytes, limit int) bool {
	if s.size+bytes > limit {
		return false
	}
	s.size += bytes
	rec.size += bytes
	return true
}

func (s *Store) addClientLocked(rec *record, r Request) {
	key := truncate(r.ClientID)
	if key == "" {
		key = truncate(r.UserAgent)
	}
	if c := rec.clients[key]; c != nil {
		c.requests++
		return
	}
	size := clientSize + 2*len(key) + min(len(r.Owner), maxText) + min(len(r.UserAgent), maxText)
	if len(rec.clients) == maxClients || !s.reserveLocked(rec, size, s.limit) {
		rec.otherClients++
		return
	}
	if rec.clients == nil {
		rec.clients = map[string]*client{}
	}
	rec.clients[strings.Clone(key)] = &client{
		clientID: strings.Clone(truncate(r.ClientID)), owner: strings.Clone(truncate(r.Owner)),
		userAgent: strings.Clone(truncate(r.UserAgent)), requests: 1,
	}
}

// truncate returns the part of a text that is stored.
func truncate(text string) string { return text[:min(len(text), maxText)] }

// kindLocked returns the findings of a kind. It ignores the memory limit: there are few kinds, and
// no finding may be lost.
func (s *Store) kindLocked(rec *record, name string) *kind {
	k := rec.kinds[name]
	if k == nil {
		if rec.kinds == nil {
			rec.kinds = map[string]*kind{}
		}
		k = &kind{}
		rec.kinds[name] = k
		s.size += kindSize
		rec.size += kindSize
	}
	return k
}

// addExampleLocked stores an example. Examples take at most half of the memory, so that namespaces
// and clients get the rest. The first example of a kind is always stored.
func (s *Store) addExampleLocked(
	rec *record, k *kind, request *control.FindingExample, f control.Finding,
) {
	if len(k.examples) == maxExamples || request == nil {
		return
	}
	e := *request
	e.Finding = f
	size := exampleSize + len(e.Path) + len(e.Query) + len(e.Detail) + len(e.Remedy) +
		len(e.Owner) + len(e.ClientID)
	if !s.reserveLocked(rec, size, s.limit/2) {
		if s.examples[f.Kind] > 0 {
			return
		}
		s.size += size
		rec.size += size
	}
	s.examples[f.Kind]++
	s.sequence++
	k.examples = append(k.examples, example{e, s.sequence})
}
