package scenarios

import (
	"net/http"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

// The published scopes of the operations.
const (
	listScopes    = "v2026 #/paths/~1personal-access-tokens/get/security"
	createScopes  = "v2026 #/paths/~1personal-access-tokens/post/security"
	patchScopes   = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/security"
	deleteScopes  = "v2026 #/paths/~1personal-access-tokens~1{id}/delete/security"
	listPublished = "v2026 #/paths/~1personal-access-tokens/get/description"
)

// operationScopes returns a scenario that tries an operation with an access token of each scope.
// The operation returns want with the given scopes, and 403 with others.
func operationScopes(
	id, promise, source, fact string, want int,
	call func(t *contract.T, c *contract.Client) *contract.Response, scopes ...string,
) contract.Scenario {
	return contract.Scenario{
		ID: id, Promise: promise, Sources: []string{source, fact, "#scope-all"},
		Rules: []rule.ID{"operation-scopes"},
		Run: func(t *contract.T) {
			isOpen := map[string]bool{scopeAll: true}
			for _, scope := range scopes {
				isOpen[scope] = true
			}
			for _, scope := range []string{myRead, myManage, allRead, allManage, scopeAll} {
				if scope == allManage && isOpen[scope] || scope == allRead && isOpen[scope] {
					// It is not published whether they suffice for one's own tokens, see
					// auth/all-scopes-include-own.
					continue
				}
				token := t.Owner().MustCreate(withScopes(scope))
				r := call(t, t.Login(token.Credentials()))
				if isOpen[scope] {
					checkStatus(t, scope, r, want)
				} else {
					checkStatus(t, scope, r, http.StatusForbidden)
				}
				t.Owner().MustDelete(token.ID)
			}
		},
	}
}

func listOwn(_ *contract.T, c *contract.Client) *contract.Response { return c.ListOwn() }

// createAndDelete creates a token and deletes it.
func createAndDelete(t *contract.T, c *contract.Client) *contract.Response {
	r := c.Create(c.NewTokenBody())
	if r.StatusCode() == http.StatusOK {
		t.Owner().MustDelete(r.Token().ID)
	}
	return r
}

func patchOwn(t *contract.T, c *contract.Client) *contract.Response {
	token := t.Owner().MustCreate()
	r := c.Patch(token.ID, replace("/name", t.UniqueName()))
	t.Owner().MustDelete(token.ID)
	return r
}

func deleteOwn(t *contract.T, c *contract.Client) *contract.Response {
	token := t.Owner().MustCreate()
	r := c.Delete(token.ID)
	if r.StatusCode() != http.StatusNoContent {
		t.Owner().MustDelete(token.ID)
	}
	return r
}

// authScopes lists scenarios about the scopes of the operations.
var authScopes = []contract.Scenario{
	operationScopes("auth/scopes-of-list",
		"The caller's own tokens are listed with my:read, my:manage or sp:scopes:all.", listScopes,
		"#scopes-of-list", http.StatusOK, listOwn, myRead, myManage, allRead, allManage),
	operationScopes("auth/scopes-of-create",
		"A token is created with my:manage or sp:scopes:all, and not with a read scope.",
		createScopes, "#scopes-of-create", http.StatusOK, createAndDelete, myManage, allManage),
	operationScopes("auth/scopes-of-patch",
		"The caller's own token is changed with my:manage or sp:scopes:all, and with no other "+
			"scope, not even all:manage.",
		patchScopes, "#scopes-of-patch",
		http.StatusOK, patchOwn, myManage),
	operationScopes("auth/scopes-of-delete",
		"The caller's own token is deleted with my:manage or sp:scopes:all, and not with a read "+
			"scope.",
		deleteScopes, "#scopes-of-delete",
		http.StatusNoContent, deleteOwn, myManage, allManage),
	{
		ID: "auth/all-scopes-include-own",
		Promise: "The scopes for all tokens include the caller's own tokens, whatever the user " +
			"level.",
		Sources:  []string{"#all-includes-my"},
		Features: writes(contract.SecondIdentity),
		Rules:    []rule.ID{rule.OperationScopes, rule.WriteRights},
		Run: func(t *contract.T) {
			second := t.Second()
			reader := loginWithScopes(t, second, allRead)
			reader.ListOwn().ExpectStatus(http.StatusOK)
			manager := loginWithScopes(t, second, allManage)
			manager.ListOwn().ExpectStatus(http.StatusOK)
			token := manager.MustCreate()
			manager.MustDelete(token.ID)
		},
	},
}
