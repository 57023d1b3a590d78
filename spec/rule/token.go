package rule

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
	DeleteIsFinal      ID = "delete-is-final"
	ExpiredTokenStays  ID = "expired-token-stays"
	OneStore           ID = "one-store"
	// Rules about all exchanges.
	NothingElseChanges     ID = "nothing-else-changes"
	RejectedChangesNothing ID = "rejected-changes-nothing"
	StoredAsSent           ID = "stored-as-sent"
	WriteIsStored          ID = "write-is-stored"
	SameOwner              ID = "same-owner"
	ExactID                ID = "exact-id"
	NoStore                ID = "no-store"
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
		Text: "Listed tokens have the keys that the document of their version declares.",
		Sources: []string{
			tokenSchema + "/required", tokenSchema + "/properties", "docs/behaviour.md#list-keys",
		},
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
		ID: DeleteIsFinal, Evidence: published,
		Text:    "A deleted token is gone: it is not listed or found again, and its name is free.",
		Sources: []string{deleteOp, "docs/behaviour.md#delete-is-final"},
	},
	{
		ID: ExpiredTokenStays, Evidence: assumed,
		Text: "An expired token stays listed, keeps its name, and can be patched and deleted.",
		Sources: []string{
			"docs/behaviour.md#expired-token-stays-listed",
			"docs/behaviour.md#expired-token-keeps-its-name",
			"docs/behaviour.md#expired-token-can-be-patched",
			"docs/behaviour.md#expired-token-can-be-deleted",
		},
	},
	{
		ID: OneStore, Evidence: assumed,
		Text:    "All versions show the same tokens.",
		Sources: []string{"docs/behaviour.md#one-store"},
	},
	{
		ID: NothingElseChanges, Evidence: published,
		Text: "A request changes what it names and nothing else; reading changes nothing.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1",
			"https://www.rfc-editor.org/rfc/rfc6902#section-4.3",
			"docs/behaviour.md#other-patches-keep-the-date",
		},
	},
	{
		ID: RejectedChangesNothing, Evidence: assumed,
		Text:    "A rejected request changes nothing.",
		Sources: []string{"docs/behaviour.md#rejected-requests-change-nothing"},
	},
	{
		ID: StoredAsSent, Evidence: published,
		Text: "The response to a write has the properties as they were sent, and defaults for " +
			"the others.",
		Sources: []string{
			createRequest + "/properties", patchOperation + "/responses/200",
			"docs/behaviour.md#patch-returns-the-token",
		},
	},
	{
		ID: WriteIsStored, Evidence: published,
		Text: "Lists have the values of the response to a write.",
		Sources: []string{
			createOp + "/description", patchOperation + "/responses/200",
			"docs/behaviour.md#patch-returns-the-token", "docs/behaviour.md#bulk-update",
		},
	},
	{
		ID: SameOwner, Evidence: published,
		Text: "The owner of a token is the same in every response, whichever user requests it.",
		Sources: []string{
			"v2026 #/components/schemas/PatOwner/properties", "docs/behaviour.md#owner-form",
		},
	},
	{
		ID: ExactID, Evidence: published,
		Text:    "A token has one id: part of it, or its letters in another case, are no id.",
		Sources: []string{deleteOp + "/responses/404", "docs/behaviour.md#unknown-id-is-404"},
	},
	{
		ID: NoStore, Evidence: observed,
		Text:    "Responses forbid storing them.",
		Sources: []string{"docs/behaviour.md#responses-are-not-stored"},
	},
}
