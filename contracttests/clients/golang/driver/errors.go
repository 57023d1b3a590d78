package main

import (
	"net/http"

	"github.com/hashicorp/go-retryablehttp"
	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
)

// undecodable is the text of an error whose body has a string where the SDK expects an object.
const undecodable = `^json: cannot unmarshal string into Go struct field .*error of type map`

// unauthorized gets 401 with wrong credentials, and with an access token that has expired.
func unauthorized(r *run) string {
	id, _ := r.tenant.credentials("jane.doe")
	wrong := r.with(r.tenant.url, id, "00000000000000000000000000000000")
	err := rejected(http.StatusUnauthorized, wrong.list("me", ""))
	matches("error "+lifted, err.Error(), undecodable)
	check(err.Model() == nil, "the error has the model %v %s", err.Model(), lifted)
	matches("body", string(err.Body()), `"error":"`)
	equal("status of the login", r.tenant.request("token").Status, http.StatusUnauthorized)
	call := r.tenant.requests("list", 1, lifted)[0]
	equal("status of a call after a rejected login", call.Status, http.StatusUnauthorized)

	r.tenant.control("POST", "/reset", nil, nil)
	api := r.as("jane.doe")
	api.list("me", "").ok(200)
	r.tenant.control("POST", "/clock/advance", map[string]any{"by": "13h"}, nil)
	err = rejected(http.StatusUnauthorized, api.list("me", ""))
	matches("error "+lifted, err.Error(), undecodable)
	r.tenant.requests("token", 1, lifted)
	calls := r.tenant.requests("list", 2, lifted)
	equal("statuses", []int{calls[0].Status, calls[1].Status}, []int{200, 401})
	equal("findings", calls[1].findings(), "expired-access-token")
	return "the SDK hides the error of a login, keeps the token after it expired, and cannot " +
		"decode 401"
}

// rateLimited gets 429. The SDK waits and repeats every request, at most four times.
func rateLimited(r *run) string {
	api := r.as("jane.doe")
	limits := func(operation string, times int) {
		r.tenant.fault(map[string]any{
			"operation": operation, "status": 429, "retryAfter": "1s", "times": times,
		})
	}
	limits("list", 1)
	limits("create", 1)
	api.list("me", "").ok(200)
	api.create(fields{name: "build", expires: in(30)}).ok(200)
	for _, operation := range []string{"list", "create"} {
		calls := r.tenant.requests(operation, 2, "")
		equal("statuses", []int{calls[0].Status, calls[1].Status}, []int{429, 200})
		wait := calls[1].Time.Sub(calls[0].Time)
		check(wait.Seconds() >= 1, "%s: repeated after %s, want a second or more", operation, wait)
		equal("findings", calls[1].findings(), "")
	}

	r.tenant.control("POST", "/reset", nil, nil)
	limits("list", 2)
	impatient := sailpoint.NewDefaultConfiguration()
	impatient.HTTPClient = retryablehttp.NewClient()
	equal("default retries", impatient.HTTPClient.RetryMax, 4)
	impatient.HTTPClient.RetryMax = 1
	lost := r.configured(impatient).list("me", "")
	check(lost.err != nil, "the request was not rejected")
	matches("error", lost.err.Error(), `giving up after 2 attempt\(s\)$`)
	check(lost.http == nil, "the response is %v %s", lost.http, lifted)
	r.tenant.requests("list", 2, "")
	return "the SDK waits after 429 and repeats every request four times, then loses the response"
}

// forbidden lists, patches and deletes tokens without the right to do so.
func forbidden(r *run) string {
	jane, admin := r.as("jane.doe"), r.as("admin")
	id := named(admin.list("", "").ok(200).tokens, "build pipeline").id
	rejectedWithReason(403, jane.list("", ""), ".")
	rejectedWithReason(403, jane.patch(id, change{"/name", "mine"}), ".")
	rejectedWithReason(403, jane.remove(id), ".")
	rejectedWithReason(403, admin.patch(id, change{"/name", "mine"}), ".") // but may delete it
	named(admin.list("", "").ok(200).tokens, "build pipeline")
	return ""
}

// notFound patches and deletes a token that does not exist.
func notFound(r *run) string {
	api := r.as("jane.doe")
	const id = "abababababababababababababababab"
	rejectedWithReason(404, api.patch(id, change{"/name", "nobody"}), ".")
	rejectedWithReason(404, api.remove(id), ".")
	r.tenant.request("patch")
	r.tenant.request("delete")
	return ""
}
