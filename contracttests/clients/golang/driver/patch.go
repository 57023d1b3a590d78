package main

import (
	"strings"
	"time"
)

const patchType = "application/json-patch+json"

// patchName changes the name.
func patchName(r *run) string {
	equal("name", accepted(r, change{"/name", "desk"}).name, "desk")
	return ""
}

// patchScope changes the scope, with a list as the value.
func patchScope(r *run) string {
	scope := []string{"sp:my-personal-access-tokens:read"}
	equal("scope", accepted(r, change{"/scope", scope}).scope, scope)
	return ""
}

// patchDate changes the expiration date. Legacy versions reject that.
func patchDate(r *run) string {
	date := in(90)
	c := change{"/expirationDate", date.Format(time.RFC3339Nano)}
	if r.version.legacy {
		unpatchable(r, c, "expirationDate")
		return ""
	}
	equal("date", accepted(r, c).expires, date)
	return ""
}

// patchAcknowledgement acknowledges that the token never expires, then removes its date. Legacy
// versions reject that.
func patchAcknowledgement(r *run) string {
	acknowledged := change{"/userAwareTokenNeverExpires", true}
	if r.version.legacy {
		unpatchable(r, acknowledged, "userAwareTokenNeverExpires")
		return ""
	}
	check(accepted(r, acknowledged).acknowledged, "the response lacks the acknowledgement")

	r.tenant.control("POST", "/reset", nil, nil)
	id := r.tenant.token("laptop").ID
	undated := change{"/expirationDate", nil}
	patched := r.as("jane.doe").patch(id, undated, acknowledged).ok(200).token
	got := r.tenant.request("patch")
	check(!strings.Contains(got.Request.Body, "null"), "the SDK sends null %s", lifted)
	got.is(wire{
		"PATCH", r.path + "/" + id, "", 200, patchType, `[{"op":"replace","path":"/expirationDate"},
			{"op":"replace","path":"/userAwareTokenNeverExpires","value":true}]`,
	})
	check(patched.expires.IsZero() && patched.acknowledged, "the response is %+v", patched)
	return "the SDK omits null from a patch; patmock reads the missing value as null"
}

// renameTaken tries to take the name of another token.
func renameTaken(r *run) string {
	unpatchable(r, change{"/name", "token report"}, "name")
	return ""
}

// accepted patches a token, and returns the response. The list must contain the same token.
func accepted(r *run, c change) token {
	api := r.as("jane.doe")
	id := r.tenant.token("laptop").ID
	patched := api.patch(id, c).ok(200).token
	r.tenant.request("patch").is(wire{
		"PATCH", r.path + "/" + id, "", 200, patchType, c.body(),
	})
	equal("id", patched.id, id)
	listed := named(api.list("me", "").ok(200).tokens, patched.name)
	equal("listed token", listed, patched)
	return patched
}

// unpatchable sends a patch that must be rejected with a reason. The token must not change.
func unpatchable(r *run, c change, why string) {
	api := r.as("jane.doe")
	before := r.tenant.token("laptop")
	rejectedWithReason(400, api.patch(before.ID, c), why)
	r.tenant.request("patch").is(wire{
		"PATCH", r.path + "/" + before.ID, "", 400, patchType, c.body(),
	})
	equal("token", r.tenant.token("laptop"), before)
}
