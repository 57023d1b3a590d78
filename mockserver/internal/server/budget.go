package server

import (
	"example.com/patmock/mockserver/internal/budget"
	controls "example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/findings"
)

// MinBudget is the least memory budget, in bytes.
const MinBudget = 1 << 20

// maxHeavy limits the operations on all of a namespace that go on at once.
const maxHeavy = 2

// leastEntry is the memory, in bytes, of a request without a body in a journal.
const leastEntry = 2 << 10

// bound divides the memory budget between requests in flight and journals.
func (s *Server) bound() {
	c := s.config
	s.inFlight, s.heavy = budget.InFlight(c.MemoryBudget), make(chan struct{}, maxHeavy)
	s.findings = findings.New(budget.ForFindings(c.MemoryBudget))
	s.streams = make(chan struct{}, controls.MaxStreams)
	s.journals = &budget.Journals{Limit: budget.ForJournals(c.MemoryBudget), All: s.allJournals}
	if most := s.journals.Limit / leastEntry; int64(c.JournalSize) > most {
		c.Log.Warn("journals lose requests before they have as many as they may have: the memory "+
			"budget is too small",
			"journalSize", c.JournalSize, "memoryBudget", c.MemoryBudget, "requests", most)
	}
}

// allJournals returns the journals of all namespaces.
func (s *Server) allJournals() []budget.Journal {
	tenants := s.namespaces.Values()
	all := make([]budget.Journal, len(tenants))
	for i, t := range tenants {
		all[i] = t.Journal
	}
	return all
}
