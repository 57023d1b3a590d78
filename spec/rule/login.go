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
	TokenResponse         ID = "token-response"
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
	LoginNoStore          ID = "login-no-store"
	LoginScope            ID = "login-scope"
	LoginUser             ID = "login-user"
	ClaimsAgree           ID = "claims-agree"
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
		ID: TokenResponse, Evidence: observed,
		Text: "The response has access_token, token_type bearer in lower case, expires_in and " +
			"the user, and no refresh_token.",
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
		Text: "A grant type other than client_credentials is rejected, and so is a missing one.",
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
		Text: "/oauth/check_token returns the claims of a valid access token and rejects " +
			"others.",
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
	{
		ID: LoginNoStore, Evidence: published,
		Text:    "Cache-Control and Pragma forbid storing the response to a login.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6749#section-5.1"},
	},
	{
		ID: LoginScope, Evidence: published,
		Text: "scope of a login has the scopes of its token, with blanks between them.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc6749#section-3.3",
			"docs/behaviour.md#scope-change-takes-up-to-20-minutes",
		},
	},
	{
		ID: LoginUser, Evidence: observed,
		Text:    "A login names the owner of the token that logs in.",
		Sources: []string{"docs/behaviour.md#login-names-tenant-and-user"},
	},
	{
		ID: ClaimsAgree, Evidence: published,
		Text: "The claims of an access token, the response to its login, and check_token agree.",
		Sources: []string{
			"docs/behaviour.md#access-token-claims", "docs/behaviour.md#expires-in",
			"docs/behaviour.md#check-token",
		},
	},
}
