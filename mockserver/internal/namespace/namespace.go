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
	// Make makes a member on its first use.
	Make func(name string) (T, error)
	// Removed is told of a member that was removed, before another can be made under its name. Nil is told nothing.
	Removed func(name string, member T)
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

type member[T any] struct {
	value T
	used  atomic.Int64 // nanoseconds since 1970
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
	s.mu.RLock()
	m := s.members[name]
	s.mu.RUnlock()
	if m == nil {
		var err error
		if m, err = s.make(name, now); err != nil {
			var none T
			return none, err
		}
	}
	m.used.Store(now.UnixNano())
	return m.value, nil
}

func (s *Set[T]) make(name string, now time.Time) (*member[T], error) {
	if !form.MatchString(name) {
		return nil, fmt.Errorf("%w, got %q", ErrName, name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.members[name]; m != nil {
		return m, nil
	}
	if s.config.Max > 0 && len(s.members) >= s.config.Max {
		return nil, fmt.Errorf("%w: %d", ErrTooMany, s.config.Max)
	}
	value, err := s.config.Make(name)
	if err != nil {
		return nil, err
	}
	m := &member[T]{value: value}
	m.used.Store(now.UnixNano())
	s.members[name] = m
	return m, nil
}

// Remove removes a member. Errors are ErrDefault and ErrUnknown.
func (s *Set[T]) Remove(name string) error {
	if name == Default {
		return ErrDefault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.members[name] == nil {
		return fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	s.removeLocked(name)
	return nil
}

func (s *Set[T]) removeLocked(name string) {
	m := s.members[name]
	delete(s.members, name)
	if s.config.Removed != nil {
		s.config.Removed(name, m.value)
	}
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
	defer s.mu.Unlock()
	s.swept = now
	for name, m := range s.members {
		if name != Default && now.Sub(time.Unix(0, m.used.Load())) >= s.config.TTL {
			s.removeLocked(name)
		}
	}
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

// Each calls visit for every member, by name, with the wall time it was used last.
func (s *Set[T]) Each(visit func(name string, member T, used time.Time)) {
	s.sweep(s.config.Wall())
	s.mu.RLock()
	members := maps.Clone(s.members)
	s.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		visit(name, members[name].value, time.Unix(0, members[name].used.Load()))
	}
}
