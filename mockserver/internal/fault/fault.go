// Package fault injects faults into responses by rules that a test sets.
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

// Errors of a Set, other than those of Check.
var (
	ErrDuplicateID = errors.New("a rule with this id exists")
	ErrTooMany     = errors.New("the maximum number of rules is reached")
	ErrUnknown     = errors.New("there is no rule with this id")
)

// maxRules is the maximum number of rules of a namespace.
const maxRules = 1000

// Set has the fault rules of a namespace. It is safe for concurrent use.
type Set struct {
	random *random.Source

	mu        sync.Mutex
	rules     []*entry
	index     index
	ruleCount int // rules added so far
	idCount   int // ids generated so far
}

// entry is a fault rule with its parsed durations.
type entry struct {
	control.Fault
	order                  int           // increases with each added rule
	minLatency, maxLatency time.Duration // of Latency
	retryAfter             time.Duration
}

// New returns an empty set. Rates and latency ranges draw from source.
func New(source *random.Source) *Set { return &Set{random: source, index: newIndex()} }

// A Request has the properties that rules match.
type Request struct {
	Operation, Version string
	// OwnerID and OwnerName are empty for requests without a login.
	OwnerID, OwnerName string
	Header             http.Header
	// HasStatus reports whether the operation declares a status.
	HasStatus func(status int) bool
}

// Outcome is the effect of the fault rules on a request.
type Outcome struct {
	// Rules are the ids of the applied rules.
	Rules []string
	// Latency is the sum of the latencies of all applied rules.
	Latency time.Duration
	// Status replaces the response, 0 for none. RetryAfter is 0 for no Retry-After.
	Status           int
	RetryAfter       time.Duration
	RetryAfterAsDate bool
	// Effect is an effect of control.Fault, empty for none.
	Effect string
}

// Match applies the rules in order. All matching latencies apply, and the first matching rule of
// another kind.
func (s *Set) Match(r Request) Outcome {
	var outcome Outcome
	s.mu.Lock()
	defer s.mu.Unlock()
	sel := selector{operation: r.Operation, version: r.Version}
	s.index.find(sel, [2]string{r.OwnerID, r.OwnerName}, r.Header, func(f *entry) bool {
		if !f.applies(r) {
			return true
		}
		f.Matched++
		if !s.recordHitLocked(f) {
			return true
		}
		f.Hits++
		outcome.Rules = append(outcome.Rules, f.ID)
		if f.Latency != "" {
			fraction := s.random.Float("fault " + f.ID + " latency")
			outcome.Latency += f.minLatency +
				time.Duration(fraction*float64(f.maxLatency-f.minLatency))
			return true
		}
		outcome.Status, outcome.Effect = f.Status, f.Effect
		outcome.RetryAfter, outcome.RetryAfterAsDate = f.retryAfter, f.RetryAfterAs == "date"
		return false
	})
	return outcome
}

// Matcher returns a function that reports whether a rule matches another request of a client and
// version. It returns false if the rule was removed.
func (s *Set) Matcher(id string) func(operation string, header http.Header) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.findLocked(id); i >= 0 {
		return s.rules[i].matches
	}
	return func(string, http.Header) bool { return false }
}

// matches reports whether a rule matches an operation and header, regardless of its counters.
func (f *entry) matches(operation string, header http.Header) bool {
	if f.Operation != "" && f.Operation != operation {
		return false
	}
	for name, value := range f.Header {
		if !slices.Contains(header.Values(name), value) {
			return false
		}
	}
	return true
}

// applies reports whether a rule applies to a request that matches its selector.
func (f *entry) applies(r Request) bool {
	if len(f.Header) > 1 { // else part of the selector
		for name, value := range f.Header {
			if !slices.Contains(r.Header.Values(name), value) {
				return false
			}
		}
	}
	return f.Status == 0 || f.Effect != "" || r.HasStatus(f.Status)
}

// recordHitLocked reports whether a matching rule is due by its rate, or by its after and times.
func (s *Set) recordHitLocked(f *entry) bool {
	if f.Rate > 0 {
		return s.random.Float("fault "+f.ID+" rate") < f.Rate
	}
	return f.Matched > f.After && f.Hits < f.Times
}

// Add appends a rule and returns it with its defaults. Check must have accepted the rule. Errors
// are ErrDuplicateID and ErrTooMany.
func (s *Set) Add(f control.Fault) (control.Fault, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rules) >= maxRules {
		return f, fmt.Errorf("%w: %d", ErrTooMany, maxRules)
	}
	f.Matched, f.Hits = 0, 0
	if f.Rate == 0 {
		f.Times = cmp.Or(f.Times, 1)
	}
	if f.Effect == effectHTML {
		f.Status = cmp.Or(f.Status, http.StatusBadGateway)
	}
	for f.ID == "" {
		s.idCount++
		if id := "f" + strconv.Itoa(s.idCount); s.findLocked(id) < 0 {
			f.ID = id
		}
	}
	if s.findLocked(f.ID) >= 0 {
		return f, fmt.Errorf("%w: %s", ErrDuplicateID, redact.Quote(f.ID))
	}
	s.ruleCount++
	r := &entry{Fault: f, order: s.ruleCount}
	r.minLatency, r.maxLatency, _ = parseLatency(f.Latency)
	r.retryAfter, _ = parseDuration(f.RetryAfter)
	s.rules = append(s.rules, r)
	s.index.add(r)
	return f, nil
}

func (s *Set) findLocked(id string) int {
	return slices.IndexFunc(s.rules, func(r *entry) bool { return r.ID == id })
}

// List returns the rules in order, with their counters.
func (s *Set) List() []control.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]control.Fault, len(s.rules))
	for i, r := range s.rules {
		list[i] = r.Fault
	}
	return list
}

// Remove removes a rule, or returns ErrUnknown.
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

// Clear removes all rules. Generated ids continue.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.index = nil, newIndex()
}

// Reset removes all rules and restarts the generated ids.
func (s *Set) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.index, s.idCount = nil, newIndex(), 0
}
