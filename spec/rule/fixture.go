package rule

// Fixture files, which the control API also takes as the state of a tenant.
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

var fixtureFiles = []Rule{
	{
		ID: FixtureSyntax, Evidence: published,
		Text:         "A fixture is one document of YAML or JSON in UTF-8.",
		Sources:      []string{restoreState, "https://yaml.org/spec/1.2.2/"},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureSize, Evidence: published,
		Text:         "A fixture is no larger and nests no deeper than patmock's bounds.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureSchema, Evidence: published,
		Text:         "A fixture has a schema that this patmock reads, or none.",
		Sources:      []string{restoreState, "control #/components/schemas/Tenant/properties/schema"},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureUnknownKey, Evidence: published,
		Text:         "A fixture has no keys but those of its form.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureDuplicateKey, Evidence: published,
		Text:         "A mapping in a fixture has each key once.",
		Sources:      []string{restoreState, "https://yaml.org/spec/1.2.2/#nodes"},
		Unobservable: ofFixtures,
	},
	{
		ID: FixturePlainKey, Evidence: published,
		Text:         "A key in a fixture is text.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureWrongType, Evidence: published,
		Text:         "A value in a fixture has the type of its field.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureRequired, Evidence: published,
		Text:         "A fixture has at least one identity, and each object has its required fields.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureFormat, Evidence: published,
		Text:         "An identifier or secret in a fixture has the form of its kind, and a name is not blank.",
		Sources:      []string{restoreState, tokenSchema},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureRange, Evidence: published,
		Text:         "A number in a fixture is in the range of its field.",
		Sources:      []string{restoreState, createRequest},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureDate, Evidence: published,
		Text:         "A time in a fixture is a date and time of RFC 3339 or an offset from the start, within patmock's bounds.",
		Sources:      []string{restoreState, "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureClock, Evidence: published,
		Text:         "The clock of a fixture is a date and time of RFC 3339 between the years 1970 and 8999.",
		Sources:      []string{restoreState, "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"},
		Unobservable: ofFixtures,
	},
	{
		ID: FixturePast, Evidence: published,
		Text:         "An event in a fixture is not later than the start.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureNeverExpires, Evidence: published,
		Text:         "A token in a fixture that has no expiration date acknowledges that it never expires.",
		Sources:      []string{restoreState, createRequest},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureDuplicate, Evidence: published,
		Text:         "An id in a fixture is unique, and so is the name of an identity, and of a token of one owner.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureReference, Evidence: published,
		Text:         "The owner of a token in a fixture is an identity of the same fixture.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureUserLevel, Evidence: published,
		Text:         "A user level in a fixture is one that SailPoint publishes.",
		Sources:      []string{restoreState, "docs/behaviour.md#scopes-add-up"},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureRight, Evidence: published,
		Text: "A right in a fixture is one on personal access tokens.",
		Sources: []string{
			restoreState,
			"docs/behaviour.md#list-of-others-needs-the-right",
			"docs/behaviour.md#managed-tokens-need-their-right",
		},
		Unobservable: ofFixtures,
	},
	{
		ID: FixtureUnknownSecret, Evidence: published,
		Text:         "A snapshot without secrets is restored only while the namespace knows the secrets of its ids.",
		Sources:      []string{restoreState},
		Unobservable: ofFixtures,
	},
}
