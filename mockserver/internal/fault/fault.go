// Package fault injects faults into responses, according to rules that tests set.
package fault

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/spec/redact"
)

// Errors returned by the methods of Set.
var (
	ErrDuplicateID = errors.New("a rule with this id already exists")
	ErrTooMany     = errors.New("too many rules")
	ErrUnknown     = errors.New("there is no rule with this id")
)

// maxRules is the maximum number of rules of a namespace.
const maxRules = 1000

// Set stores the fault rules of a namespace. It is safe for concurrent use.
type Set struct {
	random *random.Source

	mu        sync.Mutex
	rules     []*entry
	index     ruleIndex
	lastOrder int // order of the rule that was added last
	lastID    int // number of the id that was generated last
}

// entry is a fault rule with the durations parsed from its Latency and RetryAfter.
type entry struct {
	control.Fault
	order      int // increases with each added rule
	minLatency time.Duration
	maxLatency time.Duration
	retryAfter time.Duration
}

// New returns an empty set. Rates and latency ranges draw from source.
func New(source *random.Source) *Set { return &Set{random: source, index: newIndex()} }

// A Request contains the properties of a request that rules are matched against.
type Request struct {
	Operation string
	Version   string
	// OwnerID and OwnerName are empty for requests without a login.
	OwnerID   string
	OwnerName string
	Header    http.Header
	// HasStatus reports whether the operation declares the given status.
	HasStatus func(status int) bool
}

// Outcome is the effect of the fault rules on a request.
type Outcome struct {
	// Rules are the ids of the applied rules.
	Rules []string
	// Latency is the sum of the latencies of all applied rules.
	Latency time.Duration
	// Status is the status to respond with, or 0 to keep the response. RetryAfter is 0 if there is
	// no Retry-After header.
	Status           int
	RetryAfter       time.Duration
	RetryAfterAsDate bool
	// Effect is one of the effects defined by [control.Fault], or empty.
	Effect string
}

// Match applies the rules in order. All matching latency rules apply, up to the first matching rule
// of another kind, which ends the search.
func (s *Set) Match(r Request) Outcome {
	var outcome Outcome
	s.mu.Lock()
	defer s.mu.Unlock()
	sel := selector{operation: r.Operation, version: r.Version}
	s.index.find(sel, [2]string{r.OwnerID, r.OwnerName}, r.Header, func(e *entry) bool {
		if !e.applies(r) {
			return true
		}
		e.Matched++
		if !s.isDueLocked(e) {
			return true
		}
		e.Hits++
		outcome.Rules = append(outcome.Rules, e.ID)
		if e.Latency != "" {
			fraction := s.random.Float("fault " + e.ID + " latency")
			spread := float64(e.maxLatency - e.minLatency)
			outcome.Latency += e.minLatency + time.Duration(fraction*spread)
			return true
		}
		outcome.Status, outcome.Effect = e.Status, e.Effect
		outcome.RetryAfter, outcome.RetryAfterAsDate = e.retryAfter, e.RetryAfterAs == "date"
		return false
	})
	return outcome
}

// Matcher returns a function that reports whether the rule with the given id matches a request of
// the same client and version. If there is no such rule, the function returns false.
func (s *Set) Matcher(id string) func(operation string, header http.Header) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.findLocked(id); i >= 0 {
		return s.rules[i].matches
	}
	return func(string, http.Header) bool { return false }
}

// matches reports whether the rule matches an operation and header, regardless of its counters.
func (e *entry) matches(operation string, header http.Header) bool {
	if e.Operation != "" && e.Operation != operation {
		return false
	}
	for name, value := range e.Header {
		if !slices.Contains(header.Values(name), value) {
			return false
		}
	}
	return true
}

// applies reports whether the rule applies to a request that matches its selector.
func (e *entry) applies(r Request) bool {
	if len(e.Header) > 1 { // a single header is part of the selector
		for name, value := range e.Header {
			if !slices.Contains(r.Header.Values(name), value) {
				return false
			}
		}
	}
	return e.Status == 0 || e.Effect != "" || r.HasStatus(e.Status)
}

// isDueLocked reports whether a matching rule fires now, according to Rate, or to After and Times.
func (s *Set) isDueLocked(e *entry) bool {
	if e.Rate > 0 {
		return s.random.Float("fault "+e.ID+" rate") < e.Rate
	}
	return e.Matched > e.After && e.Hits < e.Times
}

// Add appends a rule and returns it with its defaults. Check must have accepted the rule. Add
// returns ErrDuplicateID or ErrTooMany.
func (s *Set) Add(f control.Fault) (control.Fault, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rules) >= maxRules {
		return f, fmt.Errorf("%w: the limit is %d", ErrTooMany, maxRules)
	}
	f.Matched, f.Hits = 0, 0
	if f.Rate == 0 {
		f.Times = cmp.Or(f.Times, 1)
	}
	if f.Effect == effectHTML {
		f.Status = cmp.Or(f.Status, http.StatusBadGateway)
	}
	for f.ID == "" {
		s.lastID++
		if id := "f" + strconv.Itoa(s.lastID); s.findLocked(id) < 0 {
			f.ID = id
		}
	}
	if s.findLocked(f.ID) >= 0 {
		return f, fmt.Errorf("%w: %s", ErrDuplicateID, redact.Quote(f.ID))
	}
	s.lastOrder++
	e := &entry{Fault: f, order: s.lastOrder}
	e.minLatency, e.maxLatency, _ = parseLatency(f.Latency)
	e.retryAfter, _ = parseDuration(f.RetryAfter)
	s.rules = append(s.rules, e)
	s.index.add(e)
	return f, nil
}

// findLocked returns the position of a rule, or -1.
func (s *Set) findLocked(id string) int {
	return slices.IndexFunc(s.rules, func(e *entry) bool { return e.ID == id })
}

// List returns the rules in order, with their counters.
func (s *Set) List() []control.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]control.Fault, len(s.rules))
	for i, e := range s.rules {
		list[i] = e.Fault
	}
	return list
}

// Remove removes the rule with the given id. It returns ErrUnknown if there is none.
func (s *Set) Remove(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findLocked(id)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(id))
	}
	s.index.remove(s.rules[i])
	s.rules = slices.Delete(s.rules, i, i+1)
	return nil
}

// Clear removes all rules. It does not restart the generated ids.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.index = nil, newIndex()
}

// Reset removes all rules and restarts the generated ids.
func (s *Set) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.index, s.lastID = nil, newIndex(), 0
}
