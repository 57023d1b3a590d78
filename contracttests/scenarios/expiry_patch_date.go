package scenarios

import (
	"net/http"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

var expiryPatchDates = []contract.Scenario{
	{
		ID: "expiry/patch-earlier-acknowledgement-does-not-count",
		Promise: "A patch that removes the date needs the acknowledgment itself: one of an " +
			"earlier patch does not count.",
		Sources: []string{
			patchDescription, patchRejections, "#patch-to-never-needs-the-acknowledgment",
		},
		Versions: contract.Current,
		Rules:    []rule.ID{"patch-never"},
		Run: func(t *contract.T) {
			c, token := t.Owner(), t.Owner().MustCreate()
			c.Patch(token.ID, flagTrueOp).ExpectStatus(http.StatusOK)
			expectUnchanged(t, token.ID, func() {
				c.Patch(token.ID, dateNullOp).ExpectError(http.StatusBadRequest)
			})
		},
	},
	{
		ID:       "expiry/patch-acknowledgement-keeps-the-date",
		Promise:  "A patch of only the acknowledgment stores it and keeps the date.",
		Sources:  []string{"#acknowledgment-alone-keeps-the-date"},
		Evidence: evidence.Assumed,
		Versions: contract.Current,
		Rules:    []rule.ID{rule.PatchFields, rule.PatchNever},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			for _, flag := range []bool{true, false} {
				patched := c.Patch(token.ID, replace("/userAwareTokenNeverExpires", flag)).Token()
				t.Equal("expirationDate", token.ExpirationDate, patched.ExpirationDate)
				t.Equal("userAwareTokenNeverExpires", contract.Value(flag),
					patched.UserAwareTokenNeverExpires)
			}
		},
	},
	{
		ID:      "expiry/patch-new-date",
		Promise: "A patch sets another date by itself, up to any future date.",
		Sources: []string{
			patchDescription,
			patchFields,
			"#patch-to-a-date",
			"#current-has-no-upper-bound",
		},
		Versions: contract.Current,
		Rules:    []rule.ID{"patch-fields", "expiry-no-upper-bound"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			for _, date := range []string{
				contract.FormatTime(t.Expiry().Add(time.Hour)), "9999-12-31T23:59:59.999Z",
			} {
				patched := c.Patch(token.ID, replace("/expirationDate", date)).Token()
				t.Equal("expirationDate", date,
					contract.FormatTime(parseTime(t, patched.ExpirationDate.Value)))
				t.Equal("the token in the list", patched, c.MustFind(token.ID))
			}
		},
	},
	{
		ID: "expiry/patch-dates-a-never-expiring-token",
		Promise: "A patch sets a date for a token that never expires, with the acknowledgment " +
			"false or absent.",
		Sources:  []string{patchDescription, "#patch-to-a-date"},
		Versions: contract.Current,
		Rules:    []rule.ID{rule.PatchFields, rule.NeverKeepsAcknowledgment},
		Run: func(t *contract.T) {
			date := replace("/expirationDate", defaultExpiry(t))
			for _, operations := range [][]contract.Op{
				{date}, {date, flagFalseOp}, {flagFalseOp, date},
			} {
				patched := t.Owner().Patch(newNeverExpiringToken(t), operations...).Token()
				t.Equal("expirationDate", date.Value(), patched.ExpirationDate.Value)
			}
		},
	},
	{
		ID:       "expiry/patch-of-another-field-keeps-the-date",
		Promise:  "A patch of another property keeps date and acknowledgment, in every version.",
		Sources:  []string{"#other-patches-keep-the-date"},
		Evidence: evidence.Assumed,
		Rules:    []rule.ID{"patch-fields"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			patched := c.Patch(token.ID, replace("/name", t.UniqueName())).Token()
			t.Equal("expirationDate", token.ExpirationDate, patched.ExpirationDate)
			if t.Current() {
				patched := c.Patch(newNeverExpiringToken(t),
					replace("/name", t.UniqueName())).Token()
				t.Equal("expirationDate", contract.Null[string](), patched.ExpirationDate)
				t.Equal("userAwareTokenNeverExpires", contract.Value(true),
					patched.UserAwareTokenNeverExpires)
			}
		},
	},
	{
		ID:       "expiry/patch-past-date-is-rejected",
		Promise:  "A patch to a past date is rejected, and the date does not change.",
		Sources:  []string{patchDescription, patchRejections},
		Versions: contract.Current,
		Rules:    []rule.ID{"expiry-future"},
		Run: func(t *contract.T) {
			past := replace("/expirationDate", contract.FormatTime(t.Now().Add(-2*time.Minute)))
			for _, operations := range [][]contract.Op{{past}, {past, flagTrueOp}} {
				expectPatchRejected(t, operations...)
			}
		},
	},
	{
		ID:       "expiry/patch-date-forms",
		Promise:  "A patch accepts a date as clients write it, and stores it to the millisecond.",
		Sources:  []string{patchDescription, "#date-is-rfc3339", "#dates-of-sdks"},
		Versions: contract.Current,
		Rules:    []rule.ID{"date-forms"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			for _, w := range dateForms {
				text, want := w.format(timeWithFraction(t))
				patched := t.Owner().Patch(token.ID, replace("/expirationDate", text)).Token()
				got := parseTime(t, patched.ExpirationDate.Value).Truncate(time.Millisecond)
				t.Equal("expirationDate with "+w.name, contract.FormatTime(want),
					contract.FormatTime(got))
			}
		},
	},
	{
		ID:      "expiry/patch-bad-dates-are-rejected",
		Promise: "A patch to text that is not a date is rejected, and the date does not change.",
		Sources: []string{
			patchDescription,
			patchRejections,
			"#date-is-rfc3339",
			"#date-without-zone-is-400",
		},
		Versions: contract.Current,
		Rules: []rule.ID{
			rule.DateIsRFC3339, rule.DateNeedsZone, rule.DateYear, rule.EmptyDate,
			rule.InvalidProperty,
		},
		Run: func(t *contract.T) {
			values := []any{1893456000, true, "9999-12-31T23:59:59-01:00", "10000-01-01T00:00:00Z"}
			for _, bad := range badDates {
				values = append(values, bad.text(t.Now()))
			}
			expectNewTokenUnchanged(t, func(id string) {
				for _, value := range values {
					t.Owner().Patch(id,
						replace("/expirationDate", value)).ExpectRejected(http.StatusBadRequest)
				}
			})
		},
	},
	{
		ID:       "expiry/patch-revives",
		Promise:  "An expired token that gets a new date can be used to log in again.",
		Sources:  []string{"#new-date-revives"},
		Versions: contract.Current,
		Features: writes(contract.SeededTokens),
		Rules:    []rule.ID{rule.PatchRevives, rule.TokenDeletedOrExpired},
		Run: func(t *contract.T) {
			credentials := seedExpired(t, t.UniqueName())
			t.Anonymous().RequestToken(credentials).ExpectStatus(http.StatusUnauthorized)
			t.Owner().Patch(credentials.ClientID,
				replace("/expirationDate", defaultExpiry(t))).ExpectStatus(http.StatusOK)
			t.Login(credentials).ListOwn().ExpectStatus(http.StatusOK)
		},
	},
	{
		ID:       "expiry/patch-of-another-field-does-not-revive",
		Promise:  "An expired token can be renamed, and stays expired.",
		Sources:  []string{"#expired-token-can-be-patched"},
		Features: writes(contract.SeededTokens),
		Rules:    []rule.ID{rule.PatchFields, rule.ExpiredTokenStays, rule.TokenDeletedOrExpired},
		Run: func(t *contract.T) {
			credentials, name := seedExpired(t, t.UniqueName()), t.UniqueName()
			want := t.Owner().MustFind(credentials.ClientID)
			patched := t.Owner().Patch(credentials.ClientID, replace("/name", name)).Token()
			t.Equal("name", name, patched.Name)
			t.Equal("expirationDate", want.ExpirationDate, patched.ExpirationDate)
			t.Anonymous().RequestToken(credentials).ExpectStatus(http.StatusUnauthorized)
		},
	},
}
