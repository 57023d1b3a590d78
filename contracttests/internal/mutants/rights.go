package mutants

import (
	"slices"
	"strings"
)

// relogin makes a request that was refused with 403 once more, as another user.
func relogin(m match, user func(*exchange) string) wrap {
	return around(m, func(x *exchange) *answer {
		a := x.forward()
		if bearer := x.login(user(x)); a.status == 403 && bearer != "" {
			x.as(bearer)
			return x.forward()
		}
		return a
	})
}

// self is the user who makes the request, administrator the one who may most, ownerOf whose token
// it is about.
func self(x *exchange) string        { return x.caller().UserName }
func administrator(*exchange) string { return admin }
func ownerOf(x *exchange) string     { return owner(x.token(x.id)) }

// scoped makes a request with a scope that of a user with all of them.
func scoped(m match, scope string, user func(*exchange) string) wrap {
	return mutateRequest(m, func(x *exchange) {
		if slices.Contains(x.caller().Scope, scope) {
			x.asUser(user(x))
		}
	})
}

// denied refuses requests with a scope that opens the operation.
func denied(m match, scope string) wrap {
	return insteadIf(m, forbidden, func(x *exchange) bool {
		return slices.Contains(x.caller().Scope, scope)
	})
}

// The scopes of the operations.
const (
	readMine   = "sp:my-personal-access-tokens:read"
	manageMine = "sp:my-personal-access-tokens:manage"
	readAll    = "sp:all-personal-access-tokens:read"
	manageAll  = "sp:all-personal-access-tokens:manage"
)

// bearers are mutants of authentication and of scopes.
var bearers = []Mutant{
	{
		"bearer-not-needed", "bearer-required", "A request without a bearer is the first user's.",
		by("auth/no-header", "auth/rejected-create-makes-nothing"),
		mutateRequest(api, func(x *exchange) {
			if x.r.Header.Get("Authorization") == "" {
				x.asUser("jane.doe")
			}
		}),
	},
	{
		"bearer-not-verified", "bearer-required",
		"A bearer that nobody issued is the first user's.",
		by("auth/garbage-bearer", "auth/unsigned-bearer"), around(api, func(x *exchange) *answer {
			a := x.forward()
			if a.status == 401 && x.bearer() != "" {
				x.asUser("jane.doe")
				return x.forward()
			}
			return a
		}),
	},
	{
		"scopes-unchecked-on-list", "operation-scopes", "A list needs no scope.",
		by("auth/foreign-scope-opens-nothing", "auth/unknown-scope-opens-nothing"),
		relogin(on(list), self),
	},
	{
		"scopes-unchecked-on-create", "operation-scopes", "Create needs no scope.",
		by("auth/scopes-of-create", "auth/rejected-create-makes-nothing"), relogin(on(create), self),
	},
	{
		"scopes-unchecked-on-patch", "operation-scopes", "A patch needs no scope.",
		by("auth/scopes-of-patch", "auth/foreign-scope-opens-nothing"), relogin(on(patch), self),
	},
	{
		"scopes-unchecked-on-delete", "operation-scopes", "Delete needs no scope.",
		by("auth/scopes-of-delete", "auth/foreign-scope-opens-nothing"), relogin(on(remove), self),
	},
	{
		"patch-by-manage-all", "operation-scopes",
		"The scope to manage all tokens opens the patch.", by("auth/scopes-of-patch"),
		scoped(on(patch), manageAll, self),
	},
	{
		"create-by-read", "operation-scopes", "The scope to read opens create.",
		by("auth/scopes-of-create", "auth/rejected-create-makes-nothing"),
		scoped(on(create), readMine, self),
	},
	{
		"read-mine-rejected", "operation-scopes",
		"The scope to read one's own tokens does not open the list.",
		by("auth/scopes-of-list", "auth/scopes-add-up"), denied(on(list), readMine),
	},
	{
		"manage-does-not-read", "operation-scopes",
		"The scope to manage one's own tokens does not open the list.",
		by("auth/scopes-of-list", "auth/scopes-add-up"), denied(on(list), manageMine),
	},
	{
		"create-needs-manage-all", "operation-scopes",
		"The scope to manage one's own tokens does not open create.",
		by("auth/scopes-of-create", "auth/scopes-add-up"), denied(on(create), manageMine),
	},
	{
		"patch-needs-all-scopes", "operation-scopes",
		"The scope to manage one's own tokens does not open the patch.", by("auth/scopes-of-patch"),
		denied(on(patch), manageMine),
	},
	{
		"delete-needs-manage-all", "operation-scopes",
		"The scope to manage one's own tokens does not open delete.",
		by("auth/scopes-of-delete", "auth/scopes-add-up"), denied(on(remove), manageMine),
	},
	{
		"scope-default-is-all", "scope-default", "sp:scopes:default opens what sp:scopes:all does.",
		by("auth/default-scope-opens-nothing"), scoped(api, "sp:scopes:default", self),
	},
	{
		"scope-out-of-level-rejected", "scope-out-of-level",
		"A scope beyond the user's level is refused.",
		by("auth/scope-out-of-level", "create/scope-is-kept"),
		rejectIf(on(create, patch), func(x *exchange) bool {
			return x.caller().UserName != admin &&
				strings.Contains(string(x.body), "sp:all-personal-access-tokens")
		}),
	},
	{
		"scope-out-of-level-gives-rights", "scope-out-of-level",
		"A scope beyond the user's level gives its rights.", by("auth/scope-out-of-level"),
		mutateRequest(api, func(x *exchange) {
			if scope := x.caller().Scope; slices.Contains(scope, readAll) ||
				slices.Contains(scope, manageAll) {
				x.asUser(admin)
			}
		}),
	},
}

// rights are mutants of whose tokens one may see and change.
var rights = []Mutant{
	{
		"list-own-shows-all", "list-own", "owner-id=me lists everybody's tokens.",
		by("auth/list-me-is-ones-own", "list/me-is-the-caller"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "me" {
				x.asUser(admin)
				x.setQuery("owner-id", "")
			}
		}),
	},
	{
		"owner-id-ignored", "list-rights", "owner-id is ignored by an administrator.",
		by("list/owner-id-for-an-administrator", "auth/list-all-as-administrator"),
		mutateRequest(on(list), func(x *exchange) {
			if x.caller().UserName == admin {
				x.setQuery("owner-id", "")
			}
		}),
	},
	{
		"list-all-by-anybody", "list-rights", "Anybody lists all tokens.",
		by("auth/list-all-as-user", "auth/list-all-with-my-scopes"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" {
				x.asUser(admin)
			}
		}),
	},
	{
		"list-another-by-anybody", "list-rights", "Anybody lists another's tokens.",
		by("auth/list-all-as-user", "auth/list-all-with-my-scopes"),
		mutateRequest(on(list), func(x *exchange) {
			if id := x.query("owner-id"); id != "" && id != "me" {
				x.asUser(admin)
			}
		}),
	},
	{
		"list-own-by-id", "own-id-with-my-read",
		"One's own id as owner-id needs no right to all tokens.",
		by("auth/own-real-id-with-my-read"), mutateRequest(on(list), func(x *exchange) {
			if id := x.query("owner-id"); id != "" && id == x.caller().IdentityID {
				x.setQuery("owner-id", "me")
			}
		}),
	},
	{
		"list-all-by-helpdesk", "helpdesk-list-all",
		"A user of the level HELPDESK lists all tokens.",
		by("auth/question-helpdesk-lists-all"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" && slices.Contains(x.caller().Authorities, "HELPDESK") {
				x.asUser(admin)
			}
		}),
	},
	{
		"list-all-is-own", "list-rights",
		"An administrator who names no owner lists his own tokens.",
		by("list/all-for-an-administrator", "auth/list-all-as-administrator"),
		mutateRequest(on(list), func(x *exchange) {
			if x.query("owner-id") == "" {
				x.setQuery("owner-id", "me")
			}
		}),
	},
	{
		"unknown-owner-is-404", "unknown-owner", "An unknown owner-id is 404.",
		by("list/unknown-owner-id-is-empty"), around(on(list), func(x *exchange) *answer {
			a := x.forward()
			if id := x.query("owner-id"); id != "" && id != "me" && a.ok() && len(a.array()) == 0 {
				return missing()
			}
			return a
		}),
	},
	{
		"patch-by-administrator", "patch-own-only", "An administrator patches another's token.",
		by("auth/patch-of-anothers-as-administrator"), mutateRequest(on(patch), func(x *exchange) {
			if x.caller().UserName == admin {
				x.asUser(ownerOf(x))
			}
		}),
	},
	{
		"patch-by-anybody", "patch-own-only",
		"Anybody but an administrator patches another's token.",
		by("auth/patch-of-anothers-as-user"), mutateRequest(on(patch), func(x *exchange) {
			if self(x) != admin && self(x) != ownerOf(x) {
				x.asUser(ownerOf(x))
			}
		}),
	},
	{
		"delete-by-anybody", "delete-own-or-all", "Anybody deletes another's token.",
		by("auth/delete-of-anothers-as-user", "auth/delete-of-anothers-with-my-scope"),
		mutateRequest(on(remove), func(x *exchange) {
			if self(x) != ownerOf(x) {
				x.asUser(ownerOf(x))
			}
		}),
	},
	{
		"delete-by-administrator-rejected", "delete-own-or-all",
		"An administrator deletes his own tokens only.",
		by("auth/delete-of-anothers-as-administrator"),
		insteadIf(on(remove), forbidden, func(x *exchange) bool {
			whose := ownerOf(x)
			return self(x) == admin && whose != "" && whose != admin
		}),
	},
	{
		"delete-by-scope-beyond-level", "write-rights",
		"The scope to manage all tokens deletes any, whatever the user level.",
		by("auth/scope-out-of-level"),
		scoped(on(remove), manageAll, administrator),
	},
	{
		"create-not-by-manage-all", "write-rights",
		"The scope to manage all tokens gives no right to one's own.",
		by("auth/all-scopes-include-own"),
		denied(on(create), manageAll),
	},
	{
		"application-may", "no-application-auth",
		"An API client without a user may do what an administrator may.",
		by("auth/api-client-is-rejected", "bulk/api-client"), mutateRequest(api, func(x *exchange) {
			if c := x.caller(); c.ClientID != "" && c.UserName == "" {
				x.asUser(admin)
			}
		}),
	},
	{
		"managed-tokens-shown", "managed-tokens", "Everybody sees their managed tokens.",
		by("list/managed-tokens-are-hidden-from-their-owner", "auth/managed-tokens-need-the-right"),
		around(on(list), func(x *exchange) *answer {
			a, me := x.forward(), self(x)
			a.items(func(shown []object) []object {
				for _, token := range x.tokens() {
					if token["managed"] == true && owner(token) == me && me != admin &&
						x.query("filters") == "" {
						shown = append(shown, token)
					}
				}
				return shown
			})
			return a
		}),
	},
	{
		"managed-tokens-hidden", "managed-tokens", "An administrator does not see managed tokens.",
		by("list/managed-tokens-are-shown-to-administrators", "auth/managed-tokens-need-the-right"),
		mutateResponse(on(list), func(a *answer) {
			a.keep(func(token object) bool { return token["managed"] != true })
		}),
	},
	{
		"managed-tokens-deleted", "managed-tokens", "Their owner deletes managed tokens.",
		by("list/managed-tokens-cannot-be-changed", "auth/managed-tokens-need-the-right"),
		mutateRequest(on(remove), func(x *exchange) {
			if token := x.token(x.id); token["managed"] == true && owner(token) == self(x) {
				x.asUser(admin)
			}
		}),
	},
	{
		"managed-tokens-patched", "managed-tokens",
		"A patch of a managed token by its owner answers 200.",
		by("list/managed-tokens-cannot-be-changed", "auth/managed-tokens-need-the-right"),
		around(on(patch), func(x *exchange) *answer {
			a := x.forward()
			if token := x.token(x.id); token["managed"] == true && owner(token) == self(x) {
				return reply(200, token)
			}
			return a
		}),
	},
}
