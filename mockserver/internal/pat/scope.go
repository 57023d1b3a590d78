package pat

import (
	"fmt"
	"time"

	"example.com/patmock/spec/rule"
)

// effectiveScope returns the scopes of a login: for a while after a change, those of before.
func (t *Token) effectiveScope(now time.Time, delay time.Duration) []string {
	if delay > 0 && !t.ScopeChanged.IsZero() && now.Before(t.ScopeChanged.Add(delay)) {
		return t.FormerScope
	}
	return t.Scope
}

// scopeNotes returns a note on a change of scopes that is not effective yet, here or on a tenant.
func (s *Service) scopeNotes(t *Token, now time.Time) []string {
	if t.ScopeChanged.IsZero() ||
		!now.Before(t.ScopeChanged.Add(max(s.config.ScopeDelay, TenantScopeDelay))) {
		return nil
	}
	if s.config.ScopeDelay == 0 {
		return []string{fmt.Sprintf("a tenant may give the scopes of before for up to %.0f "+
			"minutes: those of token %q changed at %s (%s)",
			TenantScopeDelay.Minutes(), t.Name, FormatDate(t.ScopeChanged), rule.ScopeChangeDelay)}
	}
	if until := t.ScopeChanged.Add(s.config.ScopeDelay); now.Before(until) {
		return []string{fmt.Sprintf("logins with token %q give the scopes of before its last "+
			"change until %s (%s)",
			t.Name, FormatDate(until), rule.ScopeChangeDelay)}
	}
	return nil
}
