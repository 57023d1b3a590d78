package scenarios

import (
	"net/http"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

var listManaged = []contract.Scenario{
	{
		ID: "list/managed-tokens-are-hidden-from-their-owner",
		Promise: "A user without the right to managed tokens does not see them, not even their " +
			"own.",
		Sources: []string{
			listOwner,
			listItem + "/properties/managed",
			"#managed-tokens-need-their-right",
			"#managed-right-is-the-admins",
		},
		Evidence: evidence.Assumed,
		Features: reads(contract.SeededTokens),
		Rules:    []rule.ID{"managed-tokens"},
		Run: func(t *contract.T) {
			plain, managed := seedPair(t)
			expectListedWithout(t, t.Owner().ListOwn(), plain, managed)
		},
	},
	{
		ID: "list/managed-tokens-are-shown-to-administrators",
		Promise: "An administrator with all scopes sees managed tokens in the lists of all " +
			"tokens and of one owner, marked as managed.",
		Sources: []string{
			listOwner,
			listItem + "/properties/managed",
			"#managed-tokens-need-their-right",
			"#managed-right-is-the-admins",
		},
		Evidence: evidence.Assumed,
		Features: reads(contract.SeededTokens, contract.Admin),
		Rules:    []rule.ID{"managed-tokens"},
		Run: func(t *contract.T) {
			plain, managed := seedPair(t)
			owner := t.Owner().MustFind(plain).Owner
			for _, query := range [][]string{nil, {"owner-id", owner.ID.Value}} {
				tokens := t.Admin().List(query...)
				t.Equal("managed", contract.Value(false), tokens.MustFind(plain).Managed)
				t.Equal("managed", contract.Value(true), tokens.MustFind(managed).Managed)
			}
		},
	},
	{
		ID:      "list/managed-tokens-need-their-own-right",
		Promise: "The scopes for all tokens do not include managed ones.",
		Sources: []string{
			listOwner,
			"#managed-tokens-need-their-right",
			"#managed-right-is-the-admins",
		},
		Evidence: evidence.Assumed,
		Features: reads(contract.SeededTokens, contract.Admin),
		Rules:    []rule.ID{"managed-tokens"},
		Run: func(t *contract.T) {
			plain, managed := seedPair(t)
			administrator := t.UniqueName()
			t.SeedUser(administrator, "ORG_ADMIN")
			for _, scope := range []string{allRead, allManage} {
				credentials := t.SeedToken(control.NewToken{
					Owner: administrator, Name: t.UniqueName(), Scope: []string{scope},
				})
				expectListedWithout(t, t.Login(credentials).List(), plain, managed)
			}
		},
	},
	{
		ID:       "list/managed-tokens-cannot-be-changed",
		Promise:  "Patch and delete of a managed token without the right to it are 404.",
		Sources:  []string{"#hidden-managed-token-is-404"},
		Evidence: evidence.Assumed,
		Features: reads(contract.SeededTokens, contract.Admin),
		Rules:    []rule.ID{"managed-tokens"},
		Run: func(t *contract.T) {
			_, managed := seedPair(t)
			owner, admin := t.Owner(), t.Admin() // log in first, since logins change lastUsed
			before := admin.List().Tokens()
			owner.Patch(managed, replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
			owner.Delete(managed).ExpectError(http.StatusNotFound)
			t.Equal("the existing tokens", before, admin.List().Tokens())
		},
	},
}

// seedPair adds an unused token and a managed one of the owner, and returns their ids.
func seedPair(t *contract.T) (plain, managed string) {
	return t.SeedToken(control.NewToken{Owner: t.OwnerName(), Name: t.UniqueName()}).ClientID,
		t.SeedToken(control.NewToken{
			Owner: t.OwnerName(), Name: t.UniqueName(), Managed: true,
		}).ClientID
}
