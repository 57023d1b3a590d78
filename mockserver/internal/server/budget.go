package server

import (
	"errors"
	"net/http"
	"time"

	"example.com/patmock/mockserver/internal/budget"
	controls "example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/findings"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// MinBudget is the least memory budget, in bytes.
const MinBudget = 1 << 20

// maxHeavy limits the operations on all of a namespace that go on at once.
const maxHeavy = 2

// leastEntry is the memory, in bytes, of a request without a body in a journal.
const leastEntry = 2 << 10

// errOverBudget rejects a request for which there is no memory now.
var errOverBudget = errors.New("requests in flight take their share of the memory budget: send this one again later, or start the mock with a larger --memory-budget")

// retryOverBudget is the Retry-After of such a request.
const retryOverBudget = time.Second

// bound divides the memory budget between requests in flight and journals.
func (s *Server) bound() {
	c := s.config
	s.inFlight, s.heavy = budget.InFlight(c.MemoryBudget), make(chan struct{}, maxHeavy)
	s.findings = findings.New(budget.ForFindings(c.MemoryBudget))
	s.streams = make(chan struct{}, controls.MaxStreams)
	s.journals = &budget.Journals{Limit: budget.ForJournals(c.MemoryBudget), All: s.allJournals}
	if most := s.journals.Limit / leastEntry; int64(c.JournalSize) > most {
		c.Log.Warn("journals lose requests before they have as many as they may have: the memory budget is too small",
			"journalSize", c.JournalSize, "memoryBudget", c.MemoryBudget, "requests", most)
	}
}

// allJournals returns the journals of all namespaces.
func (s *Server) allJournals() []budget.Journal {
	tenants := s.namespaces.Values()
	all := make([]budget.Journal, len(tenants))
	for i, t := range tenants {
		all[i] = t.journal
	}
	return all
}

// overBudget returns the error of such a request.
func overBudget() *response.Error {
	e := response.Errorf(response.Overloaded, response.Reason{Rule: rule.MemoryBudget, Text: errOverBudget.Error()})
	e.Header = http.Header{"Retry-After": {"1"}} // retryOverBudget
	return e
}

// A large response has to be read at a minimum rate, as a body has to arrive.
const (
	largeResponse = 64 << 10 // bytes
	minReadRate   = 64 << 10 // bytes per second
)

// Shed implements answer.Shedder: it returns what is sent in the place of a large response that there is
// no memory for while its client reads it.
func (x *exchange) Shed(r *http.Request, size int) *response.Response {
	if size <= largeResponse {
		return nil
	}
	if !x.lease.Grow(size) {
		x.trace.RetryAfter = retryOverBudget
		return x.server.writer.ErrorResponse(r, overBudget())
	}
	patience := x.server.config.ReadTimeout + time.Duration(size)*time.Second/minReadRate
	_ = http.NewResponseController(x).SetWriteDeadline(x.server.wall().Add(patience)) // if there is a connection
	return nil
}

// finish gives back the memory of a request.
func (x *exchange) finish() {
	if x.size > largeResponse {
		_ = http.NewResponseController(x).SetWriteDeadline(time.Time{})
	}
	x.lease.Release()
}
