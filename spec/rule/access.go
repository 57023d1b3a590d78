package rule

// Access tokens and their rights.
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
		Text: "An access token is a JWS in compact form that names org, pod, client, expiry and " +
			"the user, if there is one.",
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
		Text:    "sp:scopes:default gives access to no operation on tokens.",
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
		Text: "Listing managed tokens needs the managed right.",
		Sources: []string{
			listOperation + "/description",
			"docs/behaviour.md#managed-tokens-need-their-right",
			"docs/behaviour.md#managed-right-is-the-admins",
		},
	},
}
