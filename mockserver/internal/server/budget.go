package server

import (
	"example.com/patmock/mockserver/internal/budget"
	"example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/findings"
)

// MinBudget is the minimum memory budget, in bytes.
const MinBudget = 1 << 20

// maxHeavyOperations is the maximum number of concurrent operations on all data of a namespace.
const maxHeavyOperations = 2

// minEntryBytes is the size, in bytes, of a journal entry without a body.
const minEntryBytes = 2 << 10

// initBudgets divides the memory budget between requests in flight, journals, findings and stubs.
func (s *Server) initBudgets() {
	c := s.config
	s.inFlight, s.heavySlots = budget.InFlight(c.MemoryBudget),
		make(chan struct{}, maxHeavyOperations)
	s.findings = findings.New(budget.ForFindings(c.MemoryBudget))
	s.stubBudget = budget.ForStubs(c.MemoryBudget)
	s.streamSlots = make(chan struct{}, controlapi.MaxStreams)
	s.journals = &budget.Journals{Limit: budget.ForJournals(c.MemoryBudget), All: s.allJournals}
	if capacity := s.journals.Limit / minEntryBytes; int64(c.JournalSize) > capacity {
		c.Log.Warn("the memory budget is too small for the journal size: "+
			"journals drop requests early",
			"journalSize", c.JournalSize, "memoryBudget", c.MemoryBudget, "requests", capacity)
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
