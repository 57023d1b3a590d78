package contracttests

import (
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
)

// tenantErrata is what a live target's documents leave open that ours settle: the answer to create
// may lack expirationDate where the token never expires, which a scenario of its own asks. The
// answer to a dated create is held to have it by others.
var tenantErrata = &spec.Errata{Contradictions: []spec.Contradiction{{
	ID: "open never-expiring-response", Documents: []string{"v2025", "v2026", "v1"},
	Pointer: "/components/schemas/CreatePersonalAccessTokenResponse/required",
	Published: []string{
		"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
		"expirationDate",
	},
	Effective: []string{
		"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
	},
	Reason: "Whether a token that never expires has null there, or nothing, is not published " +
		"(docs/behaviour.md#never-expiring-create-response).", Evidence: evidence.Assumed,
}}}
