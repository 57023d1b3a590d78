package memory

// maxRecentlyDeleted bounds how many deleted tokens are remembered.
const maxRecentlyDeleted = 1024

// recentlyDeleted are the ids of tokens that were deleted lately.
type recentlyDeleted struct {
	ids   map[string]bool
	order []string // oldest at next, once it is full
	next  int
}

func (d *recentlyDeleted) add(id string) {
	if d.ids[id] {
		return
	}
	if d.ids == nil {
		d.ids = map[string]bool{}
	}
	d.ids[id] = true
	if len(d.order) < maxRecentlyDeleted {
		d.order = append(d.order, id)
		return
	}
	delete(d.ids, d.order[d.next])
	d.order[d.next] = id
	d.next = (d.next + 1) % maxRecentlyDeleted
}
