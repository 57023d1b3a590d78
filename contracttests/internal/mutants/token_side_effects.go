package mutants

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// listsAll reports whether a list is requested without owner-id.
func listsAll(x *exchange) bool { return x.query("owner-id") == "" }

// listsOneOwner reports whether a list is requested for the id of an owner.
func listsOneOwner(x *exchange) bool {
	return x.query("owner-id") != "" && x.query("owner-id") != "me"
}

// changeListed changes the tokens of the lists for which f returns true.
func changeListed(f func(*exchange) bool, change func(token object)) middleware {
	return mutateResponseFor(on(list), func(x *exchange, resp *response) {
		if f(x) {
			resp.changeObjects(change)
		}
	})
}

// changeOwner changes the owner of a token.
func changeOwner(change func(owner object)) func(object) {
	return func(token object) {
		if owner, ok := token["owner"].(object); ok {
			change(owner)
		}
	}
}

// addDay postpones the date of a token that has one.
func addDay(token object) {
	if date := parseTime(token["expirationDate"]); !date.IsZero() {
		token["expirationDate"] = formatTime(date.AddDate(0, 0, 1))
	}
}

// replaceValue sets a property if it is present.
func replaceValue(name string, value any) func(object) {
	return func(token object) {
		if _, present := token[name]; present {
			token[name] = value
		}
	}
}

// addOperation appends an operation to patches in which every operation has the path.
func addOperation(path string, op object) middleware {
	return mutateRequest(on(patch), func(x *exchange) {
		operations := x.patchOperations()
		other := func(op object) bool { return op["path"] != path }
		if len(operations) > 0 && !slices.ContainsFunc(operations, other) {
			x.setBody(append(operations, op))
		}
	})
}

// changeAfterWrite changes tokens in all responses after a successful write. F returns the ids of
// the tokens.
func changeAfterWrite(
	write operation, f func(x *exchange, resp *response) []string, change func(token object),
) middleware {
	return statefulResponse(api, func(changed map[string]bool, x *exchange, resp *response) {
		if x.op == write && resp.ok() {
			for _, id := range f(x, resp) {
				changed[id] = true
			}
		}
		if resp.ok() && x.op != create {
			resp.changeObjects(func(token object) {
				if changed[text(token, "id")] {
					change(token)
				}
			})
		}
	})
}

// idOfPath returns the id in the path.
func idOfPath(x *exchange, _ *response) []string { return []string{x.id} }

// idsOfBulk returns the ids of a bulk update.
func idsOfBulk(x *exchange, _ *response) []string { return x.bulkIDs() }

// idOfCreate returns the id of the created token.
func idOfCreate(_ *exchange, resp *response) []string { return []string{resp.text("id")} }

// idsOfOthers returns the ids of the tokens that a write does not name.
func idsOfOthers(x *exchange, _ *response) (ids []string) {
	for _, token := range x.listTokens() {
		if id := text(token, "id"); !slices.Contains(append(x.bulkIDs(), x.id), id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// applyRejected repeats a rejected write after change has made it valid, unless change returns nil.
func applyRejected(op operation, status int, change func(*exchange) *exchange) middleware {
	return mutateResponseFor(on(op), func(x *exchange, resp *response) {
		if resp.status == status {
			if other := change(x); other != nil {
				other.forward()
			}
		}
	})
}

// allScopes is the default scope of a token.
var allScopes = []string{"sp:scopes:all"}

// tokenSideEffects change tokens, properties and lists that the request does not name.
var tokenSideEffects = []Mutant{
	{
		"list-of-all-shows-secrets", "secret-once", "The list of all tokens has secrets.",
		killedBy("auth/list-all-as-administrator"), changeListed(listsAll, func(token object) {
			token["secret"] = randomHex(32)
		}),
	},
	{
		"list-of-owner-shows-secrets", "secret-once", "A list by owner id has secrets.",
		killedBy("list/owner-id-for-an-administrator"),
		changeListed(listsOneOwner, func(token object) {
			token["secret"] = randomHex(32)
		}),
	},
	{
		"secret-in-a-header", "secret-once",
		"A header of lists has the secret of the newest token.",
		killedBy("create/response-equals-the-list"),
		statefulResponse(on(create, list),
			func(secrets map[string]string, x *exchange, resp *response) {
				if x.op == create {
					secrets[""] = resp.text("secret")
				} else {
					resp.header.Set("X-Debug", "secret="+secrets[""])
				}
			}),
	},
	{
		"list-of-all-without-last-use", "nothing-else-changes",
		"lastUsed is null in the list of all tokens.", killedBy("create/response-equals-the-list"),
		changeListed(listsAll, replaceValue("lastUsed", nil)),
	},
	{
		"list-of-owner-without-last-use", "last-used",
		"lastUsed is null in a list by owner id.",
		killedBy("list/owner-id-for-an-administrator"),
		changeListed(listsOneOwner, replaceValue("lastUsed", nil)),
	},
	{
		"list-of-all-has-default-scopes", "nothing-else-changes",
		"Every scope is sp:scopes:all in the list of all tokens.", killedBy("create/scope-is-kept"),
		changeListed(listsAll, replaceValue("scope", allScopes)),
	},
	{
		"list-of-all-has-default-validity", "nothing-else-changes",
		"Every accessTokenValiditySeconds is 43200 in the list of all tokens.",
		killedBy("create/validity-bounds-are-taken"),
		changeListed(listsAll, replaceValue("accessTokenValiditySeconds", 43200)),
	},
	{
		"list-of-all-never-expires", "nothing-else-changes",
		"expirationDate is null in the list of all tokens.",
		killedBy("create/response-equals-the-list"),
		changeListed(listsAll, replaceValue("expirationDate", nil)),
	},
	{
		"list-of-all-cuts-names", "nothing-else-changes",
		"Names are truncated to ten letters in the list of all tokens.",
		killedBy("create/response-equals-the-list"), changeListed(listsAll, func(token object) {
			token["name"] = text(token, "name")[:min(10, len(text(token, "name")))]
		}),
	},
	{
		"list-of-all-is-of-now", "nothing-else-changes",
		"created is a day later in the list of all tokens.",
		killedBy("create/response-equals-the-list"), changeListed(listsAll, func(token object) {
			token["created"] = formatTime(parseTime(token["created"]).Add(24 * time.Hour))
		}),
	},
	{
		"list-of-all-has-at-most-five", "write-is-stored",
		"The list of all tokens has at most five tokens.",
		killedBy("create/response-equals-the-list"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			if listsAll(x) {
				resp.changeList(func(tokens []object) []object {
					return tokens[:min(5, len(tokens))]
				})
			}
		}),
	},
	{
		"list-of-all-names-no-owner", "same-owner",
		"owner.name is the id in the list of all tokens.",
		killedBy("create/response-equals-the-list"),
		changeListed(listsAll, changeOwner(func(owner object) {
			owner["name"] = owner["id"]
		})),
	},
	{
		"owner-is-the-caller", "same-owner",
		"The owner of a listed token has the caller's name.",
		killedBy("create/response-equals-the-list"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			resp.changeObjects(changeOwner(func(owner object) {
				owner["name"] = x.callerClaims().UserName
			}))
		}),
	},
	{
		"filtered-list-has-default-scopes", "nothing-else-changes",
		"Every scope is sp:scopes:default in a filtered list.",
		killedBy("filter/isnull-finds-the-unused"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			if x.query("filters") != "" {
				resp.changeObjects(replaceValue("scope", []string{"sp:scopes:default"}))
			}
		}),
	},
	{
		"rename-resets-scope", "nothing-else-changes",
		"A rename resets the scope to sp:scopes:default.",
		killedBy("patch/name"),
		addOperation("/name", replaceOperation("/scope", []string{"sp:scopes:default"})),
	},
	{
		"rename-resets-scope-to-all", "nothing-else-changes",
		"A rename resets the scope to the default.", killedBy("patch/leaves-the-rest/name"),
		addOperation("/name", replaceOperation("/scope", nil)),
	},
	{
		"rename-resets-validity-to-default", "nothing-else-changes",
		"A rename resets accessTokenValiditySeconds to 43200.",
		killedBy("patch/leaves-the-rest/name"),
		changeAfterWrite(patch, idOfPath, replaceValue("accessTokenValiditySeconds", 43200)),
	},
	{
		"bulk-resets-scope-to-all", "nothing-else-changes",
		"A bulk update resets scopes to the default.", killedBy("bulk/leaves-the-rest"),
		changeAfterWrite(bulk, idsOfBulk, replaceValue("scope", allScopes)),
	},
	{
		"bulk-resets-validity", "nothing-else-changes",
		"A bulk update resets accessTokenValiditySeconds to 43200.",
		killedBy("bulk/leaves-the-rest"),
		changeAfterWrite(bulk, idsOfBulk, replaceValue("accessTokenValiditySeconds", 43200)),
	},
	{
		"bulk-forgets-last-use", "last-used", "A bulk update sets lastUsed to null.",
		killedBy("bulk/leaves-the-rest"),
		changeAfterWrite(bulk, idsOfBulk, replaceValue("lastUsed", nil)),
	},
	{
		"list-of-owner-has-default-scopes", "nothing-else-changes",
		"Every scope is sp:scopes:all in a list by owner id.",
		killedBy("lifecycle/every-list-shows-the-same"),
		changeListed(listsOneOwner, replaceValue("scope", allScopes)),
	},
	{
		"list-of-owner-has-default-validity", "nothing-else-changes",
		"Every accessTokenValiditySeconds is 43200 in a list by owner id.",
		killedBy("lifecycle/every-list-shows-the-same"),
		changeListed(listsOneOwner, replaceValue("accessTokenValiditySeconds", 43200)),
	},
	{
		"rename-prolongs", "nothing-else-changes", "A rename postpones the date by a day.",
		killedBy("patch/name"), changeAfterWrite(patch, idOfPath, addDay),
	},
	{
		"rename-resets-validity", "nothing-else-changes",
		"A patch resets accessTokenValiditySeconds to 1000.", killedBy("patch/name"),
		changeAfterWrite(patch, idOfPath, replaceValue("accessTokenValiditySeconds", 1000)),
	},
	{
		"scope-change-renames", "nothing-else-changes", "A patch of the scope renames the token.",
		killedBy("patch/scope"), addOperation("/scope", replaceOperation("/name", "renamed")),
	},
	{
		"patch-uses-the-token", "last-used", "A patch sets lastUsed.", killedBy("patch/name"),
		mutateResponseFor(on(patch), func(x *exchange, resp *response) {
			resp.changeObjects(replaceValue("lastUsed", formatTime(x.now())))
		}),
	},
	{
		"patch-touches-neighbours", "nothing-else-changes",
		"A patch sets the scope of all other tokens.", killedBy("patch/leaves-other-tokens-alone"),
		changeAfterWrite(patch, idsOfOthers, replaceValue("scope", allScopes)),
	},
	{
		"bulk-of-two-stores-one", "write-is-stored",
		"A bulk update of several tokens stores the first only.",
		killedBy("bulk/sorted-by-id"), wrap(on(bulk), func(x *exchange) *response {
			resp, o := x.forward(), x.object()
			if ids := x.bulkIDs(); resp.ok() && len(ids) > 2 && o != nil {
				o["ids"] = ids[1:]
				o["patch"] = []any{
					replaceOperation("/expirationDate", formatTime(x.now().AddDate(0, 0, 1))),
				}
				x.withBody(o).forward()
			}
			return resp
		}),
	},
	{
		"bulk-sets-the-scope", "nothing-else-changes", "A bulk update sets the scope.",
		killedBy("bulk/changes-tokens-of-any-owner"),
		changeAfterWrite(bulk, idsOfBulk, replaceValue("scope", []string{"sp:scopes:default"})),
	},
	{
		"bulk-sets-the-scope-unseen", "nothing-else-changes",
		"A bulk update sets the scope without returning it.", killedBy("bulk/by-post"),
		func(next http.Handler) http.Handler {
			return changeAfterWrite(bulk, idsOfBulk, func(token object) {
				// the response to the bulk update itself is unchanged
				if _, isListed := token["userAwareTokenNeverExpires"]; isListed {
					token["scope"] = []string{"sp:scopes:default"}
				}
			})(next)
		},
	},
	{
		"bulk-renames", "nothing-else-changes", "A bulk update appends a letter to names.",
		killedBy("bulk/by-post"), changeAfterWrite(bulk, idsOfBulk, func(token object) {
			token["name"] = text(token, "name") + "x"
		}),
	},
	{
		"bulk-keeps-the-flag", "write-is-stored", "A bulk update does not store the flag.",
		killedBy("bulk/never-expires"),
		changeAfterWrite(bulk, idsOfBulk, replaceValue("userAwareTokenNeverExpires", false)),
	},
	{
		"bulk-touches-neighbours", "nothing-else-changes",
		"A bulk update postpones the date of other tokens.",
		killedBy("bulk/scopes"),
		changeAfterWrite(bulk, idsOfOthers, addDay),
	},
	{
		"bulk-by-post-shows-acknowledgment", "bulk-flag",
		"A bulk update by POST returns userAwareTokenNeverExpires.", killedBy("bulk/by-post"),
		mutateResponseFor(on(bulk), func(x *exchange, resp *response) {
			if x.r.Method == http.MethodPost {
				resp.changeObjects(func(token object) {
					token["userAwareTokenNeverExpires"] = true
				})
			}
		}),
	},
	{
		"bulk-leaves-one-out", "bulk-update",
		"The response to a bulk update leaves out the first of three tokens.",
		killedBy("bulk/sorted-by-id"), mutateResponse(on(bulk), func(resp *response) {
			resp.changeList(func(tokens []object) []object {
				if len(tokens) > 2 {
					return tokens[1:]
				}
				return tokens
			})
		}),
	},
	{
		"never-expiring-create-ignores-validity", "stored-as-sent",
		"A create without a date ignores accessTokenValiditySeconds.",
		killedBy("expiry/never-with-validity"),
		mutateBody(on(create), func(o object) {
			if o["expirationDate"] == nil {
				delete(o, "accessTokenValiditySeconds")
			}
		}),
	},
	{
		"create-stores-no-flag", "write-is-stored",
		"A create does not store the flag together with a date.",
		killedBy("expiry/never-is-a-null-in-create"),
		changeAfterWrite(create, idOfCreate, replaceValue("userAwareTokenNeverExpires", false)),
	},
	{
		"create-returns-another-scope", "stored-as-sent",
		"Create returns sp:scopes:all instead of the stored scope.",
		killedBy("create/scope-is-kept"),
		mutateResponse(on(create), setProperty("scope", allScopes)),
	},
	{
		"third-scope-ignored", "stored-as-sent", "Create stores the first two scopes only.",
		killedBy("auth/scope-at-place/third"), mutateBody(on(create), func(o object) {
			if scopes, ok := o["scope"].([]any); ok {
				o["scope"] = scopes[:min(2, len(scopes))]
			}
		}),
	},
	{
		"half-an-id-is-enough", "exact-id", "Half an id matches the token.",
		killedBy("patch/id-is-exact"),
		matchIDsBy(func(id, requested string) bool {
			return len(requested) >= 16 && strings.HasPrefix(id, requested)
		}),
	},
	{
		"id-in-capitals-is-enough", "exact-id", "An id in capitals matches the token.",
		killedBy("patch/id-is-exact"), matchIDsBy(strings.EqualFold),
	},
	{
		"rejected-create-is-stored", "rejected-changes-nothing",
		"A create that is rejected for its validity is stored without it.",
		killedBy("create/property-of-wrong-form/validity-in-quotes"),
		applyRejected(create, http.StatusBadRequest, func(x *exchange) *exchange {
			if o := x.object(); o != nil && o["accessTokenValiditySeconds"] != nil {
				delete(o, "accessTokenValiditySeconds")
				return x.withBody(o)
			}
			return nil
		}),
	},
	{
		"rejected-patch-is-stored", "rejected-changes-nothing",
		"A rejected patch stores the name.",
		killedBy("patch/all-or-nothing/failed-test"),
		applyRejected(patch, http.StatusBadRequest, func(x *exchange) *exchange {
			return x.withBody(slices.DeleteFunc(x.patchOperations(), func(op object) bool {
				return op["path"] != "/name" || op["op"] == "test"
			}))
		}),
	},
	{
		"rejected-delete-deletes", "rejected-changes-nothing",
		"A delete without the right returns 403 and deletes the token.",
		killedBy("auth/scopes-of-delete"),
		applyRejected(remove, http.StatusForbidden, func(x *exchange) *exchange {
			x.setUser(adminName(x))
			return x
		}),
	},
}

// matchIDsBy resolves the id in a path by another comparison.
func matchIDsBy(equal func(id, requested string) bool) middleware {
	return mutateRequest(on(patch, remove), func(x *exchange) {
		for _, token := range x.listTokens() {
			if id := text(token, "id"); equal(id, x.id) {
				x.r.URL.Path = strings.TrimSuffix(x.r.URL.Path, x.id) + id
				x.r.URL.RawPath, x.r.RequestURI = "", ""
				return
			}
		}
	})
}
