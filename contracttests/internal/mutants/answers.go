package mutants

import (
	"fmt"
	"net/http"
)

// by are the scenarios that notice a mutant.
func by(ids ...string) []string { return ids }

// status changes one into another.
func status(from, to int) func(*answer) {
	return func(a *answer) {
		if a.status == from {
			a.status = to
		}
	}
}

// swap replaces the responses of a status.
func swap(from int, other func() *answer) func(*answer) {
	return func(a *answer) {
		if a.status == from {
			*a = *other()
		}
	}
}

// set, drop and add change properties of what is answered.
func set(name string, value any) func(*answer) {
	return func(a *answer) {
		a.each(func(o object) {
			if _, present := o[name]; present {
				o[name] = value
			}
		})
	}
}

func drop(name string) func(*answer) {
	return func(a *answer) { a.each(func(o object) { delete(o, name) }) }
}

func add(name string, value any) func(*answer) {
	return func(a *answer) { a.each(func(o object) { o[name] = value }) }
}

// answers are mutants of a status, or of what a body says.
var answers = []Mutant{
	{
		"create-is-201", "create-is-200", "Create answers 201.",
		by("create/returns-200-with-eight-keys"), mutateResponse(on(create), status(200, 201)),
	},
	{
		"delete-is-200", "delete-is-204", "Delete answers 200 without a body.",
		by("delete/returns-204-without-body", "delete/twice-is-404"),
		mutateResponse(on(remove), status(204, 200)),
	},
	{
		"patch-is-204", "patch-fields", "A patch answers 204 without a body.",
		by("patch/name", "patch/scope"), mutateResponse(on(patch), func(a *answer) {
			if a.ok() {
				*a = answer{status: http.StatusNoContent, header: a.header}
			}
		}),
	},
	{
		"patch-returns-the-old-token", "patch-fields", "A patch answers the token as it was before.",
		by("patch/name", "patch/scope"), around(on(patch), func(x *exchange) *answer {
			former := x.token(x.id)
			a := x.forward()
			if a.ok() {
				a.put(former)
			}
			return a
		}),
	},
	{
		"secret-in-list", "secret-once", "A list shows the secrets.",
		by("create/secret-is-shown-once"), mutateResponse(on(list), add("secret", digits(32))),
	},
	{
		"secret-is-null-in-list", "secret-once", "A list has the secrets as null.",
		by("create/secret-is-shown-once"), mutateResponse(on(list), add("secret", nil)),
	},
	{
		"secret-in-patch", "secret-once", "A patch shows the secret.",
		by("create/secret-is-shown-once"), mutateResponse(on(patch), add("secret", digits(32))),
	},
	{
		"secret-in-bulk", "secret-once", "A bulk update shows the secrets.",
		by("bulk/changes-tokens-of-any-owner", "bulk/sorted-by-id"),
		mutateResponse(on(bulk), add("secret", digits(32))),
	},
	{
		"secret-is-masked", "secret-once", "Create masks the secret.",
		by("create/secret-is-shown-once"), mutateResponse(on(create), set("secret", "********")),
	},
	{
		"secret-is-short", "id-and-secret-form", "A secret has 32 digits.",
		by("create/secret-is-shown-once"), eachToken(on(create), func(o object) {
			o["secret"] = fmt.Sprintf("%.32s", text(o, "secret"))
		}),
	},
	{
		"id-has-dashes", "id-and-secret-form", "An id is written as UUID.",
		by("create/secret-is-shown-once"), eachToken(on(create), func(o object) {
			if id := text(o, "id"); len(id) == 32 {
				o["id"] = id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" +
					id[20:]
			}
		}),
	},
	{
		"owner-is-no-identity", "create-for-caller", "The owner has the type USER.",
		by("create/is-for-the-caller"), eachToken(api, owned(func(owner object) {
			owner["type"] = "USER"
		})),
	},
	{
		"created-a-day-ago", "created-is-now", "Create shows created as a day before.",
		by("create/created-is-now"),
		eachToken(on(create), func(o object) {
			o["created"] = stamp(moment(o["created"]).AddDate(0, 0, -1))
		}),
	},
	{
		"created-is-now", "one-store", "A list shows created as the time of the request.",
		by("crossversion/made-in-one-listed-in-all", "crossversion/renamed-in-another"),
		after(on(list), func(x *exchange, a *answer) {
			set("created", stamp(x.now()))(a)
		}),
	},
}

// keys are mutants that drop a key from an answer, or add one.
var keys = []Mutant{
	{
		"legacy-shows-acknowledgement", "token-keys",
		"The legacy versions answer a property of the current ones.", by("list/has-every-key"),
		mutateResponse(onLegacy(list, patch), add("userAwareTokenNeverExpires", false)),
	},
	{
		"login-without-jti", "token-response", "A login does not answer jti.",
		by("token/response-names-the-owner"), mutateResponse(on(login), drop("jti")),
	},
	{
		"login-without-org", "token-response", "A login does not answer org.",
		by("token/response-names-the-owner"), mutateResponse(on(login), drop("org")),
	},
	{
		"create-without-id", "create-is-200", "Create answers no id.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("id")),
	},
	{
		"create-without-secret", "create-is-200", "Create answers no secret.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("secret")),
	},
	{
		"create-without-name", "create-is-200", "Create answers no name.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("name")),
	},
	{
		"create-without-scope", "create-is-200", "Create answers no scope.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("scope")),
	},
	{
		"create-without-owner", "create-is-200", "Create answers no owner.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("owner")),
	},
	{
		"create-without-created", "create-is-200", "Create answers no created.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("created")),
	},
	{
		"create-without-validity", "create-is-200", "Create answers no accessTokenValiditySeconds.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("accessTokenValiditySeconds")),
	},
	{
		"create-without-expiration", "create-is-200", "Create answers no expirationDate.",
		by("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), drop("expirationDate")),
	},
	{
		"create-with-another-key", "create-is-200", "Create answers a ninth key.",
		by("create/has-no-other-keys"), mutateResponse(on(create), add("lastUsed", nil)),
	},
	{
		"list-without-id", "token-keys", "A list has no ids.",
		by("list/keys-are-present", "list/has-every-key"), mutateResponse(on(list), drop("id")),
	},
	{
		"list-without-owner", "token-keys", "A list has no owners.",
		by("list/keys-are-present", "list/has-every-key"), mutateResponse(on(list), drop("owner")),
	},
	{
		"list-without-last-used", "token-keys", "A list has no lastUsed where it would be null.",
		by("list/has-every-key", "expiry/patch-to-never/flag-and-null"),
		eachToken(on(list), removingNull("lastUsed")),
	},
	{
		"list-without-managed", "token-keys", "A list does not say which tokens are managed.",
		by("list/has-every-key", "auth/managed-tokens-need-the-right"),
		mutateResponse(on(list), drop("managed")),
	},
	{
		"list-without-validity", "token-keys", "A list has no accessTokenValiditySeconds.",
		by("create/validity-bounds-are-taken", "list/has-every-key"),
		mutateResponse(on(list), drop("accessTokenValiditySeconds")),
	},
	{
		"list-without-expiration", "token-keys",
		"A list has no expirationDate where it would be null.",
		by("crossversion/never-is-null-in-all", "list/has-every-key"),
		eachToken(on(list), removingNull("expirationDate")),
	},
	{
		"list-with-another-key", "token-keys", "A list has a key that no document has.",
		by("list/has-every-key", "patch/name"), mutateResponse(on(list), add("tenant", "example")),
	},
	{
		"patch-without-id", "patch-fields", "A patch answers no id.",
		by("patch/name", "patch/scope"), mutateResponse(on(patch), drop("id")),
	},
	{
		"patch-without-owner", "patch-fields", "A patch answers no owner.",
		by("patch/name", "patch/scope"), mutateResponse(on(patch), drop("owner")),
	},
	{
		"patch-with-another-key", "patch-fields", "A patch answers a key that no document has.",
		by("patch/name", "patch/scope"), mutateResponse(on(patch), add("tenant", "example")),
	},
	{
		"bulk-without-owner", "bulk-update", "A bulk update answers no owners.",
		by("bulk/changes-tokens-of-any-owner", "bulk/one-token-rejects"),
		mutateResponse(on(bulk), drop("owner")),
	},
}
