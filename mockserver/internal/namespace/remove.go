package namespace

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.com/patmock/spec/redact"
)

// Remove removes a member. Errors are ErrDefault, ErrUnknown, and those of Removed, after which it
// is there still.
func (s *Registry[T]) Remove(name string) error {
	if name == Default {
		return ErrDefault
	}
	members := s.markRemoving([]string{name}, func(*Member[T]) bool { return true })
	if len(members) == 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(name))
	}
	return s.remove(members)
}

// markRemoving marks those of some members that are to be removed, so that no request uses them
// again.
func (s *Registry[T]) markRemoving(names []string,
	match func(m *Member[T]) bool,
) map[string]*Member[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	marked := map[string]*Member[T]{}
	for _, name := range names {
		if m := s.members[name]; m != nil && name != Default && m.removed == nil && m.isReady() &&
			match(m) {
			m.removed = make(chan struct{})
			marked[name] = m
		}
	}
	return marked
}

// remove reports members that are leaving, and drops them.
func (s *Registry[T]) remove(members map[string]*Member[T]) error {
	if len(members) == 0 {
		return nil
	}
	var err error
	if s.config.BeforeRemove != nil {
		err = s.config.BeforeRemove(slices.Sorted(maps.Keys(members)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, m := range members {
		if err == nil {
			delete(s.members, name)
			if s.config.AfterRemove != nil {
				s.config.AfterRemove(m.value)
			}
		}
		close(m.removed)
		m.removed = nil
	}
	return err
}

// evictIdle removes what was idle for too long. It looks at most ten times in that while.
func (s *Registry[T]) evictIdle(now time.Time) {
	if s.config.TTL == 0 {
		return
	}
	s.mu.RLock()
	due := now.Sub(s.lastSweep) >= s.config.TTL/10
	s.mu.RUnlock()
	if !due {
		return
	}
	s.mu.Lock()
	claimed := now.Sub(s.lastSweep) >= s.config.TTL/10 // of those who found it due at once
	s.lastSweep = now
	s.mu.Unlock()
	if !claimed {
		return
	}
	idle := func(m *Member[T]) bool {
		return m.requests.Load() == 0 && now.Sub(time.Unix(0, m.lastUsed.Load())) >= s.config.TTL
	}
	// an error was logged, and removal is tried again
	_ = s.remove(s.markRemoving(s.names(idle), idle))
}

// names returns the names of the members that are chosen. Requests go on meanwhile.
func (s *Registry[T]) names(match func(m *Member[T]) bool) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var names []string
	for name, m := range s.members {
		if match(m) {
			names = append(names, name)
		}
	}
	return names
}

// evictionDivisor is the part of the members that makes room at once, so that looking for them
// costs each new one little.
const evictionDivisor = 64

// evictUnused removes members that can be spared, and reports whether there were any.
func (s *Registry[T]) evictUnused() bool {
	if s.config.Evictable == nil {
		return false
	}
	type candidate struct {
		member   *Member[T]
		rank     int
		lastUsed int64
	}
	var candidates []candidate
	names := s.names(func(m *Member[T]) bool {
		if !m.isReady() || m.requests.Load() > 0 || m == s.members[Default] {
			return false
		}
		rank, ok := s.config.Evictable(m.value)
		if ok {
			candidates = append(candidates, candidate{m, rank, m.lastUsed.Load()})
		}
		return ok
	})
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.lastUsed, b.lastUsed))
	})
	selected := map[*Member[T]]bool{}
	for _, c := range candidates[:min(len(candidates), 1+s.config.Max/evictionDivisor)] {
		selected[c.member] = true
	}
	members := s.markRemoving(names, func(m *Member[T]) bool {
		_, ok := s.config.Evictable(m.value)
		return selected[m] && ok && m.requests.Load() == 0 // still
	})
	return len(members) > 0 && s.remove(members) == nil
}
