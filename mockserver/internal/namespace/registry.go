// Package namespace implements isolated tenants on one server. Each has its own path prefix
// /t/NAME.
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

// Default is the namespace without a path prefix. It cannot be removed.
const Default = "default"

// Errors of a Registry.
var (
	ErrName        = errors.New("a namespace name has 1 to 63 characters of a-z, 0-9 and -")
	ErrTooMany     = errors.New("too many namespaces")
	ErrUnknown     = errors.New("there is no such namespace")
	ErrCrossOrigin = errors.New("a page of another site sent this request, and there is no such " +
		"namespace: pages cannot create one unless --cors allows their origin")
	ErrDefault = errors.New("the default namespace cannot be removed")
)

var namePattern = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// Split removes the prefix of a namespace from a path: /t/a/oauth/token is /oauth/token in a. A
// path without a prefix belongs to the default namespace.
func Split(path string) (name, rest string) {
	after, ok := strings.CutPrefix(path, "/t/")
	if !ok {
		return Default, path
	}
	name, rest, _ = strings.Cut(after, "/")
	return name, "/" + strings.TrimLeft(rest, "/")
}

// Prefix returns the path prefix of a namespace. It is empty for the default one.
func Prefix(name string) string {
	if name == Default {
		return ""
	}
	return "/t/" + name
}

// RegistryConfig configures a Registry.
type RegistryConfig[T any] struct {
	// New creates a member on its first use. It does not block the use of other members.
	New func(name string) (T, error)
	// BeforeRemove is called with the names of members before they are removed. An error prevents
	// the removal. It may be nil.
	BeforeRemove func(names []string) error
	// AfterRemove is called with each removed member. It must not use the Registry. It may be nil.
	AfterRemove func(member T)
	// Max is the maximum number of members, including the default one. Zero means no limit.
	Max int
	// Evictable reports whether a member can be removed to make room when there are Max members.
	// Members of a lower rank are removed first, and among these the least recently used ones. If
	// it is nil, no member is removed.
	Evictable func(T) (rank int, ok bool)
	// TTL is the time after which an idle member is removed, in wall time. Zero means never.
	TTL time.Duration
	// Now returns wall time.
	Now func() time.Time
}

// Registry stores the namespaces of a server. It is safe for concurrent use.
type Registry[T any] struct {
	config RegistryConfig[T]

	mu        sync.RWMutex
	members   map[string]*Member[T]
	lastSweep time.Time
}

// Member is an entry of a Registry. It may be in creation or in removal.
type Member[T any] struct {
	initialized chan struct{} // closed when value or err is set
	value       T
	err         error
	removed     chan struct{} // nil unless the member is in removal, closed at its end
	lastUsed    atomic.Int64  // nanoseconds since 1970

	now      func() time.Time
	requests atomic.Int64 // requests in progress
}

// Value returns the value that New created.
func (m *Member[T]) Value() T { return m.value }

// Leave ends the use that Enter or Find began.
func (m *Member[T]) Leave() {
	m.lastUsed.Store(m.now().UnixNano())
	m.requests.Add(-1)
}

// NewRegistry returns an empty registry.
func NewRegistry[T any](c RegistryConfig[T]) *Registry[T] {
	return &Registry[T]{config: c, members: map[string]*Member[T]{}, lastSweep: c.Now()}
}

// Get returns a member and marks it as used. It creates the member if it does not exist. Errors are
// ErrName, ErrTooMany, and those of New.
func (r *Registry[T]) Get(name string) (T, error) {
	m, err := r.Enter(name)
	if err != nil {
		var zero T
		return zero, err
	}
	defer m.Leave()
	return m.value, nil
}

// Enter returns a member that is in use until Leave. It creates the member if it does not exist.
// Members in use are not removed to make room or for being idle. Errors are ErrName, ErrTooMany,
// and those of New.
func (r *Registry[T]) Enter(name string) (*Member[T], error) { return r.find(name, true) }

// Find is like Enter but creates no member. Errors are ErrName, ErrUnknown, and those of New.
func (r *Registry[T]) Find(name string) (*Member[T], error) { return r.find(name, false) }

func (r *Registry[T]) find(name string, create bool) (*Member[T], error) {
	now := r.config.Now()
	r.evictIdle(now)
	for {
		m, removal := r.acquire(name)
		if removal != nil {
			<-removal // the removal may have failed
			continue
		}
		if m == nil {
			isNew, err := false, checkName(name)
			if err == nil && !create {
				err = fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(name))
			}
			if err == nil {
				m, isNew, err = r.reserve(name)
			}
			if errors.Is(err, ErrTooMany) && r.evictUnused() {
				continue
			}
			if err != nil {
				return nil, err
			}
			if m == nil {
				continue
			}
			if isNew {
				r.initialize(name, m)
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

// acquire returns the member with a name and marks it as in use. While the member is in removal,
// acquire returns a channel instead, which is closed when the removal ends. Both results are nil if
// there is no member.
func (r *Registry[T]) acquire(name string) (m *Member[T], removal chan struct{}) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m = r.members[name]; m == nil {
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

// reserve returns the member with a name and marks it as in use. If isNew is true, the caller must
// initialize it. The member is nil while it is in removal.
func (r *Registry[T]) reserve(name string) (m *Member[T], isNew bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.members[name]; m != nil {
		if m.removed != nil {
			return nil, false, nil
		}
		m.requests.Add(1)
		return m, false, nil
	}
	if r.config.Max > 0 && len(r.members) >= r.config.Max {
		return nil, false, fmt.Errorf("%w: the limit is %d", ErrTooMany, r.config.Max)
	}
	m = &Member[T]{initialized: make(chan struct{}), now: r.config.Now}
	m.requests.Store(1)
	m.lastUsed.Store(r.config.Now().UnixNano())
	r.members[name] = m
	return m, true, nil
}

// initialize creates the value of a member. A member whose creation fails is removed.
func (r *Registry[T]) initialize(name string, m *Member[T]) {
	m.err = errInit // in effect if New panics
	defer func() {
		if m.err != nil {
			r.mu.Lock()
			delete(r.members, name)
			r.mu.Unlock()
		}
		close(m.initialized)
	}()
	m.value, m.err = r.config.New(name)
}

// errInit is the error for callers that waited for a member whose creation panicked.
var errInit = errors.New("the namespace could not be created")

// isReady reports whether the creation of a member has ended.
func (m *Member[T]) isReady() bool {
	select {
	case <-m.initialized:
		return true
	default:
		return false
	}
}

// Has reports whether a member exists.
func (r *Registry[T]) Has(name string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.members[name] != nil
}

// Len returns the number of members.
func (r *Registry[T]) Len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.members)
}

// All calls visit for every member in order of name, with the wall time of its last use.
func (r *Registry[T]) All(visit func(name string, member T, lastUsed time.Time)) {
	r.evictIdle(r.config.Now())
	r.mu.RLock()
	members := maps.Clone(r.members)
	r.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if m := members[name]; m.isReady() && m.err == nil {
			visit(name, m.value, time.Unix(0, m.lastUsed.Load()))
		}
	}
}

// Values returns the values of all members, in no order. It does not mark them as used.
func (r *Registry[T]) Values() []T {
	r.mu.RLock()
	defer r.mu.RUnlock()
	values := make([]T, 0, len(r.members))
	for _, m := range r.members {
		if m.isReady() && m.err == nil {
			values = append(values, m.value)
		}
	}
	return values
}
