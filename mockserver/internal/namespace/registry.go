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

// What a Registry refuses.
var (
	ErrName        = errors.New("a namespace is named with 1 to 63 of a-z, 0-9 and -")
	ErrTooMany     = errors.New("there are as many namespaces as allowed")
	ErrUnknown     = errors.New("there is no such namespace")
	ErrCrossOrigin = errors.New("a page of another site sent this request, and there is no such " +
		"namespace: pages make none unless --cors allows their origin")
	ErrDefault = errors.New("the default namespace cannot be removed")
)

var namePattern = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// Split takes the prefix of a namespace off a path: /t/a/oauth/token is /oauth/token in a. A path
// without one is that of the default namespace.
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

// RegistryConfig says how a Registry makes and forgets its members.
type RegistryConfig[T any] struct {
	// New makes a member on its first use. Other members are used meanwhile.
	New func(name string) (T, error)
	// BeforeRemove is told of members that are being removed, before others can be made under their
	// names. Its error keeps them. Nil is told nothing.
	BeforeRemove func(names []string) error
	// AfterRemove is called with each member that was removed, and must not use the Registry. Nil
	// is not called.
	AfterRemove func(member T)
	// Max bounds how many there are, the default one included. Zero means no bound.
	Max int
	// Evictable reports whether a member can make room for another one when there are Max, and its
	// rank: those of a lower rank go first, and of the same rank those that were not used for
	// longest. Nil spares none.
	Evictable func(T) (rank int, ok bool)
	// TTL is how long one may be idle, in wall time. Zero means for ever.
	TTL time.Duration
	// Now is wall time.
	Now func() time.Time
}

// Registry is the namespaces of a server. It is safe for concurrent use.
type Registry[T any] struct {
	config RegistryConfig[T]

	mu        sync.RWMutex
	members   map[string]*Member[T]
	lastSweep time.Time
}

// Member is one that is there, is being made, or is being removed.
type Member[T any] struct {
	initialized chan struct{} // closed when value or err is there
	value       T
	err         error
	removed     chan struct{} // nil as long as it is not being removed, closed when that has ended
	lastUsed    atomic.Int64  // nanoseconds since 1970

	now      func() time.Time
	requests atomic.Int64 // requests in it
}

// Value returns what Make made.
func (m *Member[T]) Value() T { return m.value }

// Leave ends what Enter or Find began, and notes that the member was in use until now.
func (m *Member[T]) Leave() {
	m.lastUsed.Store(m.now().UnixNano())
	m.requests.Add(-1)
}

// NewRegistry returns an empty set.
func NewRegistry[T any](c RegistryConfig[T]) *Registry[T] {
	return &Registry[T]{config: c, members: map[string]*Member[T]{}, lastSweep: c.Now()}
}

// Get returns a member, made if it is not there yet, and notes that it was used. Errors are
// ErrName, ErrTooMany, and those of Make.
func (s *Registry[T]) Get(name string) (T, error) {
	m, err := s.Enter(name)
	if err != nil {
		var zero T
		return zero, err
	}
	defer m.Leave()
	return m.value, nil
}

// Enter returns a member, made if it is not there yet, that is in use until Leave: it is not
// removed for being idle or to make room. Errors are ErrName, ErrTooMany, and those of Make.
func (s *Registry[T]) Enter(name string) (*Member[T], error) { return s.find(name, true) }

// Find is like Enter, but makes no member. Errors are ErrName, ErrUnknown, and those of Make.
func (s *Registry[T]) Find(name string) (*Member[T], error) { return s.find(name, false) }

func (s *Registry[T]) find(name string, create bool) (*Member[T], error) {
	now := s.config.Now()
	s.evictIdle(now)
	for {
		m, removal := s.acquire(name)
		if removal != nil {
			<-removal // and then it is another one, or still the same
			continue
		}
		if m == nil {
			isNew, err := false, checkName(name)
			if err == nil && !create {
				err = fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(name))
			}
			if err == nil {
				m, isNew, err = s.reserve(name)
			}
			if errors.Is(err, ErrTooMany) && s.evictUnused() {
				continue
			}
			if err != nil {
				return nil, err
			}
			if m == nil {
				continue
			}
			if isNew {
				s.initialize(name, m)
			}
		}
		m.lastUsed.Store(now.UnixNano())
		<-m.initialized
		if m.err != nil {
			m.requests.Add(-1)
			return nil, m.err
		}
		return m, nil
	}
}

// acquire returns the member of that name, in use, or what is closed when its removal has ended.
// Both are nil if there is none.
func (s *Registry[T]) acquire(name string) (m *Member[T], removal chan struct{}) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m = s.members[name]; m == nil {
		return nil, nil
	}
	if m.removed != nil {
		return nil, m.removed
	}
	m.requests.Add(1)
	return m, nil
}

func checkName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("%w, got %s", ErrName, redact.Quote(name))
	}
	return nil
}

// reserve returns the member of that name, in use, and whether it is the caller's to make. It
// returns none while one is being removed.
func (s *Registry[T]) reserve(name string) (m *Member[T], isNew bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.members[name]; m != nil {
		if m.removed != nil {
			return nil, false, nil
		}
		m.requests.Add(1)
		return m, false, nil
	}
	if s.config.Max > 0 && len(s.members) >= s.config.Max {
		return nil, false, fmt.Errorf("%w: %d", ErrTooMany, s.config.Max)
	}
	m = &Member[T]{initialized: make(chan struct{}), now: s.config.Now}
	m.requests.Store(1)
	m.lastUsed.Store(s.config.Now().UnixNano())
	s.members[name] = m
	return m, true, nil
}

// initialize makes a member; one that cannot be made does not stay.
func (s *Registry[T]) initialize(name string, m *Member[T]) {
	m.err = errInit // unless Make comes back
	defer func() {
		if m.err != nil {
			s.mu.Lock()
			delete(s.members, name)
			s.mu.Unlock()
		}
		close(m.initialized)
	}()
	m.value, m.err = s.config.New(name)
}

// errInit is what those are told who waited for a member whose making ended in a panic.
var errInit = errors.New("the namespace could not be made")

// isReady tells whether a member was made.
func (m *Member[T]) isReady() bool {
	select {
	case <-m.initialized:
		return true
	default:
		return false
	}
}

// Has tells whether a member is there.
func (s *Registry[T]) Has(name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.members[name] != nil
}

// Len is how many members there are.
func (s *Registry[T]) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.members)
}

// All calls visit for every member that was made, by name, with the wall time it was used last.
func (s *Registry[T]) All(visit func(name string, member T, lastUsed time.Time)) {
	s.evictIdle(s.config.Now())
	s.mu.RLock()
	members := maps.Clone(s.members)
	s.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if m := members[name]; m.isReady() && m.err == nil {
			visit(name, m.value, time.Unix(0, m.lastUsed.Load()))
		}
	}
}

// Values returns the members that were made, in no order. It uses none of them.
func (s *Registry[T]) Values() []T {
	s.mu.RLock()
	defer s.mu.RUnlock()
	values := make([]T, 0, len(s.members))
	for _, m := range s.members {
		if m.isReady() && m.err == nil {
			values = append(values, m.value)
		}
	}
	return values
}
