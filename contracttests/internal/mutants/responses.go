package mutants

import (
	"fmt"
	"net/http"
)

// killedBy returns the ids of the scenarios that fail with a mutant.
func killedBy(ids ...string) []string { return ids }

// changeStatus replaces one status by another.
func changeStatus(from, to int) func(*response) {
	return func(resp *response) {
		if resp.status == from {
			resp.status = to
		}
	}
}

// replaceStatus replaces the responses with a status.
func replaceStatus(from int, other func() *response) func(*response) {
	return func(resp *response) {
		if resp.status == from {
			*resp = *other()
		}
	}
}

// setProperty sets a property of the objects that have it.
func setProperty(name string, value any) func(*response) {
	return func(resp *response) {
		resp.changeObjects(func(o object) {
			if _, present := o[name]; present {
				o[name] = value
			}
		})
	}
}

// dropProperty removes a property from all objects.
func dropProperty(name string) func(*response) {
	return func(resp *response) { resp.changeObjects(func(o object) { delete(o, name) }) }
}

// addProperty sets a property of all objects.
func addProperty(name string, value any) func(*response) {
	return func(resp *response) { resp.changeObjects(func(o object) { o[name] = value }) }
}

// responses change the status or the body of successful responses.
var responses = []Mutant{
	{
		"create-is-201", "create-is-200", "Create returns 201.",
		killedBy("create/returns-200-with-eight-keys"),
		mutateResponse(on(create), changeStatus(200, 201)),
	},
	{
		"delete-is-200", "delete-is-204", "Delete returns 200 without a body.",
		killedBy("delete/returns-204-without-body", "delete/twice-is-404"),
		mutateResponse(on(remove), changeStatus(204, 200)),
	},
	{
		"patch-is-204", "patch-fields", "A patch returns 204 without a body.",
		killedBy("patch/name", "patch/scope"), mutateResponse(on(patch), func(resp *response) {
			if resp.ok() {
				*resp = response{status: http.StatusNoContent, header: resp.header}
			}
		}),
	},
	{
		"patch-returns-the-old-token", "patch-fields",
		"A patch returns the token as it was before.",
		killedBy("patch/name", "patch/scope"), wrap(on(patch), func(x *exchange) *response {
			previous := x.findToken(x.id)
			resp := x.forward()
			if resp.ok() {
				resp.setBody(previous)
			}
			return resp
		}),
	},
	{
		"secret-in-list", "secret-once", "A list includes the secrets.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(list), addProperty("secret", randomHex(32))),
	},
	{
		"secret-is-null-in-list", "secret-once", "A list has the secrets as null.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(list), addProperty("secret", nil)),
	},
	{
		"secret-in-patch", "secret-once", "A patch returns the secret.",
		killedBy("create/secret-is-shown-once"),
		mutateResponse(on(patch), addProperty("secret", randomHex(32))),
	},
	{
		"secret-in-bulk", "secret-once", "A bulk update returns the secrets.",
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
		"id-has-dashes", "id-and-secret-form", "An id is formatted as a UUID.",
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
		"created-a-day-ago", "created-is-now", "Create returns a created date of the day before.",
		killedBy("create/created-is-now"),
		eachToken(on(create), func(o object) {
			o["created"] = formatTime(parseTime(o["created"]).AddDate(0, 0, -1))
		}),
	},
	{
		"created-is-now", "one-store", "A list has the time of the request as created.",
		killedBy("crossversion/made-in-one-listed-in-all", "crossversion/renamed-in-another"),
		mutateResponseFor(on(list), func(x *exchange, resp *response) {
			setProperty("created", formatTime(x.now()))(resp)
		}),
	},
}

// keys remove a property from responses, or add one.
var keys = []Mutant{
	{
		"legacy-shows-acknowledgement", "token-keys",
		"The legacy versions return a property of the current ones.",
		killedBy("list/has-every-key"),
		mutateResponse(onLegacy(list, patch), addProperty("userAwareTokenNeverExpires", false)),
	},
	{
		"login-without-jti", "token-response", "A login does not return jti.",
		killedBy("token/response-names-the-owner"), mutateResponse(on(login), dropProperty("jti")),
	},
	{
		"login-without-org", "token-response", "A login does not return org.",
		killedBy("token/response-names-the-owner"), mutateResponse(on(login), dropProperty("org")),
	},
	{
		"create-without-id", "create-is-200", "Create returns no id.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("id")),
	},
	{
		"create-without-secret", "create-is-200", "Create returns no secret.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("secret")),
	},
	{
		"create-without-name", "create-is-200", "Create returns no name.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("name")),
	},
	{
		"create-without-scope", "create-is-200", "Create returns no scope.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("scope")),
	},
	{
		"create-without-owner", "create-is-200", "Create returns no owner.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("owner")),
	},
	{
		"create-without-created", "create-is-200", "Create returns no created.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("created")),
	},
	{
		"create-without-validity", "create-is-200", "Create returns no accessTokenValiditySeconds.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("accessTokenValiditySeconds")),
	},
	{
		"create-without-expiration", "create-is-200", "Create returns no expirationDate.",
		killedBy("create/returns-200-with-eight-keys", "create/has-no-other-keys"),
		mutateResponse(on(create), dropProperty("expirationDate")),
	},
	{
		"create-with-another-key", "create-is-200", "Create returns a ninth key.",
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
		"list-without-last-used", "token-keys", "A list leaves lastUsed out if it is null.",
		killedBy("list/has-every-key", "expiry/patch-to-never/flag-and-null"),
		eachToken(on(list), deleteNull("lastUsed")),
	},
	{
		"list-without-managed", "token-keys", "A list leaves out managed.",
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
		"A list leaves expirationDate out if it is null.",
		killedBy("crossversion/never-is-null-in-all", "list/has-every-key"),
		eachToken(on(list), deleteNull("expirationDate")),
	},
	{
		"list-with-another-key", "token-keys", "A list has an undocumented key.",
		killedBy("list/has-every-key", "patch/name"),
		mutateResponse(on(list), addProperty("tenant", "example")),
	},
	{
		"patch-without-id", "patch-fields", "A patch returns no id.",
		killedBy("patch/name", "patch/scope"), mutateResponse(on(patch), dropProperty("id")),
	},
	{
		"patch-without-owner", "patch-fields", "A patch returns no owner.",
		killedBy("patch/name", "patch/scope"), mutateResponse(on(patch), dropProperty("owner")),
	},
	{
		"patch-with-another-key", "patch-fields", "A patch returns an undocumented key.",
		killedBy("patch/name", "patch/scope"),
		mutateResponse(on(patch), addProperty("tenant", "example")),
	},
	{
		"bulk-without-owner", "bulk-update", "A bulk update returns no owners.",
		killedBy("bulk/changes-tokens-of-any-owner", "bulk/one-token-rejects"),
		mutateResponse(on(bulk), dropProperty("owner")),
	},
}
