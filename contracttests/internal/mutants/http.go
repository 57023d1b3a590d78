package mutants

import (
	"net/http"
	"strings"

	"example.com/patmock/spec/rule"
)

// httpMutants break the rules about HTTP itself.
var httpMutants = []Mutant{
	{
		"challenge-missing", rule.Challenge, "A 401 of the API has no challenge.",
		killedBy("errors/401-has-a-challenge"),
		mutateResponse(on(list), setHeader("WWW-Authenticate", "")),
	},
	{
		"challenge-without-error", rule.Challenge, "The challenge of a 401 has no error.",
		killedBy("errors/401-has-a-challenge"),
		mutateResponse(on(list), setHeader("WWW-Authenticate", "Bearer")),
	},
	{
		"head-is-not-allowed", rule.Head, "HEAD of the list is 405.",
		killedBy("list/head"), rejectHead,
	},
	{
		"challenge-missing-at-login", rule.Challenge,
		"A 401 of the token endpoint has no challenge.",
		killedBy("token/401-has-a-challenge"),
		mutateResponse(on(login), setHeader("WWW-Authenticate", "")),
	},
}

// rejectHead responds to HEAD as to an unsupported method.
func rejectHead(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && !strings.Contains(r.URL.Path, "/_mock/") {
			r.Method = http.MethodPut
		}
		next.ServeHTTP(w, r)
	})
}
