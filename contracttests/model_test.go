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

// tokenModel is a token as the facts say it has to be.
type tokenModel struct {
	ID, Name, Owner string
	Scope           []string
	Expires, Used   time.Time // zero for never
	Managed         bool
}

// model is what is true of a tenant, written from docs/behaviour.md, and nothing of the mock.
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

// taken tells whether an owner has another token of that name (6.1).
func (m *model) taken(owner, name string, but *tokenModel) bool {
	return slices.ContainsFunc(m.tokens, func(k *tokenModel) bool { return k != but && k.Owner == owner && k.Name == name })
}

func (m *model) count(owner string) (n int) {
	for _, k := range m.tokens {
		if k.Owner == owner {
			n++
		}
	}
	return n
}

// halfYear is six calendar months later, or the last day of that month (6.2).
func halfYear(t time.Time) time.Time {
	first := time.Date(t.Year(), t.Month()+6, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return first.AddDate(0, 0, min(t.Day(), first.AddDate(0, 1, -1).Day())-1)
}

// create says what a step that creates is answered, and what the new token is (3.3, 6.1 to 6.3).
func (m *model) create(s step) (*tokenModel, int) {
	k := &tokenModel{Name: s.Name, Owner: s.User, Scope: s.Scope}
	if k.Scope == nil {
		k.Scope = []string{"sp:scopes:all"}
	}
	legacy := slices.Contains([]version.Version{version.Beta, version.V3, version.V2024}, s.Version)
	switch {
	case s.Dated:
		k.Expires = m.now.Add(s.Lives)
		if s.Lives <= 0 || legacy && k.Expires.After(halfYear(m.now)) {
			return nil, http.StatusBadRequest
		}
	case legacy:
		k.Expires = halfYear(m.now)
	case s.Forever != "true":
		return nil, http.StatusBadRequest
	}
	if s.Name == "" || m.taken(s.User, s.Name, nil) || m.count(s.User) >= 10 {
		return nil, http.StatusBadRequest
	}
	return k, http.StatusOK
}

// patch says what a step that patches is answered, and changes the token where it succeeds (2.3, 6.2, 6.4, 12).
func (m *model) patch(s step, id string) int {
	k := m.token(id)
	switch {
	case k == nil:
		return http.StatusNotFound
	case k.Owner != s.User:
		return http.StatusForbidden
	}
	legacy := slices.Contains([]version.Version{version.Beta, version.V3, version.V2024}, s.Version)
	changed, acknowledged, redated, refuted := *k, false, false, false
	for _, field := range s.Fields {
		switch field {
		case "name":
			changed.Name = s.Name
		case "scope":
			changed.Scope = s.Scope
			if s.Scope == nil {
				changed.Scope = []string{"sp:scopes:all"}
			}
		case "test":
			if s.Name != changed.Name {
				return http.StatusBadRequest
			}
		case "expirationDate":
			changed.Expires, redated = time.Time{}, true
			if s.Dated {
				changed.Expires = m.now.Add(s.Lives)
			}
		case "userAwareTokenNeverExpires":
			acknowledged, refuted = s.Forever == "true", s.Forever != "true"
		case "created":
			return http.StatusBadRequest
		default:
			panic("the model does not know the field " + field)
		}
		if legacy && !slices.Contains([]string{"name", "scope", "test"}, field) {
			return http.StatusBadRequest
		}
	}
	switch forever := changed.Expires.IsZero(); {
	case changed.Name == "", m.taken(k.Owner, changed.Name, k):
		return http.StatusBadRequest
	case redated && !forever && !changed.Expires.After(m.now):
		return http.StatusBadRequest
	case redated && forever && !acknowledged, refuted && forever:
		return http.StatusBadRequest
	}
	*k = changed
	return http.StatusOK
}

// remove says what a step that deletes is answered, and removes the token where it succeeds (2.3).
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

// login says what a login is answered, and notes the first of a day (1.3, 6.1, 12).
func (m *model) login(id string) int {
	k := m.token(id)
	if k == nil || !k.Expires.IsZero() && !m.now.Before(k.Expires) {
		return http.StatusUnauthorized
	}
	if k.Used.IsZero() || m.now.Sub(k.Used) >= 24*time.Hour {
		k.Used = m.now
	}
	return http.StatusOK
}

// list says what a list is answered, and which tokens it names, by id (2.2, 4.4).
func (m *model) list(s step) ([]tokenModel, int) {
	if s.Owner != "me" && s.User != "admin" {
		return nil, http.StatusForbidden
	}
	var listed []tokenModel
	for _, k := range m.tokens {
		whose := s.Owner == "" || s.Owner == "me" && k.Owner == s.User || s.Owner == k.Owner
		if whose && (!k.Managed || s.User == "admin") && (s.Filter == nil || s.Filter.holds(k, m.now) > 0) {
			listed = append(listed, *k)
		}
	}
	slices.SortFunc(listed, func(a, b tokenModel) int { return cmp.Compare(a.ID, b.ID) })
	return listed, http.StatusOK
}

// filterModel is a filter: isnull, le, not, and, or. Ago is how long before now the moment of le is.
type filterModel struct {
	Op   string
	Ago  time.Duration
	Args []filterModel
}

// holds is 1 for true, -1 for false, and 0 for unknown (12).
func (f filterModel) holds(k *tokenModel, now time.Time) int {
	switch f.Op {
	case "isnull":
		if k.Used.IsZero() {
			return 1
		}
		return -1
	case "le":
		switch {
		case k.Used.IsZero():
			return 0
		case k.Used.After(now.Add(-f.Ago)):
			return -1
		}
		return 1
	case "not":
		return -f.Args[0].holds(k, now)
	case "and":
		return min(f.Args[0].holds(k, now), f.Args[1].holds(k, now))
	}
	return max(f.Args[0].holds(k, now), f.Args[1].holds(k, now))
}

// text writes the filter with no more parentheses than it needs (4.3).
func (f filterModel) text(now time.Time) string {
	binding := map[string]int{"or": 1, "and": 2, "not": 3, "isnull": 4, "le": 4}
	args := make([]string, len(f.Args))
	for i, arg := range f.Args {
		if args[i] = arg.text(now); binding[arg.Op] < binding[f.Op] {
			args[i] = "(" + args[i] + ")"
		}
	}
	switch f.Op {
	case "isnull":
		return "lastUsed isnull"
	case "le":
		return "lastUsed le " + contracttests.Stamp(now.Add(-f.Ago))
	case "not":
		return "not " + args[0]
	}
	return strings.Join(args, " "+f.Op+" ")
}
