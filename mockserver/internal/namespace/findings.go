package namespace

import (
	"slices"

	"example.com/patmock/mockserver/control"
)

// MarkAllowed marks the findings of the kinds that the namespace allows.
func (n *Namespace) MarkAllowed(findings []control.Finding) {
	allowed := n.allowed.Load()
	if allowed == nil {
		return
	}
	for i := range findings {
		findings[i].Allowed = slices.Contains(*allowed, findings[i].Kind)
	}
}

// AllowFindings allows kinds of findings until the next reset, and returns all that are allowed.
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

// AllowedFindings returns the kinds of findings that are allowed until the next reset, sorted.
func (n *Namespace) AllowedFindings() []string {
	if allowed := n.allowed.Load(); allowed != nil {
		return *allowed
	}
	return []string{}
}

// ignoreFindingsLocked says whether requests to the namespace are left out of verdicts on clients.
func (n *Namespace) ignoreFindingsLocked(ignore bool) error {
	if n.IgnoreFindings.Load() == ignore {
		return nil
	}
	var record []byte
	if ignore {
		record = []byte("true")
	}
	if err := n.record(recordIgnored, record); err != nil {
		return err
	}
	n.IgnoreFindings.Store(ignore)
	return nil
}
