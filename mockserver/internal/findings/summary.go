package findings

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
)

// Of returns what a namespace has. One without a record has what came to all of those together
// that there was no memory for, so that a verdict on it misses nothing.
func (s *Store) Of(namespace string) control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ofLocked(namespace)
}

func (s *Store) ofLocked(namespace string) control.Findings {
	t := newSummary()
	if of := s.records[namespace]; of != nil {
		t.add(of)
		t.namespaces(of)
	} else if s.others.judged > 0 {
		t.add(&s.others)
		t.found.OtherNamespaceRequests = s.others.judged
	}
	return t.result()
}

// All returns what all namespaces have.
func (s *Store) All() control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.allLocked()
}

func (s *Store) allLocked() control.Findings {
	t := newSummary()
	for _, of := range s.records {
		t.add(of)
		t.namespaces(of)
	}
	t.add(&s.others)
	t.found.OtherNamespaceRequests = s.others.judged
	return t.result()
}

// Clear forgets what a namespace has, and returns it.
func (s *Store) Clear(namespace string) control.Findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	cleared := s.ofLocked(namespace)
	if of := s.records[namespace]; of != nil {
		s.size -= of.size
		for _, k := range of.kinds {
			s.examples[k.name] -= len(k.examples)
		}
		delete(s.records, namespace)
	}
	return cleared
}

// ClearAll forgets everything, and returns it.
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

// summary adds up records.
type summary struct {
	found   control.Findings
	clients map[string]*client
	kinds   map[string]*kind
}

func newSummary() *summary {
	return &summary{
		found:   control.Findings{NotJudged: map[string]int{}, Clients: []control.FindingClient{}, Kinds: []control.KindFindings{}, AllowedKinds: []string{}},
		clients: map[string]*client{}, kinds: map[string]*kind{},
	}
}

// namespaces counts the namespace of a record.
func (t *summary) namespaces(of *record) {
	if of.judged > 0 {
		t.found.Namespaces++
	}
}

func (t *summary) add(of *record) {
	t.found.Judged += of.judged
	t.found.OtherClientRequests += of.otherClients
	for reason, n := range of.notJudged {
		t.found.NotJudged[reason] += n
	}
	for key, c := range of.clients {
		if t.clients[key] == nil {
			t.clients[key] = &client{clientID: c.clientID, owner: c.owner, userAgent: c.userAgent}
		}
		t.clients[key].requests += c.requests
	}
	for _, k := range of.kinds {
		if t.kinds[k.name] == nil {
			t.kinds[k.name] = &kind{name: k.name}
		}
		into := t.kinds[k.name]
		into.count += k.count
		into.allowed += k.allowed
		into.examples = append(into.examples, k.examples...)
	}
}

// result returns the sum, with as many clients and examples as one namespace can have.
func (t *summary) result() control.Findings {
	t.found.ClientCount = len(t.clients)
	all := slices.SortedFunc(maps.Values(t.clients), func(a, b *client) int {
		return cmp.Or(-cmp.Compare(a.requests, b.requests), strings.Compare(a.clientID, b.clientID), strings.Compare(a.userAgent, b.userAgent))
	})
	for _, c := range all[:min(len(all), maxClients)] {
		t.found.Clients = append(t.found.Clients, control.FindingClient{
			ClientID: plain(c.clientID), Owner: plain(c.owner), UserAgent: plain(c.userAgent), Requests: c.requests,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(t.kinds)) {
		k := t.kinds[name]
		slices.SortFunc(k.examples, func(a, b example) int { return cmp.Compare(a.sequence, b.sequence) })
		examples := []control.FindingExample{}
		for _, e := range k.examples[:min(len(k.examples), maxExamples)] {
			examples = append(examples, e.FindingExample)
		}
		t.found.Kinds = append(t.found.Kinds, control.KindFindings{Kind: name, Count: k.count, Allowed: k.allowed, Examples: examples})
	}
	return t.found
}

// plain returns a text that a client sent without secrets.
func plain(text string) string { return redact.String(strings.ToValidUTF8(text, "\ufffd")) }
