package mockserver

import (
	"fmt"
	"slices"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/control"
	"example.com/patmock/mockserver/internal/pat"
)

// seed fills a store with the tokens of a tenant, and returns who there is and what they may do.
// Times that the tenant gives relative to the start are counted from now.
func seed(store pat.Store, tenant *fixtures.Tenant, now time.Time) (pat.Directory, pat.Levels, error) {
	directory := pat.Directory{Identities: map[string]pat.Identity{}, APIClients: map[string]pat.APIClient{}}
	owners := map[string]pat.Owner{}
	for _, i := range tenant.Identities {
		directory.Identities[i.ID] = pat.Identity{ID: i.ID, Name: i.Name, UserLevels: i.UserLevels}
		owners[i.Name] = pat.Owner{ID: i.ID, Name: i.Name}
	}
	for _, c := range tenant.APIClients {
		directory.APIClients[c.ID] = pat.APIClient{ID: c.ID, Secret: c.Secret, Name: c.Name, Scope: c.Scope}
	}
	for _, t := range tenant.Tokens {
		for field, moment := range map[string]fixtures.Time{"created": t.Created, "lastUsed": t.LastUsed} {
			if !moment.IsZero() && moment.At(now).After(now) {
				return directory, nil, fmt.Errorf("the token in line %d: %s: expected a time before the start, %s, got %s",
					t.Line, field, pat.FormatDate(now), moment)
			}
		}
		err := store.Create(pat.NewToken(pat.Fields{
			ID: t.ID, Secret: t.Secret, Name: t.Name, Scope: t.Scope, Owner: owners[t.Owner],
			Created: at(t.Created, now), LastUsed: at(t.LastUsed, now), Managed: t.Managed,
			AccessTokenValiditySeconds: t.AccessTokenValiditySeconds, ExpirationDate: at(t.ExpirationDate, now),
			UserAwareTokenNeverExpires: t.UserAwareTokenNeverExpires,
		}), 0)
		if err != nil {
			return directory, nil, fmt.Errorf("token %q of %s: %w", t.Name, t.Owner, err)
		}
	}
	levels, err := userLevels(tenant)
	return directory, levels, err
}

func at(t fixtures.Time, now time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.At(now)
}

// userLevels are the mock's own, less those that the tenant sets itself.
func userLevels(tenant *fixtures.Tenant) (pat.Levels, error) {
	levels := pat.DefaultLevels()
	for level, names := range tenant.UserLevels {
		rights, err := pat.ParseRights(names)
		if err != nil {
			return nil, fmt.Errorf("userLevels.%s: %w", level, err)
		}
		levels[level] = rights
	}
	return levels, nil
}

// users are those of a tenant who can log in, the one that stands for its administrator first.
func users(tenant *fixtures.Tenant) []control.User {
	admin := tenant.Admin()
	users := []control.User{}
	for _, i := range tenant.Identities {
		login, err := tenant.Login(i.Name)
		if err != nil {
			continue // without a token
		}
		user := control.User{Name: i.Name, UserLevels: append([]string{}, i.UserLevels...), ClientID: login.ID, ClientSecret: login.Secret}
		if i.Name == admin {
			users = slices.Insert(users, 0, user)
		} else {
			users = append(users, user)
		}
	}
	return users
}
