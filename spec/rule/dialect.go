package rule

// Files of a dialect, which patmock serve --dialect reads.
const (
	DialectSyntax       ID = "dialect-syntax"
	DialectSize         ID = "dialect-size"
	DialectSchema       ID = "dialect-schema"
	DialectUnknownEntry ID = "dialect-unknown-entry"
	DialectUnknownField ID = "dialect-unknown-field"
	DialectDuplicateKey ID = "dialect-duplicate-key"
	DialectWrongType    ID = "dialect-wrong-type"
	DialectRequired     ID = "dialect-required"
	DialectStatus       ID = "dialect-status"
	DialectValue        ID = "dialect-value"
	DialectServed       ID = "dialect-served"
	DialectErrorCode    ID = "dialect-error-code"
)

const (
	ofDialects     = "dialects are patmock's own: a tenant reads none"
	dialectOfAMock = "control #/components/schemas/Profile/properties/dialect"
)

var dialects = []Rule{
	{
		ID: DialectSyntax, Evidence: published,
		Text:         "A dialect is one document of YAML.",
		Sources:      []string{dialectOfAMock, "https://yaml.org/spec/1.2.2/"},
		Unobservable: ofDialects,
	},
	{
		ID: DialectSize, Evidence: published,
		Text:         "A dialect is no larger than patmock's bound.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectSchema, Evidence: published,
		Text:         "A dialect has a schema that this patmock reads, or none.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectUnknownEntry, Evidence: published,
		Text:         "A dialect answers open questions and nothing else.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectUnknownField, Evidence: published,
		Text:         "An entry of a dialect has no fields but those of its question.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectDuplicateKey, Evidence: published,
		Text:         "A mapping in a dialect has each key once.",
		Sources:      []string{dialectOfAMock, "https://yaml.org/spec/1.2.2/#nodes"},
		Unobservable: ofDialects,
	},
	{
		ID: DialectWrongType, Evidence: published,
		Text:         "A dialect maps entries to mappings of a whole number and texts.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectRequired, Evidence: published,
		Text:         "An entry of a dialect has a status unless its question has values.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectStatus, Evidence: published,
		Text:         "A status in a dialect is one that the mock can answer the question with.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectValue, Evidence: published,
		Text:         "A value in a dialect is one of the values of its question.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectServed, Evidence: published,
		Text:         "An entry of a dialect that serves the request has no fields of an error.",
		Sources:      []string{dialectOfAMock},
		Unobservable: ofDialects,
	},
	{
		ID: DialectErrorCode, Evidence: published,
		Text:         "An error code in a dialect has the characters of RFC 6749.",
		Sources:      []string{dialectOfAMock, "https://www.rfc-editor.org/rfc/rfc6749#section-5.2"},
		Unobservable: ofDialects,
	},
}
