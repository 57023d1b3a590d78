package scenarios

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// dateForm is a date format.
type dateForm struct{ name, layout, zone string }

// dateForms are the date formats of the SDKs, and others of RFC 3339.
var dateForms = []dateForm{
	{"milliseconds", "2006-01-02T15:04:05.000Z07:00", "UTC"},
	{"microseconds-and-offset-zero", "2006-01-02T15:04:05.000000-07:00", "UTC"},
	{"seven-digits", "2006-01-02T15:04:05.0000000Z07:00", "UTC"},
	{"nanoseconds", "2006-01-02T15:04:05.000000000Z07:00", "UTC"},
	{"no-fraction", "2006-01-02T15:04:05Z07:00", "UTC"},
	{"one-digit", "2006-01-02T15:04:05.0Z07:00", "UTC"},
	{"offset-east", "2006-01-02T15:04:05.000-07:00", "Asia/Kolkata"},
	{"offset-west", "2006-01-02T15:04:05.000000000-07:00", "America/New_York"},
}

// zones are the offsets of dateForms in seconds east of Greenwich.
var zones = map[string]int{"UTC": 0, "Asia/Kolkata": 5*3600 + 1800, "America/New_York": -5 * 3600}

// format formats a time, and returns the time that the text denotes, in milliseconds.
func (w dateForm) format(instant time.Time) (text string, want time.Time) {
	text = instant.In(time.FixedZone(w.zone, zones[w.zone])).Format(w.layout)
	want, _ = time.Parse(time.RFC3339Nano, strings.ToUpper(text)) // text is a valid date
	return text, want.UTC().Truncate(time.Millisecond)
}

// timeWithFraction returns T.Expiry with nanoseconds.
func timeWithFraction(t *contract.T) time.Time {
	return t.Expiry().Truncate(time.Second).Add(123456789 * time.Nanosecond)
}

// badDate is text that is not a valid date. The name is the reason.
type badDate struct {
	name  string
	text  func(now time.Time) string
	level evidence.Level
	rule  rule.ID
	fact  string
	// invalid are the locations of violations of the schema. Nil means that the schema accepts the
	// text.
	invalid []string
}

func inLayout(layout string) func(time.Time) string {
	return func(now time.Time) string { return now.AddDate(0, 0, 30).Format(layout) }
}

func constant(text string) func(time.Time) string { return func(time.Time) string { return text } }

// rfc3339Date is the fact about the date format.
const rfc3339Date = "#date-is-rfc3339"

var badDates = []badDate{
	{
		"no-such-day", invalidDay, evidence.Published, rule.DateIsRFC3339, rfc3339Date,
		[]string{"/expirationDate"},
	},
	{
		"second-60", func(now time.Time) string {
			return inLayout("2006-01-02")(now) + "T12:00:60Z"
		},
		evidence.Assumed, rule.DateIsRFC3339, "#second-60-is-a-leap-second", nil,
	},
	{
		"hour-24", func(now time.Time) string { return inLayout("2006-01-02")(now) + "T24:00:00Z" },
		evidence.Published, rule.DateIsRFC3339, rfc3339Date,
		[]string{"/expirationDate"},
	},
	{
		"no-zone", inLayout("2006-01-02T15:04:05"),
		evidence.Assumed, rule.DateNeedsZone, "#date-without-zone-is-400",
		[]string{"/expirationDate"},
	},
	{
		"no-time", inLayout("2006-01-02"), evidence.Published, rule.DateIsRFC3339, rfc3339Date,
		[]string{"/expirationDate"},
	},
	{
		"a-blank-for-t", inLayout("2006-01-02 15:04:05Z"),
		evidence.Assumed, rule.DateIsRFC3339, "#blank-for-t-is-400",
		[]string{"/expirationDate"},
	},
	{
		"comma-fraction", inLayout("2006-01-02T15:04:05,000Z"),
		evidence.Published, rule.DateIsRFC3339, rfc3339Date,
		[]string{"/expirationDate"},
	},
	{
		"offset-without-colon", inLayout("2006-01-02T15:04:05+0000"),
		evidence.Published, rule.DateIsRFC3339, rfc3339Date,
		[]string{"/expirationDate"},
	},
	{
		"words", constant("tomorrow"), evidence.Published, rule.DateIsRFC3339, rfc3339Date,
		[]string{"/expirationDate"},
	},
	{
		"empty", constant(""),
		evidence.Assumed, rule.EmptyDate, "#empty-date-is-400",
		[]string{"/expirationDate"},
	},
}

// invalidDay returns the day after the last one of a short month. A lenient parser reads the first
// of the next month.
func invalidDay(now time.Time) string {
	first := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	for first.AddDate(0, 1, -1).Day() == 31 {
		first = first.AddDate(0, 1, 0)
	}
	last := first.AddDate(0, 1, -1).Day()
	return first.Format("2006-01-") + strconv.Itoa(last+1) + "T00:00:00.000Z"
}

func expiryDates() []contract.Scenario {
	all := slices.Clone(expiryMoments)
	for _, w := range dateForms {
		all = append(all, dateAccepted(w))
	}
	all = append(all, lowerCaseDate(), leapSecond())
	for _, bad := range badDates {
		all = append(all, dateRejected(bad))
	}
	return all
}

func dateAccepted(w dateForm) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/date-forms/" + w.name,
		Promise: "A date is accepted as clients write it, with " + readableID(w.name) +
			", and is stored to the millisecond.",
		Sources: []string{
			createRequest + "/properties/expirationDate/format",
			"#date-is-rfc3339",
			"#dates-of-sdks",
		},
		Rules: []rule.ID{"date-forms"},
		Run: func(t *contract.T) {
			text, want := w.format(timeWithFraction(t))
			token := t.Owner().MustCreate(contract.Body{"expirationDate": text})
			got := parseTime(t, token.ExpirationDate.Value).Truncate(time.Millisecond)
			t.Equal("expirationDate", contract.FormatTime(want), contract.FormatTime(got))
		},
	}
}

// lowerCaseDate returns a scenario about lower-case t and z. RFC 3339 allows them, but few clients
// write them.
func lowerCaseDate() contract.Scenario {
	s := dateAccepted(dateForm{"small-letters", "2006-01-02t15:04:05.000z", "UTC"})
	s.Evidence, s.Sources = evidence.Assumed, []string{"#small-t-and-z-are-taken"}
	return s
}

func leapSecond() contract.Scenario {
	return contract.Scenario{
		ID:       "expiry/date-forms/leap-second",
		Promise:  "A date may be a leap second at the end of a month in UTC.",
		Sources:  []string{"#second-60-is-a-leap-second"},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{rule.DateForms},
		Run: func(t *contract.T) {
			now := t.Now().UTC()
			next := time.Date(now.Year(), now.Month()+2, 1, 0, 0, 0, 0, time.UTC)
			token := t.Owner().MustCreate(contract.Body{
				"expirationDate": next.Add(-time.Second).Format("2006-01-02T15:04:") + "60Z",
			})
			got := parseTime(t, token.ExpirationDate.Value)
			t.Equal("expirationDate", contract.FormatTime(next), contract.FormatTime(got))
		},
	}
}

func dateRejected(bad badDate) contract.Scenario {
	return contract.Scenario{
		ID: "expiry/bad-date/" + bad.name,
		Promise: "Text that is not a date is rejected, and no token is created: " +
			readableID(bad.name) +
			".",
		Sources: []string{
			createRequest + "/properties/expirationDate/format", createRejections, bad.fact,
		},
		Evidence: bad.level,
		Rules:    []rule.ID{bad.rule},
		Run: func(t *contract.T) {
			expectDateRejected(t, bad.text(t.Now()), bad.invalid...)
		},
	}
}

var expiryMoments = []contract.Scenario{
	{
		ID:      "expiry/past-date-is-rejected",
		Promise: "A past date is rejected, and no token is created.",
		Sources: []string{currentRule, legacyRule, createRejections, "#date-is-in-the-future"},
		Rules:   []rule.ID{"expiry-future"},
		Run: func(t *contract.T) {
			for _, ago := range []time.Duration{2 * time.Minute, 365 * 24 * time.Hour} {
				expectDateRejected(t, contract.FormatTime(t.Now().Add(-ago)))
			}
		},
	},
	{
		ID:      "expiry/past-date-by-its-offset-is-rejected",
		Promise: "A past date is rejected even if its local time is later than now in UTC.",
		Sources: []string{currentRule, createRequest + "/properties/expirationDate/format"},
		Rules:   []rule.ID{"expiry-future", "date-forms"},
		Run: func(t *contract.T) {
			east := time.FixedZone("east", 12*3600)
			expectDateRejected(t, t.Now().Add(-time.Hour).In(east).Format(time.RFC3339))
		},
	},
	{
		ID:       "expiry/this-moment-is-rejected",
		Promise:  "A date that equals the present time is rejected: it is not in the future.",
		Sources:  []string{currentRule, "#this-moment-has-passed"},
		Evidence: evidence.Assumed,
		Features: writes(contract.Clock),
		Rules:    []rule.ID{"expiry-future"},
		Run: func(t *contract.T) {
			expectDateRejected(t, contract.FormatTime(freezeClock(t)))
		},
	},
	{
		ID:       "expiry/next-millisecond-is-taken",
		Promise:  "A date one millisecond from now is accepted: it is in the future.",
		Sources:  []string{currentRule, "#this-moment-has-passed"},
		Evidence: evidence.Assumed,
		Features: writes(contract.Clock),
		Rules:    []rule.ID{"expiry-future"},
		Run: func(t *contract.T) {
			want := contract.FormatTime(freezeClock(t).Add(time.Millisecond))
			token := t.Owner().Create(contract.Body{
				"name": t.UniqueName(), "expirationDate": want,
			}).Token()
			t.Equal("expirationDate", want, token.ExpirationDate.Value)
		},
	},
	{
		ID:      "expiry/dates-are-returned-in-utc-with-milliseconds",
		Promise: "Create, list and patch return every date in UTC, with milliseconds and a Z.",
		Sources: []string{
			createResponse + "/properties/expirationDate/description",
			"#dates-in-utc-with-milliseconds",
		},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"date-forms"},
		Run: func(t *contract.T) {
			c := t.Owner()
			text, want := dateForm{
				"", "2006-01-02T15:04:05.000000000-07:00", "Asia/Kolkata",
			}.format(timeWithFraction(t))
			token := c.MustCreate(contract.Body{"expirationDate": text})
			listed := c.MustFind(token.ID)
			patched := c.Patch(token.ID, replace("/name", t.UniqueName())).Token()
			form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
			for _, representation := range []contract.Token{token, listed, patched} {
				t.Equal("expirationDate", contract.FormatTime(want),
					representation.ExpirationDate.Value)
				if !form.MatchString(representation.Created) {
					t.Errorf("created is %q, expected a date such as 2027-01-31T00:00:00.000Z",
						representation.Created)
				}
			}
		},
	},
	{
		ID:      "expiry/year-beyond-9999-is-rejected",
		Promise: "A date in the year 10000 in UTC is rejected, since RFC 3339 cannot express it.",
		Sources: []string{createResponse + "/properties/expirationDate/format"},
		Rules:   []rule.ID{rule.DateYear},
		Run: func(t *contract.T) {
			expectDateRejected(t, "9999-12-31T23:59:59-01:00")
			expectDateRejected(t, "10000-01-01T00:00:00Z", "/expirationDate")
		},
	},
}
