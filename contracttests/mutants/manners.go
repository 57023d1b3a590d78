package mutants

import "example.com/patmock/spec/rule"

// manners are mutants of how HTTP is spoken.
var manners = []Mutant{
	{
		"challenge-missing", rule.Challenge, "A 401 of the API has no challenge.",
		by("errors/401-has-a-challenge"), rewrite(on(list), header("WWW-Authenticate", "")),
	},
	{
		"challenge-without-error", rule.Challenge, "A 401 does not say that the bearer is bad.",
		by("errors/401-has-a-challenge"), rewrite(on(list), header("WWW-Authenticate", "Bearer")),
	},
	{
		"challenge-missing-at-login", rule.Challenge, "A 401 of the token endpoint has no challenge.",
		by("token/401-has-a-challenge"), rewrite(on(login), header("WWW-Authenticate", "")),
	},
}
