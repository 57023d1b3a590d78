package pat_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

func TestParseDate(t *testing.T) {
	tests := []struct {
		name, text string
		want       string
	}{
		{"no fraction", "2027-01-31T10:20:30Z", "2027-01-31T10:20:30Z"},
		{"1 digit", "2027-01-31T10:20:30.1Z", "2027-01-31T10:20:30.1Z"},
		{"2 digits", "2027-01-31T10:20:30.12Z", "2027-01-31T10:20:30.12Z"},
		{"3 digits", "2027-01-31T10:20:30.123Z", "2027-01-31T10:20:30.123Z"},
		{"4 digits", "2027-01-31T10:20:30.1234Z", "2027-01-31T10:20:30.123Z"},
		{"5 digits", "2027-01-31T10:20:30.12345Z", "2027-01-31T10:20:30.123Z"},
		{
			"6 digits (published example)", "2023-01-04T18:58:17.486584Z",
			"2023-01-04T18:58:17.486Z",
		},
		{"7 digits", "2027-01-31T10:20:30.1234567Z", "2027-01-31T10:20:30.123Z"},
		{"8 digits", "2027-01-31T10:20:30.12345678Z", "2027-01-31T10:20:30.123Z"},
		{"9 digits", "2027-01-31T10:20:30.123456789Z", "2027-01-31T10:20:30.123Z"},
		{"10 digits", "2027-01-31T10:20:30.1234567891Z", "2027-01-31T10:20:30.123Z"},
		{"11 digits", "2027-01-31T10:20:30.12345678912Z", "2027-01-31T10:20:30.123Z"},
		{"12 digits", "2027-01-31T10:20:30.123456789123Z", "2027-01-31T10:20:30.123Z"},
		{"truncated, not rounded", "2027-01-31T10:20:30.999999Z", "2027-01-31T10:20:30.999Z"},
		{"less than a millisecond", "2027-01-31T10:20:30.0009Z", "2027-01-31T10:20:30Z"},
		{"offset east", "2027-01-31T00:30:00+01:00", "2027-01-30T23:30:00Z"},
		{"offset west", "2027-01-31T23:30:00-01:00", "2027-02-01T00:30:00Z"},
		{"offset of minutes", "2027-01-31T10:00:00+05:45", "2027-01-31T04:15:00Z"},
		{"offset zero", "2027-01-31T10:20:30+00:00", "2027-01-31T10:20:30Z"},
		{"offset unknown", "2027-01-31T10:20:30-00:00", "2027-01-31T10:20:30Z"},
		{"largest offset", "2027-01-31T23:59:00+23:59", "2027-01-31T00:00:00Z"},
		{"fraction and offset", "2027-01-31T10:20:30.5+01:00", "2027-01-31T09:20:30.5Z"},
		{"small t", "2027-01-31t00:00:00Z", "2027-01-31T00:00:00Z"},
		{"small z", "2027-01-31T00:00:00z", "2027-01-31T00:00:00Z"},
		{"small t and z", "2027-01-31t00:00:00.5z", "2027-01-31T00:00:00.5Z"},
		{"leap second", "2027-06-30T23:59:60Z", "2027-07-01T00:00:00Z"},
		{"leap second with a fraction", "2027-06-30T23:59:60.5Z", "2027-07-01T00:00:00.5Z"},
		{"leap second with an offset", "2027-06-30T15:59:60-08:00", "2027-07-01T00:00:00Z"},
		{"leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"last time", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{"last time with an offset", "9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := pat.ParseDate(test.text, "/expirationDate")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, formatTime(got)); diff != "" {
				t.Errorf("time (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseDate_RejectsInvalidDates(t *testing.T) {
	tests := []struct {
		name, text string
		wantRule   string
	}{
		{"no zone", "2027-01-31T00:00:00", "date-needs-zone"},
		{"no zone, microseconds", "2027-01-31T00:00:00.123456", "date-needs-zone"},
		{"no time", "2027-01-31", "date-is-rfc3339"},
		{"space for T", "2027-01-31 00:00:00Z", "date-is-rfc3339"},
		{"space for T, offset", "2027-01-31 00:00:00+01:00", "date-is-rfc3339"},
		{"space for T, no zone", "2027-01-31 00:00:00", "date-is-rfc3339"},
		{"space for +", "2027-01-31T00:00:00 01:00", "date-is-rfc3339"},
		{"empty", "", "empty-date"},
		{"words", "next year", "date-is-rfc3339"},
		{"30 February", "2027-02-30T00:00:00Z", "date-is-rfc3339"},
		{"29 February of no leap year", "2027-02-29T00:00:00Z", "date-is-rfc3339"},
		{"30 February without a zone", "2027-02-30T00:00:00", "date-is-rfc3339"},
		{"31 June", "2027-06-31T00:00:00Z", "date-is-rfc3339"},
		{"month 13", "2027-13-01T00:00:00Z", "date-is-rfc3339"},
		{"day 0", "2027-01-00T00:00:00Z", "date-is-rfc3339"},
		{"hour 24", "2027-01-31T24:00:00Z", "date-is-rfc3339"},
		{"minute 60", "2027-01-31T00:60:00Z", "date-is-rfc3339"},
		{"second 60 inside a month", "2027-06-29T23:59:60Z", "date-is-rfc3339"},
		{"second 60 inside a day", "2027-06-30T12:59:60Z", "date-is-rfc3339"},
		{
			"second 60 at the end of a month elsewhere", "2027-06-30T23:59:60+01:00",
			"date-is-rfc3339",
		},
		{"second 61", "2027-06-30T23:59:61Z", "date-is-rfc3339"},
		{"hour of one digit", "2027-01-31T0:00:00Z", "date-is-rfc3339"},
		{"month of one digit", "2027-1-31T00:00:00Z", "date-is-rfc3339"},
		{"no seconds", "2027-01-31T00:00Z", "date-is-rfc3339"},
		{"comma before the fraction", "2027-01-31T00:00:00,5Z", "date-is-rfc3339"},
		{"no digit in the fraction", "2027-01-31T00:00:00.Z", "date-is-rfc3339"},
		{"offset of 24 hours", "2027-01-31T00:00:00+24:00", "date-is-rfc3339"},
		{"offset of 60 minutes", "2027-01-31T00:00:00+01:60", "date-is-rfc3339"},
		{"offset without a colon", "2027-01-31T00:00:00+0100", "date-is-rfc3339"},
		{"offset of hours only", "2027-01-31T00:00:00+01", "date-is-rfc3339"},
		{"leading space", " 2027-01-31T00:00:00Z", "date-is-rfc3339"},
		{"trailing line feed", "2027-01-31T00:00:00Z\n", "date-is-rfc3339"},
		{"year of five digits", "10000-01-01T00:00:00Z", "date-is-rfc3339"},
		{"year 10000 by its offset", "9999-12-31T23:59:59-00:01", "date-year-of-four-digits"},
		{
			"year before 0000 by its offset", "0000-01-01T00:30:00+01:00",
			"date-year-of-four-digits",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := pat.ParseDate(test.text, "/expirationDate")
			checkErrorText(t, rejection{pat.Illegal, "/expirationDate", test.wantRule}, err)
			if !got.IsZero() {
				t.Errorf("time = %v, want zero on error", got)
			}
		})
	}
}

func TestFormatDate(t *testing.T) {
	tests := []struct {
		name string
		time time.Time
		want string
	}{
		{
			"whole second", time.Date(2027, 1, 31, 10, 20, 30, 0, time.UTC),
			"2027-01-31T10:20:30.000Z",
		},
		{
			"tenths keep their zeros", time.Date(2027, 1, 31, 10, 20, 30, 100_000_000, time.UTC),
			"2027-01-31T10:20:30.100Z",
		},
		{
			"truncated to milliseconds", time.Date(2027, 1, 31, 10, 20, 30, 123_999_999, time.UTC),
			"2027-01-31T10:20:30.123Z",
		},
		{
			"another zone", time.Date(2027, 1, 31, 0, 30, 0, 0, time.FixedZone("", 60*60)),
			"2027-01-30T23:30:00.000Z",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, pat.FormatDate(test.time)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzParseDate checks that a formatted date is accepted and has the same millisecond.
func FuzzParseDate(f *testing.F) {
	for _, text := range []string{
		"2027-01-31T00:00:00Z", "2027-01-31T00:00:00.123456789012Z", "2027-01-31T00:30:00+01:00",
		"9999-12-31T23:59:59.999Z",
		"9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00Z", "2028-02-29T23:59:59-23:59",
		"2027-02-30T00:00:00Z",
		"2027-01-31T00:00:00", "2027-01-31", "2027-01-31 00:00:00Z", "2027-01-31t00:00:00z", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := pat.ParseDate(text, "/expirationDate")
		if err != nil {
			return
		}
		formatted := pat.FormatDate(parsed)
		again, err := pat.ParseDate(formatted, "/expirationDate")
		if err != nil {
			t.Fatalf("%q is formatted as %q, and that is rejected: %v", text, formatted, err)
		}
		if !again.Equal(parsed) {
			t.Errorf("%q is formatted as %q, a different time", text, formatted)
		}
	})
}
