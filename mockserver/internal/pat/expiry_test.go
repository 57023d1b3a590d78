package pat_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// createAt creates a token and returns its expiration time or the error.
func createAt(
	t testing.TB, v version.Version, start time.Time, date *string, ack bool,
) (string, error) {
	t.Helper()
	call := callOf(user(ben), v)
	call.Now = start
	token, err := create(t.Context(), newService(newStore(t)), call, pat.CreateRequest{
		Name: new("robot"), ExpirationDate: date, UserAwareTokenNeverExpires: ack,
	})
	if err != nil {
		return "", err
	}
	return formatTime(token.ExpirationDate), nil
}

func TestCreate_LegacyExpiresAfterSixMonths(t *testing.T) {
	tests := []struct {
		name, created string
		want          string
	}{
		{"middle of a month", "2026-03-15T12:00:00Z", "2026-09-15T12:00:00Z"},
		{"across the year", "2026-11-05T01:02:03.004Z", "2027-05-05T01:02:03.004Z"},
		{"31 August to February", "2026-08-31T12:00:00Z", "2027-02-28T12:00:00Z"},
		{"31 August to February of a leap year", "2027-08-31T12:00:00Z", "2028-02-29T12:00:00Z"},
		{"31 August to February of a century", "2099-08-31T12:00:00Z", "2100-02-28T12:00:00Z"},
		{"30 August to February", "2026-08-30T12:00:00Z", "2027-02-28T12:00:00Z"},
		{"30 August to February of a leap year", "2027-08-30T12:00:00Z", "2028-02-29T12:00:00Z"},
		{"29 August to February", "2026-08-29T12:00:00Z", "2027-02-28T12:00:00Z"},
		{"29 August to February of a leap year", "2027-08-29T12:00:00Z", "2028-02-29T12:00:00Z"},
		{"28 August to February", "2026-08-28T12:00:00Z", "2027-02-28T12:00:00Z"},
		{"28 February to August", "2026-02-28T12:00:00Z", "2026-08-28T12:00:00Z"},
		{"29 February to August", "2028-02-29T12:00:00Z", "2028-08-29T12:00:00Z"},
		{"31 March to a month of 30 days", "2026-03-31T12:00:00Z", "2026-09-30T12:00:00Z"},
		{"31 May to a month of 30 days", "2026-05-31T23:59:59.999Z", "2026-11-30T23:59:59.999Z"},
		{"31 October to a month of 30 days", "2026-10-31T00:00:00Z", "2027-04-30T00:00:00Z"},
		{"30 September to a month of 31 days", "2026-09-30T12:00:00Z", "2027-03-30T12:00:00Z"},
		{"31 January to a month of 31 days", "2026-01-31T12:00:00Z", "2026-07-31T12:00:00Z"},
		{"clock in another zone", "2026-09-01T00:30:00+01:00", "2027-02-28T23:30:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := createAt(t, version.V3, parseTime(test.created), nil, false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("expires (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreate_LegacyExpirationDate(t *testing.T) {
	const field = "/expirationDate"
	future := rejection{pat.Invalid, field, "expiry-future"}
	sixMonths := rejection{pat.Invalid, field, "expiry-upper-bound"}
	tests := []struct {
		name, created, date string
		aware               bool
		want                string
		wantRejection       rejection
	}{
		{
			"soon", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.001Z", false,
			"2026-03-01T12:00:00.001Z", accepted,
		},
		{"now", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", false, "", future},
		{
			"now in another zone", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", false, "",
			future,
		},
		{
			"millisecond ago", "2026-03-01T12:00:00Z", "2026-03-01T11:59:59.999Z", false, "",
			future,
		},
		{
			"same millisecond", "2026-03-01T12:00:00.0005Z", "2026-03-01T12:00:00.0009Z",
			false, "", future,
		},
		{"years ago", "2026-03-01T12:00:00Z", "2020-01-01T00:00:00Z", false, "", future},
		{
			"latest", "2026-03-01T12:00:00Z", "2026-09-01T12:00:00Z", false,
			"2026-09-01T12:00:00Z", accepted,
		},
		{
			"latest in another zone", "2026-03-01T12:00:00Z", "2026-09-01T14:00:00+02:00",
			false, "2026-09-01T12:00:00Z", accepted,
		},
		{
			"millisecond too late", "2026-03-01T12:00:00Z", "2026-09-01T12:00:00.001Z", false, "",
			sixMonths,
		},
		{
			"latest from a month end", "2026-08-31T12:00:00Z", "2027-02-28T12:00:00Z", false,
			"2027-02-28T12:00:00Z", accepted,
		},
		{
			"too late from a month end", "2026-08-31T12:00:00Z", "2027-02-28T12:00:00.001Z", false,
			"", sixMonths,
		},
		{
			"too late, acknowledged", "2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z", true, "",
			sixMonths,
		},
		{
			"within, acknowledged", "2026-03-01T12:00:00Z", "2026-04-01T00:00:00Z", true,
			"2026-04-01T00:00:00Z", accepted,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := createAt(t, version.V2024, parseTime(test.created), &test.date, test.aware)
			checkRejection(t, test.wantRejection, err)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("expires (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreate_LegacyIgnoresAcknowledgment(t *testing.T) {
	service := newService(newStore(t))
	got, err := create(t.Context(), service, callOf(user(ben), version.Beta), pat.CreateRequest{
		Name: new("robot"), UserAwareTokenNeverExpires: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("2026-09-01T12:00:00Z", formatTime(got.ExpirationDate)); diff != "" {
		t.Errorf("expires (-want +got):\n%s", diff)
	}
	if got.UserAwareTokenNeverExpires {
		t.Error("UserAwareTokenNeverExpires = true, want false")
	}
}

func TestCreate_CurrentExpirationDate(t *testing.T) {
	const field = "/expirationDate"
	ackRejection := rejection{pat.Invalid, field, "expiry-never"}
	future := rejection{pat.Invalid, field, "expiry-future"}
	tests := []struct {
		name          string
		date          *string
		aware         bool
		want          string
		wantRejection rejection
	}{
		{"no date, acknowledged", nil, true, "never", accepted},
		{"no date, not acknowledged", nil, false, "", ackRejection},
		{
			"future, acknowledged", new("2026-04-01T00:00:00Z"), true, "2026-04-01T00:00:00Z",
			accepted,
		},
		{
			"future, not acknowledged", new("2026-04-01T00:00:00Z"), false, "2026-04-01T00:00:00Z",
			accepted,
		},
		{"past, acknowledged", new("2026-02-01T00:00:00Z"), true, "", future},
		{"past, not acknowledged", new("2026-02-01T00:00:00Z"), false, "", future},
		{"now", new("2026-03-01T12:00:00Z"), false, "", future},
		{
			"millisecond from now", new("2026-03-01T12:00:00.001Z"), false,
			"2026-03-01T12:00:00.001Z", accepted,
		},
		{
			"more than six months", new("2026-09-01T12:00:00.001Z"), false,
			"2026-09-01T12:00:00.001Z", accepted,
		},
		{
			"last time", new("9999-12-31T23:59:59.999Z"), false, "9999-12-31T23:59:59.999Z",
			accepted,
		},
		{
			"year 10000", new("10000-01-01T00:00:00Z"), false, "", rejection{
				pat.Illegal, field, "date-is-rfc3339",
			},
		},
		{
			"year 10000 by its offset", new("9999-12-31T23:59:59-01:00"), false, "", rejection{
				pat.Illegal, field, "date-year-of-four-digits",
			},
		},
		{
			"no zone, acknowledged", new("2026-04-01T00:00:00"), true, "", rejection{
				pat.Illegal, field, "date-needs-zone",
			},
		},
		{"empty, acknowledged", new(""), true, "", rejection{pat.Illegal, field, "empty-date"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := createAt(t, version.V2026, now, test.date, test.aware)
			checkRejection(t, test.wantRejection, err)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("expires (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreate_ExpirationErrorTexts(t *testing.T) {
	tests := []struct {
		name    string
		version version.Version
		date    *string
		want    rejection
	}{
		{
			"never expires, not acknowledged", version.V1, nil, rejection{
				pat.Invalid, "/expirationDate", "expiry-never",
			},
		},
		{
			"no zone", version.V2025, new("2026-04-01T00:00:00"), rejection{
				pat.Illegal, "/expirationDate", "date-needs-zone",
			},
		},
		{
			"past", version.V2025, new("2026-02-01T00:00:00Z"), rejection{
				pat.Invalid, "/expirationDate", "expiry-future",
			},
		},
		{
			"too late for a legacy version", version.Beta, new("2027-03-01T00:00:00Z"), rejection{
				pat.Invalid, "/expirationDate", "expiry-upper-bound",
			},
		},
		{
			"year 10000", version.V1, new("9999-12-31T23:59:59-01:00"), rejection{
				pat.Illegal, "/expirationDate", "date-year-of-four-digits",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := createAt(t, test.version, now, test.date, false)
			checkErrorText(t, test.want, err)
		})
	}
}
