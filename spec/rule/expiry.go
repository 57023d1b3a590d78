package rule

// Dates and expiration.
const (
	DateIsRFC3339            ID = "date-is-rfc3339"
	DateForms                ID = "date-forms"
	DateNeedsZone            ID = "date-needs-zone"
	DateYear                 ID = "date-year-of-four-digits"
	ExpirySixMonths          ID = "expiry-six-months"
	ExpiryUpperBound         ID = "expiry-upper-bound"
	ExpiryMonthEnd           ID = "expiry-month-end"
	ExpiryNever              ID = "expiry-never"
	ExpiryFuture             ID = "expiry-future"
	ExpiryNoUpperBound       ID = "expiry-no-upper-bound"
	NeverKeepsAcknowledgment ID = "never-keeps-acknowledgment"
)

var expiry = []Rule{
	{
		ID: DateIsRFC3339, Evidence: published,
		Text:    "A date is a date and time of RFC 3339.",
		Sources: []string{createRequest + "/properties/expirationDate/format"},
	},
	{
		ID: DateForms, Evidence: published,
		Text: "Dates are read with any fraction and offset, and returned in UTC with milliseconds.",
		Sources: []string{
			createRequest + "/properties/expirationDate/format",
			"docs/behaviour.md#date-is-rfc3339",
			"docs/behaviour.md#dates-in-utc-with-milliseconds",
		},
	},
	{
		ID: DateNeedsZone, Evidence: assumed,
		Text: "A date without a zone is rejected, not read as UTC.",
		Sources: []string{
			createRequest + "/properties/expirationDate/format",
			"https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
			"docs/behaviour.md#date-without-zone-is-400",
		},
	},
	{
		ID: DateYear, Evidence: assumed,
		Text: "A date is between the years 0000 and 9999 in UTC.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
			"docs/behaviour.md#year-10000-is-400",
		},
	},
	{
		ID: ExpirySixMonths, Evidence: published, Versions: legacy,
		Text: "Without a date a token expires after six calendar months.",
		Sources: []string{
			legacyCreate + "/properties/expirationDate/description",
			"docs/behaviour.md#legacy-default-is-six-months",
			"docs/behaviour.md#six-months-are-calendar-months",
		},
	},
	{
		ID: ExpiryUpperBound, Evidence: published, Versions: legacy,
		Text: "A date lies within six months.",
		Sources: []string{
			legacyCreate + "/properties/expirationDate/description",
			"docs/behaviour.md#legacy-upper-bound-is-six-months",
		},
	},
	{
		ID: ExpiryMonthEnd, Evidence: assumed, Versions: legacy,
		Text:    "Six months after the end of a month is the end of a month.",
		Sources: []string{"docs/behaviour.md#month-end"},
	},
	{
		ID: ExpiryNever, Evidence: published, Versions: current,
		Text: "No date needs the acknowledgment, and then the token never expires.",
		Sources: []string{
			createRequest + "/properties/expirationDate/description",
			"docs/behaviour.md#never-needs-the-acknowledgment",
		},
	},
	{
		ID: ExpiryFuture, Evidence: published,
		Text: "A date lies in the future.",
		Sources: []string{
			createRequest + "/properties/expirationDate/description",
			"docs/behaviour.md#date-is-in-the-future",
		},
	},
	{
		ID: ExpiryNoUpperBound, Evidence: published, Versions: current,
		Text:    "A date has no upper bound.",
		Sources: []string{"docs/behaviour.md#current-has-no-upper-bound"},
	},
	{
		ID: NeverKeepsAcknowledgment, Evidence: published, Versions: current,
		Text:    "A token that never expires keeps its acknowledgment.",
		Sources: []string{"docs/behaviour.md#never-keeps-the-acknowledgment"},
	},
}
