package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const (
	getIdentity    = "v2026 #/paths/~1identities~1{id}/get"
	identitySchema = "v2026 #/components/schemas/Identity"
	publicSchema   = "v2026 #/components/schemas/PublicIdentity"
)

// commonVersions have public identities and identities.
var commonVersions = []version.Version{
	version.V2024, version.V2025, version.V2026, version.V1,
}

// identityProperties lists scenarios about the properties of identities, and about the parameters
// that only one list has.
var identityProperties = []contract.Scenario{
	{
		ID: "identity/one/reads", Promise: "An identity is read by its id.",
		Sources:  []string{getIdentity, identitySchema, "#identity-paths"},
		Versions: identityVersions, Features: reads(), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) {
			id := userID(t, t.Owner())
			one := skipForbidden(t, t.Owner().Identity(id)).Identity()
			t.Equal("the id", contract.Value(id), one.ID)
			if one.Name == "" {
				t.Errorf("the name is empty")
			}
		},
	},
	{
		ID:       "identity/one/reads-others",
		Promise:  "A user of any level reads the list and their own identity, as others do.",
		Sources:  []string{getIdentity, identitySchema, "#identity-user-levels"},
		Versions: identityVersions, Features: reads(contract.SecondIdentity),
		Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) {
			id := userID(t, t.Second())
			listed := skipForbidden(t, t.Second().Identities("limit", "1")).Identities()
			t.Equal("the number of identities", 1, len(listed))
			one := skipForbidden(t, t.Second().Identity(id)).Identity()
			t.Equal("the id", contract.Value(id), one.ID)
			expectSameIdentity(t, skipForbidden(t, t.Owner().Identity(id)).Identity(), one)
		},
	},
	{
		ID:      "identity/one/unknown-is-404",
		Promise: "An unknown identity, and part of an id, is 404.",
		Sources: []string{getIdentity + "/responses/404"}, Versions: identityVersions,
		Features: reads(), Rules: []rule.ID{rule.IdentityNotFound},
		Run: func(t *contract.T) {
			id := userID(t, t.Owner())
			skipForbidden(t, t.Owner().Identity(id)).ExpectStatus(http.StatusOK)
			for _, unknown := range []string{unknownID, id[:len(id)/2]} {
				t.Owner().Identity(unknown).ExpectError(http.StatusNotFound)
			}
		},
	},
	{
		ID:      "identity/one/equals-the-list",
		Promise: "An identity that is read by its id equals the one of the list.",
		Sources: []string{getIdentity, identitySchema}, Versions: identityVersions,
		Features: reads(), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) {
			allIdentities.self(t)
			for _, listed := range t.Owner().Identities("limit", "3").Identities() {
				one := t.Owner().Identity(listed.ID.Value).Identity()
				expectSameIdentity(t, listed, one)
			}
		},
	},
	{
		ID: "identity/public/equals-the-identity",
		Promise: "A public identity has the id, the name, the alias and the email of the " +
			"identity.",
		Sources: []string{publicSchema, identitySchema}, Versions: commonVersions,
		Features: reads(), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) {
			public := publicIdentities.self(t)
			one := personOf(skipForbidden(t, t.Owner().Identity(public.id.Value)).Identity())
			if public != one {
				t.Errorf("the public identity differs from the identity")
			}
		},
	},
	{
		ID: "identity/public/is-the-user-of-the-login",
		Promise: "The alias of a public identity is the user_name of its logins, and the name of " +
			"the owner of its tokens.",
		Sources: []string{publicSchema + "/properties/alias"}, Versions: publicVersions,
		Features: reads(), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) { expectAliasOfLogin(t, publicIdentities) },
	},
	{
		ID: "identity/all/is-the-user-of-the-login",
		Promise: "The alias of an identity is the user_name of its logins, and the name of the " +
			"owner of its tokens.",
		Sources: []string{identitySchema + "/properties/alias"}, Versions: identityVersions,
		Features: reads(), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) { expectAliasOfLogin(t, allIdentities) },
	},
	{
		ID: "identity/public/properties",
		Promise: "A public identity has the id, the display name, the alias, the email and the " +
			"status of its user. A missing value is null.",
		Sources:  []string{publicSchema, "#identity-missing-values", "#identity-attributes"},
		Versions: publicVersions,
		Features: reads(contract.SeededTokens), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) {
			seedPeople(t)
			for _, want := range seededPeople {
				listed := t.Owner().PublicIdentities("filters", compare("id", "eq", want.ID)).
					PublicIdentities()
				if len(listed) != 1 {
					t.Fatalf("%d public identities have the id %s, expected 1", len(listed),
						want.ID)
				}
				p := seededPerson(want)
				t.Equal("the public identity", contract.PublicIdentity{
					ID: p.id, Name: p.name, Alias: p.alias, Email: p.email,
					Status: textOrNull(want.Status), IdentityState: contract.Null[string](),
					Manager:    contract.Null[contract.IdentityReference](),
					Attributes: contract.Value([]any{}),
				}, listed[0])
			}
		},
	},
	{
		ID: "identity/all/properties",
		Promise: "An identity has the id, the display name, the alias, the email and the " +
			"attributes of its user. A missing value is null. It has a status if that is one of " +
			"the published ones.",
		Sources:  []string{identitySchema, "#identity-missing-values", "#identity-attributes"},
		Versions: identityVersions,
		Features: reads(contract.SeededTokens), Rules: []rule.ID{rule.IdentityFields},
		Run: func(t *contract.T) {
			seedPeople(t)
			for _, want := range seededPeople {
				p := seededPerson(want)
				attributes := map[string]any{"uid": want.Name, "displayName": p.name.Value}
				if want.Email != "" {
					attributes["email"] = want.Email
				}
				status := contract.Field[string]{}
				if want.Status == "Active" {
					status = contract.Value("ACTIVE")
				}
				t.Equal("the identity", contract.Identity{
					ID: p.id, Name: p.name.Value, Alias: p.alias, EmailAddress: p.email,
					ProcessingState: contract.Null[string](), IdentityStatus: status,
					ManagerRef: contract.Null[contract.IdentityReference](),
					IsManager:  contract.Value(false),
					Attributes: contract.Value(attributes),
				}, t.Owner().Identity(want.ID).Identity())
			}
		},
	},
	{
		ID: "identity/public/core-filters",
		Promise: "With add-core-filters=true every public identity has an email, and none is a " +
			"built-in administrator. A value that is no boolean is 400.",
		Sources:  []string{publicIdentities.operation + "/parameters/4/description"},
		Versions: publicVersions, Features: reads(),
		Rules: []rule.ID{rule.IdentityCoreFilters, rule.IdentityParameters},
		Run: func(t *contract.T) {
			publicIdentities.self(t)
			for _, p := range publicIdentities.people(t.Owner().PublicIdentities(
				"add-core-filters", "true", "limit", fmt.Sprint(page))) {
				if !p.email.HasValue() {
					t.Errorf("a public identity has no email")
				}
				if slices.Contains(builtIn, strings.ToLower(p.alias.Value)) {
					t.Errorf("the list has the built-in administrator %s", p.alias.Value)
				}
			}
			t.Owner().ExpectInvalid("query parameter add-core-filters").PublicIdentities(
				"add-core-filters", "perhaps").ExpectError(http.StatusBadRequest)
		},
	},
	{
		ID: "identity/public/core-filters-of-all",
		Promise: "add-core-filters=true leaves out public identities without an email and the " +
			"built-in administrators, and no others. add-core-filters=false leaves out none.",
		Sources:  []string{publicIdentities.operation + "/parameters/4/description"},
		Versions: publicVersions, Features: reads(contract.SeededTokens),
		Rules: []rule.ID{rule.IdentityCoreFilters},
		Run: func(t *contract.T) {
			seedPeople(t)
			for _, name := range builtIn {
				t.SeedIdentity(control.NewIdentity{Name: name, Email: name + "@example.com"})
			}
			filter := `alias sw "a" or alias eq "zoe" or alias eq "spadmin" or ` +
				`alias eq "cloudadmin"`
			with := publicIdentities.people(t.Owner().PublicIdentities("filters", filter,
				"add-core-filters", "true"))
			for _, p := range seededPeople {
				t.Equal("whether the list has "+p.Name, p.Email != "", contains(with, p.ID))
			}
			if slices.ContainsFunc(with, isBuiltIn) {
				t.Errorf("the list has a built-in administrator")
			}
			all := publicIdentities.people(t.Owner().PublicIdentities("filters", filter))
			without := publicIdentities.people(t.Owner().PublicIdentities("filters", filter,
				"add-core-filters", "false"))
			t.Equal("the ids without core filters", ids(all), ids(without))
			for _, p := range seededPeople {
				t.Equal("whether the list without core filters has "+p.Name, true,
					contains(without, p.ID))
			}
			n := 0
			for _, p := range without {
				if isBuiltIn(p) {
					n++
				}
			}
			t.Equal("the number of built-in administrators", len(builtIn), n)
		},
	},
	{
		ID: "identity/all/default-filter",
		Promise: "defaultFilter=NONE lists at least the identities that CORRELATED_ONLY lists, " +
			"which is the default. Another value is 400.",
		Sources:  []string{allIdentities.operation + "/parameters/2/description"},
		Versions: identityVersions, Features: reads(),
		Rules: []rule.ID{rule.IdentityDefaultFilter, rule.IdentityParameters},
		Run: func(t *contract.T) {
			allIdentities.self(t)
			correlated := countIdentities(t, "defaultFilter", "CORRELATED_ONLY")
			t.Equal("X-Total-Count by default", correlated, countIdentities(t))
			if all := countIdentities(t, "defaultFilter", "NONE"); all < correlated {
				t.Errorf("NONE lists %d identities, and CORRELATED_ONLY %d", all, correlated)
			} else if !t.RealTenant() {
				t.Equal("X-Total-Count of NONE", correlated, all) // each is correlated
			}
			for _, bad := range []string{"ALL", "none"} {
				t.Owner().ExpectInvalid("query parameter defaultFilter").Identities("limit", "1",
					"defaultFilter", bad).ExpectError(http.StatusBadRequest)
			}
		},
	},
}

// builtIn are the aliases of administrators that add-core-filters leaves out.
var builtIn = []string{"spadmin", "cloudadmin"}

func isBuiltIn(p person) bool { return slices.Contains(builtIn, p.alias.Value) }

// countIdentities returns X-Total-Count of a list of identities.
func countIdentities(t *contract.T, pairs ...string) (n int) {
	r := t.Owner().Identities(append(pairs, "limit", "1", "count", "true")...).
		ExpectStatus(http.StatusOK)
	if _, err := fmt.Sscan(r.Header(totalCount), &n); err != nil {
		t.Fatalf("X-Total-Count is %q, expected a number", r.Header(totalCount))
	}
	return n
}

// expectAliasOfLogin compares the alias of the caller with that of the login, and with the owner of
// the caller's tokens. Failures name none of them.
func expectAliasOfLogin(t *contract.T, c collection) {
	alias := c.self(t).alias.Value
	if alias == "" || mustLogin(t, ownerCredentials(t)).UserName.Value != alias {
		t.Errorf("the alias differs from the user_name of the login")
	}
	for _, token := range t.Owner().ListOwn().Tokens() {
		if token.Owner.Name.Value != alias {
			t.Errorf("the alias differs from the name of the owner of a token")
		}
	}
}

// seededPerson returns what a list has of a seeded identity.
func seededPerson(i control.NewIdentity) person {
	name := i.DisplayName
	if name == "" {
		name = i.Name
	}
	return person{
		contract.Value(i.ID), contract.Value(name), contract.Value(i.Name), textOrNull(i.Email),
	}
}

func textOrNull(text string) contract.Field[string] {
	if text == "" {
		return contract.Null[string]()
	}
	return contract.Value(text)
}

// expectSameIdentity expects two responses with one identity to be equal. Failures on a tenant have
// no values of it.
func expectSameIdentity(t *contract.T, want, got contract.Identity) {
	for _, i := range []*contract.Identity{&want, &got} { // a refresh may come between
		i.Modified, i.LastRefresh = contract.Field[string]{}, contract.Field[string]{}
	}
	if !t.RealTenant() {
		t.Equal("the identity", want, got)
	} else if fmt.Sprint(want) != fmt.Sprint(got) {
		t.Errorf("two responses about one identity differ")
	}
}
