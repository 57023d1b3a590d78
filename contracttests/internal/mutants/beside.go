package mutants

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Those of this file change what no request names, in places that few scenarios look at.

// ofAll chooses lists without owner-id, and ofOwner those of an id.
func ofAll(x *exchange) bool   { return x.query("owner-id") == "" }
func ofOwner(x *exchange) bool { return x.query("owner-id") != "" && x.query("owner-id") != "me" }

// listed changes the tokens of lists that f chooses.
func listed(f func(*exchange) bool, change func(token object)) wrap {
	return after(on(list), func(x *exchange, a *answer) {
		if f(x) {
			a.each(change)
		}
	})
}

// owned changes the owner of a token.
func owned(change func(owner object)) func(object) {
	return func(token object) {
		if owner, ok := token["owner"].(object); ok {
			change(owner)
		}
	}
}

// aDayLater moves the date of a token that has one.
func aDayLater(token object) {
	if date := moment(token["expirationDate"]); !date.IsZero() {
		token["expirationDate"] = stamp(date.AddDate(0, 0, 1))
	}
}

// shows returns a change of a property that is there.
func shows(name string, value any) func(object) {
	return func(token object) {
		if _, present := token[name]; present {
			token[name] = value
		}
	}
}

// besides adds an operation to patches that name nothing but a path.
func besides(path string, op object) wrap {
	return mutateRequest(on(patch), func(x *exchange) {
		operations := x.operations()
		other := func(op object) bool { return op["path"] != path }
		if len(operations) > 0 && !slices.ContainsFunc(operations, other) {
			x.put(append(operations, op))
		}
	})
}

// afterWrite shows a property otherwise in every later response, of the tokens that f chooses of a
// write that was carried out.
func afterWrite(write operation, f func(x *exchange, a *answer) []string,
	change func(token object),
) wrap {
	return statefulAfter(api, func(changed map[string]bool, x *exchange, a *answer) {
		if x.op == write && a.ok() {
			for _, id := range f(x, a) {
				changed[id] = true
			}
		}
		if a.ok() && x.op != create {
			a.each(func(token object) {
				if changed[text(token, "id")] {
					change(token)
				}
			})
		}
	})
}

func itself(x *exchange, _ *answer) []string  { return []string{x.id} }
func each(x *exchange, _ *answer) []string    { return x.ids() }
func created(_ *exchange, a *answer) []string { return []string{a.text("id")} }
func neighbours(x *exchange, _ *answer) (ids []string) {
	for _, token := range x.tokens() {
		if id := text(token, "id"); !slices.Contains(append(x.ids(), x.id), id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// rejectedWrite carries out a write that was rejected for its scopes or content, as change leaves
// it.
func rejectedWrite(op operation, status int, change func(*exchange) *exchange) wrap {
	return after(on(op), func(x *exchange, a *answer) {
		if a.status == status {
			if other := change(x); other != nil {
				other.forward()
			}
		}
	})
}

var allScopes = []string{"sp:scopes:all"}

// besideTokens are mutants of what tokens are beside what a request is about.
var besideTokens = []Mutant{
	{
		"list-of-all-shows-secrets", "secret-once", "The list of all tokens has a secret.",
		by("auth/list-all-as-administrator"), listed(ofAll, func(token object) {
			token["secret"] = digits(32)
		}),
	},
	{
		"list-of-owner-shows-secrets", "secret-once", "The list of an owner's id has a secret.",
		by("list/owner-id-for-an-administrator"), listed(ofOwner, func(token object) {
			token["secret"] = digits(32)
		}),
	},
	{
		"secret-in-a-header", "secret-once",
		"A header of lists has the secret of the newest token.",
		by("create/response-equals-the-list"),
		statefulAfter(on(create, list), func(secrets map[string]string, x *exchange, a *answer) {
			if x.op == create {
				secrets[""] = a.text("secret")
			} else {
				a.header.Set("X-Debug", "secret="+secrets[""])
			}
		}),
	},
	{
		"list-of-all-without-last-use", "nothing-else-changes",
		"lastUsed is null in the list of all.", by("create/response-equals-the-list"),
		listed(ofAll, shows("lastUsed", nil)),
	},
	{
		"list-of-owner-without-last-use", "last-used",
		"lastUsed is null in the list of an owner's id.", by("list/owner-id-for-an-administrator"),
		listed(ofOwner, shows("lastUsed", nil)),
	},
	{
		"list-of-all-has-default-scopes", "nothing-else-changes",
		"Every scope is sp:scopes:all in the list of all.", by("create/scope-is-kept"),
		listed(ofAll, shows("scope", allScopes)),
	},
	{
		"list-of-all-has-default-validity", "nothing-else-changes",
		"Every accessTokenValiditySeconds is 43200 in the list of all.",
		by("create/validity-bounds-are-taken"),
		listed(ofAll, shows("accessTokenValiditySeconds", 43200)),
	},
	{
		"list-of-all-never-expires", "nothing-else-changes",
		"expirationDate is null in the list of all.", by("create/response-equals-the-list"),
		listed(ofAll, shows("expirationDate", nil)),
	},
	{
		"list-of-all-cuts-names", "nothing-else-changes",
		"Names are cut to ten letters in the list of all.",
		by("create/response-equals-the-list"), listed(ofAll, func(token object) {
			token["name"] = text(token, "name")[:min(10, len(text(token, "name")))]
		}),
	},
	{
		"list-of-all-is-of-now", "nothing-else-changes",
		"created is a day later in the list of all.",
		by("create/response-equals-the-list"), listed(ofAll, func(token object) {
			token["created"] = stamp(moment(token["created"]).Add(24 * time.Hour))
		}),
	},
	{
		"list-of-all-has-at-most-five", "write-is-stored",
		"The list of all has five tokens at most.",
		by("create/response-equals-the-list"), after(on(list), func(x *exchange, a *answer) {
			if ofAll(x) {
				a.items(func(tokens []object) []object { return tokens[:min(5, len(tokens))] })
			}
		}),
	},
	{
		"list-of-all-names-no-owner", "same-owner", "owner.name is the id in the list of all.",
		by("create/response-equals-the-list"), listed(ofAll, owned(func(owner object) {
			owner["name"] = owner["id"]
		})),
	},
	{
		"owner-is-the-caller", "same-owner",
		"The owner of a token has the name of whichever user lists it.",
		by("create/response-equals-the-list"), after(on(list), func(x *exchange, a *answer) {
			a.each(owned(func(owner object) { owner["name"] = x.caller().UserName }))
		}),
	},
	{
		"filtered-list-has-default-scopes", "nothing-else-changes",
		"Every scope is sp:scopes:all in a filtered list.", by("filter/isnull-finds-the-unused"),
		after(on(list), func(x *exchange, a *answer) {
			if x.query("filters") != "" {
				a.each(shows("scope", []string{"sp:scopes:default"}))
			}
		}),
	},
	{
		"rename-resets-scope", "nothing-else-changes", "A rename resets the scope.",
		by("patch/name"), besides("/name", replacing("/scope", []string{"sp:scopes:default"})),
	},
	{
		"rename-resets-scope-to-all", "nothing-else-changes",
		"A rename resets the scope to the default.", by("patch/leaves-the-rest/name"),
		besides("/name", replacing("/scope", nil)),
	},
	{
		"rename-resets-validity-to-default", "nothing-else-changes",
		"A rename resets accessTokenValiditySeconds to 43200.", by("patch/leaves-the-rest/name"),
		afterWrite(patch, itself, shows("accessTokenValiditySeconds", 43200)),
	},
	{
		"bulk-resets-scope-to-all", "nothing-else-changes",
		"A bulk update resets scopes to the default.", by("bulk/leaves-the-rest"),
		afterWrite(bulk, each, shows("scope", allScopes)),
	},
	{
		"bulk-resets-validity", "nothing-else-changes",
		"A bulk update resets accessTokenValiditySeconds to 43200.", by("bulk/leaves-the-rest"),
		afterWrite(bulk, each, shows("accessTokenValiditySeconds", 43200)),
	},
	{
		"bulk-forgets-last-use", "last-used", "A bulk update sets lastUsed to null.",
		by("bulk/leaves-the-rest"), afterWrite(bulk, each, shows("lastUsed", nil)),
	},
	{
		"list-of-owner-has-default-scopes", "nothing-else-changes",
		"Every scope is sp:scopes:all in the list of an owner's id.",
		by("lifecycle/every-list-shows-the-same"), listed(ofOwner, shows("scope", allScopes)),
	},
	{
		"list-of-owner-has-default-validity", "nothing-else-changes",
		"Every accessTokenValiditySeconds is 43200 in the list of an owner's id.",
		by("lifecycle/every-list-shows-the-same"),
		listed(ofOwner, shows("accessTokenValiditySeconds", 43200)),
	},
	{
		"rename-prolongs", "nothing-else-changes", "A rename moves the date by a day.",
		by("patch/name"), afterWrite(patch, itself, aDayLater),
	},
	{
		"rename-resets-validity", "nothing-else-changes",
		"A patch resets accessTokenValiditySeconds to 1000.", by("patch/name"),
		afterWrite(patch, itself, shows("accessTokenValiditySeconds", 1000)),
	},
	{
		"scope-change-renames", "nothing-else-changes", "A patch of the scope renames the token.",
		by("patch/scope"), besides("/scope", replacing("/name", "renamed")),
	},
	{
		"patch-uses-the-token", "last-used", "A patch sets lastUsed.", by("patch/name"),
		after(on(patch), func(x *exchange, a *answer) {
			a.each(shows("lastUsed", stamp(x.now())))
		}),
	},
	{
		"patch-touches-neighbours", "nothing-else-changes",
		"A patch sets the scope of all other tokens.", by("patch/leaves-other-tokens-alone"),
		afterWrite(patch, neighbours, shows("scope", allScopes)),
	},
	{
		"bulk-of-two-stores-one", "write-is-stored", "A bulk update stores the first of several.",
		by("bulk/sorted-by-id"), around(on(bulk), func(x *exchange) *answer {
			a, o := x.forward(), x.object()
			if ids := x.ids(); a.ok() && len(ids) > 2 && o != nil {
				o["ids"] = ids[1:]
				o["patch"] = []any{replacing("/expirationDate", stamp(x.now().AddDate(0, 0, 1)))}
				x.with(o).forward()
			}
			return a
		}),
	},
	{
		"bulk-sets-the-scope", "nothing-else-changes", "A bulk update sets the scope.",
		by("bulk/changes-tokens-of-any-owner"),
		afterWrite(bulk, each, shows("scope", []string{"sp:scopes:default"})),
	},
	{
		"bulk-sets-the-scope-unseen", "nothing-else-changes",
		"A bulk update sets the scope, which only lists show.", by("bulk/by-post"),
		func(next http.Handler) http.Handler {
			return afterWrite(bulk, each, func(token object) {
				// not in its own response
				if _, shown := token["userAwareTokenNeverExpires"]; shown {
					token["scope"] = []string{"sp:scopes:default"}
				}
			})(next)
		},
	},
	{
		"bulk-renames", "nothing-else-changes", "A bulk update adds a letter to names.",
		by("bulk/by-post"), afterWrite(bulk, each, func(token object) {
			token["name"] = text(token, "name") + "x"
		}),
	},
	{
		"bulk-keeps-the-flag", "write-is-stored", "A bulk update does not store the flag.",
		by("bulk/never-expires"),
		afterWrite(bulk, each, shows("userAwareTokenNeverExpires", false)),
	},
	{
		"bulk-touches-neighbours", "nothing-else-changes",
		"A bulk update moves the date of the tokens that it does not name.", by("bulk/scopes"),
		afterWrite(bulk, neighbours, aDayLater),
	},
	{
		"bulk-by-post-shows-acknowledgment", "bulk-flag",
		"A bulk update by POST shows userAwareTokenNeverExpires.", by("bulk/by-post"),
		after(on(bulk), func(x *exchange, a *answer) {
			if x.r.Method == http.MethodPost {
				a.each(func(token object) { token["userAwareTokenNeverExpires"] = true })
			}
		}),
	},
	{
		"bulk-leaves-one-out", "bulk-update", "The response to a bulk update of three has two.",
		by("bulk/sorted-by-id"), mutateResponse(on(bulk), func(a *answer) {
			a.items(func(tokens []object) []object {
				if len(tokens) > 2 {
					return tokens[1:]
				}
				return tokens
			})
		}),
	},
	{
		"never-expiring-create-ignores-validity", "stored-as-sent",
		"A create without a date has the validity 43200.", by("expiry/never-with-validity"),
		body(on(create), func(o object) {
			if o["expirationDate"] == nil {
				delete(o, "accessTokenValiditySeconds")
			}
		}),
	},
	{
		"create-stores-no-flag", "write-is-stored",
		"A create does not store the flag beside a date.", by("expiry/never-is-a-null-in-create"),
		afterWrite(create, created, shows("userAwareTokenNeverExpires", false)),
	},
	{
		"create-returns-another-scope", "stored-as-sent",
		"Create answers sp:scopes:all beside a date.", by("create/scope-is-kept"),
		mutateResponse(on(create), set("scope", allScopes)),
	},
	{
		"third-scope-ignored", "stored-as-sent", "Create keeps two scopes.",
		by("auth/scope-at-place/third"), body(on(create), func(o object) {
			if scopes, ok := o["scope"].([]any); ok {
				o["scope"] = scopes[:min(2, len(scopes))]
			}
		}),
	},
	{
		"half-an-id-is-enough", "exact-id", "Half an id finds the token.", by("patch/id-is-exact"),
		loosely(func(id, wanted string) bool {
			return len(wanted) >= 16 && strings.HasPrefix(id, wanted)
		}),
	},
	{
		"id-in-capitals-is-enough", "exact-id", "An id in capitals finds the token.",
		by("patch/id-is-exact"), loosely(strings.EqualFold),
	},
	{
		"rejected-create-is-stored", "rejected-changes-nothing",
		"A create that is rejected for its validity is stored without it.",
		by("create/property-of-wrong-form/validity-in-quotes"),
		rejectedWrite(create, http.StatusBadRequest, func(x *exchange) *exchange {
			if o := x.object(); o != nil && o["accessTokenValiditySeconds"] != nil {
				delete(o, "accessTokenValiditySeconds")
				return x.with(o)
			}
			return nil
		}),
	},
	{
		"rejected-patch-is-stored", "rejected-changes-nothing",
		"A patch with a past date stores the name that it has as well.",
		by("patch/all-or-nothing/failed-test"),
		rejectedWrite(patch, http.StatusBadRequest, func(x *exchange) *exchange {
			return x.with(slices.DeleteFunc(x.operations(), func(op object) bool {
				return op["path"] != "/name" || op["op"] == "test"
			}))
		}),
	},
	{
		"rejected-delete-deletes", "rejected-changes-nothing",
		"A delete without the right is answered 403 and carried out.", by("auth/scopes-of-delete"),
		rejectedWrite(remove, http.StatusForbidden, func(x *exchange) *exchange {
			x.asUser(administrator(x))
			return x
		}),
	},
}

// loosely finds the token of a path by another comparison of ids.
func loosely(same func(id, wanted string) bool) wrap {
	return mutateRequest(on(patch, remove), func(x *exchange) {
		for _, token := range x.tokens() {
			if id := text(token, "id"); same(id, x.id) {
				x.r.URL.Path = strings.TrimSuffix(x.r.URL.Path, x.id) + id
				x.r.URL.RawPath, x.r.RequestURI = "", ""
				return
			}
		}
	})
}
