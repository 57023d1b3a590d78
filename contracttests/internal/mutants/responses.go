package mutants

import (
	"fmt"
	"net/http"
)

// killedBy are the scenarios that notice a mutant.
func killedBy(ids ...string) []string { return ids }

// changeStatus changes one into another.
func changeStatus(from, to int) func(*response) {
	return func(resp *response) {
		if resp.status == from {
			resp.status = to
		}
	}
}

// replaceStatus replaces the responses of a status.
func replaceStatus(from int, other func() *response) func(*response) {
	return func(resp *response) {
		if resp.status == from {
			*resp = *other()
		}
	}
}

// setProperty, drop and add change properties of what is answered.
func setProperty(name string, value any) func(*response) {
	return func(resp *response) {
		resp.changeObjects(func(o object) {
			if _, present := o[name]; present {
				o[name] = value
			}
		})
	}
}

func dropProperty(name string) func(*response) {
	return func(resp *response) { resp.changeObjects(func(o object) { delete(o, name) }) }
}

func addProperty(name string, value any) func(*response) {
	return func(resp *response) { resp.changeObjects(func(o object) { o[name] = value }) }
}

// responses are mutants of a status, or of what a body says.
var responses = []Mutant{
	{
		"create-is-201", "create-is-200", "Create answers 201.",
		killedBy("create/returns-200-with-eight-keys"),
		mutateResponse(on(create), changeStatus(200, 201)),
	},
	{
		"delete-is-200", "delete-is-204", "Delete answers 200 without a body.",
		killedBy("delete/returns-204-without-body", "delete/twice-is-404"),
		mutateResponse(on(remove), changeStatus(204, 200)),
	},
	{
		"patch-is-204", "patch-fields", "A patch answers 204 without a body.",
		killedBy("patch/name", "patch/scope"), mutateResponse(on(patch), func(resp *response) {
			if resp.ok() {
				*resp = response{status: http.StatusNoContent, header: resp.header}
			}
		}),
	},
	{
		"patch-returns-the-old-token", "patch-fields",
		"A patch answers the token as it was before.",
		killedBy("patch/name", "patch/scope"), wrap(on(patch), func(x *exchange) *response {
			former := x.findToken(x.id)
			resp := x.forward()
			if resp.ok() {
				resp.setBody(former)
			}
			return resp
		}),
	},
	{
		"secret-in-list", "secret-once", "A list shows the secrets.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(list), addProperty("secret", randomHex(32))),
	},
	{
		"secret-is-null-in-list", "secret-once", "A list has the secrets as null.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(list), addProperty("secret", nil)),
	},
	{
		"secret-in-patch", "secret-once", "A patch shows the secret.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(patch), addProperty("secret", randomHex(32))),
	},
	{
		"secret-in-bulk", "secret-once", "A bulk update shows the secrets.",
		killedBy("bulk/changes-tokens-of-any-owner", "bulk/sorted-by-id"),
		mutateResponse(on(bulk), addProperty("secret", randomHex(32))),
	},
	{
		"secret-is-masked", "secret-once", "Create masks the secret.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(create), setProperty("secret", "********")),
	},
	{
		"secret-is-short", "id-and-secret-form", "A secret has 32 digits.",
		killedBy("create/secret-is-shown-once"), eachToken(on(create), func(o object) {
			o["secret"] = fmt.Sprintf("%.32s", text(o, "secret"))
		}),
	},
	{
		"id-has-dashes", "id-and-secret-form", "An id is written as UUID.",
		killedBy("create/secret-is-shown-once"), eachToken(on(create), func(o object) {
			if id := text(o, "id"); len(id) == 32 {
				o["id"] = id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" +
					id[20:]
			}
		}),
	},
	{
		"owner-is-no-identity", "create-for-caller", "The owner has the type USER.",
		killedBy("create/is-for-the-caller"), eachToken(api, changeOwner(func(owner object) {
			owner["type"] = "USER"
		})),
	},
	{
		"created-a-day-ago", "created-is-now", "Create shows created as a day before.",
		killedBy("create/created-is-now"),
		eachToken(on(create), func(o object) {
			o["created"] = formatTime(parseTime(o["created"]).AddDate(0, 0, -1))
		}),
	},
	{
		"created-is-now", "one-store", "A list shows created as the time of the request.",
		killedBy("crossversion/made-in-one-listed-in-all", "crossversion/renamed-in-another"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			setProperty("created", formatTime(x.now()))(resp)
		}),
	},
}

// keys are mutants that drop a key from an answer, or add one.
var keys = []Mutant{
	{
		"legacy-shows-acknowledgement", "token-keys",
		"The legacy versions answer a property of the current ones.",
		killedBy("list/has-every-key"),
		mutateResponse(onLegacy(list, patch), addProperty("userAwareTokenNeverExpires", false)),
	},
	{
		"login-without-jti", "token-response", "A login does not answer jti.",
		killedBy("token/response-names-the-owner"), mutateResponse(on(login), dropProperty("jti")),
	},
	{
		"login-without-org", "token-response", "A login does not answer org.",
		killedBy("token/response-names-the-owner"), mutateResponse(on(login), dropProperty("org")),
	},
	{
		"create-without-id", "create-is-200", "Create answers no id.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("id")),
	},
	{
		"create-without-secret", "create-is-200", "Create answers no secret.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("secret")),
	},
	{
		"create-without-name", "create-is-200", "Create answers no name.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("name")),
	},
	{
		"create-without-scope", "create-is-200", "Create answers no scope.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("scope")),
	},
	{
		"create-without-owner", "create-is-200", "Create answers no owner.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("owner")),
	},
	{
		"create-without-created", "create-is-200", "Create answers no created.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("created")),
	},
	{
		"create-without-validity", "create-is-200", "Create answers no accessTokenValiditySeconds.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("accessTokenValiditySeconds")),
	},
	{
		"create-without-expiration", "create-is-200", "Create answers no expirationDate.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("expirationDate")),
	},
	{
		"create-with-another-key", "create-is-200", "Create answers a ninth key.",
		killedBy("create/has-no-other-keys"),
		mutateResponse(on(create), addProperty("lastUsed", nil)),
	},
	{
		"list-without-id", "token-keys", "A list has no ids.",
		killedBy("list/keys-are-present", "list/has-every-key"),
		mutateResponse(on(list), dropProperty("id")),
	},
	{
		"list-without-owner", "token-keys", "A list has no owners.",
		killedBy("list/keys-are-present", "list/has-every-key"),
		mutateResponse(on(list), dropProperty("owner")),
	},
	{
		"list-without-last-used", "token-keys", "A list has no lastUsed where it would be null.",
		killedBy("list/has-every-key", "expiry/patch-to-never/flag-and-null"),
		eachToken(on(list), deleteNull("lastUsed")),
	},
	{
		"list-without-managed", "token-keys", "A list does not say which tokens are managed.",
		killedBy("list/has-every-key", "auth/managed-tokens-need-the-right"),
		mutateResponse(on(list), dropProperty("managed")),
	},
	{
		"list-without-validity", "token-keys", "A list has no accessTokenValiditySeconds.",
		killedBy("create/validity-bounds-are-taken", "list/has-every-key"),
		mutateResponse(on(list), dropProperty("accessTokenValiditySeconds")),
	},
	{
		"list-without-expiration", "token-keys",
		"A list has no expirationDate where it would be null.",
		killedBy("crossversion/never-is-null-in-all", "list/has-every-key"),
		eachToken(on(list), deleteNull("expirationDate")),
	},
	{
		"list-with-another-key", "token-keys", "A list has a key that no document has.",
		killedBy("list/has-every-key", "patch/name"),
		mutateResponse(on(list), addProperty("tenant", "example")),
	},
	{
		"patch-without-id", "patch-fields", "A patch answers no id.",
		killedBy("patch/name", "patch/scope"), mutateResponse(on(patch), dropProperty("id")),
	},
	{
		"patch-without-owner", "patch-fields", "A patch answers no owner.",
		killedBy("patch/name", "patch/scope"), mutateResponse(on(patch), dropProperty("owner")),
	},
	{
		"patch-with-another-key", "patch-fields", "A patch answers a key that no document has.",
		killedBy("patch/name", "patch/scope"),
		mutateResponse(on(patch), addProperty("tenant", "example")),
	},
	{
		"bulk-without-owner", "bulk-update", "A bulk update answers no owners.",
		killedBy("bulk/changes-tokens-of-any-owner", "bulk/one-token-rejects"),
		mutateResponse(on(bulk), dropProperty("owner")),
	},
}
