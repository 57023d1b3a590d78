package pat

import (
	"fmt"
	"time"

	"example.com/patmock/spec/rule"
)

// scopeAt is what a login gives: for a while after a change, what it gave before.
func (t *Token) scopeAt(now time.Time, delay time.Duration) []string {
	if delay > 0 && !t.ScopeChanged.IsZero() && now.Before(t.ScopeChanged.Add(delay)) {
		return t.FormerScope
	}
	return t.Scope
}

// scopeNotes tells of scopes that a tenant might not give yet, or of those that this login does not give yet.
func (s *Service) scopeNotes(t *Token, now time.Time) []string {
	if t.ScopeChanged.IsZero() || !now.Before(t.ScopeChanged.Add(max(s.config.ScopeDelay, TenantScopeDelay))) {
		return nil
	}
	if s.config.ScopeDelay == 0 {
		return []string{fmt.Sprintf("a tenant may give the scopes of before for up to %.0f minutes: those of token %q changed at %s (%s)",
			TenantScopeDelay.Minutes(), t.Name, FormatDate(t.ScopeChanged), rule.ScopeChangeDelay)}
	}
	if until := t.ScopeChanged.Add(s.config.ScopeDelay); now.Before(until) {
		return []string{fmt.Sprintf("logins with token %q give the scopes of before its last change until %s (%s)",
			t.Name, FormatDate(until), rule.ScopeChangeDelay)}
	}
	return nil
}
