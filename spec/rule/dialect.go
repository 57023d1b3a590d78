package rule

// Files of a dialect, for patmock serve --dialect.
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

var dialects = withCommon(Rule{
	Evidence: published, Sources: []string{dialectOfAMock}, Unobservable: ofDialects,
}, []Rule{
	{
		ID:      DialectSyntax,
		Text:    "A dialect is one document of YAML.",
		Sources: []string{dialectOfAMock, "https://yaml.org/spec/1.2.2/"},
	},
	{
		ID:   DialectSize,
		Text: "A dialect is no larger than patmock's bound.",
	},
	{
		ID:   DialectSchema,
		Text: "A dialect has a schema that this patmock reads, or none.",
	},
	{
		ID:   DialectUnknownEntry,
		Text: "A dialect has entries for open questions only.",
	},
	{
		ID:   DialectUnknownField,
		Text: "An entry of a dialect has only the fields of its question.",
	},
	{
		ID:      DialectDuplicateKey,
		Text:    "A mapping in a dialect has each key once.",
		Sources: []string{dialectOfAMock, "https://yaml.org/spec/1.2.2/#nodes"},
	},
	{
		ID:   DialectWrongType,
		Text: "A dialect maps entries to mappings of a whole number and texts.",
	},
	{
		ID:   DialectRequired,
		Text: "An entry of a dialect has a status unless its question has values.",
	},
	{
		ID:   DialectStatus,
		Text: "A status in a dialect is valid for its question.",
	},
	{
		ID:   DialectValue,
		Text: "A value in a dialect is one of the values of its question.",
	},
	{
		ID:   DialectServed,
		Text: "An entry of a dialect that serves the request has no fields of an error.",
	},
	{
		ID:      DialectErrorCode,
		Text:    "An error code in a dialect has the characters of RFC 6749.",
		Sources: []string{dialectOfAMock, "https://www.rfc-editor.org/rfc/rfc6749#section-5.2"},
	},
})
