package rule

// Open questions. No published document settles them. The rules describe patmock's default dialect.
// The IDs are those of dialect entries.
const (
	DuplicateName         ID = "duplicate-name"
	TokenLimit            ID = "token-limit"
	UnknownScope          ID = "unknown-scope"
	BadFilter             ID = "bad-filter"
	PastDate              ID = "past-date"
	UnknownOwner          ID = "unknown-owner"
	UnpatchablePath       ID = "unpatchable-path"
	PatchContentType      ID = "patch-content-type"
	CreateContentType     ID = "create-content-type"
	EmptyPatch            ID = "empty-patch"
	LoginExpired          ID = "login-expired"
	LoginDeleted          ID = "login-deleted"
	UnsupportedGrant      ID = "unsupported-grant"
	MissingGrant          ID = "missing-grant"
	AccessTokenOfDeleted  ID = "access-token-of-deleted"
	HelpdeskListAll       ID = "helpdesk-list-all"
	OwnIDWithMyRead       ID = "own-id-with-my-read"
	DeleteOfAnothers      ID = "delete-of-anothers"
	NeverExpiringResponse ID = "never-expiring-response"
	NeverUsedUnderLe      ID = "never-used-under-le"
	QuotedTimestamp       ID = "quoted-timestamp"
	Limit251              ID = "limit-251"
	EmptyDate             ID = "empty-date"
	TestOfFixedField      ID = "test-of-fixed-field"
	Signature             ID = "signature"
	BulkFlag              ID = "bulk-flag"
	ListPaging            ID = "list-paging"
	NameCase              ID = "name-case"
	NameBlanks            ID = "name-blanks"
	NameNormalization     ID = "name-normalization"
	MaxNameLength         ID = "max-name-length"
	MaxScopeLength        ID = "max-scope-length"
	MaxScopes             ID = "max-scopes"
	FlagAfterDate         ID = "flag-after-date"
	PasswordGrant         ID = "password-grant"
)

var open = withCommon(Rule{Evidence: assumed}, []Rule{
	{
		ID:      DuplicateName,
		Text:    "A create or a rename with a taken name is 400.",
		Sources: []string{"docs/behaviour.md#name-taken-is-400"},
	},
	{
		ID:      TokenLimit,
		Text:    "An eleventh token is 400.",
		Sources: []string{"docs/behaviour.md#eleventh-token-is-400"},
	},
	{
		ID:      UnknownScope,
		Text:    "A scope that does not exist is stored like any other.",
		Sources: []string{"docs/behaviour.md#unknown-scope-is-stored"},
	},
	{
		ID:      BadFilter,
		Text:    "The error for a rejected filter has the code 400.1.",
		Sources: []string{"docs/behaviour.md#rejected-filter-has-400-1"},
	},
	{
		ID:      PastDate,
		Text:    "A date in the past is 400.",
		Sources: []string{"docs/behaviour.md#past-date-is-400"},
	},
	{
		ID:      UnknownOwner,
		Text:    "A list for an unknown owner-id is empty.",
		Sources: []string{"docs/behaviour.md#unknown-owner-id-is-empty"},
	},
	{
		ID:      UnpatchablePath,
		Text:    "A patch of a field that cannot be changed is 400.",
		Sources: []string{"docs/behaviour.md#fixed-field-is-400"},
	},
	{
		ID:      PatchContentType,
		Text:    "A patch of a content type other than JSON Patch is 415.",
		Sources: []string{"docs/behaviour.md#unsupported-media-type-is-415"},
	},
	{
		ID:      CreateContentType,
		Text:    "A create of a content type other than JSON is 415.",
		Sources: []string{"docs/behaviour.md#unsupported-media-type-is-415"},
	},
	{
		ID:      EmptyPatch,
		Text:    "A patch without operations changes nothing.",
		Sources: []string{"docs/behaviour.md#empty-patch-changes-nothing"},
	},
	{
		ID:      LoginExpired,
		Text:    "A login with an expired token is 401 invalid_client.",
		Sources: []string{"docs/behaviour.md#login-of-an-expired-token-is-401"},
	},
	{
		ID:      LoginDeleted,
		Text:    "A login with a deleted token is 401 invalid_client.",
		Sources: []string{"docs/behaviour.md#login-of-a-deleted-token-is-401"},
	},
	{
		ID:      UnsupportedGrant,
		Text:    "A login with an unknown grant is 400 unsupported_grant_type.",
		Sources: []string{"docs/behaviour.md#unknown-grant-is-400"},
	},
	{
		ID:      MissingGrant,
		Text:    "A login without a grant is 400 invalid_request.",
		Sources: []string{"docs/behaviour.md#missing-grant-is-400"},
	},
	{
		ID:      AccessTokenOfDeleted,
		Text:    "An access token stays valid when the token that created it is deleted.",
		Sources: []string{"docs/behaviour.md#access-token-outlives-deletion"},
	},
	{
		ID:      HelpdeskListAll,
		Text:    "A user of the level HELPDESK may not list the tokens of all.",
		Sources: []string{"docs/behaviour.md#only-admins-have-all-rights"},
	},
	{
		ID:      OwnIDWithMyRead,
		Text:    "The caller's own real id in owner-id needs the right to all tokens.",
		Sources: []string{"docs/behaviour.md#own-id-needs-the-right"},
	},
	{
		ID:      DeleteOfAnothers,
		Text:    "Deleting another user's token without the right is 403.",
		Sources: []string{"docs/behaviour.md#delete-without-the-right-is-403"},
	},
	{
		ID: NeverExpiringResponse, Versions: current,
		Text:    "The response to create has expirationDate null for a token that never expires.",
		Sources: []string{"docs/behaviour.md#never-expiring-create-response"},
	},
	{
		ID:      NeverUsedUnderLe,
		Text:    "lastUsed le leaves out tokens that were never used.",
		Sources: []string{"docs/behaviour.md#filter-never-used-under-le"},
	},
	{
		ID:      QuotedTimestamp,
		Text:    "A timestamp in a filter may be quoted.",
		Sources: []string{"docs/behaviour.md#filter-quoted-date"},
	},
	{
		ID:      EmptyDate,
		Text:    "expirationDate \"\" is 400.",
		Sources: []string{"docs/behaviour.md#empty-date-is-400"},
	},
	{
		ID:      TestOfFixedField,
		Text:    "A test of a field that cannot be patched is 400.",
		Sources: []string{"docs/behaviour.md#test-of-a-fixed-field-is-400"},
	},
	{
		ID:      Signature,
		Text:    "An access token is signed with ES256, and its header names no key.",
		Sources: []string{"docs/behaviour.md#access-token-algorithm"},
	},
	{
		ID: BulkFlag, Versions: v1,
		Text:    "The response to a bulk update leaves userAwareTokenNeverExpires out.",
		Sources: []string{"docs/behaviour.md#bulk-update-hides-the-acknowledgment"},
	},
	{
		ID:   ListPaging,
		Text: "The list has no pages, whatever limit, offset and count are.",
		Sources: []string{
			"docs/behaviour.md#list-is-not-paged",
			"docs/behaviour.md#list-paging-is-open",
		},
	},
	{
		ID:      NameCase,
		Text:    "Names that differ in case are two names.",
		Sources: []string{"docs/behaviour.md#names-are-equal-to-the-letter"},
	},
	{
		ID:      NameBlanks,
		Text:    "Names that differ in the blanks around them are two names.",
		Sources: []string{"docs/behaviour.md#names-are-equal-to-the-letter"},
	},
	{
		ID:      NameNormalization,
		Text:    "Names that differ in their Unicode normalization form are two names.",
		Sources: []string{"docs/behaviour.md#names-are-equal-to-the-letter"},
	},
	{
		ID:      MaxNameLength,
		Text:    "A name may have any length.",
		Sources: []string{"docs/behaviour.md#names-and-scopes-are-unbounded"},
	},
	{
		ID:      MaxScopeLength,
		Text:    "A scope may have any length.",
		Sources: []string{"docs/behaviour.md#names-and-scopes-are-unbounded"},
	},
	{
		ID:      MaxScopes,
		Text:    "A token may have any number of scopes.",
		Sources: []string{"docs/behaviour.md#names-and-scopes-are-unbounded"},
	},
	{
		ID: FlagAfterDate, Versions: current,
		Text:    "A patch that sets a date leaves userAwareTokenNeverExpires as it is.",
		Sources: []string{"docs/behaviour.md#a-new-date-keeps-the-acknowledgment"},
	},
	{
		ID:      PasswordGrant,
		Text:    "A login with the password grant is 400 unsupported_grant_type.",
		Sources: []string{"docs/behaviour.md#password-grant-is-unsupported"},
	},
	{
		ID:   Limit251,
		Text: "A limit over 250 is no error.",
		Sources: []string{
			"docs/behaviour.md#list-is-not-paged",
			"docs/behaviour.md#list-tolerates-a-large-limit",
			"docs/behaviour.md#other-lists-have-at-most-250",
		},
	},
})
