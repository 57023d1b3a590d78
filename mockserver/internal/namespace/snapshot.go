package namespace

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/pat"
)

// seed is a fixture as a tenant that starts now: times that are relative to the start are counted
// from there.
func seed(from *fixtures.Tenant, now time.Time) (pat.Tenant, error) {
	for _, t := range from.Tokens {
		for _, past := range []struct {
			field  string
			moment fixtures.Time
		}{{"created", t.Created}, {"lastUsed", t.LastUsed}, {"scopeChanged", t.ScopeChanged}} {
			if past.moment.At(now).After(now) {
				return pat.Tenant{},
					fmt.Errorf("start from %s: the token in line %d: %s: expected a time before "+
						"the start, %s, got %s",
						from.Source, t.Line, past.field, pat.FormatDate(now), past.moment)
			}
		}
	}
	return domain(from, now), nil
}

// startOf returns when a tenant from the fixture starts: at its clock, or else now.
func startOf(from *fixtures.Tenant, now time.Time) time.Time {
	if from.Clock.IsZero() {
		return now
	}
	return from.Clock.At(now)
}

// domain is a fixture in the words of the domain.
func domain(from *fixtures.Tenant, now time.Time) pat.Tenant {
	t := pat.Tenant{ID: from.ID, Name: from.Name, Pod: from.Pod, UserLevels: from.UserLevels}
	logins := map[string]string{}
	// the first of a user that is not managed, see fixtures.Tenant.Login
	for _, token := range from.Tokens {
		if _, known := logins[token.Owner]; !known && !token.Managed {
			logins[token.Owner] = token.ID
		}
	}
	owners := map[string]pat.Owner{}
	for _, i := range from.Identities {
		t.Identities = append(t.Identities, pat.Identity{
			ID: i.ID, Name: i.Name, UserLevels: i.UserLevels, Login: logins[i.Name],
		})
		owners[i.Name] = pat.Owner{ID: i.ID, Name: i.Name}
	}
	for _, c := range from.APIClients {
		t.APIClients = append(t.APIClients, pat.APIClient{
			ID: c.ID, Secret: c.Secret, Name: c.Name, Scope: c.Scope,
		})
	}
	for _, token := range from.Tokens {
		f := fields(token, now)
		f.Owner = owners[token.Owner]
		t.Tokens = append(t.Tokens, pat.NewToken(f))
	}
	for _, set := range from.ScopeSets {
		t.ScopeSets = append(t.ScopeSets, pat.NewScopeSet(set.Scope))
	}
	return t
}

// fields are those of a token of a fixture, but for its owner.
func fields(t fixtures.Token, now time.Time) pat.TokenData {
	return pat.TokenData{
		ID: t.ID, Secret: t.Secret, Name: t.Name, Scope: t.Scope,
		Created: t.Created.At(now), LastUsed: t.LastUsed.At(now), Managed: t.Managed,
		AccessTokenValiditySeconds: t.AccessTokenValiditySeconds,
		ExpirationDate:             t.ExpirationDate.At(now),
		UserAwareTokenNeverExpires: t.UserAwareTokenNeverExpires,
		FormerScope:                t.FormerScope, ScopeChanged: t.ScopeChanged.At(now),
	}
}

// snapshot is a tenant as a fixture with absolute times. The token that a user logs in with comes
// before the user's others, since that is how a fixture says so.
func snapshot(from pat.Tenant, secrets bool) *fixtures.Tenant {
	t := &fixtures.Tenant{
		Source: "a snapshot", ID: from.ID, Name: from.Name, Pod: from.Pod,
		UserLevels: from.UserLevels,
		Identities: []fixtures.Identity{}, APIClients: []fixtures.APIClient{},
		Tokens: []fixtures.Token{},
	}
	logins := map[string]bool{}
	for _, i := range from.Identities {
		t.Identities = append(t.Identities, fixtures.Identity{
			ID: i.ID, Name: i.Name, UserLevels: i.UserLevels,
		})
		logins[i.Login] = true
	}
	kept := func(secret string) string {
		if secrets {
			return secret
		}
		return ""
	}
	for _, c := range from.APIClients {
		t.APIClients = append(t.APIClients, fixtures.APIClient{
			ID: c.ID, Secret: kept(c.Secret), Name: c.Name, Scope: c.Scope,
		})
	}
	tokens := slices.Clone(from.Tokens)
	slices.SortStableFunc(tokens, func(a, b *pat.Token) int {
		return cmp.Compare(rank(logins[a.ID]), rank(logins[b.ID]))
	})
	for _, token := range tokens {
		t.Tokens = append(t.Tokens, fixtures.Token{
			ID: token.ID, Secret: kept(token.Secret), Owner: token.Owner.Name, Name: token.Name,
			Scope:   token.Scope,
			Created: fixtures.At(token.Created), LastUsed: fixtures.At(token.LastUsed),
			Managed:                    token.Managed,
			AccessTokenValiditySeconds: token.AccessTokenValiditySeconds,
			ExpirationDate:             fixtures.At(token.ExpirationDate),
			UserAwareTokenNeverExpires: token.UserAwareTokenNeverExpires,
			FormerScope:                token.FormerScope,
			ScopeChanged:               fixtures.At(token.ScopeChanged),
		})
	}
	for _, set := range from.ScopeSets {
		t.ScopeSets = append(t.ScopeSets, fixtures.ScopeSet{Hash: set.Hash, Scope: set.Scopes})
	}
	return t
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// secrets are those of a tenant, by the ids of tokens and API clients.
func secrets(t pat.Tenant) map[string]string {
	known := map[string]string{}
	for _, token := range t.Tokens {
		known[token.ID] = token.Secret
	}
	for _, c := range t.APIClients {
		known[c.ID] = c.Secret
	}
	return known
}
