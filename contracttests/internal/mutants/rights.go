package mutants

import (
	"slices"
	"strings"
)

// relogin repeats a request that is rejected with 403 as another user.
func relogin(m matcher, user func(*exchange) string) middleware {
	return wrap(m, func(x *exchange) *response {
		resp := x.forward()
		if bearer := x.logIn(user(x)); resp.status == 403 && bearer != "" {
			x.setBearer(bearer)
			return x.forward()
		}
		return resp
	})
}

// callerName returns the name of the caller.
func callerName(x *exchange) string { return x.callerClaims().UserName }

// adminName returns the name of the administrator.
func adminName(*exchange) string { return admin }

// ownerName returns the name of the owner of the token in the path.
func ownerName(x *exchange) string { return tokenOwner(x.findToken(x.id)) }

// switchUserIfScoped makes requests with a scope as a user who has all scopes.
func switchUserIfScoped(m matcher, scope string, user func(*exchange) string) middleware {
	return mutateRequest(m, func(x *exchange) {
		if slices.Contains(x.callerClaims().Scope, scope) {
			x.setUser(user(x))
		}
	})
}

// forbidScope rejects requests with a scope that permits the operation.
func forbidScope(m matcher, scope string) middleware {
	return respondIf(m, forbidden, func(x *exchange) bool {
		return slices.Contains(x.callerClaims().Scope, scope)
	})
}

// The scopes that permit operations on tokens.
const (
	readMine   = "sp:my-personal-access-tokens:read"
	manageMine = "sp:my-personal-access-tokens:manage"
	readAll    = "sp:all-personal-access-tokens:read"
	manageAll  = "sp:all-personal-access-tokens:manage"
)

// bearers break authentication and the rules about scopes.
var bearers = []Mutant{
	{
		"bearer-not-needed", "bearer-required",
		"A request without a bearer is made as the first user.",
		killedBy("auth/no-header", "auth/rejected-create-makes-nothing"),
		mutateRequest(api, func(x *exchange) {
			if x.r.Header.Get("Authorization") == "" {
				x.setUser("jane.doe")
			}
		}),
	},
	{
		"bearer-not-verified", "bearer-required",
		"A request with a forged bearer is made as the first user.",
		killedBy("auth/garbage-bearer", "auth/unsigned-bearer"),
		wrap(api, func(x *exchange) *response {
			resp := x.forward()
			if resp.status == 401 && x.bearer() != "" {
				x.setUser("jane.doe")
				return x.forward()
			}
			return resp
		}),
	},
	{
		"scopes-unchecked-on-list", "operation-scopes", "A list requires no scope.",
		killedBy("auth/foreign-scope-opens-nothing", "auth/unknown-scope-opens-nothing"),
		relogin(on(list), callerName),
	},
	{
		"scopes-unchecked-on-create", "operation-scopes", "Create requires no scope.",
		killedBy("auth/scopes-of-create", "auth/rejected-create-makes-nothing"),
		relogin(on(create), callerName),
	},
	{
		"scopes-unchecked-on-patch", "operation-scopes", "A patch requires no scope.",
		killedBy("auth/scopes-of-patch", "auth/foreign-scope-opens-nothing"),
		relogin(on(patch), callerName),
	},
	{
		"scopes-unchecked-on-delete", "operation-scopes", "Delete requires no scope.",
		killedBy("auth/scopes-of-delete", "auth/foreign-scope-opens-nothing"),
		relogin(on(remove), callerName),
	},
	{
		"patch-by-manage-all", "operation-scopes",
		"The scope to manage all tokens permits the patch.", killedBy("auth/scopes-of-patch"),
		switchUserIfScoped(on(patch), manageAll, callerName),
	},
	{
		"create-by-read", "operation-scopes", "The scope to read permits create.",
		killedBy("auth/scopes-of-create", "auth/rejected-create-makes-nothing"),
		switchUserIfScoped(on(create), readMine, callerName),
	},
	{
		"read-mine-rejected", "operation-scopes",
		"The scope to read the caller's tokens does not permit the list.",
		killedBy("auth/scopes-of-list", "auth/scopes-add-up"), forbidScope(on(list), readMine),
	},
	{
		"manage-does-not-read", "operation-scopes",
		"The scope to manage the caller's tokens does not permit the list.",
		killedBy("auth/scopes-of-list", "auth/scopes-add-up"), forbidScope(on(list), manageMine),
	},
	{
		"create-needs-manage-all", "operation-scopes",
		"The scope to manage the caller's tokens does not permit create.",
		killedBy("auth/scopes-of-create", "auth/scopes-add-up"),
		forbidScope(on(create), manageMine),
	},
	{
		"patch-needs-all-scopes", "operation-scopes",
		"The scope to manage the caller's tokens does not permit the patch.",
		killedBy("auth/scopes-of-patch"),
		forbidScope(on(patch), manageMine),
	},
	{
		"delete-needs-manage-all", "operation-scopes",
		"The scope to manage the caller's tokens does not permit delete.",
		killedBy("auth/scopes-of-delete", "auth/scopes-add-up"),
		forbidScope(on(remove), manageMine),
	},
	{
		"scope-default-is-all", "scope-default",
		"sp:scopes:default permits the operations of sp:scopes:all.",
		killedBy("auth/default-scope-opens-nothing"),
		switchUserIfScoped(api, "sp:scopes:default", callerName),
	},
	{
		"scope-out-of-level-rejected", "scope-out-of-level",
		"A scope beyond the user's level is rejected.",
		killedBy("auth/scope-out-of-level", "create/scope-is-kept"),
		rejectIf(on(create, patch), func(x *exchange) bool {
			return x.callerClaims().UserName != admin &&
				strings.Contains(string(x.body), "sp:all-personal-access-tokens")
		}),
	},
	{
		"scope-out-of-level-gives-rights", "scope-out-of-level",
		"A scope beyond the user's level grants its rights.", killedBy("auth/scope-out-of-level"),
		mutateRequest(api, func(x *exchange) {
			if scope := x.callerClaims().Scope; slices.Contains(scope, readAll) ||
				slices.Contains(scope, manageAll) {
				x.setUser(admin)
			}
		}),
	},
}

// rights change which tokens a user can list, patch and delete.
var rights = []Mutant{
	{
		"list-own-shows-all", "list-own", "owner-id=me lists the tokens of all users.",
		killedBy("auth/list-me-is-ones-own", "list/me-is-the-caller"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "me" {
				x.setUser(admin)
				x.setQuery("owner-id", "")
			}
		}),
	},
	{
		"owner-id-ignored", "list-rights", "owner-id is ignored for an administrator.",
		killedBy("list/owner-id-for-an-administrator", "auth/list-all-as-administrator"),
		mutateRequest(on(list), func(x *exchange) {
			if x.callerClaims().UserName == admin {
				x.setQuery("owner-id", "")
			}
		}),
	},
	{
		"list-all-by-anybody", "list-rights", "Any user lists all tokens.",
		killedBy("auth/list-all-as-user", "auth/list-all-with-my-scopes"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" {
				x.setUser(admin)
			}
		}),
	},
	{
		"list-another-by-anybody", "list-rights", "Any user lists another user's tokens.",
		killedBy("auth/list-all-as-user", "auth/list-all-with-my-scopes"),
		mutateRequest(on(list), func(x *exchange) {
			if id := x.query("owner-id"); id != "" && id != "me" {
				x.setUser(admin)
			}
		}),
	},
	{
		"list-own-by-id", "own-id-with-my-read",
		"The caller's id as owner-id requires no right to all tokens.",
		killedBy("auth/own-real-id-with-my-read"), mutateRequest(on(list), func(x *exchange) {
			if id := x.query("owner-id"); id != "" && id == x.callerClaims().IdentityID {
				x.setQuery("owner-id", "me")
			}
		}),
	},
	{
		"list-all-by-helpdesk", "helpdesk-list-all",
		"A user with the level HELPDESK lists all tokens.",
		killedBy("auth/question-helpdesk-lists-all"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" &&
				slices.Contains(x.callerClaims().Authorities, "HELPDESK") {
				x.setUser(admin)
			}
		}),
	},
	{
		"list-all-is-own", "list-rights",
		"An administrator's list without owner-id has the caller's tokens only.",
		killedBy("list/all-for-an-administrator", "auth/list-all-as-administrator"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" {
				x.setQuery("owner-id", "me")
			}
		}),
	},
	{
		"unknown-owner-is-404", "unknown-owner", "An unknown owner-id is 404.",
		killedBy("list/unknown-owner-id-is-empty"), wrap(on(list), func(x *exchange) *response {
			resp := x.forward()
			if id := x.query("owner-id"); id != "" && id != "me" && resp.ok() &&
				len(resp.array()) == 0 {
				return notFound()
			}
			return resp
		}),
	},
	{
		"patch-by-administrator", "patch-own-only",
		"An administrator patches another user's token.",
		killedBy("auth/patch-of-anothers-as-administrator"),
		mutateRequest(on(patch), func(x *exchange) {
			if x.callerClaims().UserName == admin {
				x.setUser(ownerName(x))
			}
		}),
	},
	{
		"patch-by-anybody", "patch-own-only",
		"Any user except an administrator patches another user's token.",
		killedBy("auth/patch-of-anothers-as-user"), mutateRequest(on(patch), func(x *exchange) {
			if callerName(x) != admin && callerName(x) != ownerName(x) {
				x.setUser(ownerName(x))
			}
		}),
	},
	{
		"delete-by-anybody", "delete-own-or-all", "Any user deletes another user's token.",
		killedBy("auth/delete-of-anothers-as-user", "auth/delete-of-anothers-with-my-scope"),
		mutateRequest(on(remove), func(x *exchange) {
			if callerName(x) != ownerName(x) {
				x.setUser(ownerName(x))
			}
		}),
	},
	{
		"delete-by-administrator-rejected", "delete-own-or-all",
		"An administrator cannot delete another user's token.",
		killedBy("auth/delete-of-anothers-as-administrator"),
		respondIf(on(remove), forbidden, func(x *exchange) bool {
			owner := ownerName(x)
			return callerName(x) == admin && owner != "" && owner != admin
		}),
	},
	{
		"delete-by-scope-beyond-level", "write-rights",
		"The scope to manage all tokens deletes any token, regardless of the user level.",
		killedBy("auth/scope-out-of-level"),
		switchUserIfScoped(on(remove), manageAll, adminName),
	},
	{
		"create-not-by-manage-all", "write-rights",
		"The scope to manage all tokens excludes the caller's own.",
		killedBy("auth/all-scopes-include-own"),
		forbidScope(on(create), manageAll),
	},
	{
		"application-may", "no-application-auth",
		"An API client without a user has the rights of an administrator.",
		killedBy("auth/api-client-is-rejected", "bulk/api-client"),
		mutateRequest(api, func(x *exchange) {
			if c := x.callerClaims(); c.ClientID != "" && c.UserName == "" {
				x.setUser(admin)
			}
		}),
	},
	{
		"managed-tokens-shown", "managed-tokens", "A list includes the caller's managed tokens.",
		killedBy("list/managed-tokens-are-hidden-from-their-owner",
			"auth/managed-tokens-need-the-right"),
		wrap(on(list), func(x *exchange) *response {
			resp, caller := x.forward(), callerName(x)
			resp.changeList(func(tokens []object) []object {
				for _, token := range x.listTokens() {
					if token["managed"] == true && tokenOwner(token) == caller && caller != admin &&
						x.query("filters") == "" {
						tokens = append(tokens, token)
					}
				}
				return tokens
			})
			return resp
		}),
	},
	{
		"managed-tokens-hidden", "managed-tokens",
		"An administrator's list leaves out managed tokens.",
		killedBy("list/managed-tokens-are-shown-to-administrators",
			"auth/managed-tokens-need-the-right"),
		mutateResponse(on(list), func(resp *response) {
			resp.keepIf(func(token object) bool { return token["managed"] != true })
		}),
	},
	{
		"managed-tokens-deleted", "managed-tokens", "The owner of a managed token deletes it.",
		killedBy("list/managed-tokens-cannot-be-changed", "auth/managed-tokens-need-the-right"),
		mutateRequest(on(remove), func(x *exchange) {
			if token := x.findToken(x.id); token["managed"] == true &&
				tokenOwner(token) == callerName(x) {
				x.setUser(admin)
			}
		}),
	},
	{
		"managed-tokens-patched", "managed-tokens",
		"A patch of a managed token by its owner returns 200.",
		killedBy("list/managed-tokens-cannot-be-changed", "auth/managed-tokens-need-the-right"),
		wrap(on(patch), func(x *exchange) *response {
			resp := x.forward()
			if token := x.findToken(x.id); token["managed"] == true &&
				tokenOwner(token) == callerName(x) {
				return newResponse(200, token)
			}
			return resp
		}),
	},
}
