package rule

// Canned responses.
const (
	StubPath      ID = "stub-path"
	StubSimulated ID = "stub-simulated"
	StubHeader    ID = "stub-header"
	StubBody      ID = "stub-body"
	StubSize      ID = "stub-size"
)

const addStub = "control #/components/schemas/Stub"

var stubs = withCommon(Rule{Evidence: published, Unobservable: ofPatmock}, []Rule{
	{
		ID:      StubPath,
		Text:    "The path of a stub is a pattern that begins with a slash and has no query.",
		Sources: []string{addStub + "/properties/path"},
	},
	{
		ID:      StubSimulated,
		Text:    "A stub matches no path that patmock simulates, in any version or method.",
		Sources: []string{"control #/paths/~1_mock~1stubs/post"},
	},
	{
		ID:      StubHeader,
		Text:    "The headers of a stub are valid, and patmock does not set them itself.",
		Sources: []string{addStub + "/properties/header"},
	},
	{
		ID: StubBody,
		Text: "The body of a stub is UTF-8, is JSON if its content type says so, and is absent " +
			"if its status has none.",
		Sources: []string{addStub + "/properties/body"},
	},
	{
		ID:      StubSize,
		Text:    "Stubs are no larger and no more than patmock's bounds.",
		Sources: []string{"control #/paths/~1_mock~1stubs/post"},
	},
})
