package dialect

import (
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// The ids of the questions.
const (
	DuplicateName         = string(rule.DuplicateName)
	TokenLimit            = string(rule.TokenLimit)
	UnknownScope          = string(rule.UnknownScope)
	BadFilter             = string(rule.BadFilter)
	PastDate              = string(rule.PastDate)
	UnknownOwner          = string(rule.UnknownOwner)
	UnpatchablePath       = string(rule.UnpatchablePath)
	PatchContentType      = string(rule.PatchContentType)
	CreateContentType     = string(rule.CreateContentType)
	EmptyPatch            = string(rule.EmptyPatch)
	LoginExpired          = string(rule.LoginExpired)
	LoginDeleted          = string(rule.LoginDeleted)
	UnsupportedGrant      = string(rule.UnsupportedGrant)
	MissingGrant          = string(rule.MissingGrant)
	AccessTokenOfDeleted  = string(rule.AccessTokenOfDeleted)
	HelpdeskListAll       = string(rule.HelpdeskListAll)
	OwnIDWithMyRead       = string(rule.OwnIDWithMyRead)
	DeleteOfAnothers      = string(rule.DeleteOfAnothers)
	NeverExpiringResponse = string(rule.NeverExpiringResponse)
	NeverUsedUnderLe      = string(rule.NeverUsedUnderLe)
	QuotedTimestamp       = string(rule.QuotedTimestamp)
	Limit251              = string(rule.Limit251)
	ExperimentalHeader    = string(rule.ExperimentalHeader)
	BulkFlag              = string(rule.BulkFlag)
	ListPaging            = string(rule.ListPaging)
	NameCase              = string(rule.NameCase)
	NameBlanks            = string(rule.NameBlanks)
	NameNormalization     = string(rule.NameNormalization)
	MaxNameLength         = string(rule.MaxNameLength)
	MaxScopeLength        = string(rule.MaxScopeLength)
	MaxScopes             = string(rule.MaxScopes)
	EmptyDate             = string(rule.EmptyDate)
	TestOfFixedField      = string(rule.TestOfFixedField)
	FlagAfterDate         = string(rule.FlagAfterDate)
	PasswordGrant         = string(rule.PasswordGrant)
)

// The values of NeverExpiringResponse and of its flag, and those of NeverUsedUnderLe.
const (
	Null     = "null"
	Absent   = "absent"
	FarDate  = "far-date"
	Present  = "present"
	Excluded = "excluded"
	Included = "included"
)

// The values of ListPaging, of the entries about names, of the limits that may be a number, and of
// FlagAfterDate. Those of BulkFlag are Absent and Present.
const (
	Complete  = "complete"
	Paged     = "paged"
	Distinct  = "distinct"
	Same      = "same"
	None      = "none"
	Unchanged = "unchanged"
	Cleared   = "cleared"
)

// The operations, by spec.Operation.Name.
const (
	list               = "listPersonalAccessTokens"
	create             = "createPersonalAccessToken"
	patch              = "patchPersonalAccessToken"
	remove             = "deletePersonalAccessToken"
	bulk               = "updateBulkPersonalAccessTokens"
	bulkByPost         = "updateBulkPersonalAccessTokensPost"
	requestAccessToken = "requestAccessToken"
)

var (
	allOperations = []string{list, create, patch, remove, bulk, bulkByPost}
	current       = version.Current()

	served  = Response{Status: 200}
	invalid = Response{
		Status: 400, DetailCode: "400.1 Bad request content",
		Text: "The request was syntactically correct but its content is semantically invalid.",
	}
	forbidden = Response{
		Status: 403, DetailCode: "403 Forbidden",
		Text: "The server understood the request but refuses to authorize it.",
	}
	unsupportedType = Response{
		Status: 415, DetailCode: "415 Unsupported media type",
		Text: "The operation does not accept a body of this content type.",
	}
	badLogin = Response{Status: 401, Error: "invalid_client", Description: "Bad client credentials"}
)

// entries lists all entries. The mock implements the defaults separately, and a test compares
// both.
var entries = withSources([]Entry{
	{
		ID: DuplicateName,
		Question: "What is the response to a create or a rename with a name that another token " +
			"of the owner has?",
		Scenario:   "create/name-taken-is-400",
		Operations: []string{create, patch}, Default: invalid,
	},
	{
		ID: TokenLimit,
		Question: "What is the response to a create that exceeds the token limit, if the mock " +
			"enforces one (--profile faithful, --token-limit)?",
		Scenario:   "lifecycle/question-eleventh-token",
		Operations: []string{create},
		Default: Response{
			Status: 400, DetailCode: "400.1.4 Limit violation",
			Text: "You have reached the current limit of personal access tokens.",
		},
	},
	{
		ID: UnknownScope,
		Question: "Is an unknown scope stored or rejected? For the mock, scopes that begin with " +
			"sp: or idn: are known.",
		Scenario:   "create/unknown-scope-is-kept",
		Operations: []string{create, patch}, MayServe: true, Default: served,
	},
	{
		ID:         BadFilter,
		Question:   "What is the response to a misspelt or unsupported filter?",
		Scenario:   "filter/question-bad-filter",
		Operations: []string{list}, Default: invalid,
	},
	{
		ID:         PastDate,
		Question:   "What is the response to an expiration date in the past?",
		Scenario:   "expiry/question-past-date",
		Operations: []string{create, patch, bulk, bulkByPost}, Default: invalid,
	},
	{
		ID:         UnknownOwner,
		Question:   "Is the list for an unknown owner-id empty, or is the request rejected?",
		Scenario:   "list/unknown-owner-id-is-empty",
		Operations: []string{list}, MayServe: true, Default: served,
	},
	{
		ID:         UnpatchablePath,
		Question:   "What is the response to a patch of a field that cannot be changed?",
		Scenario:   "patch/fixed-fields-are-400",
		Operations: []string{patch}, Default: invalid,
	},
	{
		ID:         PatchContentType,
		Question:   "What is the response to a patch with a content type other than JSON Patch?",
		Scenario:   "patch/other-content-type-is-415",
		Operations: []string{patch}, MayServe: true, Default: unsupportedType,
	},
	{
		ID:         CreateContentType,
		Question:   "What is the response to a create with a content type other than JSON?",
		Scenario:   "create/question-other-content-type",
		Operations: []string{create}, MayServe: true, Default: unsupportedType,
	},
	{
		ID:         EmptyPatch,
		Question:   "Does a patch without operations change nothing, or is it rejected?",
		Scenario:   "patch/empty-changes-nothing",
		Operations: []string{patch}, MayServe: true, Default: served,
	},
	{
		ID:         LoginExpired,
		Question:   "What is the response to a login with an expired token?",
		Scenario:   "lifecycle/question-login-of-an-expired-token",
		Operations: []string{requestAccessToken}, Default: badLogin,
	},
	{
		ID:         LoginDeleted,
		Question:   "What is the response to a login with a deleted token?",
		Scenario:   "lifecycle/question-login-of-a-deleted-token",
		Operations: []string{requestAccessToken}, Default: badLogin,
	},
	{
		ID:         UnsupportedGrant,
		Question:   "What is the response to a login with an unknown grant type?",
		Scenario:   "token/question-unknown-grant",
		Operations: []string{requestAccessToken}, Default: Response{
			Status: 400, Error: "unsupported_grant_type",
		},
	},
	{
		ID:         MissingGrant,
		Question:   "What is the response to a login without a grant type?",
		Scenario:   "token/question-missing-grant",
		Operations: []string{requestAccessToken},
		Default: Response{
			Status: 400, Error: "invalid_request", Description: "Missing grant type",
		},
	},
	{
		ID:         AccessTokenOfDeleted,
		Question:   "Does an access token stay valid after its personal access token is deleted?",
		Scenario:   "lifecycle/question-access-token-of-a-deleted-token",
		Operations: allOperations, MayServe: true, Default: served,
	},
	{
		ID:         HelpdeskListAll,
		Question:   "May a user with the level HELPDESK list the tokens of all users?",
		Scenario:   "auth/question-helpdesk-lists-all",
		Operations: []string{list}, MayServe: true, Default: forbidden,
	},
	{
		ID: OwnIDWithMyRead,
		Question: "May users who can read only their own tokens list them by their real id in " +
			"owner-id?",
		Scenario:   "auth/question-own-real-id",
		Operations: []string{list}, MayServe: true, Default: forbidden,
	},
	{
		ID: DeleteOfAnothers,
		Question: "What is the response to a delete of another user's token without the right to " +
			"it?",
		Scenario:   "auth/question-delete-of-anothers",
		Operations: []string{remove}, Default: forbidden,
	},
	{
		ID: NeverExpiringResponse,
		Question: "What is expirationDate in the response to create for a token that never " +
			"expires, and is userAwareTokenNeverExpires present?",
		Scenario:   "expiry/never-is-a-null-in-create",
		Operations: []string{create}, Versions: current,
		Values: []string{Null, Absent, FarDate}, Default: Response{Value: Null, Flag: Absent},
	},
	{
		ID:         NeverUsedUnderLe,
		Question:   "Does lastUsed le include or exclude tokens that were never used?",
		Scenario:   "filter/question-never-used-under-le",
		Operations: []string{list}, Values: []string{Excluded, Included}, Default: Response{
			Value: Excluded,
		},
	},
	{
		ID:         QuotedTimestamp,
		Question:   "Is a quoted timestamp valid in a filter?",
		Scenario:   "filter/question-quoted-timestamp",
		Operations: []string{list}, MayServe: true, Default: served,
	},
	{
		ID:         Limit251,
		Question:   "Does the list ignore a limit over 250, or is the request rejected?",
		Scenario:   "list/question-limit-251",
		Operations: []string{list}, MayServe: true, Default: served,
	},
	{
		ID:         ExperimentalHeader,
		Question:   "Are requests without X-SailPoint-Experimental: true served?",
		Scenario:   "auth/question-experimental-header",
		Operations: allOperations, MayServe: true, Default: served,
	},
	{
		ID: BulkFlag,
		Question: "Does the response to a bulk update have userAwareTokenNeverExpires, as in its " +
			"schema, or not, as in its description?",
		Scenario:   "bulk/question-acknowledgment",
		Operations: []string{bulk, bulkByPost}, Values: []string{Absent, Present},
		Default: Response{
			Value: Absent,
		},
	},
	{
		ID:         ListPaging,
		Question:   "Does the list ignore limit, offset and count, or does it have pages?",
		Scenario:   "list/question-paging",
		Operations: []string{list}, Values: []string{Complete, Paged}, Default: Response{
			Value: Complete,
		},
	},
	{
		ID:         NameCase,
		Question:   "Are names that differ only in case distinct or the same?",
		Scenario:   "create/question-name-case",
		Operations: []string{create, patch}, Values: []string{Distinct, Same}, Default: Response{
			Value: Distinct,
		},
	},
	{
		ID:         NameBlanks,
		Question:   "Are names that differ only in surrounding blanks distinct or the same?",
		Scenario:   "create/question-name-blanks",
		Operations: []string{create, patch}, Values: []string{Distinct, Same}, Default: Response{
			Value: Distinct,
		},
	},
	{
		ID: NameNormalization,
		Question: "Are names that differ only in their Unicode normalization form (NFC, NFD) " +
			"distinct or the same?",
		Scenario:   "create/question-name-normalization",
		Operations: []string{create, patch}, Values: []string{Distinct, Same}, Default: Response{
			Value: Distinct,
		},
	},
	{
		ID:         MaxNameLength,
		Question:   "How many characters may a name have? A longer name is 400.",
		Scenario:   "create/question-max-name-length",
		Operations: []string{create, patch}, Values: []string{None}, Number: true,
		Default: Response{
			Value: None,
		},
	},
	{
		ID:         MaxScopeLength,
		Question:   "How many characters may a scope have? A longer scope is 400.",
		Scenario:   "create/question-max-scope-length",
		Operations: []string{create, patch}, Values: []string{None}, Number: true,
		Default: Response{
			Value: None,
		},
	},
	{
		ID:         MaxScopes,
		Question:   "How many scopes may a token have? More are 400.",
		Scenario:   "create/question-max-scopes",
		Operations: []string{create, patch}, Values: []string{None}, Number: true,
		Default: Response{
			Value: None,
		},
	},
	{
		ID:         EmptyDate,
		Question:   "Is an empty expirationDate rejected, or does it count as absent (200)?",
		Scenario:   "expiry/question-empty-date",
		Operations: []string{create, patch, bulk, bulkByPost}, MayServe: true,
		Default: Response{Status: 400, DetailCode: "400.1.3 Illegal value"},
	},
	{
		ID:         TestOfFixedField,
		Question:   "Is a test of a field that cannot be patched rejected or evaluated (200)?",
		Scenario:   "patch/question-test-of-a-fixed-field",
		Operations: []string{patch}, MayServe: true, Default: invalid,
	},
	{
		ID: FlagAfterDate,
		Question: "Does userAwareTokenNeverExpires stay unchanged or become false if a patch " +
			"sets a date?",
		Scenario:   "expiry/question-flag-after-date",
		Operations: []string{patch, bulk, bulkByPost}, Versions: current,
		Values: []string{Unchanged, Cleared}, Default: Response{Value: Unchanged},
	},
	{
		ID: PasswordGrant,
		Question: "What is the response to a login with the password grant, which tenants " +
			"supported in 2021?",
		Scenario:   "token/question-password-grant",
		Operations: []string{requestAccessToken}, Default: Response{
			Status: 400, Error: "unsupported_grant_type",
		},
	},
})
