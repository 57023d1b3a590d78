package findings

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
)

// ForNamespace returns the findings of a namespace. If the namespace has no record, ForNamespace
// returns the findings of all namespaces that there was no memory for, so that none is missing.
func (s *Store) ForNamespace(namespace string) control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.namespaceLocked(namespace)
}

func (s *Store) namespaceLocked(namespace string) control.Findings {
	if rec := s.records[namespace]; rec != nil {
		return sum([]*record{rec}, &record{})
	}
	if s.others.judged > 0 {
		return sum(nil, &s.others)
	}
	return sum(nil, &record{})
}

// All returns the findings of all namespaces.
func (s *Store) All() control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.allLocked()
}

func (s *Store) allLocked() control.Findings {
	return sum(slices.Collect(maps.Values(s.records)), &s.others)
}

// Clear removes and returns the findings of a namespace.
func (s *Store) Clear(namespace string) control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	cleared := s.namespaceLocked(namespace)
	if rec := s.records[namespace]; rec != nil {
		s.size -= rec.size
		for name, k := range rec.kinds {
			s.examples[name] -= len(k.examples)
		}
		delete(s.records, namespace)
	}
	return cleared
}

// ClearAll removes and returns all findings.
func (s *Store) ClearAll() control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	cleared := s.allLocked()
	s.size, s.records, s.others = 0, map[string]*record{}, record{}
	clear(s.examples)
	return cleared
}

// Has reports whether a namespace has a record.
func (s *Store) Has(namespace string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records[namespace] != nil
}

// Names returns the names of the namespaces with a record, sorted.
func (s *Store) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.records))
}

// sum adds up the records of namespaces and the shared record. The result has at most as many
// clients and examples as one namespace.
func sum(namespaces []*record, others *record) control.Findings {
	summary := control.Findings{
		OtherNamespaceRequests: others.judged, NotJudged: map[string]int{},
		Clients: []control.FindingClient{}, Kinds: []control.KindFindings{},
		AllowedKinds: []string{},
	}
	clients, kinds := map[string]client{}, map[string]*kind{}
	for _, rec := range append(namespaces, others) {
		summary.Judged += rec.judged
		summary.OtherClientRequests += rec.otherClients
		if rec != others && rec.judged > 0 {
			summary.Namespaces++
		}
		for reason, n := range rec.skipped {
			summary.NotJudged[reason] += n
		}
		for key, c := range rec.clients {
			total := *c
			total.requests += clients[key].requests
			clients[key] = total
		}
		for name, k := range rec.kinds {
			if kinds[name] == nil {
				kinds[name] = &kind{}
			}
			total := kinds[name]
			total.count, total.allowed = total.count+k.count, total.allowed+k.allowed
			total.examples = append(total.examples, k.examples...)
		}
	}
	summary.ClientCount = len(clients)
	summary.Clients = append(summary.Clients, mostActive(clients)...)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		k := kinds[name]
		slices.SortFunc(k.examples, func(a, b example) int {
			return cmp.Compare(a.sequence, b.sequence)
		})
		examples := []control.FindingExample{}
		for _, e := range k.examples[:min(len(k.examples), maxExamples)] {
			examples = append(examples, e.FindingExample)
		}
		summary.Kinds = append(summary.Kinds, control.KindFindings{
			Kind: name, Count: k.count, Allowed: k.allowed, Examples: examples,
		})
	}
	return summary
}

// mostActive returns the clients with the most requests.
func mostActive(clients map[string]client) (all []control.FindingClient) {
	sorted := slices.SortedFunc(maps.Values(clients), func(a, b client) int {
		return cmp.Or(cmp.Compare(b.requests, a.requests), strings.Compare(a.clientID, b.clientID),
			strings.Compare(a.userAgent, b.userAgent))
	})
	for _, c := range sorted[:min(len(sorted), maxClients)] {
		all = append(all, control.FindingClient{
			ClientID: redacted(c.clientID), Owner: redacted(c.owner),
			UserAgent: redacted(c.userAgent),
			Requests:  c.requests,
		})
	}
	return all
}

// redacted returns the text of a client without its secrets.
func redacted(text string) string { return redact.String(strings.ToValidUTF8(text, "\ufffd")) }
