package main

import (
	"os"
	"regexp"

	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
)

// logIn logs in once for several calls, with a form.
func logIn(r *run) string {
	api := r.as("jane.doe")
	api.list("me", "").ok(200)
	api.list("me", "").ok(200)

	login := r.tenant.request("token")
	equal("request", []any{login.Method, login.Path, login.Query, login.Status, login.Owner},
		[]any{"POST", "/oauth/token", "", 200, "jane.doe"})
	equal("content type", login.Request.Header.Get("Content-Type"),
		"application/x-www-form-urlencoded")
	id, _ := r.tenant.credentials("jane.doe")
	matches("form", login.Request.Body, "^client_id="+id+
		"&client_secret=.+&grant_type=client_credentials$")
	equal("findings", login.findings(), "")
	sdk, err := release()
	noError(err)
	for _, call := range r.tenant.requests("list", 2, "") {
		matches("authorization", call.Request.Header.Get("Authorization"), "^Bearer .")
		matches("user agent", call.Request.Header.Get("User-Agent"),
			"^SailPoint-SDK-Go/"+regexp.QuoteMeta(sdk)+" ")
		equal("findings", call.findings(), "")
	}
	return ""
}

// namespace uses a base URL with a path. The default tenant does not change.
func namespace(r *run) string {
	type counts struct{ Tokens, Requests int }
	var before, after counts
	r.root.control("GET", "/namespace", nil, &before)
	api := r.as("jane.doe")
	api.create(fields{name: "apart", expires: in(30)}).ok(200)
	equal("names", names(api.list("me", "").ok(200).tokens),
		[]string{"apart", "laptop", "login", "token report"})
	r.tenant.request("list").is(wire{
		method: "GET", path: r.path, query: "owner-id=me", status: 200,
	})
	r.root.control("GET", "/namespace", nil, &after)
	equal("default tenant", after, before)
	return ""
}

// trailingSlash uses base URLs that end in a slash, with and without a path.
func trailingSlash(r *run) string {
	for _, url := range []string{r.root.url + "/", r.tenant.url + "/"} {
		named(r.at(url, "jane.doe").list("me", "").ok(200).tokens, "laptop")
	}
	api := r.at(r.tenant.url+"/", "jane.doe")
	created := api.create(fields{name: "slashed", expires: in(30)}).ok(200).token
	patched := api.patch(created.id, change{"/name", "renamed"}).ok(200).token
	equal("name", patched.name, "renamed")
	api.remove(created.id).ok(204)
	r.tenant.request("create") // no redirect repeats it
	return ""
}

// environment uses only the initial environment variables of the program.
func environment(r *run) string {
	user := r.root.user(os.Getenv("SAIL_CLIENT_ID"))
	r.root.control("DELETE", "/requests", nil, nil)
	api := r.configured(sailpoint.NewDefaultConfiguration())
	tokens := api.list("me", "").ok(200).tokens
	equal("owners", owners(tokens), []string{user})
	named(tokens, "login")
	login := r.root.request("token")
	equal("login", []any{login.Owner, login.Status}, []any{user, 200})
	r.root.request("list").is(wire{method: "GET", path: r.path, query: "owner-id=me", status: 200})
	return ""
}
