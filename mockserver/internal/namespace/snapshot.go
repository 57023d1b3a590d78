package namespace

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/pat"
)

// seedTenant converts a fixture to a tenant that starts at a time. Relative times are relative to
// the start.
func seedTenant(fixture *fixtures.Tenant, start time.Time) (pat.Tenant, error) {
	for _, t := range fixture.Tokens {
		for _, date := range []struct {
			field string
			value fixtures.Time
		}{{"created", t.Created}, {"lastUsed", t.LastUsed}, {"scopeChanged", t.ScopeChanged}} {
			if date.value.Resolve(start).After(start) {
				return pat.Tenant{},
					fmt.Errorf("start from %s: the token in line %d: %s: expected a time before "+
						"the start, %s, got %s",
						fixture.Source, t.Line, date.field, pat.FormatDate(start), date.value)
			}
		}
	}
	return toTenant(fixture, start), nil
}

// startTime returns the start time of a tenant: the clock of the fixture, or else now.
func startTime(fixture *fixtures.Tenant, now time.Time) time.Time {
	if fixture.Clock.IsZero() {
		return now
	}
	return fixture.Clock.Resolve(now)
}

// toTenant converts a fixture to the types of the domain.
func toTenant(fixture *fixtures.Tenant, start time.Time) pat.Tenant {
	t := pat.Tenant{
		ID: fixture.ID, Name: fixture.Name, Pod: fixture.Pod, UserLevels: fixture.UserLevels,
	}
	logins := map[string]string{}
	// A user logs in with the first token that is not managed, see fixtures.Tenant.Login.
	for _, token := range fixture.Tokens {
		if _, known := logins[token.Owner]; !known && !token.Managed {
			logins[token.Owner] = token.ID
		}
	}
	owners := map[string]pat.Owner{}
	for _, i := range fixture.Identities {
		t.Identities = append(t.Identities, pat.Identity{
			ID: i.ID, Name: i.Name, DisplayName: i.DisplayName, Email: i.Email, Status: i.Status,
			UserLevels: i.UserLevels, Login: logins[i.Name],
		})
		owners[i.Name] = pat.Owner{ID: i.ID, Name: i.Name}
	}
	for _, c := range fixture.APIClients {
		t.APIClients = append(t.APIClients, pat.APIClient{
			ID: c.ID, Secret: c.Secret, Name: c.Name, Scope: c.Scope,
		})
	}
	for _, token := range fixture.Tokens {
		f := tokenData(token, start)
		f.Owner = owners[token.Owner]
		t.Tokens = append(t.Tokens, pat.NewToken(f))
	}
	for _, set := range fixture.ScopeSets {
		t.ScopeSets = append(t.ScopeSets, pat.NewScopeSet(set.Scope))
	}
	return t
}

// tokenData converts a token of a fixture, except its owner.
func tokenData(t fixtures.Token, start time.Time) pat.TokenData {
	return pat.TokenData{
		ID: t.ID, Secret: t.Secret, Name: t.Name, Scope: t.Scope,
		Created: t.Created.Resolve(start), LastUsed: t.LastUsed.Resolve(start), Managed: t.Managed,
		AccessTokenValiditySeconds: t.AccessTokenValiditySeconds,
		ExpirationDate:             t.ExpirationDate.Resolve(start),
		UserAwareTokenNeverExpires: t.UserAwareTokenNeverExpires,
		FormerScope:                t.FormerScope, ScopeChanged: t.ScopeChanged.Resolve(start),
	}
}

// toFixture converts a tenant to a fixture with absolute times. The login token of a user comes
// first, because fixtures mark it by its position.
func toFixture(tenant pat.Tenant, withSecrets bool) *fixtures.Tenant {
	t := &fixtures.Tenant{
		Source: "a snapshot", ID: tenant.ID, Name: tenant.Name, Pod: tenant.Pod,
		UserLevels: tenant.UserLevels,
		Identities: []fixtures.Identity{}, APIClients: []fixtures.APIClient{},
		Tokens: []fixtures.Token{},
	}
	logins := map[string]bool{}
	for _, i := range tenant.Identities {
		t.Identities = append(t.Identities, fixtures.Identity{
			ID: i.ID, Name: i.Name, DisplayName: i.DisplayName, Email: i.Email, Status: i.Status,
			UserLevels: i.UserLevels,
		})
		logins[i.Login] = true
	}
	ifWanted := func(secret string) string {
		if withSecrets {
			return secret
		}
		return ""
	}
	for _, c := range tenant.APIClients {
		t.APIClients = append(t.APIClients, fixtures.APIClient{
			ID: c.ID, Secret: ifWanted(c.Secret), Name: c.Name, Scope: c.Scope,
		})
	}
	tokens := slices.Clone(tenant.Tokens)
	slices.SortStableFunc(tokens, func(a, b *pat.Token) int {
		return cmp.Compare(boolRank(logins[a.ID]), boolRank(logins[b.ID]))
	})
	for _, token := range tokens {
		t.Tokens = append(t.Tokens, fixtures.Token{
			ID: token.ID, Secret: ifWanted(token.Secret), Owner: token.Owner.Name, Name: token.Name,
			Scope:                      token.Scope,
			Created:                    fixtures.AbsoluteTime(token.Created),
			LastUsed:                   fixtures.AbsoluteTime(token.LastUsed),
			Managed:                    token.Managed,
			AccessTokenValiditySeconds: token.AccessTokenValiditySeconds,
			ExpirationDate:             fixtures.AbsoluteTime(token.ExpirationDate),
			UserAwareTokenNeverExpires: token.UserAwareTokenNeverExpires,
			FormerScope:                token.FormerScope,
			ScopeChanged:               fixtures.AbsoluteTime(token.ScopeChanged),
		})
	}
	for _, set := range tenant.ScopeSets {
		t.ScopeSets = append(t.ScopeSets, fixtures.ScopeSet{Hash: set.Hash, Scope: set.Scopes})
	}
	return t
}

func boolRank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// secretsByID returns the secrets of a tenant by the ids of tokens and API clients.
func secretsByID(t pat.Tenant) map[string]string {
	byID := map[string]string{}
	for _, token := range t.Tokens {
		byID[token.ID] = token.Secret
	}
	for _, c := range t.APIClients {
		byID[c.ID] = c.Secret
	}
	return byID
}
