package namespace

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.com/patmock/spec/redact"
)

// Remove removes a member. Errors are ErrDefault, ErrUnknown, and those of BeforeRemove. On an
// error the member is not removed.
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

// markRemoving marks the matching members as in removal, so that no request uses them.
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

// remove calls the hooks of marked members and deletes them.
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

// evictIdle removes members that are idle for longer than TTL. It checks at most ten times within
// TTL.
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
	claimed := now.Sub(s.lastSweep) >= s.config.TTL/10 // by the first of several concurrent callers
	s.lastSweep = now
	s.mu.Unlock()
	if !claimed {
		return
	}
	idle := func(m *Member[T]) bool {
		return m.requests.Load() == 0 && now.Sub(time.Unix(0, m.lastUsed.Load())) >= s.config.TTL
	}
	// An error was logged. The next sweep tries again.
	_ = s.remove(s.markRemoving(s.names(idle), idle))
}

// names returns the names of matching members. Requests are not blocked.
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

// evictionDivisor limits the members that are removed at once to that part of Max. Removing several
// amortizes the search.
const evictionDivisor = 64

// evictUnused removes members that are evictable. It reports whether it removed any.
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
		return selected[m] && ok && m.requests.Load() == 0 // may have changed
	})
	return len(members) > 0 && s.remove(members) == nil
}
