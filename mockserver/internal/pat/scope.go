package pat

import (
	"fmt"
	"time"

	"example.com/patmock/spec/rule"
)

// effectiveScope returns the scopes of a login. For the given delay after a change, logins still
// get the former scopes.
func (t *Token) effectiveScope(now time.Time, delay time.Duration) []string {
	if delay > 0 && !t.ScopeChanged.IsZero() && now.Before(t.ScopeChanged.Add(delay)) {
		return t.FormerScope
	}
	return t.Scope
}

// scopeNotes returns a note if a change of scopes is not yet effective, on this mock or on a real
// tenant.
func (s *Service) scopeNotes(t *Token, now time.Time) []string {
	if t.ScopeChanged.IsZero() ||
		!now.Before(t.ScopeChanged.Add(max(s.config.ScopeDelay, TenantScopeDelay))) {
		return nil
	}
	if s.config.ScopeDelay == 0 {
		return []string{fmt.Sprintf("logins on a real tenant may have the former scopes for up "+
			"to %.0f minutes: the scopes of token %q changed at %s (%s)",
			TenantScopeDelay.Minutes(), t.Name, FormatDate(t.ScopeChanged), rule.ScopeChangeDelay)}
	}
	if until := t.ScopeChanged.Add(s.config.ScopeDelay); now.Before(until) {
		return []string{fmt.Sprintf("logins with token %q have its former scopes until %s (%s)",
			t.Name, FormatDate(until), rule.ScopeChangeDelay)}
	}
	return nil
}
