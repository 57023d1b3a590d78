package pat

import "sync"

// maxDeletions bounds how many deleted tokens are remembered.
const maxDeletions = 1024

// deletions are the ids of tokens that were deleted lately, to tell who still uses one.
type deletions struct {
	mu    sync.Mutex
	ids   map[string]bool
	order []string // oldest at next, once it is full
	next  int
}

func (d *deletions) add(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ids[id] {
		return
	}
	if d.ids == nil {
		d.ids = map[string]bool{}
	}
	d.ids[id] = true
	if len(d.order) < maxDeletions {
		d.order = append(d.order, id)
		return
	}
	delete(d.ids, d.order[d.next])
	d.order[d.next] = id
	d.next = (d.next + 1) % maxDeletions
}

func (d *deletions) has(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ids[id]
}

func (d *deletions) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ids, d.order, d.next = nil, nil, 0
}
