package memory

// maxRecentlyDeleted is the maximum number of deleted tokens that are remembered.
const maxRecentlyDeleted = 1024

// recentlyDeleted is a ring buffer of the ids of recently deleted tokens.
type recentlyDeleted struct {
	ids   map[string]bool
	order []string // when full, the oldest is at next
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
