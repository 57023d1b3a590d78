package main

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// listMe lists the caller's own tokens. The SDK returns the zero time for null.
func listMe(r *run) string {
	tokens := r.as("jane.doe").list("me", "").ok(200).tokens
	equal("names", names(tokens), []string{"laptop", "login", "token report"})
	equal("owners", owners(tokens), []string{"jane.doe"})
	for _, got := range tokens {
		want := r.tenant.token(got.name)
		equal("token", got, token{
			id: want.ID, name: want.Name, scope: want.Scope,
			validity:  want.AccessTokenValiditySeconds,
			ownerType: "IDENTITY", ownerName: "jane.doe",
			created: want.Created, expires: want.ExpirationDate, lastUsed: want.LastUsed,
			acknowledged: !r.version.legacy && want.ExpirationDate.IsZero(),
		})
	}
	check(named(tokens, "login").expires.IsZero(), "the token login has an expiration date")
	check(named(tokens, "token report").lastUsed.IsZero(), "the token report was used")
	r.tenant.request("list").is(wire{
		method: "GET", path: r.path, query: "owner-id=me", status: 200,
	})
	return ""
}

// listAll lists the tokens of all users as an administrator.
func listAll(r *run) string {
	tokens := r.as("admin").list("", "").ok(200).tokens
	equal("owners", owners(tokens), []string{"admin", "helpdesk", "jane.doe", "john.roe"})
	equal("number of tokens", len(tokens), len(r.tenant.tokens()))
	check(named(tokens, "onboarding workflow").managed, "the token of the workflow is not managed")
	r.tenant.request("list").is(wire{method: "GET", path: r.path, status: 200})
	return ""
}

// listFiltered filters by the last use. Another filter is rejected with a reason.
func listFiltered(r *run) string {
	api := r.as("jane.doe")
	date := in(-100).Format(time.RFC3339Nano)
	filters := []string{"lastUsed isnull", "lastUsed le " + date, `name eq "laptop"`}
	equal("unused", names(api.list("me", filters[0]).ok(200).tokens), []string{"token report"})
	equal("stale", names(api.list("me", filters[1]).ok(200).tokens), []string{"laptop"})
	rejectedWithReason(400, api.list("me", filters[2]), "name")
	for i, got := range r.tenant.requests("list", 3, "") {
		got.is(wire{
			method: "GET", path: r.path, status: []int{200, 200, 400}[i],
			query: "filters=" + url.QueryEscape(filters[i]) + "&owner-id=me",
		}, got.kinds()...)
	}
	return ""
}

// kinds returns the kinds of the findings.
func (r request) kinds() []string {
	return slices.DeleteFunc(strings.Split(r.findings(), ","), func(kind string) bool {
		return kind == ""
	})
}
