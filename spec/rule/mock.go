package rule

// Rules of patmock itself, not of a tenant: limits, faults, and the control API. The document of
// the control API is spec/documents/control.yaml.
const (
	ContentTooLarge   ID = "content-too-large"
	IncompleteBody    ID = "incomplete-body"
	RequestTimeout    ID = "request-timeout"
	ContentEncoding   ID = "content-encoding"
	ProxyRequest      ID = "proxy-request"
	CrossOrigin       ID = "cross-origin-request"
	MisdirectedHost   ID = "misdirected-request"
	InjectedFault     ID = "injected-fault"
	PreferredStatus   ID = "preferred-status"
	HostileProfile    ID = "hostile-profile"
	UnknownNamespace  ID = "unknown-namespace"
	TooManyNamespaces ID = "too-many-namespaces"
	MemoryBudget      ID = "memory-budget"
	StateUnwritable   ID = "state-unwritable"
)

const ofPatmock = "patmock's own: a tenant has nothing like it"

var serving = []Rule{
	{
		ID: ContentTooLarge, Evidence: assumed,
		Text:    "A body is no larger than patmock's bound, else it is 413.",
		Sources: []string{"errata content-too-large"},
	},
	{
		ID: IncompleteBody, Evidence: assumed,
		Text:         "A body arrives completely.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc9112#section-8"},
		Unobservable: "HTTP clients do not send half a body",
	},
	{
		ID: RequestTimeout, Evidence: assumed,
		Text:         "A body arrives in time, else it is 408.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9"},
		Unobservable: "a bound of patmock; a tenant's is not published",
	},
	{
		ID: ContentEncoding, Evidence: assumed,
		Text:    "A body has no content encoding, or is valid gzip or deflate.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-8.4"},
		Unobservable: "which codings a tenant decodes is not published, and no known client " +
			"encodes a body",
	},
	{
		ID: ProxyRequest, Evidence: assumed,
		Text:         "A client uses patmock as a server, not as a proxy.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6"},
		Unobservable: ofPatmock,
	},
	{
		ID: CrossOrigin, Evidence: published,
		Text: "A page of another site cannot use the control API. It cannot create a " +
			"namespace unless --cors allows its origin.",
		Sources:      []string{"control #/components/responses/403"},
		Unobservable: ofPatmock,
	},
	{
		ID: MisdirectedHost, Evidence: published,
		Text:         "A request to the control API has a Host that identifies this mock.",
		Sources:      []string{"control #/components/responses/421"},
		Unobservable: ofPatmock,
	},
	{
		ID: InjectedFault, Evidence: published,
		Text:    "A fault rule with a status responds in place of the operation.",
		Sources: []string{"control #/paths/~1_mock~1faults"},
	},
	{
		ID: PreferredStatus, Evidence: published,
		Text:         "Prefer: code=N selects a declared error.",
		Sources:      []string{"https://www.rfc-editor.org/rfc/rfc7240#section-2"},
		Unobservable: ofPatmock,
	},
	{
		ID: HostileProfile, Evidence: published,
		Text:         "The hostile profile replaces some responses.",
		Sources:      []string{"control #/paths/~1_mock~1health"},
		Unobservable: ofPatmock,
	},
	{
		ID: UnknownNamespace, Evidence: published,
		Text: "A namespace has a name of lower-case letters, digits and dashes, and " +
			"exists if it is to be removed.",
		Sources:      []string{"control #/paths/~1_mock~1namespace"},
		Unobservable: ofPatmock,
	},
	{
		ID: TooManyNamespaces, Evidence: published,
		Text:         "A mock has no more namespaces than its bound.",
		Sources:      []string{"control #/paths/~1_mock~1namespaces"},
		Unobservable: ofPatmock,
	},
	{
		ID: MemoryBudget, Evidence: published,
		Text: "Requests in flight take no more memory than their share of the budget, " +
			"else they are 503 with Retry-After.",
		Sources:      []string{"control #/components/responses/503"},
		Unobservable: ofPatmock,
	},
	{
		ID: StateUnwritable, Evidence: published,
		Text: "A change that the disk does not take is 503 with the path of the state " +
			"file, and nothing is changed.",
		Sources:      []string{"control #/components/schemas/Health"},
		Unobservable: ofPatmock,
	},
}

// The control API. The IDs are the last part of a problem's type.
const (
	ControlInvalidRequest   ID = "invalid-request"
	ControlInvalidTenant    ID = "invalid-tenant"
	ControlUnauthorized     ID = "unauthorized"
	ControlMediaType        ID = "unsupported-media-type"
	ControlUnknownPath      ID = "unknown-path"
	ControlUnknownDocument  ID = "unknown-document"
	ControlUnknownRequest   ID = "unknown-request"
	ControlUnknownFault     ID = "unknown-fault"
	ControlUnknownStub      ID = "unknown-stub"
	ControlUnknownOwner     ID = "control-unknown-owner"
	ControlInternalError    ID = "fault"
	ControlIDTaken          ID = "id-taken"
	ControlNameTaken        ID = "name-taken"
	ControlTooManyFaults    ID = "too-many-faults"
	ControlTooManyStreams   ID = "too-many-streams"
	ControlDefaultNamespace ID = "default-namespace"
	ControlStateTooLarge    ID = "state-too-large"
)

var controlling = withCommon(Rule{Evidence: published, Unobservable: ofPatmock}, []Rule{
	{
		ID:      ControlInvalidRequest,
		Text:    "A request to the control API is as its document describes it.",
		Sources: []string{"control #/components/schemas/Problem"},
	},
	{
		ID:      ControlInvalidTenant,
		Text:    "A tenant that is loaded is valid.",
		Sources: []string{"control #/paths/~1_mock~1state/put"},
	},
	{
		ID:      ControlUnauthorized,
		Text:    "The control API needs the control token if the mock has one.",
		Sources: []string{"control #/components/securitySchemes"},
	},
	{
		ID:      ControlMediaType,
		Text:    "A body of the control API has a content type that the operation takes.",
		Sources: []string{"control #/paths/~1_mock~1state/put/requestBody"},
	},
	{
		ID:      ControlUnknownPath,
		Text:    "A request of the control API goes to a path that it has.",
		Sources: []string{"control #/paths"},
	},
	{
		ID:      ControlUnknownDocument,
		Text:    "A document that is requested exists.",
		Sources: []string{"control #/paths/~1_mock~1spec~1{document}"},
	},
	{
		ID:      ControlUnknownRequest,
		Text:    "A request that is looked up is in the journal.",
		Sources: []string{"control #/paths/~1_mock~1requests~1{id}"},
	},
	{
		ID:      ControlUnknownFault,
		Text:    "A fault that is removed exists.",
		Sources: []string{"control #/paths/~1_mock~1faults~1{id}"},
	},
	{
		ID:      ControlUnknownStub,
		Text:    "A stub that is removed exists.",
		Sources: []string{"control #/paths/~1_mock~1stubs~1{id}"},
	},
	{
		ID:      ControlUnknownOwner,
		Text:    "The owner of a new token is an identity of the tenant.",
		Sources: []string{"control #/paths/~1_mock~1tokens/post"},
	},
	{
		ID:      ControlInternalError,
		Text:    "An internal error of the mock is 500.",
		Sources: []string{"control #/components/schemas/Problem"},
	},
	{
		ID:      ControlIDTaken,
		Text:    "The id of a new fault, stub, identity or token is free.",
		Sources: []string{"control #/paths/~1_mock~1faults/post"},
	},
	{
		ID:      ControlNameTaken,
		Text:    "The name of a new identity or token is free.",
		Sources: []string{"control #/paths/~1_mock~1tokens/post"},
	},
	{
		ID:      ControlTooManyFaults,
		Text:    "A namespace has no more fault rules than its bound.",
		Sources: []string{"control #/paths/~1_mock~1faults/post"},
	},
	{
		ID:      ControlTooManyStreams,
		Text:    "A mock has no more open streams than its bound.",
		Sources: []string{"control #/paths/~1_mock~1requests~1stream/get"},
	},
	{
		ID:      ControlDefaultNamespace,
		Text:    "The default namespace cannot be removed.",
		Sources: []string{"control #/paths/~1_mock~1namespace/delete"},
	},
	{
		ID:      ControlStateTooLarge,
		Text:    "A state that is fetched is not larger than one that can be put back.",
		Sources: []string{"control #/paths/~1_mock~1state/get"},
	},
})
