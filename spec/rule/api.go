package rule

// Logging in.
const (
	TokenForm             ID = "token-form"
	TokenMultipart        ID = "token-multipart"
	TokenQuery            ID = "token-query"
	TokenSplit            ID = "token-split"
	TokenBasic            ID = "token-basic"
	TokenNoJSON           ID = "token-no-json"
	TokenParameters       ID = "token-parameters"
	TokenScopeIgnored     ID = "token-scope-ignored"
	TokenAnswer           ID = "token-answer"
	TokenExpiresIn        ID = "token-expires-in"
	TokenBadCredentials   ID = "token-bad-credentials"
	TokenNoCredentials    ID = "token-no-credentials"
	TokenGrants           ID = "token-grants"
	TokenDeletedOrExpired ID = "token-deleted-or-expired"
	OAuthError            ID = "oauth-error"
	OAuthInfo             ID = "oauth-info"
	OAuthCheckToken       ID = "oauth-check-token"
	NoPublishedKeys       ID = "no-published-keys"
	AuthorizationCode     ID = "authorization-code"
)

var login = []Rule{
	{
		ID: TokenForm, Evidence: published,
		Text:    "Credentials are read from an urlencoded form.",
		Sources: []string{"docs/behaviour.md#token-form"},
	},
	{
		ID: TokenMultipart, Evidence: published,
		Text:    "Credentials are read from a multipart form.",
		Sources: []string{"docs/behaviour.md#token-multipart"},
	},
	{
		ID: TokenQuery, Evidence: published,
		Text:    "Credentials are read from the query.",
		Sources: []string{"docs/behaviour.md#token-query"},
	},
	{
		ID: TokenSplit, Evidence: observed,
		Text:    "Credentials may be split between query and form.",
		Sources: []string{"docs/behaviour.md#token-split"},
	},
	{
		ID: TokenBasic, Evidence: observed,
		Text:    "Credentials are read from HTTP Basic.",
		Sources: []string{"docs/behaviour.md#token-basic"},
	},
	{
		ID: TokenNoJSON, Evidence: published,
		Text:    "Credentials in JSON are not read.",
		Sources: []string{"docs/behaviour.md#token-json-is-not-read"},
	},
	{
		ID: TokenParameters, Evidence: assumed,
		Text:    "A parameter of the token endpoint has one value, in HTTP Basic as well.",
		Sources: []string{"docs/behaviour.md#two-values-are-400"},
	},
	{
		ID: TokenScopeIgnored, Evidence: assumed,
		Text:    "A scope parameter at the token endpoint is ignored.",
		Sources: []string{"docs/behaviour.md#token-scope-parameter"},
	},
	{
		ID: TokenAnswer, Evidence: observed,
		Text: "The response has access_token, token_type bearer in lower case, expires_in and the user, and no refresh_token.",
		Sources: []string{
			"docs/behaviour.md#login-names-tenant-and-user",
			"docs/behaviour.md#token-type-is-bearer",
			"docs/behaviour.md#expires-in",
			"docs/behaviour.md#no-refresh-token",
		},
	},
	{
		ID: TokenExpiresIn, Evidence: published,
		Text:    "expires_in is the token's accessTokenValiditySeconds.",
		Sources: []string{"docs/behaviour.md#expires-in"},
	},
	{
		ID: TokenBadCredentials, Evidence: observed,
		Text:    "A wrong id or secret is 401 invalid_client.",
		Sources: []string{"docs/behaviour.md#bad-credentials-are-401"},
	},
	{
		ID: TokenNoCredentials, Evidence: assumed,
		Text:    "A login without credentials is 401 unauthorized.",
		Sources: []string{"docs/behaviour.md#no-credentials-are-401"},
	},
	{
		ID: TokenGrants, Evidence: assumed,
		Text: "A grant other than client_credentials is rejected, and so is none.",
		Sources: []string{
			"docs/behaviour.md#unknown-grant-is-400",
			"docs/behaviour.md#missing-grant-is-400",
			"docs/behaviour.md#foreign-grant-is-401",
			"docs/behaviour.md#password-grant-is-unsupported",
		},
	},
	{
		ID: TokenDeletedOrExpired, Evidence: assumed,
		Text: "A deleted or expired token creates no access token.",
		Sources: []string{
			"docs/behaviour.md#login-of-a-deleted-token-is-401",
			"docs/behaviour.md#login-of-an-expired-token-is-401",
		},
	},
	{
		ID: OAuthError, Evidence: assumed,
		Text:    "An error of the token endpoint other than 429 has an error code of RFC 6749.",
		Sources: []string{"docs/behaviour.md#token-endpoint-errors"},
	},
	{
		ID: OAuthInfo, Evidence: published,
		Text:    "/oauth/info names tenant, pod and endpoints without a login.",
		Sources: []string{"docs/behaviour.md#oauth-info"},
	},
	{
		ID: OAuthCheckToken, Evidence: observed,
		Text:    "/oauth/check_token returns the claims of a valid access token and rejects another.",
		Sources: []string{"docs/behaviour.md#check-token", "docs/behaviour.md#check-token-error"},
	},
	{
		ID: NoPublishedKeys, Evidence: assumed,
		Text:    "No endpoint has the keys that access tokens are verified with.",
		Sources: []string{"docs/behaviour.md#no-published-keys"},
	},
	{
		ID: AuthorizationCode, Evidence: published,
		Text:         "authorization_code and refresh_token work for clients that have them.",
		Sources:      []string{"docs/behaviour.md#documented-grants"},
		Unobservable: "a personal access token has neither grant, and no other client can be had",
	},
}

// Access tokens and what they allow.
const (
	AccessTokenIsJWS      ID = "access-token-is-jws"
	AccessTokenIsShort    ID = "access-token-is-short"
	AccessTokensStayValid ID = "access-tokens-stay-valid"
	AccessTokenOutlives   ID = "access-token-outlives"
	AccessTokenExpires    ID = "access-token-expires"
	BearerRequired        ID = "bearer-required"
	OperationScopes       ID = "operation-scopes"
	ScopeDefault          ID = "scope-default"
	ScopeOutOfLevel       ID = "scope-out-of-level"
	ListOwn               ID = "list-own"
	ListRights            ID = "list-rights"
	WriteRights           ID = "write-rights"
	PatchOwnOnly          ID = "patch-own-only"
	DeleteOwnOrAll        ID = "delete-own-or-all"
	NoApplicationAuth     ID = "no-application-auth"
	ManagedTokens         ID = "managed-tokens"
)

var access = []Rule{
	{
		ID: AccessTokenIsJWS, Evidence: published,
		Text: "An access token is a JWS in compact form that names org, pod, client, expiry and the user, if there is one.",
		Sources: []string{
			"docs/behaviour.md#access-token-is-a-jws",
			"docs/behaviour.md#access-token-claims",
			"docs/behaviour.md#access-token-id",
			"docs/behaviour.md#api-client-has-no-user",
		},
	},
	{
		ID: AccessTokenIsShort, Evidence: observed,
		Text: "An access token is shorter than 4 KB, whatever its scopes are.",
		Sources: []string{
			"docs/behaviour.md#scope-claim-is-a-bitmap",
			"docs/behaviour.md#access-token-is-short",
		},
	},
	{
		ID: AccessTokensStayValid, Evidence: observed,
		Text:    "New access tokens leave older ones valid.",
		Sources: []string{"docs/behaviour.md#access-tokens-live-side-by-side"},
	},
	{
		ID: AccessTokenOutlives, Evidence: assumed,
		Text: "An access token stays valid when its token expires or changes scope.",
		Sources: []string{
			"docs/behaviour.md#access-token-outlives-expiry",
			"docs/behaviour.md#access-token-outlives-scope-change",
			"docs/behaviour.md#access-token-outlives-scope-change-in-beta",
		},
	},
	{
		ID: AccessTokenExpires, Evidence: published,
		Text:    "An access token expires after the seconds that it was issued for.",
		Sources: []string{"docs/behaviour.md#access-token-expires"},
	},
	{
		ID: BearerRequired, Evidence: published,
		Text:    "Every operation needs a valid bearer, else it is 401.",
		Sources: []string{"v2026 #/components/responses/401", "docs/behaviour.md#bearer-required"},
	},
	{
		ID: OperationScopes, Evidence: published,
		Text: "An access token needs one of the operation's scopes, or sp:scopes:all.",
		Sources: []string{
			createOp + "/security",
			"docs/behaviour.md#one-scope-suffices",
			"docs/behaviour.md#scope-all",
			"docs/behaviour.md#scopes-add-up",
		},
	},
	{
		ID: ScopeDefault, Evidence: published,
		Text:    "sp:scopes:default opens no operation on tokens.",
		Sources: []string{"docs/behaviour.md#scope-default"},
	},
	{
		ID: ScopeOutOfLevel, Evidence: published,
		Text:    "A scope beyond the user's level is stored and gives no rights.",
		Sources: []string{"docs/behaviour.md#scope-beyond-the-level"},
	},
	{
		ID: ListOwn, Evidence: published,
		Text:    "With owner-id=me users list their own tokens and no others.",
		Sources: []string{listOperation + "/description", "docs/behaviour.md#owner-id-me"},
	},
	{
		ID: ListRights, Evidence: published,
		Text: "Listing the tokens of others, or of all, needs the right to all tokens.",
		Sources: []string{
			listOperation + "/description",
			"docs/behaviour.md#list-of-others-needs-the-right",
		},
	},
	{
		ID: WriteRights, Evidence: assumed,
		Text: "Create and delete need a right that the caller's scopes give within the user level.",
		Sources: []string{
			"docs/behaviour.md#forbidden-is-403",
			"docs/behaviour.md#delete-without-the-right-is-403",
			"docs/behaviour.md#all-includes-my",
		},
	},
	{
		ID: PatchOwnOnly, Evidence: observed,
		Text:    "Only the owner changes a token; an administrator may not.",
		Sources: []string{"docs/behaviour.md#patch-of-anothers-is-403"},
	},
	{
		ID: DeleteOwnOrAll, Evidence: observed,
		Text: "An administrator deletes any token, other users only their own.",
		Sources: []string{
			"docs/behaviour.md#admin-deletes-anothers",
			"docs/behaviour.md#delete-without-the-right-is-403",
		},
	},
	{
		ID: NoApplicationAuth, Evidence: published,
		Text:    "An API client without a user may use no operation on tokens.",
		Sources: []string{"docs/behaviour.md#api-clients-are-forbidden"},
	},
	{
		ID: ManagedTokens, Evidence: published,
		Text: "Managed tokens are listed with the managed right only.",
		Sources: []string{
			listOperation + "/description",
			"docs/behaviour.md#managed-tokens-need-their-right",
			"docs/behaviour.md#managed-right-is-the-admins",
		},
	},
}

// Responses in general.
const (
	ErrorDTO           ID = "error-dto"
	ErrorUndeclared    ID = "error-undeclared"
	Error401           ID = "error-401"
	Error429           ID = "error-429"
	TrackingID         ID = "tracking-id"
	Headers            ID = "headers"
	RateLimit          ID = "rate-limit"
	ExperimentalHeader ID = "experimental-header"
	LeadingSlashes     ID = "leading-slashes"
	NoGetByID          ID = "no-get-by-id"
	MethodNotAllowed   ID = "method-not-allowed"
	URLSyntax          ID = "url-syntax"
	Challenge          ID = "challenge"
	Head               ID = "head"
	JSONSyntax         ID = "json-syntax"
)

var responses = []Rule{
	{
		ID: ErrorDTO, Evidence: published,
		Text: "400, 403, 404 and 500 have detailCode, trackingId, messages with a DEFAULT locale, and causes.",
		Sources: []string{
			"v2026 #/components/schemas/ErrorResponseDto",
			"docs/behaviour.md#error-form",
			"docs/behaviour.md#error-messages",
		},
	},
	{
		ID: ErrorUndeclared, Evidence: assumed,
		Text: "An error of a status that no document declares has the form of the others.",
		Sources: []string{
			"errata method-not-allowed", "errata content-too-large",
			"errata unsupported-media-type", "errata service-unavailable",
		},
	},
	{
		ID: Error401, Evidence: published,
		Text:    "401 is an object with error.",
		Sources: []string{"v2026 #/components/responses/401", "docs/behaviour.md#error-of-401"},
	},
	{
		ID: Error429, Evidence: published,
		Text:    "429 is an object with message, and has Retry-After.",
		Sources: []string{"v2026 #/components/responses/429", "docs/behaviour.md#error-of-429"},
	},
	{
		ID: TrackingID, Evidence: assumed,
		Text:    "trackingId is the SLPT-Request-ID of the response.",
		Sources: []string{"docs/behaviour.md#tracking-id-is-the-request-id"},
	},
	{
		ID: Headers, Evidence: observed,
		Text: "Every response has SLPT-Request-ID and Date, and every body is application/json.",
		Sources: []string{
			"docs/behaviour.md#request-id-and-date",
			"docs/behaviour.md#bodies-are-json",
		},
	},
	{
		ID: RateLimit, Evidence: published,
		Text:    "A client id may make a hundred requests to a version in ten seconds; then it is 429.",
		Sources: []string{"docs/behaviour.md#rate-limit"},
	},
	{
		ID: ExperimentalHeader, Evidence: published,
		Text:    "X-SailPoint-Experimental is tolerated and not required.",
		Sources: []string{"docs/behaviour.md#experimental-header"},
	},
	{
		ID: LeadingSlashes, Evidence: assumed,
		Text:    "A base URL with a slash at its end works.",
		Sources: []string{"docs/behaviour.md#leading-slashes"},
	},
	{
		ID: NoGetByID, Evidence: published,
		Text:    "There is no way to get or replace one token by its id.",
		Sources: []string{"docs/behaviour.md#no-get-by-id"},
	},
	{
		ID: MethodNotAllowed, Evidence: assumed,
		Text:    "A method that a path does not have is 405 with Allow.",
		Sources: []string{"errata method-not-allowed"},
	},
	{
		ID: Challenge, Evidence: assumed,
		Text:    "Every 401 has a challenge in WWW-Authenticate.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"},
	},
	{
		ID: Head, Evidence: assumed,
		Text:    "A path that has GET has HEAD, with the same status and no body.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"},
	},
	{
		ID: URLSyntax, Evidence: assumed,
		Text:    "Percent-escapes in path and query are complete.",
		Sources: []string{"docs/behaviour.md#incomplete-escape-is-400"},
	},
	{
		ID: JSONSyntax, Evidence: observed,
		Text: "A body is JSON in UTF-8.",
		Sources: []string{
			"docs/behaviour.md#unparsable-body-is-400",
			"docs/behaviour.md#body-in-other-bytes-is-400",
		},
	},
}

// The list and its filter.
const (
	ListNoPaging     ID = "list-no-paging"
	ListEachOnce     ID = "list-each-once"
	FilterIsNull     ID = "filter-isnull"
	FilterLe         ID = "filter-le"
	FilterPrecedence ID = "filter-precedence"
	FilterUnknown    ID = "filter-unknown"
	FilterSyntax     ID = "filter-syntax"
	FilterSupported  ID = "filter-supported"
	FilterEmpty      ID = "filter-empty"
)

var listing = []Rule{
	{
		ID: ListNoPaging, Evidence: assumed,
		Text: "Paging parameters are ignored; the list is complete.",
		Sources: []string{
			"docs/behaviour.md#list-is-not-paged",
			"docs/behaviour.md#list-parameters",
		},
	},
	{
		ID: ListEachOnce, Evidence: assumed,
		Text:    "A list names each token once.",
		Sources: []string{"docs/behaviour.md#list-names-each-token-once"},
	},
	{
		ID: FilterIsNull, Evidence: published,
		Text:    "lastUsed isnull finds the tokens that were never used.",
		Sources: []string{"docs/behaviour.md#filter-isnull"},
	},
	{
		ID: FilterLe, Evidence: published,
		Text:    "lastUsed le finds the tokens used until then, that moment included.",
		Sources: []string{"docs/behaviour.md#filter-le"},
	},
	{
		ID: FilterPrecedence, Evidence: published,
		Text:    "not binds before and, and before or; parentheses override.",
		Sources: []string{"docs/behaviour.md#filter-precedence"},
	},
	{
		ID: FilterUnknown, Evidence: assumed,
		Text:    "The opposite of lastUsed le leaves out tokens that were never used, too.",
		Sources: []string{"docs/behaviour.md#filter-unknown-under-not"},
	},
	{
		ID: FilterSyntax, Evidence: published,
		Text:    "A filter follows the grammar of the standard collection parameters, else it is 400.",
		Sources: []string{"docs/behaviour.md#filter-syntax-is-400"},
	},
	{
		ID: FilterSupported, Evidence: published,
		Text: "A filter has lastUsed with le or isnull; other fields and operators are 400.",
		Sources: []string{
			"docs/behaviour.md#filter-fields",
			"docs/behaviour.md#filter-unsupported-is-400",
		},
	},
	{
		ID: FilterEmpty, Evidence: assumed,
		Text:    "An empty filter counts as absent.",
		Sources: []string{"docs/behaviour.md#filter-empty-is-absent"},
	},
}

// Tokens.
const (
	SecretOnce         ID = "secret-once"
	IDAndSecretForm    ID = "id-and-secret-form"
	NameRequired       ID = "name-required"
	NameNotBlank       ID = "name-not-blank"
	NameUnchanged      ID = "name-unchanged"
	NameUnique         ID = "name-unique"
	ScopeDefaultsToAll ID = "scope-defaults-to-all"
	ScopeChangeDelay   ID = "scope-change-delay"
	ValidityBounds     ID = "validity-bounds"
	TokensPerOwner     ID = "tokens-per-owner"
	CreateForCaller    ID = "create-for-caller"
	CreateIs200        ID = "create-is-200"
	CreatedNow         ID = "created-is-now"
	TokenKeys          ID = "token-keys"
	UnknownIgnored     ID = "unknown-ignored"
	LastUsed           ID = "last-used"
	UnknownID          ID = "unknown-id"
	DeleteIs204        ID = "delete-is-204"
	DeleteForGood      ID = "delete-for-good"
	ExpiredTokenStays  ID = "expired-token-stays"
	OneStore           ID = "one-store"
)

var tokens = []Rule{
	{
		ID: SecretOnce, Evidence: published,
		Text: "The secret is in the response to create and nowhere else.",
		Sources: []string{
			createResponse + "/properties/secret",
			"docs/behaviour.md#secret-is-shown-once",
		},
	},
	{
		ID: IDAndSecretForm, Evidence: published,
		Text: "An id has 32 hexadecimal digits and a secret 64, and no two tokens share either.",
		Sources: []string{
			createResponse + "/properties/id",
			"docs/behaviour.md#id-and-secret-form",
		},
	},
	{
		ID: NameRequired, Evidence: published,
		Text:    "A token needs a name.",
		Sources: []string{createRequest + "/required", "docs/behaviour.md#name-is-required"},
	},
	{
		ID: NameNotBlank, Evidence: assumed,
		Text:    "A name has more than blanks.",
		Sources: []string{"docs/behaviour.md#empty-name-is-400"},
	},
	{
		ID: NameUnchanged, Evidence: assumed,
		Text:    "A name is stored as it was sent, in letters of any script.",
		Sources: []string{"docs/behaviour.md#name-is-kept"},
	},
	{
		ID: NameUnique, Evidence: published,
		Text: "A name is unique among the tokens of its owner, and free for others.",
		Sources: []string{
			createRequest + "/properties/name/description",
			"docs/behaviour.md#name-is-unique-per-owner",
		},
	},
	{
		ID: ScopeDefaultsToAll, Evidence: published,
		Text: "scope is sp:scopes:all if it is absent or null.",
		Sources: []string{
			createRequest + "/properties/scope/description",
			"docs/behaviour.md#scope-defaults-to-all",
		},
	},
	{
		ID: ScopeChangeDelay, Evidence: published,
		Text:    "A new scope is in new access tokens within twenty minutes.",
		Sources: []string{"docs/behaviour.md#scope-change-takes-up-to-20-minutes"},
	},
	{
		ID: ValidityBounds, Evidence: published,
		Text: "accessTokenValiditySeconds is 15 to 43200, and 43200 if it is absent or null.",
		Sources: []string{
			createRequest + "/properties/accessTokenValiditySeconds",
			"docs/behaviour.md#validity-is-15-to-43200",
			"docs/behaviour.md#validity-defaults-to-43200",
		},
	},
	{
		ID: TokensPerOwner, Evidence: published,
		Text:    "An owner has ten tokens at most.",
		Sources: []string{"docs/behaviour.md#ten-tokens-per-user"},
	},
	{
		ID: CreateForCaller, Evidence: published,
		Text:    "A token always belongs to its creator.",
		Sources: []string{"docs/behaviour.md#create-is-for-the-caller"},
	},
	{
		ID: CreateIs200, Evidence: published,
		Text: "Create is 200 with the eight published keys.",
		Sources: []string{
			createOp + "/responses/200",
			createResponse + "/required",
			"docs/behaviour.md#create-is-200",
			"docs/behaviour.md#create-has-eight-keys",
		},
	},
	{
		ID: CreatedNow, Evidence: published,
		Text:    "created is the moment of the create.",
		Sources: []string{createResponse + "/properties/created"},
	},
	{
		ID: TokenKeys, Evidence: published,
		Text:    "Listed tokens have the keys that the document of their version declares.",
		Sources: []string{tokenSchema + "/required", tokenSchema + "/properties", "docs/behaviour.md#list-keys"},
	},
	{
		ID: UnknownIgnored, Evidence: assumed,
		Text: "Unknown properties and query parameters are ignored.",
		Sources: []string{
			"docs/behaviour.md#unknown-parameters-are-ignored",
			"docs/behaviour.md#unknown-properties-are-ignored",
			"docs/behaviour.md#token-unknown-parameters",
		},
	},
	{
		ID: LastUsed, Evidence: published,
		Text: "lastUsed is null until the first login and moves once a day.",
		Sources: []string{
			tokenSchema + "/properties/lastUsed",
			"docs/behaviour.md#last-used-is-the-last-login",
			"docs/behaviour.md#last-used-moves-once-a-day",
		},
	},
	{
		ID: UnknownID, Evidence: published,
		Text: "An unknown id is 404 for patch and delete.",
		Sources: []string{
			patchOperation + "/responses/404",
			deleteOp + "/responses/404",
			"docs/behaviour.md#unknown-id-is-404",
		},
	},
	{
		ID: DeleteIs204, Evidence: published,
		Text:    "Delete is 204 without a body.",
		Sources: []string{deleteOp + "/responses/204"},
	},
	{
		ID: DeleteForGood, Evidence: published,
		Text:    "A deleted token is gone: it is not listed or found again, and its name is free.",
		Sources: []string{deleteOp, "docs/behaviour.md#delete-is-for-good"},
	},
	{
		ID: ExpiredTokenStays, Evidence: assumed,
		Text: "An expired token stays listed, keeps its name, and can be patched and deleted.",
		Sources: []string{
			"docs/behaviour.md#expired-token-stays-listed", "docs/behaviour.md#expired-token-keeps-its-name",
			"docs/behaviour.md#expired-token-can-be-patched", "docs/behaviour.md#expired-token-can-be-deleted",
		},
	},
	{
		ID: OneStore, Evidence: assumed,
		Text:    "All versions show the same tokens.",
		Sources: []string{"docs/behaviour.md#one-store"},
	},
}

// Dates and expiration.
const (
	DateIsRFC3339            ID = "date-is-rfc3339"
	DateForms                ID = "date-forms"
	DateNeedsZone            ID = "date-needs-zone"
	DateYear                 ID = "date-year-of-four-digits"
	ExpirySixMonths          ID = "expiry-six-months"
	ExpiryUpperBound         ID = "expiry-upper-bound"
	ExpiryMonthEnd           ID = "expiry-month-end"
	ExpiryNever              ID = "expiry-never"
	ExpiryFuture             ID = "expiry-future"
	ExpiryNoUpperBound       ID = "expiry-no-upper-bound"
	NeverKeepsAcknowledgment ID = "never-keeps-acknowledgment"
)

var expiry = []Rule{
	{
		ID: DateIsRFC3339, Evidence: published,
		Text:    "A date is a date and time of RFC 3339.",
		Sources: []string{createRequest + "/properties/expirationDate/format"},
	},
	{
		ID: DateForms, Evidence: published,
		Text: "Dates are read with any fraction and offset, and returned in UTC with milliseconds.",
		Sources: []string{
			createRequest + "/properties/expirationDate/format",
			"docs/behaviour.md#date-is-rfc3339",
			"docs/behaviour.md#dates-in-utc-with-milliseconds",
		},
	},
	{
		ID: DateNeedsZone, Evidence: assumed,
		Text: "A date without a zone is rejected, not read as UTC.",
		Sources: []string{
			createRequest + "/properties/expirationDate/format",
			"https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
			"docs/behaviour.md#date-without-zone-is-400",
		},
	},
	{
		ID: DateYear, Evidence: assumed,
		Text: "A date is between the years 0000 and 9999 in UTC.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc3339#section-5.6", "docs/behaviour.md#year-10000-is-400",
		},
	},
	{
		ID: ExpirySixMonths, Evidence: published, Versions: legacy,
		Text: "Without a date a token expires after six calendar months.",
		Sources: []string{
			"v2024 #/components/schemas/CreatePersonalAccessTokenRequest/properties/expirationDate/description",
			"docs/behaviour.md#legacy-default-is-six-months",
			"docs/behaviour.md#six-months-are-calendar-months",
		},
	},
	{
		ID: ExpiryUpperBound, Evidence: published, Versions: legacy,
		Text: "A date lies within six months.",
		Sources: []string{
			"v2024 #/components/schemas/CreatePersonalAccessTokenRequest/properties/expirationDate/description",
			"docs/behaviour.md#legacy-upper-bound-is-six-months",
		},
	},
	{
		ID: ExpiryMonthEnd, Evidence: assumed, Versions: legacy,
		Text:    "Six months after the end of a month is the end of a month.",
		Sources: []string{"docs/behaviour.md#month-end"},
	},
	{
		ID: ExpiryNever, Evidence: published, Versions: current,
		Text: "No date needs the acknowledgment, and then the token never expires.",
		Sources: []string{
			createRequest + "/properties/expirationDate/description",
			"docs/behaviour.md#never-needs-the-acknowledgment",
		},
	},
	{
		ID: ExpiryFuture, Evidence: published,
		Text: "A date lies in the future.",
		Sources: []string{
			createRequest + "/properties/expirationDate/description",
			"docs/behaviour.md#date-is-in-the-future",
		},
	},
	{
		ID: ExpiryNoUpperBound, Evidence: published, Versions: current,
		Text:    "A date has no upper bound.",
		Sources: []string{"docs/behaviour.md#current-has-no-upper-bound"},
	},
	{
		ID: NeverKeepsAcknowledgment, Evidence: published, Versions: current,
		Text:    "A token that never expires keeps its acknowledgment.",
		Sources: []string{"docs/behaviour.md#never-keeps-the-acknowledgment"},
	},
}

// Patches.
const (
	PatchFields        ID = "patch-fields"
	PatchAtomic        ID = "patch-atomic"
	PatchPointer       ID = "patch-pointer"
	PatchValueRequired ID = "patch-value-required"
	PatchApplies       ID = "patch-applies"
	PatchTest          ID = "patch-test"
	PatchSize          ID = "patch-size"
	PatchNever         ID = "patch-never"
	PatchRevives       ID = "patch-revives"
)

var patching = []Rule{
	{
		ID: PatchFields, Evidence: published,
		Text: "A patch changes its token's patchable fields and nothing else, and returns the token.",
		Sources: []string{
			patchOperation + "/description",
			"docs/behaviour.md#patchable-fields",
			"docs/behaviour.md#patch-returns-the-token",
			"docs/behaviour.md#legacy-patchable-fields",
		},
	},
	{
		ID: PatchAtomic, Evidence: published,
		Text: "A patch is applied completely or not at all.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc5789#section-2",
			"docs/behaviour.md#patch-is-atomic",
		},
	},
	{
		ID: PatchPointer, Evidence: published,
		Text:    "Paths of a patch are JSON pointers.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6902#section-4"},
	},
	{
		ID: PatchValueRequired, Evidence: published,
		Text:    "add, replace and test have a value.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6902#section-4"},
	},
	{
		ID: PatchApplies, Evidence: published,
		Text: "The operations of a patch apply to the token, one after the other.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc6902#section-3",
			"https://www.rfc-editor.org/rfc/rfc6902#section-5",
		},
	},
	{
		ID: PatchTest, Evidence: published,
		Text: "A failed test rejects the patch.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc6902#section-5",
			"docs/behaviour.md#failed-test-is-400",
		},
	},
	{
		ID: PatchSize, Evidence: assumed,
		Text:    "A patch has no more operations, and makes a token no larger, than the mock has room for.",
		Sources: []string{"docs/behaviour.md#patch-size"},
	},
	{
		ID: PatchNever, Evidence: published, Versions: current,
		Text: "Removing the date needs the acknowledgment in the same patch.",
		Sources: []string{
			patchOperation + "/description",
			"docs/behaviour.md#patch-to-never-needs-the-acknowledgment",
		},
	},
	{
		ID: PatchRevives, Evidence: assumed, Versions: current,
		Text:    "A new date revives an expired token.",
		Sources: []string{"docs/behaviour.md#new-date-revives"},
	},
}

// Bulk update.
const (
	BulkUpdate ID = "bulk-update"
	BulkRights ID = "bulk-rights"
	BulkIDs    ID = "bulk-update-ids"
	BulkKnown  ID = "bulk-update-known-ids"
	BulkFields ID = "bulk-update-fields"
)

var bulk = []Rule{
	{
		ID: BulkUpdate, Evidence: published, Versions: v1,
		Text: "One patch changes several tokens, all or none, and returns them sorted by id.",
		Sources: []string{
			"docs/behaviour.md#bulk-update",
			"docs/behaviour.md#bulk-update-is-sorted-by-id",
			"docs/behaviour.md#bulk-update-is-atomic",
		},
	},
	{
		ID: BulkRights, Evidence: published, Versions: v1,
		Text: "A bulk update needs the right to all tokens.",
		Sources: []string{
			"docs/behaviour.md#bulk-update-right",
			"docs/behaviour.md#bulk-update-scope",
			"docs/behaviour.md#bulk-update-not-for-api-clients",
		},
	},
	{
		ID: BulkIDs, Evidence: published, Versions: v1,
		Text: "A bulk update has 1 to 25 ids, none blank and each once.",
		Sources: []string{
			"docs/behaviour.md#bulk-update-has-1-to-25-ids",
			"docs/behaviour.md#bulk-update-ids-are-distinct",
		},
	},
	{
		ID: BulkKnown, Evidence: assumed, Versions: v1,
		Text:    "A bulk update names tokens that exist.",
		Sources: []string{"docs/behaviour.md#bulk-update-unknown-id-is-400"},
	},
	{
		ID: BulkFields, Evidence: published, Versions: v1,
		Text:    "A bulk update changes expirationDate and userAwareTokenNeverExpires and nothing else.",
		Sources: []string{"docs/behaviour.md#bulk-update-fields"},
	},
}
