// Package budget bounds the memory that requests in flight and journals take, over all namespaces
// of a server.
package budget

import (
	"errors"
	"sync/atomic"
)

// ErrExceeded is the error of a request for which there is no memory now.
var ErrExceeded = errors.New("requests in flight take their share of the memory budget: send " +
	"this " +
	"one again later, or start the mock with a larger --memory-budget")

// Default is the budget, in bytes, of a server whose configuration has none.
const Default = 256 << 20

// Share is the part of a budget that requests in flight may take. It is safe for concurrent use.
type Share struct {
	// Limit is in bytes.
	Limit int64

	used atomic.Int64
}

// InFlight returns the share of a budget for requests in flight: a quarter. Go's collector may need
// as much again for what it has not collected yet, and journals have a half.
func InFlight(budget int64) *Share { return &Share{Limit: budget / 4} }

// ForFindings returns the part of a budget for findings, in bytes: a sixteenth.
func ForFindings(budget int64) int64 { return budget / 16 }

// Used returns how many bytes are taken.
func (s *Share) Used() int64 { return s.used.Load() }

// Lease counts the bytes that one request has taken of a share. The zero value has none, of no
// share.
type Lease struct {
	share *Share
	bytes int64
}

// Lease returns an empty lease.
func (s *Share) Lease() Lease { return Lease{share: s} }

// Grow takes more bytes, and reports whether there were as many. A request that is alone gets what
// it needs: one that is larger than the share could never be served otherwise.
func (l *Lease) Grow(bytes int) bool {
	n := int64(bytes)
	if used := l.share.used.Add(n); used > l.share.Limit && used > l.bytes+n {
		l.share.used.Add(-n)
		return false
	}
	l.bytes += n
	return true
}

// Release gives back what was taken.
func (l *Lease) Release() {
	if l.bytes != 0 {
		l.share.used.Add(-l.bytes)
		l.bytes = 0
	}
}
