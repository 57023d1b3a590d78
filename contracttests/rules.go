package contracttests

// Rule is a promise that stands in prose, where no document could be compared.
type Rule struct {
	// ID is stable.
	ID string `json:"id"`
	// Text says it in one sentence.
	Text string `json:"text"`
	// Source is where, as in a Scenario.
	Source string `json:"source"`
	// Unreachable says why no scenario can see it, empty where one can.
	Unreachable string `json:"unreachable"`
}

// Rules lists what the documents and the collected facts promise in prose. A scenario names those that it covers.
func Rules() []Rule { return rules }

var rules = []Rule{
	{ID: "token-form", Text: "Credentials are taken from an urlencoded form.", Source: "behaviour 1.1"},
	{ID: "token-multipart", Text: "Credentials are taken from a multipart form.", Source: "behaviour 1.1"},
	{ID: "token-query", Text: "Credentials are taken from the query.", Source: "behaviour 1.1"},
	{ID: "token-split", Text: "Credentials may be split between query and form.", Source: "clients 0"},
	{ID: "token-basic", Text: "Credentials are taken from HTTP Basic.", Source: "behaviour 1.1"},
	{ID: "token-no-json", Text: "Credentials in JSON are not read.", Source: "behaviour 1.1"},
	{ID: "token-scope-ignored", Text: "A scope parameter at the token endpoint is ignored.", Source: "behaviour 1.1"},
	{ID: "token-answer", Text: "The answer has access_token, token_type bearer in lower case, expires_in and who logged in, and no refresh_token.", Source: "behaviour 1.2"},
	{ID: "token-expires-in", Text: "expires_in is the token's accessTokenValiditySeconds.", Source: "behaviour 1.2"},
	{ID: "token-bad-credentials", Text: "A wrong id or secret is 401 invalid_client.", Source: "behaviour 1.3"},
	{ID: "token-no-credentials", Text: "No credentials at all are 401 unauthorized.", Source: "behaviour 1.3"},
	{ID: "token-grants", Text: "Other grants, and none, are refused.", Source: "behaviour 12"},
	{ID: "token-deleted-or-expired", Text: "A deleted or expired token makes no access token.", Source: "behaviour 12"},
	{ID: "access-token-is-jws", Text: "An access token is a JWS in compact form that names user, org, pod, client and expiry.", Source: "behaviour 1.4"},
	{ID: "access-tokens-stay-valid", Text: "New access tokens leave older ones valid.", Source: "clients 0"},
	{ID: "access-token-outlives", Text: "An access token stays valid when its token is deleted, expires or changes scope.", Source: "behaviour 12"},
	{ID: "access-token-expires", Text: "An access token expires after the seconds it was issued for.", Source: "behaviour 1.4"},
	{ID: "oauth-info", Text: "/oauth/info names tenant, pod and endpoints without a login.", Source: "behaviour 1.5"},
	{ID: "oauth-check-token", Text: "/oauth/check_token tells the claims of a valid access token and refuses another.", Source: "behaviour 1.5"},

	{ID: "bearer-required", Text: "Every operation needs a valid bearer, else 401 with error.", Source: "behaviour 2.4"},
	{ID: "scopes-of-operations", Text: "An access token needs one of the operation's scopes, or sp:scopes:all.", Source: "behaviour 2.1"},
	{ID: "scope-default", Text: "sp:scopes:default opens no operation on tokens.", Source: "behaviour 2.4"},
	{ID: "scope-out-of-level", Text: "A scope beyond the user's level is stored and gives no rights.", Source: "behaviour 2.4"},
	{ID: "list-own", Text: "With owner-id=me anybody lists their own tokens and no others.", Source: "behaviour 2.2"},
	{ID: "list-all-needs-right", Text: "Listing others, or all, needs the right to all tokens.", Source: "behaviour 2.2"},
	{ID: "patch-own-only", Text: "Nobody changes another user's token, an administrator neither.", Source: "behaviour 2.3"},
	{ID: "delete-own-or-all", Text: "An administrator deletes anybody's token, others only their own.", Source: "behaviour 2.3"},
	{ID: "no-application-auth", Text: "An API client without a user may do nothing with tokens.", Source: "behaviour 2.1"},
	{ID: "managed-tokens", Text: "Managed tokens are listed with the managed right only.", Source: "behaviour 2.2"},

	{ID: "error-dto", Text: "400, 403, 404 and 500 have detailCode, trackingId, messages with a DEFAULT locale, and causes.", Source: "behaviour 3.1"},
	{ID: "error-401", Text: "401 is an object with error.", Source: "behaviour 3.1"},
	{ID: "error-429", Text: "429 is an object with message, and has Retry-After.", Source: "behaviour 3.1"},
	{ID: "tracking-id", Text: "trackingId is the SLPT-Request-ID of the answer.", Source: "behaviour 5"},
	{ID: "headers", Text: "Every answer has SLPT-Request-ID and Date, every body application/json.", Source: "behaviour 5"},
	{ID: "rate-limit", Text: "A hundred requests of a client id and version in ten seconds, then 429.", Source: "behaviour 5"},
	{ID: "token-limit", Text: "A user has ten tokens at most.", Source: "behaviour 3.3"},

	{ID: "list-no-paging", Text: "Paging parameters are ignored; the list is whole.", Source: "behaviour 4.1"},
	{ID: "list-each-once", Text: "A list names each token once.", Source: "behaviour 6.1"},
	{ID: "filter-isnull", Text: "lastUsed isnull finds tokens that were never used.", Source: "behaviour 4.4"},
	{ID: "filter-le", Text: "lastUsed le finds those used until then, that moment included.", Source: "behaviour 4.4"},
	{ID: "filter-precedence", Text: "not binds before and, and before or; parentheses override.", Source: "behaviour 4.3"},
	{ID: "filter-unknown", Text: "A token never used matches neither lastUsed le nor its opposite.", Source: "behaviour 12"},
	{ID: "filter-unsupported", Text: "Other fields, operators and syntax are 400.", Source: "behaviour 4.4"},
	{ID: "filter-empty", Text: "An empty filter counts as absent.", Source: "behaviour 12"},

	{ID: "secret-once", Text: "The secret is in the answer to create and nowhere else.", Source: "behaviour 6.1"},
	{ID: "id-and-secret-form", Text: "An id has 32 hexadecimal digits, a secret 64.", Source: "behaviour 6.1"},
	{ID: "name-required", Text: "A name is required.", Source: "behaviour 3.3"},
	{ID: "name-unique", Text: "A name is unique among the tokens of its owner, and free for others.", Source: "behaviour 6.1"},
	{ID: "scope-defaults-to-all", Text: "Scope is sp:scopes:all where absent or null.", Source: "behaviour 6.1"},
	{ID: "validity-bounds", Text: "accessTokenValiditySeconds is 15 to 43200, and 43200 where absent or null.", Source: "behaviour 6.1"},
	{ID: "create-for-caller", Text: "A token is always the caller's.", Source: "behaviour 6.1"},
	{ID: "create-is-200", Text: "Create answers 200 with the eight published keys.", Source: "behaviour 6.9"},
	{ID: "unknown-ignored", Text: "Unknown properties and query parameters are ignored.", Source: "behaviour 4.1"},
	{ID: "last-used", Text: "lastUsed is null until the first login and moves once a day.", Source: "behaviour 6.1"},
	{ID: "expiry-six-months", Text: "Legacy: no date means six calendar months.", Source: "behaviour 6.2"},
	{ID: "expiry-upper-bound", Text: "Legacy: a date lies within six months.", Source: "behaviour 6.2"},
	{ID: "expiry-month-end", Text: "Six months after the end of a month is the end of a month.", Source: "behaviour 6.2"},
	{ID: "expiry-never", Text: "Current: no date needs the acknowledgement, and then means never.", Source: "behaviour 6.3"},
	{ID: "expiry-future", Text: "A date lies in the future.", Source: "behaviour 6.3"},
	{ID: "expiry-no-upper-bound", Text: "Current: a date has no upper bound.", Source: "behaviour 6.3"},
	{ID: "date-forms", Text: "Dates are taken with any fraction and offset, and answered in UTC with milliseconds.", Source: "clients 0"},
	{ID: "date-needs-zone", Text: "A date without a zone is refused.", Source: "behaviour 12"},
	{ID: "patch-fields", Text: "A patch changes the version's patchable fields and no others.", Source: "behaviour 6.4"},
	{ID: "patch-atomic", Text: "A patch is applied as a whole or not at all.", Source: "behaviour 6.4"},
	{ID: "patch-media-type", Text: "A patch is application/json-patch+json; another content type is 415.", Source: "behaviour 12"},
	{ID: "patch-empty", Text: "An empty patch changes nothing.", Source: "behaviour 12"},
	{ID: "patch-test", Text: "A failed test refuses the patch.", Source: "behaviour 12"},
	{ID: "patch-never", Text: "Current: removing the date needs the acknowledgement in the same patch.", Source: "behaviour 6.4"},
	{ID: "patch-revives", Text: "Current: a new date revives an expired token.", Source: "behaviour 12"},
	{ID: "patch-no-secret", Text: "A patch answers the token without its secret.", Source: "behaviour 6.1"},
	{ID: "scope-change-delay", Text: "A new scope shows in new access tokens within twenty minutes.", Source: "behaviour 2.4"},
	{ID: "unknown-id", Text: "An unknown id is 404 for patch and delete.", Source: "behaviour 3.3"},
	{ID: "delete-for-good", Text: "A deleted token is gone: not listed, not found again, its name free.", Source: "behaviour 6.1"},
	{ID: "bulk-update", Text: "v1: one patch for up to 25 tokens, all or none, answered sorted by id.", Source: "behaviour 6.7"},
	{ID: "bulk-rights", Text: "v1: a bulk update needs the right to all tokens.", Source: "behaviour 6.7"},
	{ID: "one-store", Text: "All versions show the same tokens.", Source: "behaviour 6.5"},
	{ID: "no-get-by-id", Text: "There is no way to get or replace one token by its id.", Source: "behaviour 0"},
	{ID: "leading-slashes", Text: "A base URL with a slash at its end works.", Source: "clients 0"},
	{ID: "experimental-header", Text: "X-SailPoint-Experimental is tolerated and not required.", Source: "behaviour 7"},
	{ID: "authorization-code", Text: "authorization_code and refresh_token work for clients that have them.", Source: "behaviour 1.1", Unreachable: "no such client can be had: a personal access token has neither grant"},
	{ID: "audit-events", Text: "Use, creation and expiry of tokens are audited.", Source: "behaviour 1.3", Unreachable: "audit events are another API"},
}
