package rule

// Fixture files. The control API accepts them as the state of a tenant as well.
const (
	FixtureSyntax        ID = "fixture-syntax"
	FixtureSize          ID = "fixture-size"
	FixtureSchema        ID = "fixture-schema"
	FixtureUnknownKey    ID = "fixture-unknown-key"
	FixtureDuplicateKey  ID = "fixture-duplicate-key"
	FixturePlainKey      ID = "fixture-plain-key"
	FixtureWrongType     ID = "fixture-wrong-type"
	FixtureRequired      ID = "fixture-required"
	FixtureFormat        ID = "fixture-format"
	FixtureRange         ID = "fixture-range"
	FixtureDate          ID = "fixture-date"
	FixtureClock         ID = "fixture-clock"
	FixturePast          ID = "fixture-past"
	FixtureNeverExpires  ID = "fixture-never-expires"
	FixtureDuplicate     ID = "fixture-duplicate"
	FixtureReference     ID = "fixture-reference"
	FixtureUserLevel     ID = "fixture-user-level"
	FixtureRight         ID = "fixture-right"
	FixtureUnknownSecret ID = "fixture-unknown-secret"
)

const (
	ofFixtures   = "fixture files are patmock's own: a tenant reads none"
	restoreState = "control #/paths/~1_mock~1state/put"
)

var fixtureFiles = withCommon(Rule{
	Evidence: published, Sources: []string{restoreState}, Unobservable: ofFixtures,
}, []Rule{
	{
		ID:      FixtureSyntax,
		Text:    "A fixture is one document of YAML or JSON in UTF-8.",
		Sources: []string{restoreState, "https://yaml.org/spec/1.2.2/"},
	},
	{
		ID:   FixtureSize,
		Text: "A fixture is no larger and nests no deeper than patmock's bounds.",
	},
	{
		ID:      FixtureSchema,
		Text:    "A fixture has a schema that this patmock reads, or none.",
		Sources: []string{restoreState, "control #/components/schemas/Tenant/properties/schema"},
	},
	{
		ID:   FixtureUnknownKey,
		Text: "A fixture has only the keys of its form.",
	},
	{
		ID:      FixtureDuplicateKey,
		Text:    "A mapping in a fixture has each key once.",
		Sources: []string{restoreState, "https://yaml.org/spec/1.2.2/#nodes"},
	},
	{
		ID:   FixturePlainKey,
		Text: "A key in a fixture is text.",
	},
	{
		ID:   FixtureWrongType,
		Text: "A value in a fixture has the type of its field.",
	},
	{
		ID:   FixtureRequired,
		Text: "A fixture has at least one identity, and each object has its required fields.",
	},
	{
		ID: FixtureFormat,
		Text: "An identifier or secret in a fixture has the form of its kind, and a name is " +
			"not blank.",
		Sources: []string{restoreState, tokenSchema},
	},
	{
		ID:      FixtureRange,
		Text:    "A number in a fixture is in the range of its field.",
		Sources: []string{restoreState, createRequest},
	},
	{
		ID: FixtureDate,
		Text: "A time in a fixture is a date and time of RFC 3339 or an offset from the start, " +
			"within patmock's bounds.",
		Sources: []string{restoreState, "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"},
	},
	{
		ID: FixtureClock,
		Text: "The clock of a fixture is a date and time of RFC 3339 between the years 1970 " +
			"and 8999.",
		Sources: []string{restoreState, "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"},
	},
	{
		ID:   FixturePast,
		Text: "An event in a fixture is not later than the start.",
	},
	{
		ID: FixtureNeverExpires,
		Text: "A token in a fixture that has no expiration date acknowledges that it never " +
			"expires.",
		Sources: []string{restoreState, createRequest},
	},
	{
		ID: FixtureDuplicate,
		Text: "An id in a fixture is unique, and so is the name of an identity, and of a token " +
			"of one owner.",
	},
	{
		ID:   FixtureReference,
		Text: "The owner of a token in a fixture is an identity of the same fixture.",
	},
	{
		ID:      FixtureUserLevel,
		Text:    "A user level in a fixture is one that SailPoint publishes.",
		Sources: []string{restoreState, "docs/behaviour.md#scopes-add-up"},
	},
	{
		ID:   FixtureRight,
		Text: "A right in a fixture is one on personal access tokens.",
		Sources: []string{
			restoreState,
			"docs/behaviour.md#list-of-others-needs-the-right",
			"docs/behaviour.md#managed-tokens-need-their-right",
		},
	},
	{
		ID: FixtureUnknownSecret,
		Text: "A snapshot without secrets is restored only while the namespace knows the secrets " +
			"of its ids.",
	},
})
