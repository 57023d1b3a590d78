package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// userID returns the id of a client's user, as the owner of the user's tokens.
func userID(t *contract.T, c *contract.Client) string {
	for _, token := range c.ListOwn().Tokens() {
		if id := token.Owner.ID.Value; id != "" {
			return id
		}
	}
	t.Fatalf("no token in the user's own list has an owner")
	return ""
}

// authRights lists scenarios about the rights to one's own tokens and to those of others.
var authRights = []contract.Scenario{
	{
		ID:       "auth/scope-out-of-level",
		Promise:  "A scope beyond the user's level is stored, and grants no rights.",
		Sources:  []string{authorizationPage, "#scope-beyond-the-level"},
		Evidence: evidence.Published, Features: writes(contract.SecondIdentity),
		Rules: []rule.ID{rule.ScopeOutOfLevel, rule.ListRights, rule.WriteRights},
		Run: func(t *contract.T) {
			others := t.Owner().MustCreate()
			token := t.Second().MustCreate(withScopes(allManage))
			t.Equal("scope", []string{allManage}, token.Scope.Value)
			c := t.Login(token.Credentials())
			c.List().ExpectError(http.StatusForbidden)
			c.Delete(others.ID).ExpectStatus(http.StatusForbidden, http.StatusNotFound)
			t.Owner().MustFind(others.ID)
		},
	},
	{
		ID: "auth/list-all-as-user",
		Promise: "A user without the right to all tokens cannot list all tokens or those of " +
			"another user: 403.",
		Sources:  []string{listPublished, "#list-of-others-needs-the-right"},
		Features: reads(contract.SecondIdentity),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			t.Second().List().ExpectError(http.StatusForbidden)
			t.Second().List("owner-id", userID(t, t.Owner())).ExpectError(http.StatusForbidden)
		},
	},
	{
		ID: "auth/list-all-with-my-scopes",
		Promise: "The scopes for one's own tokens do not list all tokens, even for an " +
			"administrator: 403.",
		Sources:  []string{listPublished, "#list-of-others-needs-the-right"},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{"list-rights"},
		Run: func(t *contract.T) {
			for _, scope := range []string{myRead, myManage} {
				c := loginWithScopes(t, t.Admin(), scope)
				c.List().ExpectError(http.StatusForbidden)
				c.List("owner-id", userID(t, t.Owner())).ExpectError(http.StatusForbidden)
			}
		},
	},
	{
		ID:      "auth/list-all-as-administrator",
		Promise: "An administrator lists the tokens of all users, and those of one user.",
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
				c := loginWithScopes(t, t.Admin(), scope)
				expectListed(t, c.List(), own.ID, other.ID)
				expectListed(t, c.List("owner-id", id), other.ID)
			}
			for _, listed := range t.Admin().List("owner-id", id).Tokens() {
				if listed.Owner.ID.Value != id {
					t.Errorf("the list of one owner has a token of %v", listed.Owner.ID)
				}
			}
		},
	},
	{
		ID:       "auth/list-me-is-ones-own",
		Promise:  "With owner-id=me the list has only the caller's own tokens.",
		Sources:  []string{listPublished, "#owner-id-me"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{"list-own"},
		Run: func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Second().MustCreate()
			expectListedWithout(t, t.Owner().ListOwn(), one.ID, other.ID)
			expectListedWithout(t, t.Second().ListOwn(), other.ID, one.ID)
		},
	},
	{
		ID: "auth/list-me-has-no-login-of-another",
		Promise: "With owner-id=me each of two users sees the token of their login, but not that " +
			"of the other.",
		Sources:  []string{listPublished, "#owner-id-me"},
		Features: reads(contract.SecondIdentity),
		Rules:    []rule.ID{"list-own"},
		Run: func(t *contract.T) {
			one, other, _, _ := t.Credentials()
			expectListedWithout(t, t.Owner().ListOwn(), one.ClientID, other.ClientID)
			expectListedWithout(t, t.Second().ListOwn(), other.ClientID, one.ClientID)
		},
	},
	{
		ID: "auth/own-real-id-with-my-read",
		Promise: "The caller's own id as owner-id needs the right to all tokens, like any other " +
			"id: 403.",
		Sources: []string{listPublished, "#own-id-needs-the-right"},
		Rules:   []rule.ID{rule.ListRights, rule.OwnIDWithMyRead},
		Run: func(t *contract.T) {
			id, c := userID(t, t.Owner()), ownerWithScopes(t, myRead)
			c.ListOwn().ExpectStatus(http.StatusOK)
			c.List("owner-id", id).ExpectError(http.StatusForbidden)
		},
	},
	{
		ID:       "auth/patch-of-anothers-as-administrator",
		Promise:  "An administrator cannot change the token of another user: 403.",
		Sources:  []string{patchScopes, "#patch-of-anothers-is-403"},
		Features: writes(contract.SecondIdentity, contract.Admin),
		Rules:    []rule.ID{"patch-own-only"},
		Run:      func(t *contract.T) { expectForeignPatchRejected(t, t.Admin()) },
	},
	{
		ID:       "auth/patch-of-anothers-as-user",
		Promise:  "A user cannot change the token of another user: 403.",
		Sources:  []string{patchScopes, "#patch-of-anothers-is-403"},
		Evidence: evidence.Assumed,
		Features: writes(contract.SecondIdentity), Rules: []rule.ID{"patch-own-only"},
		Run: func(t *contract.T) { expectForeignPatchRejected(t, t.Owner()) },
	},
	{
		ID:       "auth/delete-of-anothers-as-administrator",
		Promise:  "An administrator can delete the token of another user.",
		Sources:  []string{deleteScopes, "#admin-deletes-anothers"},
		Features: writes(contract.SecondIdentity, contract.Admin),
		Rules:    []rule.ID{"delete-own-or-all"},
		Run: func(t *contract.T) {
			for _, scope := range []string{scopeAll, allManage} {
				token := t.Second().MustCreate()
				c := loginWithScopes(t, t.Admin(), scope)
				c.MustDelete(token.ID)
				if _, found := t.Second().Find(token.ID); found {
					t.Errorf("the deleted token is listed")
				}
			}
		},
	},
	{
		ID:       "auth/delete-of-anothers-as-user",
		Promise:  "A user cannot delete the token of another user: 403.",
		Sources:  []string{"#delete-without-the-right-is-403"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{rule.DeleteOwnOrAll, rule.DeleteOfAnothers},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Second().Delete(token.ID).ExpectError(http.StatusForbidden)
			t.Owner().MustFind(token.ID)
		},
	},
	{
		ID: "auth/delete-of-anothers-with-my-scope",
		Promise: "An administrator whose access token has only my:manage cannot delete the token " +
			"of another user: 403.",
		Sources:  []string{"#delete-without-the-right-is-403"},
		Features: writes(contract.SecondIdentity, contract.Admin),
		Rules:    []rule.ID{rule.DeleteOwnOrAll, rule.DeleteOfAnothers, rule.WriteRights},
		Run: func(t *contract.T) {
			token := t.Second().MustCreate()
			loginWithScopes(t, t.Admin(),
				myManage).Delete(token.ID).ExpectError(http.StatusForbidden)
			t.Second().MustFind(token.ID)
		},
	},
	{
		ID: "auth/managed-tokens-need-the-right",
		Promise: "A managed token is listed, changed and deleted only with the right to managed " +
			"tokens, which its owner lacks.",
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
			reader := loginWithScopes(t, t.Admin(), allRead)
			for _, listed := range reader.List().Tokens() {
				if listed.ID == id || listed.Managed.Value {
					t.Errorf("the list without the managed right has a managed token")
				}
			}
			all := t.Admin().List()
			t.Equal("managed", true, all.MustFind(id).Managed.Value)
			expectListed(t, all, id)
			t.Admin().MustDelete(id)
		},
	},
}

// expectForeignPatchRejected expects that a client cannot change a token of the second identity.
func expectForeignPatchRejected(t *contract.T, c *contract.Client) {
	token := t.Second().MustCreate()
	c.Patch(token.ID, replace("/name", t.UniqueName())).ExpectError(http.StatusForbidden)
	t.Equal("name", token.Name, t.Second().MustFind(token.ID).Name)
}

// expectListedWithout expects that a list contains one token but not the other.
func expectListedWithout(t *contract.T, r *contract.Response, one, other string) {
	expectListed(t, r, one)
	if slices.Contains(r.IDs(), other) {
		t.Errorf("the list has the token %s, expected it absent", other)
	}
}

// expectListed expects each of the tokens once in a list.
func expectListed(t *contract.T, r *contract.Response, ids ...string) {
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
