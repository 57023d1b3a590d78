// Package namespace keeps tenants side by side on one server, each behind /t/ and its name.
package namespace

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/spec/redact"
)

// Default is the namespace without a prefix. It is always there.
const Default = "default"

// What a Set refuses.
var (
	ErrName    = errors.New("a namespace is named with 1 to 63 of a-z, 0-9 and -")
	ErrTooMany = errors.New("there are as many namespaces as allowed")
	ErrUnknown = errors.New("there is no such namespace")
	ErrDefault = errors.New("the default namespace cannot be removed")
)

var form = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// Split takes the prefix of a namespace off a path: /t/a/oauth/token is /oauth/token in a. A path without
// one is that of the default namespace.
func Split(path string) (name, rest string) {
	after, ok := strings.CutPrefix(path, "/t/")
	if !ok {
		return Default, path
	}
	name, rest, _ = strings.Cut(after, "/")
	return name, "/" + strings.TrimLeft(rest, "/")
}

// Prefix is what stands in front of the paths of a namespace: nothing for the default one.
func Prefix(name string) string {
	if name == Default {
		return ""
	}
	return "/t/" + name
}

// Config says how a Set makes and forgets its members.
type Config[T any] struct {
	// Make makes a member on its first use. Other members are used meanwhile.
	Make func(name string) (T, error)
	// Removed is told of members that are being removed, before others can be made under their names. Its error keeps
	// them. Nil is told nothing.
	Removed func(names []string) error
	// Max bounds how many there are, the default one included. Zero means no bound.
	Max int
	// TTL is how long one may be idle, in wall time. Zero means for ever.
	TTL time.Duration
	// Wall is wall time.
	Wall func() time.Time
}

// Set is the namespaces of a server. It is safe for concurrent use.
type Set[T any] struct {
	config Config[T]

	mu      sync.RWMutex
	members map[string]*member[T]
	swept   time.Time
}

// member is one that is there, is being made, or is being removed.
type member[T any] struct {
	made  chan struct{} // closed when value or err is there
	value T
	err   error
	gone  chan struct{} // nil as long as it is not being removed, closed when that has ended
	used  atomic.Int64  // nanoseconds since 1970
}

// New returns an empty set.
func New[T any](c Config[T]) *Set[T] {
	return &Set[T]{config: c, members: map[string]*member[T]{}, swept: c.Wall()}
}

// Use returns a member, made where it is not there yet, and notes that it was used. Errors are
// ErrName, ErrTooMany, and those of Make.
func (s *Set[T]) Use(name string) (T, error) {
	now := s.config.Wall()
	s.sweep(now)
	for {
		s.mu.RLock()
		m := s.members[name]
		var gone chan struct{}
		if m != nil {
			gone = m.gone
		}
		s.mu.RUnlock()
		if gone != nil {
			<-gone // and then it is another one, or still the same
			continue
		}
		if m == nil {
			var own bool
			var err error
			if m, own, err = s.enter(name); err != nil {
				var none T
				return none, err
			}
			if own {
				s.fill(name, m)
			}
		}
		m.used.Store(now.UnixNano())
		<-m.made
		if m.err != nil {
			var none T
			return none, m.err
		}
		return m.value, nil
	}
}

// enter returns the member of that name, and whether it is the caller's to make.
func (s *Set[T]) enter(name string) (m *member[T], own bool, err error) {
	if !form.MatchString(name) {
		return nil, false, fmt.Errorf("%w, got %s", ErrName, redact.Quote(name))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.members[name]; m != nil {
		return m, false, nil
	}
	if s.config.Max > 0 && len(s.members) >= s.config.Max {
		return nil, false, fmt.Errorf("%w: %d", ErrTooMany, s.config.Max)
	}
	m = &member[T]{made: make(chan struct{})}
	m.used.Store(s.config.Wall().UnixNano())
	s.members[name] = m
	return m, true, nil
}

// fill makes a member; one that cannot be made does not stay.
func (s *Set[T]) fill(name string, m *member[T]) {
	m.err = errMaking // unless Make comes back
	defer func() {
		if m.err != nil {
			s.mu.Lock()
			delete(s.members, name)
			s.mu.Unlock()
		}
		close(m.made)
	}()
	m.value, m.err = s.config.Make(name)
}

// errMaking is what those are told who waited for a member whose making ended in a panic.
var errMaking = errors.New("the namespace could not be made")

// Touch notes that a member is in use still.
func (s *Set[T]) Touch(name string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m := s.members[name]; m != nil {
		m.used.Store(s.config.Wall().UnixNano())
	}
}

// Remove removes a member. Errors are ErrDefault, ErrUnknown, and those of Removed, after which it is there still.
func (s *Set[T]) Remove(name string) error {
	if name == Default {
		return ErrDefault
	}
	leaving := s.leave([]string{name}, func(*member[T]) bool { return true })
	if len(leaving) == 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(name))
	}
	return s.remove(leaving)
}

// leave marks those of some members that are to be removed, so that nobody takes them up again.
func (s *Set[T]) leave(names []string, chosen func(m *member[T]) bool) map[string]*member[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	leaving := map[string]*member[T]{}
	for _, name := range names {
		if m := s.members[name]; m != nil && name != Default && m.gone == nil && m.done() && chosen(m) {
			m.gone = make(chan struct{})
			leaving[name] = m
		}
	}
	return leaving
}

// done tells whether a member was made.
func (m *member[T]) done() bool {
	select {
	case <-m.made:
		return true
	default:
		return false
	}
}

// remove tells of members that are leaving, and lets them go.
func (s *Set[T]) remove(leaving map[string]*member[T]) error {
	if len(leaving) == 0 {
		return nil
	}
	var err error
	if s.config.Removed != nil {
		err = s.config.Removed(slices.Sorted(maps.Keys(leaving)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, m := range leaving {
		if err == nil {
			delete(s.members, name)
		}
		close(m.gone)
		m.gone = nil
	}
	return err
}

// sweep removes what was idle for too long. It looks at most ten times in that while.
func (s *Set[T]) sweep(now time.Time) {
	if s.config.TTL == 0 {
		return
	}
	s.mu.RLock()
	due := now.Sub(s.swept) >= s.config.TTL/10
	s.mu.RUnlock()
	if !due {
		return
	}
	s.mu.Lock()
	first := now.Sub(s.swept) >= s.config.TTL/10 // of those who found it due at once
	s.swept = now
	s.mu.Unlock()
	if !first {
		return
	}
	idle := func(m *member[T]) bool { return now.Sub(time.Unix(0, m.used.Load())) >= s.config.TTL }
	_ = s.remove(s.leave(s.find(idle), idle)) // whoever cannot forget them has said so, and is asked again
}

// find returns the names of the members that are chosen. Requests go on meanwhile.
func (s *Set[T]) find(chosen func(m *member[T]) bool) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var names []string
	for name, m := range s.members {
		if chosen(m) {
			names = append(names, name)
		}
	}
	return names
}

// Has tells whether a member is there.
func (s *Set[T]) Has(name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.members[name] != nil
}

// Len is how many members there are.
func (s *Set[T]) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.members)
}

// Each calls visit for every member that was made, by name, with the wall time it was used last.
func (s *Set[T]) Each(visit func(name string, member T, used time.Time)) {
	s.sweep(s.config.Wall())
	s.mu.RLock()
	members := maps.Clone(s.members)
	s.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if m := members[name]; m.done() && m.err == nil {
			visit(name, m.value, time.Unix(0, m.used.Load()))
		}
	}
}
