package contracttests

import (
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
)

// tenantErrata relaxes the documents for real tenants. The response to create may lack
// expirationDate if the token never expires: an open question records it. Other scenarios require
// expirationDate of tokens with a date.
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
	Reason: "It is not published whether expirationDate is null or absent for a token that never " +
		"expires (docs/behaviour.md#never-expiring-create-response).", Evidence: evidence.Assumed,
}}}
