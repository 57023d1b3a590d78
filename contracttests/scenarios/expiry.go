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
		Promise: "In a legacy version a token created without a date, or with null, expires six " +
			"months later.",
		Sources:  []string{legacyRule, "#legacy-default-is-six-months"},
		Versions: contract.Legacy,
		Rules:    []rule.ID{"expiry-six-months"},
		Run: func(t *contract.T) {
			for _, body := range []contract.Body{
				{"name": t.UniqueName()}, {"name": t.UniqueName(), "expirationDate": nil},
			} {
				token := t.Owner().Create(body).Token()
				// The text does not define a month. Six months have 181 to 184 days.
				days := parseTime(t,
					token.ExpirationDate.Value).Sub(parseTime(t, token.Created)).Hours() / 24
				if days < 180 || days > 185 {
					t.Errorf("the token expires after %.1f days, expected six months", days)
				}
			}
		},
	},
	{
		ID: "expiry/legacy-default-is-six-calendar-months",
		Promise: "In a legacy version a token created without a date expires six calendar months " +
			"later, on the same day at the same time in UTC.",
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
		Promise: "A legacy version ignores userAwareTokenNeverExpires: the token still expires " +
			"after six months.",
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
		Promise: "A legacy version rejects a date beyond six months, and creates no token.",
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
		Promise: "A legacy version accepts a date exactly six calendar months later, to the " +
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
		Promise:  "A legacy version rejects a date one millisecond beyond six calendar months.",
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
		Promise:  "A current version accepts any future date, until the end of the year 9999.",
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

// sixMonthsAfter returns the time six calendar months later, or the last day of that month if it is
// shorter.
func sixMonthsAfter(m time.Time) time.Time {
	m = m.UTC()
	first := time.Date(m.Year(), m.Month()+6, 1, m.Hour(), m.Minute(), m.Second(), m.Nanosecond(),
		time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(m.Day(), last)-1)
}

// freezeClock stops the clock of the target, and returns its time.
func freezeClock(t *contract.T) time.Time {
	now := t.Now().Truncate(time.Second)
	t.FreezeClock(now)
	return now
}

// defaultExpiry returns T.Expiry as in requests.
func defaultExpiry(t *contract.T) string { return contract.FormatTime(t.Expiry()) }

// expectDateRejected expects a date to be rejected, and no token to be created. invalid are the
// locations of violations of the schema.
func expectDateRejected(t *contract.T, date any, invalid ...string) {
	c := t.Owner()
	name := t.UniqueName()
	c.ExpectInvalid(invalid...).Create(contract.Body{
		"name": name, "expirationDate": date,
	}).ExpectRejected(http.StatusBadRequest)
	t.Equal("number of tokens with the name", 0, countNamed(c, name))
}
