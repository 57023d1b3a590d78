package budget

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Journal is one that can be made smaller.
type Journal interface {
	// Bytes returns how much memory it takes.
	Bytes() int
	// Trim drops the oldest requests until it takes no more than that many bytes.
	Trim(bytes int)
}

// Journals bounds the memory of all journals. It is safe for concurrent use.
type Journals struct {
	// Limit is in bytes.
	Limit int64
	// All returns the journals.
	All func() []Journal

	growth atomic.Int64 // since the journals were last counted
	mu     sync.Mutex   // held while they are counted
}

// ForJournals returns the share of a budget for journals, in bytes: a half.
func ForJournals(budget int64) int64 { return budget / 2 }

// countsPerLimit is how often the journals are counted while as much is added as they may have together.
const countsPerLimit = 64

// NoteGrowth notes that a journal has grown. When the journals together have more than their share, the
// largest ones lose their oldest requests.
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

// sizeLimit returns the size that the largest may have so that all together have at most total.
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
