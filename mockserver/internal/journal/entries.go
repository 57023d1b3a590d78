package journal

import (
	"iter"
	"sync/atomic"
)

// A chunk stores requests by their sequence. The slot of a dropped request is nil.
type chunk [256]atomic.Pointer[entry]

// entries holds the requests of a journal at one moment. Copying it is cheap, whatever the number
// of requests. A copy is read without a lock, and omits requests that the journal drops later.
type entries struct {
	chunks []*chunk // the chunk of the oldest request first
	oldest int      // sequence
	latest int      // sequence; oldest-1 if there are no requests
	// dropped is the number of requests that the journal has dropped, and cleared the number of
	// times it was cleared.
	dropped, cleared int
}

func (h entries) len() int { return h.latest - h.oldest + 1 }

// slot returns the slot of a sequence from oldest to latest.
func (h entries) slot(sequence int) *atomic.Pointer[entry] {
	size := len(chunk{})
	return &h.chunks[(sequence-1)/size-(h.oldest-1)/size][(sequence-1)%size]
}

// after yields the requests after last, oldest first.
func (h entries) after(sequence int) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for at := max(sequence+1, h.oldest); at <= h.latest; at++ {
			if e := h.slot(at).Load(); e != nil && !yield(e) {
				return
			}
		}
	}
}

// backward yields the requests, latest first.
func (h entries) backward() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for at := h.latest; at >= h.oldest; at-- {
			if e := h.slot(at).Load(); e != nil && !yield(e) {
				return
			}
		}
	}
}

// add appends a request and assigns its sequence.
func (h *entries) add(e *entry) {
	h.latest++
	e.Sequence = h.latest
	if size := len(chunk{}); (h.latest-1)/size-(h.oldest-1)/size == len(h.chunks) {
		h.chunks = append(h.chunks, &chunk{})
	}
	h.slot(h.latest).Store(e)
}

// drop removes the oldest request and returns it.
func (h *entries) drop() *entry {
	e := h.slot(h.oldest).Swap(nil)
	h.oldest++
	h.dropped++
	if (h.oldest-1)%len(chunk{}) == 0 {
		h.chunks = h.chunks[1:]
	}
	return e
}
