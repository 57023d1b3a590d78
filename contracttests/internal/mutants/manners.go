package mutants

import (
	"net/http"
	"strings"

	"example.com/patmock/spec/rule"
)

// manners are mutants of how HTTP is spoken.
var manners = []Mutant{
	{
		"challenge-missing", rule.Challenge, "A 401 of the API has no challenge.",
		by("errors/401-has-a-challenge"), mutateResponse(on(list), header("WWW-Authenticate", "")),
	},
	{
		"challenge-without-error", rule.Challenge, "A 401 does not say that the bearer is bad.",
		by("errors/401-has-a-challenge"),
		mutateResponse(on(list), header("WWW-Authenticate", "Bearer")),
	},
	{
		"head-is-not-allowed", rule.Head, "HEAD of the list is 405.",
		by("list/head"), rejectHead,
	},
	{
		"challenge-missing-at-login", rule.Challenge,
		"A 401 of the token endpoint has no challenge.",
		by("token/401-has-a-challenge"), mutateResponse(on(login), header("WWW-Authenticate", "")),
	},
}

// rejectHead responds to HEAD as to a method that a path does not have.
func rejectHead(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && !strings.Contains(r.URL.Path, "/_mock/") {
			r.Method = http.MethodPut
		}
		next.ServeHTTP(w, r)
	})
}
