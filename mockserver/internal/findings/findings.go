// Package findings stores what clients did wrong, apart from the journal, which forgets. Every
// request is judged when it comes and counts until the findings are cleared.
package findings

import (
	"strings"
	"sync"

	"example.com/patmock/mockserver/control"
)

// The bounds of what is stored beside counts.
const (
	maxExamples = 50  // of a kind in a namespace
	maxClients  = 100 // in a namespace
	maxText     = 200 // bytes of what identifies a client
)

// Estimates of memory, in bytes, beside texts.
const (
	recordSize  = 1 << 10
	clientSize  = 256
	kindSize    = 64
	exampleSize = 512
)

// Store counts the findings of a mock. It is safe for concurrent use.
//
// Counts are exact. Over its limit, it stores no further example, client or namespace; the
// requests of further namespaces are counted together.
type Store struct {
	limit int

	mu       sync.Mutex
	size     int
	sequence int            // of the last example
	examples map[string]int // by kind, in all records
	records  map[string]*record
	others   record // what came to namespaces without a record
}

// record is what one namespace has.
type record struct {
	judged  int
	skipped map[string]int
	clients map[string]*client
	// otherClients is how many requests came from clients beyond the bound.
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

// New returns a store that takes about that many bytes.
func New(limit int64) *Store {
	return &Store{limit: int(limit), examples: map[string]int{}, records: map[string]*record{}}
}

// Request is a request of a client with what was found.
type Request struct {
	Namespace string
	// SkipReason is why the request was not judged, empty if it was. One with a finding was.
	SkipReason string
	// ClientID and Owner are empty if they are not known.
	ClientID, Owner, UserAgent string
	Findings                   []control.Finding
	// Example has everything about the request that an example shows, without a finding. Nil is
	// allowed if there are no findings.
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

// Skip counts a request that is not judged. It makes no record of its namespace.
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

// recordLocked returns the record of a namespace, made if there is room for it.
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

// reserveLocked takes memory for a record, and reports whether there was as much below a limit.
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

// truncate returns as much of a text as is stored.
func truncate(text string) string { return text[:min(len(text), maxText)] }

// kindLocked returns the findings of a kind. It has no limit: kinds are few, and no finding is
// lost.
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

// addExampleLocked stores an example. Examples take no more than half of the memory, so that
// namespaces and clients have the rest, but the first one of a kind is stored anyway.
func (s *Store) addExampleLocked(rec *record, k *kind, request *control.FindingExample,
	f control.Finding,
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
