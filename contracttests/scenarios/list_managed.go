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
		ID:      "list/managed-tokens-are-hidden-from-their-owner",
		Promise: "Who lacks the right to managed tokens does not see them, their own neither.",
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
		Promise: "An administrator whose scope is everything sees managed tokens, of all and of " +
			"one owner, and that they are managed.",
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
		Promise: "The scopes on all tokens do not show managed ones.",
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
		Promise:  "To who does not see a managed token it is not there: patch and delete are 404.",
		Sources:  []string{"#hidden-managed-token-is-404"},
		Evidence: evidence.Assumed,
		Features: reads(contract.SeededTokens, contract.Admin),
		Rules:    []rule.ID{"managed-tokens"},
		Run: func(t *contract.T) {
			_, managed := seedPair(t)
			owner, admin := t.Owner(), t.Admin() // whose logins move lastUsed
			before := admin.List().Tokens()
			owner.Patch(managed, replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
			owner.Delete(managed).ExpectError(http.StatusNotFound)
			t.Equal("the tokens there are", before, admin.List().Tokens())
		},
	},
}

// seedPair adds a token of the owner that was never used, and one that is managed, and returns
// their ids.
func seedPair(t *contract.T) (plain, managed string) {
	return t.SeedToken(control.NewToken{Owner: t.OwnerName(), Name: t.UniqueName()}).ClientID,
		t.SeedToken(control.NewToken{
			Owner: t.OwnerName(), Name: t.UniqueName(), Managed: true,
		}).ClientID
}
