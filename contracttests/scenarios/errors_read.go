package scenarios

import (
	"net/http"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// errorReads lists scenarios about error bodies that need no write.
var errorReads = []contract.Scenario{
	{
		ID: "errors/reads/form-of-400",
		Promise: "A list that is rejected with 400 has detailCode, trackingId and messages, and " +
			"its detailCode begins with the status.",
		Sources: []string{
			"v2026 #/components/responses/400",
			"v2026 #/components/schemas/ErrorResponseDto",
			"#error-form",
			"#error-code-begins-with-the-status",
		},
		Features: reads(), Rules: []rule.ID{"error-dto"},
		Run: func(t *contract.T) {
			expectErrorForm(t, badList(t).ExpectRejected(http.StatusBadRequest))
		},
	},
	{
		ID: "errors/reads/form-of-403",
		Promise: "A list that is rejected with 403 has detailCode, trackingId and messages, and " +
			"its detailCode begins with the status.",
		Sources: []string{
			"v2026 #/components/responses/403",
			"v2026 #/components/schemas/ErrorResponseDto",
			"#error-form",
			"#error-code-begins-with-the-status",
		},
		Features: reads(contract.SecondIdentity), Rules: []rule.ID{"error-dto"},
		Run: func(t *contract.T) {
			expectErrorForm(t, t.Second().List().ExpectStatus(http.StatusForbidden))
		},
	},
	{
		ID: "errors/reads/messages-and-causes",
		Promise: "The error of a rejected list has at least one message in a DEFAULT locale, and " +
			"causes as an array that may be empty.",
		Sources: []string{
			"v2026 #/components/schemas/ErrorMessageDto/properties/localeOrigin",
			"#error-messages",
		},
		Evidence: evidence.Observed, Features: reads(), Rules: []rule.ID{"error-dto"},
		Run: func(t *contract.T) { expectMessagesAndCauses(t, namedResponse{"list", badList(t)}) },
	},
	{
		ID:       "errors/reads/tracking-id-is-the-request-id",
		Promise:  "The trackingId of a rejected list is the SLPT-Request-ID of its response.",
		Sources:  []string{"#tracking-id-is-the-request-id"},
		Features: reads(), Rules: []rule.ID{"tracking-id"},
		Run: func(t *contract.T) {
			r := badList(t)
			t.Equal("trackingId", contract.Value(r.Header("SLPT-Request-ID")),
				r.ErrorBody().TrackingID)
		},
	},
	{
		ID: "errors/reads/request-and-date",
		Promise: "Every response to a login, a list, check_token and /oauth/info has Date and a " +
			"unique SLPT-Request-ID.",
		Sources:  []string{"#request-id-and-date"},
		Features: reads(), Rules: []rule.ID{"headers"},
		Run: func(t *contract.T) { expectRequestIDAndDate(t, responsesToReads(t)) },
	},
	{
		ID: "errors/reads/bodies-are-json",
		Promise: "Every response to a login, a list, check_token and /oauth/info is " +
			"application/json.",
		Sources:  []string{"#bodies-are-json"},
		Features: reads(), Rules: []rule.ID{"headers"},
		Run: func(t *contract.T) { expectJSON(t, responsesToReads(t)) },
	},
	{
		ID:       "errors/reads/incomplete-escape",
		Promise:  "A list is rejected with 400 if its query has an incomplete percent escape.",
		Sources:  []string{"#incomplete-escape-is-400"},
		Features: reads(), Rules: []rule.ID{rule.URLSyntax},
		Run: func(t *contract.T) {
			for _, query := range []string{
				"owner-id=me&filters=lastUsed%20isnull%2", "owner-id=me&filters=%zz",
			} {
				t.Owner().Send(contract.Request{
					Method: http.MethodGet, Path: t.CollectionPath(), RawQuery: query,
				}).ExpectError(http.StatusBadRequest)
			}
		},
	},
	{
		ID:       "errors/reads/leading-slashes",
		Promise:  "The list is reached with two leading slashes in its path, without a redirect.",
		Sources:  []string{"#leading-slashes"},
		Features: reads(), Rules: []rule.ID{"leading-slashes"},
		Run: func(t *contract.T) {
			t.Owner().Send(contract.Request{
				Method: http.MethodGet, Path: "/" + t.CollectionPath(), Query: map[string][]string{
					"owner-id": {"me"},
				},
			}).ExpectStatus(http.StatusOK)
		},
	},
}

// badList requests a list with an unsupported filter.
func badList(t *contract.T) *contract.Response {
	return t.Owner().ListOwn("filters", `name eq "patmock"`)
}

// responsesToReads returns responses to requests that change nothing, some of them rejected.
func responsesToReads(t *contract.T) []namedResponse {
	return []namedResponse{
		{"list", t.Owner().ListOwn().ExpectStatus(http.StatusOK)},
		{"rejected list", badList(t)},
		{"list without access token", t.Anonymous().ListOwn()},
		{"login", t.Anonymous().RequestToken(ownerCredentials(t)).ExpectStatus(http.StatusOK)},
		{"rejected login", t.Anonymous().PostForm(loginPath, "grant_type", "client_credentials")},
		{"check_token", t.Anonymous().PostForm("/oauth/check_token", "token", "garbage")},
		{"info", t.Anonymous().Send(get("/oauth/info"))},
	}
}
