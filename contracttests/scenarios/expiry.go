package scenarios

import (
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

var expiry = slices.Concat(expiryLegacy, expiryCurrent, neverExpiring(), expiryDates(),
	expiryPatches, boundaryDates)

const (
	legacyRule = "v2024 #/components/schemas/CreatePersonalAccessTokenRequest" +
		"/properties/expirationDate/description"
	currentRule = createRequest + "/properties/expirationDate/description"
)

var expiryLegacy = []contract.Scenario{
	{
		ID: "expiry/legacy-default-is-six-months",
		Promise: "In a legacy version a token made without a date, or with null for it, expires " +
			"six months after its creation.",
		Sources:  []string{legacyRule, "#legacy-default-is-six-months"},
		Versions: contract.Legacy,
		Rules:    []rule.ID{"expiry-six-months"},
		Run: func(t *contract.T) {
			for _, body := range []contract.Body{
				{"name": t.UniqueName()}, {"name": t.UniqueName(), "expirationDate": nil},
			} {
				token := t.Owner().Create(body).Token()
				// What a month is, the text does not say: six of them have 181 to 184 days.
				days := parseTime(t,
					token.ExpirationDate.Value).Sub(parseTime(t, token.Created)).Hours() / 24
				if days < 180 || days > 185 {
					t.Errorf("the token lives for %.1f days, expected six months", days)
				}
			}
		},
	},
	{
		ID: "expiry/legacy-default-is-six-calendar-months",
		Promise: "In a legacy version a token made without a date expires on the same day, six " +
			"calendar months on, at the same time in UTC.",
		Sources:  []string{legacyRule, "#six-months-are-calendar-months"},
		Evidence: evidence.Assumed,
		Versions: contract.Legacy,
		Rules:    []rule.ID{"expiry-six-months"},
		Run: func(t *contract.T) {
			token := t.Owner().Create(contract.Body{"name": t.UniqueName()}).Token()
			want := contract.FormatTime(sixMonthsAfter(parseTime(t, token.Created)))
			t.Equal("expirationDate", want, token.ExpirationDate.Value)
		},
	},
	{
		ID: "expiry/legacy-flag-is-ignored",
		Promise: "A legacy version does not know userAwareTokenNeverExpires: a token made with " +
			"it " +
			"expires after six months all the same.",
		Sources: []string{
			"v2024 #/components/schemas/CreatePersonalAccessTokenRequest/properties",
			"#legacy-has-no-acknowledgment",
		},
		Versions: contract.Legacy,
		Rules:    []rule.ID{"unknown-ignored", "expiry-six-months"},
		Run: func(t *contract.T) {
			for _, flag := range []any{true, false, nil, "yes"} {
				c := t.Owner().ExpectInvalid("/userAwareTokenNeverExpires")
				token := c.Create(contract.Body{
					"name": t.UniqueName(), "userAwareTokenNeverExpires": flag,
				}).Token()
				want := contract.FormatTime(sixMonthsAfter(parseTime(t, token.Created)))
				t.Equal("expirationDate", want, token.ExpirationDate.Value)
			}
		},
	},
	{
		ID:      "expiry/legacy-beyond-six-months-is-rejected",
		Promise: "A legacy version refuses a date beyond six months, and nothing is made.",
		Sources: []string{
			legacyRule,
			"v2024 #/paths/~1personal-access-tokens/post/responses/400",
			"#legacy-upper-bound-is-six-months",
		},
		Versions: contract.Legacy,
		Rules:    []rule.ID{"expiry-upper-bound"},
		Run: func(t *contract.T) {
			expectDateRejected(t, contract.FormatTime(t.Now().AddDate(0, 0, 190)))
		},
	},
	{
		ID: "expiry/legacy-exactly-six-months-is-taken",
		Promise: "A legacy version takes a date exactly six calendar months on, to the " +
			"millisecond.",
		Sources:  []string{legacyRule, "#legacy-upper-bound-is-exact"},
		Evidence: evidence.Assumed,
		Versions: contract.Legacy,
		Features: writes(contract.Clock),
		Rules:    []rule.ID{"expiry-upper-bound"},
		Run: func(t *contract.T) {
			now := freezeClock(t)
			want := contract.FormatTime(sixMonthsAfter(now))
			token := t.Owner().Create(contract.Body{
				"name": t.UniqueName(), "expirationDate": want,
			}).Token()
			t.Equal("expirationDate", want, token.ExpirationDate.Value)
		},
	},
	{
		ID:       "expiry/legacy-a-millisecond-beyond-is-rejected",
		Promise:  "A legacy version refuses a date one millisecond beyond six calendar months.",
		Sources:  []string{legacyRule, "#legacy-upper-bound-is-exact"},
		Evidence: evidence.Assumed,
		Versions: contract.Legacy,
		Features: writes(contract.Clock),
		Rules:    []rule.ID{"expiry-upper-bound"},
		Run: func(t *contract.T) {
			now := freezeClock(t)
			expectDateRejected(t, contract.FormatTime(sixMonthsAfter(now).Add(time.Millisecond)))
		},
	},
}

var expiryCurrent = []contract.Scenario{
	{
		ID:       "expiry/current-has-no-upper-bound",
		Promise:  "A current version takes any date in the future, up to the end of the year 9999.",
		Sources:  []string{currentRule, "#current-has-no-upper-bound"},
		Versions: contract.Current,
		Rules:    []rule.ID{"expiry-no-upper-bound"},
		Run: func(t *contract.T) {
			for _, date := range []string{
				contract.FormatTime(t.Now().AddDate(0, 7, 0)), "9999-12-31T23:59:59.999Z",
			} {
				token := t.Owner().Create(contract.Body{
					"name": t.UniqueName(), "expirationDate": date,
				}).Token()
				t.Equal("expirationDate", date,
					contract.FormatTime(parseTime(t, token.ExpirationDate.Value)))
			}
		},
	},
}

// sixMonthsAfter is six calendar months on, in the last of them where it has no such day.
func sixMonthsAfter(m time.Time) time.Time {
	m = m.UTC()
	first := time.Date(m.Year(), m.Month()+6, 1, m.Hour(), m.Minute(), m.Second(), m.Nanosecond(),
		time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(m.Day(), last)-1)
}

// freezeClock stops the clock of the target, and returns what it shows.
func freezeClock(t *contract.T) time.Time {
	now := t.Now().Truncate(time.Second)
	t.FreezeClock(now)
	return now
}

// defaultExpiry is a date that every version takes.
func defaultExpiry(t *contract.T) string { return contract.FormatTime(t.Expiry()) }

// expectDateRejected expects 400 to a date, and no token. Wrong is where the schema forbids it as
// well.
func expectDateRejected(t *contract.T, date any, invalid ...string) {
	c := t.Owner()
	name := t.UniqueName()
	c.ExpectInvalid(invalid...).Create(contract.Body{
		"name": name, "expirationDate": date,
	}).ExpectRejected(http.StatusBadRequest)
	t.Equal("how many tokens have the name", 0, countNamed(c, name))
}
