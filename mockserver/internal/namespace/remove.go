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
	leaving := s.markRemoving([]string{name}, func(*Member[T]) bool { return true })
	if len(leaving) == 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(name))
	}
	return s.remove(leaving)
}

// markRemoving marks those of some members that are to be removed, so that no request uses them
// again.
func (s *Registry[T]) markRemoving(names []string,
	chosen func(m *Member[T]) bool,
) map[string]*Member[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	leaving := map[string]*Member[T]{}
	for _, name := range names {
		if m := s.members[name]; m != nil && name != Default && m.removed == nil && m.done() &&
			chosen(m) {
			m.removed = make(chan struct{})
			leaving[name] = m
		}
	}
	return leaving
}

// remove reports members that are leaving, and drops them.
func (s *Registry[T]) remove(leaving map[string]*Member[T]) error {
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
			if s.config.Gone != nil {
				s.config.Gone(m.value)
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
	idle := func(m *Member[T]) bool {
		return m.active.Load() == 0 && now.Sub(time.Unix(0, m.used.Load())) >= s.config.TTL
	}
	// an error was logged, and removal is tried again
	_ = s.remove(s.markRemoving(s.names(idle), idle))
}

// names returns the names of the members that are chosen. Requests go on meanwhile.
func (s *Registry[T]) names(chosen func(m *Member[T]) bool) []string {
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

// roomPart is the part of the members that makes room at once, so that looking for them costs each
// new one little.
const roomPart = 64

// makeRoom removes members that can be spared, and reports whether there were any.
func (s *Registry[T]) makeRoom() bool {
	if s.config.Spare == nil {
		return false
	}
	type spare struct {
		member *Member[T]
		rank   int
		used   int64
	}
	var spares []spare
	names := s.names(func(m *Member[T]) bool {
		if !m.done() || m.active.Load() > 0 || m == s.members[Default] {
			return false
		}
		rank, ok := s.config.Spare(m.value)
		if ok {
			spares = append(spares, spare{m, rank, m.used.Load()})
		}
		return ok
	})
	slices.SortFunc(spares, func(a, b spare) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.used, b.used))
	})
	chosen := map[*Member[T]]bool{}
	for _, one := range spares[:min(len(spares), 1+s.config.Max/roomPart)] {
		chosen[one.member] = true
	}
	leaving := s.markRemoving(names, func(m *Member[T]) bool {
		_, ok := s.config.Spare(m.value)
		return chosen[m] && ok && m.active.Load() == 0 // still
	})
	return len(leaving) > 0 && s.remove(leaving) == nil
}
