// Package budget limits the memory of requests in flight, journals and stubs, over all namespaces
// of a server.
package budget

import (
	"errors"
	"sync/atomic"
)

// ErrExceeded is the error of a request over the budget.
var ErrExceeded = errors.New("requests in flight exhaust the memory budget: retry later, " +
	"or start the mock with a larger --memory-budget")

// Default is the default budget in bytes.
const Default = 256 << 20

// Share is the part of a budget for requests in flight. It is safe for concurrent use.
type Share struct {
	// Limit is the size of the share in bytes.
	Limit int64

	used atomic.Int64
}

// InFlight returns the share of a budget for requests in flight: a quarter. Journals get a half.
// The last quarter is for memory that the garbage collector has not freed yet.
func InFlight(budget int64) *Share { return &Share{Limit: budget / 4} }

// ForFindings returns the part of a budget for findings in bytes: a sixteenth.
func ForFindings(budget int64) int64 { return budget / 16 }

// ForStubs returns the share of a budget for stubs that were added: a sixteenth.
func ForStubs(budget int64) *Share { return &Share{Limit: budget / 16} }

// Reserve reserves bytes and reports whether they are available.
func (s *Share) Reserve(bytes int) bool {
	if s.used.Add(int64(bytes)) > s.Limit {
		s.used.Add(-int64(bytes))
		return false
	}
	return true
}

// Charge reserves bytes even beyond the limit. A negative number returns bytes.
func (s *Share) Charge(bytes int) { s.used.Add(int64(bytes)) }

// Used returns the number of reserved bytes.
func (s *Share) Used() int64 { return s.used.Load() }

// Lease counts the bytes that a request has reserved from a share. The zero value is released.
type Lease struct {
	share *Share
	bytes int64
}

// Lease returns an empty lease.
func (s *Share) Lease() Lease { return Lease{share: s} }

// Grow reserves more bytes and reports whether they are available. If no other request has a
// reservation, Grow always succeeds. A request larger than the share could never be served
// otherwise.
func (l *Lease) Grow(bytes int) bool {
	n := int64(bytes)
	if used := l.share.used.Add(n); used > l.share.Limit && used > l.bytes+n {
		l.share.used.Add(-n)
		return false
	}
	l.bytes += n
	return true
}

// Release returns the reserved bytes.
func (l *Lease) Release() {
	if l.bytes != 0 {
		l.share.used.Add(-l.bytes)
		l.bytes = 0
	}
}
