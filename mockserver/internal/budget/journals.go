package budget

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Journal is a journal that can be trimmed.
type Journal interface {
	// Bytes returns the size of the journal.
	Bytes() int
	// Trim drops the oldest requests until the size is at most bytes.
	Trim(bytes int)
}

// Journals limits the memory of all journals. It is safe for concurrent use.
type Journals struct {
	// Limit is the maximum total size in bytes.
	Limit int64
	// All returns the journals.
	All func() []Journal

	growth atomic.Int64 // bytes since the journals were last measured
	mu     sync.Mutex   // held while the journals are measured
}

// ForJournals returns the part of a budget for journals in bytes: a half.
func ForJournals(budget int64) int64 { return budget / 2 }

// countsPerLimit is the number of times that the journals are measured while they grow by Limit.
const countsPerLimit = 64

// NoteGrowth notes that a journal has grown. If the total exceeds the limit, it trims the largest
// journals.
func (j *Journals) NoteGrowth(bytes int) {
	if j.growth.Add(int64(bytes)) < j.Limit/countsPerLimit || !j.mu.TryLock() {
		return
	}
	defer j.mu.Unlock()
	j.growth.Store(0)
	all := j.All()
	sizes := make([]int64, len(all))
	for i, journal := range all {
		sizes[i] = int64(journal.Bytes())
	}
	limit := sizeLimit(sizes, j.Limit-j.Limit/countsPerLimit)
	for i, journal := range all {
		if sizes[i] > limit {
			journal.Trim(int(limit))
		}
	}
}

// sizeLimit returns the maximum size of each journal, so that all fit into total.
func sizeLimit(sizes []int64, total int64) int64 {
	sorted := slices.Sorted(slices.Values(sizes))
	for i, size := range sorted {
		if share := total / int64(len(sorted)-i); size > share {
			return share
		}
		total -= size
	}
	return total
}
