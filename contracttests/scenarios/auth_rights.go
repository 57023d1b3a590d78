package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// ownID is the id of the user of a client, by the tokens it has.
func ownID(t *contract.T, c *contract.Client) string {
	for _, token := range c.ListOwn().Tokens() {
		if id := token.Owner.ID.Value; id != "" {
			return id
		}
	}
	t.Fatalf("no token in the list of one's own has an owner")
	return ""
}

// authRights is about who may do what to whose tokens.
var authRights = []contract.Scenario{
	{
		ID:       "auth/scope-out-of-level",
		Promise:  "A scope beyond the user's level is stored, and gives no rights.",
		Sources:  []string{authorizationPage, "#scope-beyond-the-level"},
		Evidence: evidence.Published, Features: writes(contract.SecondIdentity),
		Rules: []rule.ID{rule.ScopeOutOfLevel, rule.ListRights, rule.WriteRights},
		Run: func(t *contract.T) {
			others := t.Owner().MustCreate()
			made := t.Second().MustCreate(withScopes(allManage))
			t.Equal("scope", []string{allManage}, made.Scope.Value)
			c := t.Login(made.Credentials())
			c.List().ExpectError(http.StatusForbidden)
			c.Delete(others.ID).ExpectStatus(http.StatusForbidden, http.StatusNotFound)
			t.Owner().MustFind(others.ID)
		},
	},
	{
		ID: "auth/list-all-as-user",
		Promise: "A user without the right to all tokens lists neither all of them nor those of " +
			"another: 403.",
		Sources:  []string{listPublished, "#list-of-others-needs-the-right"},
		Features: reads(contract.SecondIdentity),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			t.Second().List().ExpectError(http.StatusForbidden)
			t.Second().List("owner-id", ownID(t, t.Owner())).ExpectError(http.StatusForbidden)
		},
	},
	{
		ID: "auth/list-all-with-my-scopes",
		Promise: "The scopes on one's own tokens do not list all of them, for an administrator " +
			"neither: 403.",
		Sources:  []string{listPublished, "#list-of-others-needs-the-right"},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			for _, scope := range []string{myRead, myManage} {
				c := scopedBy(t, t.Admin(), scope)
				c.List().ExpectError(http.StatusForbidden)
				c.List("owner-id", ownID(t, t.Owner())).ExpectError(http.StatusForbidden)
			}
		},
	},
	{
		ID:      "auth/list-all-as-administrator",
		Promise: "An administrator lists the tokens of everybody, and those of one user.",
		Sources: []string{
			listPublished,
			"#list-of-others-needs-the-right",
			"#admin-has-all-rights",
		},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			own, other := t.Admin().MustCreate(), t.Owner().MustCreate()
			id := other.Owner.ID.Value
			for _, scope := range []string{scopeAll, allRead, allManage} {
				c := scopedBy(t, t.Admin(), scope)
				has(t, c.List(), own.ID, other.ID)
				has(t, c.List("owner-id", id), other.ID)
			}
			for _, listed := range t.Admin().List("owner-id", id).Tokens() {
				if listed.Owner.ID.Value != id {
					t.Errorf("the list for one owner has a token of %v", listed.Owner.ID)
				}
			}
		},
	},
	{
		ID:       "auth/list-me-is-ones-own",
		Promise:  "With owner-id=me anybody lists their own tokens and nobody else's.",
		Sources:  []string{listPublished, "#owner-id-me"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{"list-own"},
		Run: func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Second().MustCreate()
			hasNot(t, t.Owner().ListOwn(), one.ID, other.ID)
			hasNot(t, t.Second().ListOwn(), other.ID, one.ID)
		},
	},
	{
		ID: "auth/list-me-has-no-login-of-another",
		Promise: "With owner-id=me two users each see the token that they logged in with, and " +
			"not that of the other.",
		Sources:  []string{listPublished, "#owner-id-me"},
		Features: reads(contract.SecondIdentity),
		Rules:    []rule.ID{"list-own"},
		Run: func(t *contract.T) {
			one, other, _, _ := t.Credentials()
			hasNot(t, t.Owner().ListOwn(), one.ClientID, other.ClientID)
			hasNot(t, t.Second().ListOwn(), other.ClientID, one.ClientID)
		},
	},
	{
		ID: "auth/own-real-id-with-my-read",
		Promise: "One's own real id in owner-id needs the right to all tokens, as any other id " +
			"does: 403.",
		Sources: []string{listPublished, "#own-id-needs-the-right"},
		Rules:   []rule.ID{rule.ListRights, rule.OwnIDWithMyRead},
		Run: func(t *contract.T) {
			id, c := ownID(t, t.Owner()), scoped(t, myRead)
			c.ListOwn().ExpectStatus(http.StatusOK)
			c.List("owner-id", id).ExpectError(http.StatusForbidden)
		},
	},
	{
		ID:       "auth/patch-of-anothers-as-administrator",
		Promise:  "An administrator does not change the token of another user: 403.",
		Sources:  []string{patchScopes, "#patch-of-anothers-is-403"},
		Features: writes(contract.SecondIdentity, contract.Admin), Rules: []rule.ID{
			"patch-own-only",
		},
		Run: func(t *contract.T) { othersPatch(t, t.Admin()) },
	},
	{
		ID:       "auth/patch-of-anothers-as-user",
		Promise:  "A user does not change the token of another user: 403.",
		Sources:  []string{patchScopes, "#patch-of-anothers-is-403"},
		Evidence: evidence.Assumed,
		Features: writes(contract.SecondIdentity), Rules: []rule.ID{"patch-own-only"},
		Run: func(t *contract.T) { othersPatch(t, t.Owner()) },
	},
	{
		ID:       "auth/delete-of-anothers-as-administrator",
		Promise:  "An administrator deletes the token of another user.",
		Sources:  []string{deleteScopes, "#admin-deletes-anothers"},
		Features: writes(contract.SecondIdentity, contract.Admin), Rules: []rule.ID{
			"delete-own-or-all",
		},
		Run: func(t *contract.T) {
			for _, scope := range []string{scopeAll, allManage} {
				made := t.Second().MustCreate()
				c := scopedBy(t, t.Admin(), scope)
				c.MustDelete(made.ID)
				if _, found := t.Second().Find(made.ID); found {
					t.Errorf("the deleted token is listed")
				}
			}
		},
	},
	{
		ID:       "auth/delete-of-anothers-as-user",
		Promise:  "A user does not delete the token of another user: 403.",
		Sources:  []string{"#delete-without-the-right-is-403"},
		Features: writes(contract.SecondIdentity), Rules: []rule.ID{
			rule.DeleteOwnOrAll, rule.DeleteOfAnothers,
		},
		Run: func(t *contract.T) {
			made := t.Owner().MustCreate()
			t.Second().Delete(made.ID).ExpectError(http.StatusForbidden)
			t.Owner().MustFind(made.ID)
		},
	},
	{
		ID: "auth/delete-of-anothers-with-my-scope",
		Promise: "An administrator whose access token has my:manage alone does not delete the " +
			"token of another user: 403.",
		Sources:  []string{"#delete-without-the-right-is-403"},
		Features: writes(contract.SecondIdentity, contract.Admin), Rules: []rule.ID{
			rule.DeleteOwnOrAll, rule.DeleteOfAnothers, rule.WriteRights,
		},
		Run: func(t *contract.T) {
			made := t.Second().MustCreate()
			scopedBy(t, t.Admin(), myManage).Delete(made.ID).ExpectError(http.StatusForbidden)
			t.Second().MustFind(made.ID)
		},
	},
	{
		ID: "auth/managed-tokens-need-the-right",
		Promise: "A managed token is listed, changed and deleted with the right to managed " +
			"tokens " +
			"only, its owner has none.",
		Sources: []string{
			"#managed-tokens-need-their-right",
			"#managed-right-is-the-admins",
			"#hidden-managed-token-is-404",
		},
		Evidence: evidence.Assumed,
		Features: writes(contract.SeededTokens, contract.Admin), Rules: []rule.ID{"managed-tokens"},
		Run: func(t *contract.T) {
			id := t.SeedToken(control.NewToken{
				Owner: t.OwnerName(), Name: t.UniqueName(), Managed: true,
			}).ClientID
			c := t.Owner()
			if _, found := c.Find(id); found {
				t.Errorf("the owner's list has a managed token")
			}
			c.Patch(id, replace("/name", t.UniqueName())).ExpectError(http.StatusNotFound)
			c.Delete(id).ExpectError(http.StatusNotFound)
			reader := scopedBy(t, t.Admin(), allRead)
			for _, listed := range reader.List().Tokens() {
				if listed.ID == id || listed.Managed.Value {
					t.Errorf("the list without the managed right has a managed token")
				}
			}
			all := t.Admin().List()
			t.Equal("managed", true, all.MustFind(id).Managed.Value)
			has(t, all, id)
			t.Admin().MustDelete(id)
		},
	},
}

// othersPatch tries to change a token of the second identity.
func othersPatch(t *contract.T, c *contract.Client) {
	made := t.Second().MustCreate()
	c.Patch(made.ID, replace("/name", t.UniqueName())).ExpectError(http.StatusForbidden)
	t.Equal("name", made.Name, t.Second().MustFind(made.ID).Name)
}

// hasNot expects one token in a list, and not the other.
func hasNot(t *contract.T, r *contract.Response, one, other string) {
	has(t, r, one)
	if slices.Contains(r.IDs(), other) {
		t.Errorf("the list has the token %s, expected it absent", other)
	}
}

// has expects tokens in a list, each once.
func has(t *contract.T, r *contract.Response, ids ...string) {
	times := map[string]int{}
	for _, id := range r.IDs() {
		times[id]++
	}
	for _, id := range ids {
		if times[id] != 1 {
			t.Errorf("the list has the token %s %d times, expected once", id, times[id])
		}
	}
}
