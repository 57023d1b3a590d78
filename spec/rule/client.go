package rule

// Obligations of clients. The IDs are the kinds of findings. If the document forbids a request, the
// mock rejects it with the same ID.
const (
	UnknownProperty    ID = "unknown-property"
	UnknownParameter   ID = "unknown-parameter"
	MissingProperty    ID = "missing-property"
	InvalidProperty    ID = "invalid-property"
	WrongContentType   ID = "wrong-content-type"
	UnmatchedPath      ID = "unmatched-path"
	NotSimulated       ID = "not-simulated"
	RepeatedRejection  ID = "repeated-rejection"
	NoWait             ID = "no-wait"
	DeletedToken       ID = "deleted-token"
	ExpiredToken       ID = "expired-token"
	ExpiredAccessToken ID = "expired-access-token"
	SecretInQuery      ID = "secret-in-query"
	AuditEvents        ID = "audit-events"

	MalformedCredentials ID = "malformed-credentials"
	PagesRepeat          ID = "pages-repeat"

	DuplicateKey     ID = "duplicate-key"
	LoneSurrogate    ID = "lone-surrogate"
	MisspeltScope    ID = "misspelt-scope"
	ScopeSyntax      ID = "scope-syntax"
	EmptyScope       ID = "empty-scope"
	IgnoredParameter ID = "ignored-parameter"
)

const clientSide = "it binds the client: a server does not enforce it"

var clients = []Rule{
	{
		ID: UnknownProperty, Evidence: published,
		Text:         "A request has the properties that its document names.",
		Sources:      []string{createRequest},
		Unobservable: clientSide,
	},
	{
		ID: UnknownParameter, Evidence: published,
		Text:         "A request has the query parameters that its document names.",
		Sources:      []string{listOperation + "/parameters"},
		Unobservable: clientSide,
	},
	{
		ID: MissingProperty, Evidence: published,
		Text:    "A request has every required property.",
		Sources: []string{createRequest + "/required"},
	},
	{
		ID: InvalidProperty, Evidence: published,
		Text:    "Properties and parameters have the types and bounds of their document.",
		Sources: []string{createRequest},
	},
	{
		ID: WrongContentType, Evidence: published,
		Text:    "A body has a content type that the operation takes.",
		Sources: []string{createOp + "/requestBody", patchOperation + "/requestBody"},
	},
	{
		ID: UnmatchedPath, Evidence: published,
		Text:    "A request goes to a path of the API, else it is 404.",
		Sources: []string{"v2026 #/paths"},
	},
	{
		ID: NotSimulated, Evidence: assumed,
		Text:    "A request goes to what the mock simulates, else it is 501.",
		Sources: []string{"docs/behaviour.md#not-simulated-is-501"},
	},
	{
		ID: RepeatedRejection, Evidence: published,
		Text:         "A rejected request is not sent again unchanged.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1"},
		Unobservable: clientSide,
	},
	{
		ID: NoWait, Evidence: published,
		Text: "After 429 and 503 a client waits as long as Retry-After says.",
		Sources: []string{
			"docs/behaviour.md#error-of-429",
			"docs/behaviour.md#service-unavailable-is-503",
		},
		Unobservable: clientSide,
	},
	{
		ID: DeletedToken, Evidence: assumed,
		Text:         "A token is not used after it was deleted.",
		Sources:      []string{"docs/behaviour.md#login-of-a-deleted-token-is-401"},
		Unobservable: clientSide,
	},
	{
		ID: ExpiredToken, Evidence: published,
		Text: "A token is renewed before it expires.",
		Sources: []string{
			"docs/behaviour.md#legacy-default-is-six-months",
			"docs/behaviour.md#login-of-an-expired-token-is-401",
		},
		Unobservable: clientSide,
	},
	{
		ID: ExpiredAccessToken, Evidence: published,
		Text: "An access token is not used after expires_in.",
		Sources: []string{
			"docs/behaviour.md#access-token-expires",
			"docs/behaviour.md#expires-in",
		},
		Unobservable: clientSide,
	},
	{
		ID: SecretInQuery, Evidence: published,
		Text:         "A secret is not part of a URL.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1"},
		Unobservable: clientSide,
	},
	{
		ID: MalformedCredentials, Evidence: published,
		Text:         "Credentials are sent as they were created.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1"},
		Unobservable: clientSide,
	},
	{
		ID: PagesRepeat, Evidence: published,
		Text:         "A client does not page a list that has no pages.",
		Sources:      []string{listOperation + "/parameters"},
		Unobservable: clientSide,
	},
	{
		ID: DuplicateKey, Evidence: published,
		Text:         "A JSON object has each name once.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc8259#section-4"},
		Unobservable: clientSide,
	},
	{
		ID: LoneSurrogate, Evidence: published,
		Text:         "The \\u escapes of a JSON string are characters, or surrogates in pairs.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc8259#section-8.2"},
		Unobservable: clientSide,
	},
	{
		ID: MisspeltScope, Evidence: published,
		Text: "A scope that the documents name is spelt as they name it.",
		Sources: []string{
			createOp + "/security",
			createRequest + "/properties/scope/description",
			"docs/behaviour.md#scope-default",
		},
		Unobservable: clientSide,
	},
	{
		ID: ScopeSyntax, Evidence: published,
		Text: "Each scope is an element of its own, without blanks and commas.",
		Sources: []string{
			createRequest + "/properties/scope",
			"https://www.rfc-editor.org/rfc/rfc6749#section-3.3",
		},
		Unobservable: clientSide,
	},
	{
		ID: EmptyScope, Evidence: published,
		Text: "A token has a scope; all rights are no scope, null or sp:scopes:all.",
		Sources: []string{
			createRequest + "/properties/scope/description",
			"docs/behaviour.md#one-scope-suffices",
		},
		Unobservable: clientSide,
	},
	{
		ID: IgnoredParameter, Evidence: published,
		Text: "A parameter is sent once and has a value.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc6749#section-3.2", listOperation + "/parameters",
		},
		Unobservable: clientSide,
	},
	{
		ID: AuditEvents, Evidence: published,
		Text:         "Use, creation and expiry of tokens are audited.",
		Sources:      []string{"docs/behaviour.md#audit-events"},
		Unobservable: "audit events are another API",
	},
}
