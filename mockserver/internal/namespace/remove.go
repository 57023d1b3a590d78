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
func (r *Registry[T]) Remove(name string) error {
	if name == Default {
		return ErrDefault
	}
	members := r.markRemoving([]string{name}, func(*Member[T]) bool { return true })
	if len(members) == 0 {
		return fmt.Errorf("%w: %s", ErrUnknown, redact.Quote(name))
	}
	return r.remove(members)
}

// markRemoving marks the matching members as in removal, so that no request uses them.
func (r *Registry[T]) markRemoving(
	names []string, match func(m *Member[T]) bool,
) map[string]*Member[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	marked := map[string]*Member[T]{}
	for _, name := range names {
		if m := r.members[name]; m != nil && name != Default && m.removed == nil && m.isReady() &&
			match(m) {
			m.removed = make(chan struct{})
			marked[name] = m
		}
	}
	return marked
}

// remove calls the hooks of marked members and deletes them.
func (r *Registry[T]) remove(members map[string]*Member[T]) error {
	if len(members) == 0 {
		return nil
	}
	var err error
	if r.config.BeforeRemove != nil {
		err = r.config.BeforeRemove(slices.Sorted(maps.Keys(members)))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, m := range members {
		if err == nil {
			delete(r.members, name)
			if r.config.AfterRemove != nil {
				r.config.AfterRemove(m.value)
			}
		}
		close(m.removed)
		m.removed = nil
	}
	return err
}

// evictIdle removes members that are idle for longer than TTL. It checks at most ten times within
// TTL.
func (r *Registry[T]) evictIdle(now time.Time) {
	if r.config.TTL == 0 {
		return
	}
	r.mu.RLock()
	due := now.Sub(r.lastSweep) >= r.config.TTL/10
	r.mu.RUnlock()
	if !due {
		return
	}
	r.mu.Lock()
	claimed := now.Sub(r.lastSweep) >= r.config.TTL/10 // by the first of several concurrent callers
	r.lastSweep = now
	r.mu.Unlock()
	if !claimed {
		return
	}
	idle := func(m *Member[T]) bool {
		return m.requests.Load() == 0 && now.Sub(time.Unix(0, m.lastUsed.Load())) >= r.config.TTL
	}
	// An error was logged. The next sweep tries again.
	_ = r.remove(r.markRemoving(r.names(idle), idle))
}

// names returns the names of matching members. Requests are not blocked.
func (r *Registry[T]) names(match func(m *Member[T]) bool) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var names []string
	for name, m := range r.members {
		if match(m) {
			names = append(names, name)
		}
	}
	return names
}

// evictionDivisor limits the number of members that are removed at once to about
// Max/evictionDivisor. Removing several amortizes the search.
const evictionDivisor = 64

// evictUnused removes members that are evictable. It reports whether it removed any.
func (r *Registry[T]) evictUnused() bool {
	if r.config.Evictable == nil {
		return false
	}
	type candidate struct {
		member   *Member[T]
		rank     int
		lastUsed int64
	}
	var candidates []candidate
	names := r.names(func(m *Member[T]) bool {
		if !m.isReady() || m.requests.Load() > 0 || m == r.members[Default] {
			return false
		}
		rank, ok := r.config.Evictable(m.value)
		if ok {
			candidates = append(candidates, candidate{m, rank, m.lastUsed.Load()})
		}
		return ok
	})
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.lastUsed, b.lastUsed))
	})
	selected := map[*Member[T]]bool{}
	for _, c := range candidates[:min(len(candidates), 1+r.config.Max/evictionDivisor)] {
		selected[c.member] = true
	}
	members := r.markRemoving(names, func(m *Member[T]) bool {
		_, ok := r.config.Evictable(m.value)
		return selected[m] && ok && m.requests.Load() == 0 // may have changed
	})
	return len(members) > 0 && r.remove(members) == nil
}
