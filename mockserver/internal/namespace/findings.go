package namespace

import (
	"slices"

	"example.com/patmock/mockserver/control"
)

// MarkAllowed marks the findings whose kinds the namespace allows.
func (n *Namespace) MarkAllowed(findings []control.Finding) {
	allowed := n.allowed.Load()
	if allowed == nil {
		return
	}
	for i := range findings {
		findings[i].Allowed = slices.Contains(*allowed, findings[i].Kind)
	}
}

// AllowFindings allows kinds of findings until the next reset. It returns all allowed kinds,
// sorted.
func (n *Namespace) AllowFindings(kinds []string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if current := n.allowed.Load(); current != nil {
		kinds = slices.Concat(*current, kinds)
	}
	all := slices.Compact(slices.Sorted(slices.Values(kinds)))
	n.allowed.Store(&all)
	return all
}

// AllowedFindings returns the allowed kinds of findings, sorted. A reset clears them.
func (n *Namespace) AllowedFindings() []string {
	if allowed := n.allowed.Load(); allowed != nil {
		return *allowed
	}
	return []string{}
}

// ignoreFindingsLocked sets whether verdicts on clients ignore requests to the namespace.
func (n *Namespace) ignoreFindingsLocked(ignore bool) error {
	if n.IgnoreFindings.Load() == ignore {
		return nil
	}
	var record []byte
	if ignore {
		record = []byte("true")
	}
	if err := n.record(recordIgnoreFindings, record); err != nil {
		return err
	}
	n.IgnoreFindings.Store(ignore)
	return nil
}
