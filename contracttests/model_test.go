package contracttests_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/spec/version"
)

// tokenModel is the state of a token according to the facts.
type tokenModel struct {
	ID, Name, Owner string
	Scope           []string
	Validity        int
	Expires, Used   time.Time // zero for never
	Managed         bool
	// Acknowledged is userAwareTokenNeverExpires. The legacy versions omit it.
	Acknowledged bool
}

// model is the state of a tenant. It implements docs/behaviour.md, independently of the mock.
type model struct {
	now    time.Time
	tokens []*tokenModel
}

func (m *model) token(id string) *tokenModel {
	for _, k := range m.tokens {
		if k.ID == id {
			return k
		}
	}
	return nil
}

// nameTaken reports whether an owner has another token with a name (name-is-unique-per-owner).
func (m *model) nameTaken(owner, name string, except *tokenModel) bool {
	return slices.ContainsFunc(m.tokens, func(k *tokenModel) bool {
		return k != except && k.Owner == owner && k.Name == name
	})
}

func (m *model) count(owner string) (n int) {
	for _, k := range m.tokens {
		if k.Owner == owner {
			n++
		}
	}
	return n
}

// nextExpiry returns the next expiry of a token, the zero time if there is none.
func (m *model) nextExpiry() (next time.Time) {
	for _, k := range m.tokens {
		if k.Expires.After(m.now) && (next.IsZero() || k.Expires.Before(next)) {
			next = k.Expires
		}
	}
	return next
}

// halfYear returns the time six calendar months later, or the last day of that month (month-end).
func halfYear(t time.Time) time.Time {
	first := time.Date(t.Year(), t.Month()+6, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(),
		time.UTC)
	return first.AddDate(0, 0, min(t.Day(), first.AddDate(0, 1, -1).Day())-1)
}

func isLegacy(v version.Version) bool { return slices.Contains(contracttests.Legacy, v) }

func isBlank(name string) bool { return strings.TrimSpace(name) == "" }

// create returns the new token and the status of a create step.
func (m *model) create(s step) (*tokenModel, int) {
	k := &tokenModel{Name: s.Name, Owner: s.User, Scope: s.Scope, Validity: 43200}
	if s.Scope == nil || s.omits("scope") {
		k.Scope = []string{"sp:scopes:all"}
	}
	if s.Validity != 0 && !s.omits("accessTokenValiditySeconds") {
		k.Validity = s.Validity
	}
	hasDate := s.HasDate && !s.omits("expirationDate")
	if !isLegacy(s.Version) {
		k.Acknowledged = s.Forever == "true"
	}
	switch {
	case hasDate:
		k.Expires = s.date(m.now)
		if !k.Expires.After(m.now) || isLegacy(s.Version) && k.Expires.After(halfYear(m.now)) {
			return nil, http.StatusBadRequest
		}
	case isLegacy(s.Version):
		k.Expires = halfYear(m.now)
	case s.Forever != "true":
		return nil, http.StatusBadRequest
	}
	if isBlank(s.Name) || s.omits("name") || m.nameTaken(s.User, s.Name, nil) ||
		m.count(s.User) >= 10 || k.Validity < 15 || k.Validity > 43200 {
		return nil, http.StatusBadRequest
	}
	return k, http.StatusOK
}

// patch returns the status of a patch step, and applies the patch if it succeeds.
func (m *model) patch(s step, id string) int {
	k := m.token(id)
	switch {
	case k == nil:
		return http.StatusNotFound
	case k.Owner != s.User:
		return http.StatusForbidden
	}
	changed, ok := m.applyPatch(k, s.operations(m.now), s.Version)
	if !ok {
		return http.StatusBadRequest
	}
	*k = changed
	return http.StatusOK
}

// bulk returns the status of a bulk update, and updates the tokens if it succeeds.
func (m *model) bulk(s step, ids []string) int {
	operations := s.operations(m.now)
	distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
	switch {
	case len(ids) == 0 || len(distinct) != len(ids) || len(operations) == 0:
		return http.StatusBadRequest
	case s.User != "admin":
		return http.StatusForbidden
	}
	for _, o := range operations {
		if o.Path != "/expirationDate" && o.Path != "/userAwareTokenNeverExpires" {
			return http.StatusBadRequest
		}
	}
	var all []tokenModel
	for _, id := range ids {
		k := m.token(id)
		if k == nil {
			return http.StatusBadRequest
		}
		changed, ok := m.applyPatch(k, operations, version.V1)
		if !ok {
			return http.StatusBadRequest
		}
		all = append(all, changed)
	}
	for _, changed := range all {
		*m.token(changed.ID) = changed
	}
	return http.StatusOK
}

// remove returns the status of a delete step, and removes the token if it succeeds.
func (m *model) remove(s step, id string) int {
	k := m.token(id)
	switch {
	case k == nil:
		return http.StatusNotFound
	case k.Owner != s.User && s.User != "admin":
		return http.StatusForbidden
	}
	m.tokens = slices.DeleteFunc(m.tokens, func(other *tokenModel) bool { return other == k })
	return http.StatusNoContent
}

// logsIn reports whether a token can log in.
func (m *model) logsIn(k *tokenModel) bool {
	return k != nil && (k.Expires.IsZero() || m.now.Before(k.Expires))
}

// usedToday reports whether a login does not change lastUsed.
func (m *model) usedToday(k *tokenModel) bool {
	return !k.Used.IsZero() && m.now.Sub(k.Used) < 24*time.Hour
}

// login returns the status of a login, and sets lastUsed once a day
// (last-used-moves-after-24-hours).
func (m *model) login(id string) int {
	k := m.token(id)
	if !m.logsIn(k) {
		return http.StatusUnauthorized
	}
	if !m.usedToday(k) {
		k.Used = m.now
	}
	return http.StatusOK
}

// list returns the tokens, sorted by id, and the status of a list step.
func (m *model) list(s step) ([]tokenModel, int) {
	if s.Owner != "me" && s.User != "admin" {
		return nil, http.StatusForbidden
	}
	var listed []tokenModel
	for _, k := range m.tokens {
		ownerMatches := s.Owner == "" || s.Owner == "me" && k.Owner == s.User || s.Owner == k.Owner
		if ownerMatches && (!k.Managed || s.User == "admin") &&
			(s.Filter == nil || s.Filter.eval(k, m.now) > 0) {
			visible := *k
			visible.Acknowledged = visible.Acknowledged && !isLegacy(s.Version)
			listed = append(listed, visible)
		}
	}
	slices.SortFunc(listed, func(a, b tokenModel) int { return cmp.Compare(a.ID, b.ID) })
	return listed, http.StatusOK
}
