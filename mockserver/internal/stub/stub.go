// Package stub stores canned responses to requests that the mock does not simulate.
package stub

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"example.com/patmock/internal/pathpattern"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/spec/redact"
)

// Errors returned by the methods of Set.
var (
	ErrDuplicateID = errors.New("a stub with this id already exists")
	ErrTooMany     = errors.New("too many stubs")
	ErrUnknown     = errors.New("there is no stub with this id")
)

// Limits limits the number of stubs of a set, their total size in bytes, and their size over all
// sets. A nil Share does not limit the last one.
type Limits struct {
	Stubs, Bytes int
	Share        *budget.Share
}

// Set stores the stubs of a namespace. It is safe for concurrent use.
type Set struct {
	limits Limits

	mu      sync.Mutex
	stubs   []*entry // in the order in which they were added
	bytes   int
	charged int // bytes reserved from limits.Share
	lastID  int // number of the id that was generated last
}

// entry is a stub with its parsed path.
type entry struct {
	control.Stub
	pattern pathpattern.Pattern
	size    int
	charged bool
}

// New returns an empty set.
func New(limits Limits) *Set { return &Set{limits: limits} }

func newEntry(s control.Stub, size int, charged bool) (*entry, error) {
	pattern, err := pathpattern.Parse(s.Path)
	s.Scope, s.Header, s.Hits = slices.Clone(s.Scope), maps.Clone(s.Header), 0
	return &entry{s, pattern, size, charged}, err
}

// Match returns the latest stub that matches the method and the escaped path of a request. It
// reports whether there is one.
func (s *Set) Match(method, path string) (control.Stub, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.stubs) == 0 {
		return control.Stub{}, false
	}
	segments := pathpattern.Segments(path)
	for _, e := range slices.Backward(s.stubs) {
		if e.takes(method) && e.pattern.Match(segments) {
			return e.Stub, true
		}
	}
	return control.Stub{}, false
}

func (e *entry) takes(method string) bool {
	return e.Method == "" || e.Method == method ||
		e.Method == http.MethodGet && method == http.MethodHead
}

// Near returns the latest stub that matches a path but not the method of the request. If there is
// none, it returns the latest one that matches the path with another end: with a slash, or without
// one.
func (s *Set) Near(path string) (control.Stub, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.stubs) == 0 {
		return control.Stub{}, false
	}
	segments := pathpattern.Segments(path)
	other := append(slices.Clip(segments), "")
	if last := len(segments) - 1; segments[last] == "" {
		other = segments[:last]
	}
	for _, candidate := range [][]string{segments, other} {
		for _, e := range slices.Backward(s.stubs) {
			if e.pattern.Match(candidate) {
				return e.Stub, true
			}
		}
	}
	return control.Stub{}, false
}

// Methods returns the sorted methods of the stubs that match a path. It reports whether a stub
// matches every method.
func (s *Set) Methods(path string) (methods []string, all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.stubs) == 0 {
		return nil, false
	}
	segments := pathpattern.Segments(path)
	for _, e := range s.stubs {
		switch {
		case !e.pattern.Match(segments):
		case e.Method == "":
			all = true
		case e.Method == http.MethodGet:
			methods = append(methods, e.Method, http.MethodHead)
		default:
			methods = append(methods, e.Method)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods), all
}

// CountHit counts a canned response of the stub with that id.
func (s *Set) CountHit(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.findLocked(id); i >= 0 {
		s.stubs[i].Hits++
	}
}

// Add adds a stub of the given size, and returns it with its id. The error is ErrDuplicateID,
// ErrTooMany, or that of its path.
func (s *Set) Add(stub control.Stub, size int) (control.Stub, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.stubs) >= s.limits.Stubs:
		return stub, fmt.Errorf("%w: the limit is %d", ErrTooMany, s.limits.Stubs)
	case s.bytes+size > s.limits.Bytes:
		return stub, fmt.Errorf("%w: the limit of all is %d bytes as JSON", ErrTooMany,
			s.limits.Bytes)
	case s.findLocked(stub.ID) >= 0:
		return stub, fmt.Errorf("%w: %s", ErrDuplicateID, redact.Quote(stub.ID))
	}
	e, err := newEntry(stub, size, true)
	if err != nil {
		return stub, err
	}
	if err := s.reserveLocked(size); err != nil {
		return stub, err
	}
	for e.ID == "" {
		s.lastID++
		if id := "s" + strconv.Itoa(s.lastID); s.findLocked(id) < 0 {
			e.ID = id
		}
	}
	s.stubs, s.bytes = append(s.stubs, e), s.bytes+size
	return e.Stub, nil
}

// reserveLocked reserves bytes of the share.
func (s *Set) reserveLocked(size int) error {
	if share := s.limits.Share; share != nil && !share.Reserve(size) {
		return fmt.Errorf("%w: those of all namespaces may have %d bytes; remove some, or start "+
			"the mock with a larger --memory-budget", ErrTooMany, share.Limit)
	}
	s.charged += size
	return nil
}

// findLocked returns the position of a stub, or -1.
func (s *Set) findLocked(id string) int {
	return slices.IndexFunc(s.stubs, func(e *entry) bool { return id != "" && e.ID == id })
}

// List returns the stubs in the order in which they were added, with their counts.
func (s *Set) List() []control.Stub {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]control.Stub, len(s.stubs))
	for i, e := range s.stubs {
		list[i] = e.Stub
	}
	return list
}

// Remove removes the stub with the given id. It returns ErrUnknown if there is none.
func (s *Set) Remove(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findLocked(id)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(id))
	}
	e := s.stubs[i]
	s.bytes -= e.size
	if e.charged {
		s.chargeLocked(-e.size)
	}
	s.stubs = slices.Delete(s.stubs, i, i+1)
	return nil
}

func (s *Set) chargeLocked(size int) {
	s.charged += size
	if s.limits.Share != nil {
		s.limits.Share.Charge(size)
	}
}

// Charge is the way in which Replace reserves memory for stubs.
type Charge int

// The charges. Free is for stubs whose memory other namespaces share. Forced reserves memory even
// beyond the limit.
const (
	Free Charge = iota
	Limited
	Forced
)

// Replace replaces all stubs by others, and restarts the generated ids. Size returns the size of
// the stub at an index. On an error, which is ErrTooMany or that of a path, nothing is changed.
func (s *Set) Replace(stubs []control.Stub, size func(i int) int, charge Charge) error {
	next, total := make([]*entry, len(stubs)), 0
	for i, stub := range stubs {
		e, err := newEntry(stub, size(i), charge != Free)
		if err != nil {
			return err
		}
		next[i], total = e, total+e.size
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	more := -s.charged
	if charge != Free {
		more += total
	}
	if charge != Limited || more <= 0 {
		s.chargeLocked(more)
	} else if err := s.reserveLocked(more); err != nil {
		return err
	}
	s.stubs, s.bytes, s.lastID = next, total, 0
	return nil
}

// Clear removes all stubs. It does not restart the generated ids.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chargeLocked(-s.charged)
	s.stubs, s.bytes = nil, 0
}
