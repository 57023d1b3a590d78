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

	added atomic.Int64 // since the journals were last counted
	mu    sync.Mutex   // held while they are counted
}

// ForJournals returns the share of a budget for journals, in bytes: a half.
func ForJournals(budget int64) int64 { return budget / 2 }

// steps is how often the journals are counted while as much is added as they may have together.
const steps = 64

// Added notes that a journal has grown. When the journals together have more than their share, the
// largest ones lose their oldest requests.
func (j *Journals) Added(bytes int) {
	if j.added.Add(int64(bytes)) < j.Limit/steps || !j.mu.TryLock() {
		return
	}
	defer j.mu.Unlock()
	j.added.Store(0)
	all := j.All()
	sizes := make([]int64, len(all))
	for i, one := range all {
		sizes[i] = int64(one.Bytes())
	}
	most := level(sizes, j.Limit-j.Limit/steps)
	for i, one := range all {
		if sizes[i] > most {
			one.Trim(int(most))
		}
	}
}

// level returns the size that the largest may have so that all together have at most total.
func level(sizes []int64, total int64) int64 {
	sorted := slices.Sorted(slices.Values(sizes))
	for i, size := range sorted {
		if even := total / int64(len(sorted)-i); size > even {
			return even
		}
		total -= size
	}
	return total
}
