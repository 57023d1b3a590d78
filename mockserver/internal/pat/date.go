package pat

import (
	"regexp"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// dateLayout is the layout of RFC 3339 with milliseconds.
//
// published
const dateLayout = "2006-01-02T15:04:05.000Z"

// FormatDate returns t in UTC in the format of the API (rule.DateForms).
func FormatDate(t time.Time) string { return t.UTC().Format(dateLayout) }

// ParseDate parses an RFC 3339 date-time with any fraction and offset, and truncates it to
// milliseconds. The error is an *[Error] that names the problem, such as a missing zone, a missing
// time of day, or a day that does not exist.
func ParseDate(text, field string) (time.Time, error) {
	t, ok := parseRFC3339(text)
	if !ok {
		ruleID := rule.DateIsRFC3339
		if _, needsZone := parseRFC3339(text + "Z"); needsZone {
			ruleID = rule.DateNeedsZone
		} else if text == "" {
			ruleID = rule.EmptyDate
		}
		return time.Time{}, &Error{
			Kind: Illegal, Field: field,
			Want: "a date and time as in RFC 3339, such as 2027-01-31T00:00:00Z",
			Got:  quote(text), Advice: dateAdvice(text), Rule: ruleID,
		}
	}
	if t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}, &Error{
			Kind: Illegal, Field: field, Want: "a date between the years 0000 and 9999 in UTC",
			Got: quote(text), Rule: rule.DateYear,
		}
	}
	return t.Truncate(time.Millisecond), nil
}

// dateRegexp is the grammar of RFC 3339, section 5.6, with T and Z in either case. The time package
// checks the ranges. However, it also accepts a one-digit hour, a comma before the fraction, and an
// offset of 24 hours (https://go.dev/issue/54580).
var dateRegexp = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?` +
	`([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// parseRFC3339 parses a date-time and accepts a leap second at the end of a month in UTC. It
// reports whether the text is valid.
func parseRFC3339(text string) (time.Time, bool) {
	if !dateRegexp.MatchString(text) {
		return time.Time{}, false
	}
	text = strings.ToUpper(text)
	const secondOffset = len("2006-01-02T15:04:")
	leapSecond := text[secondOffset:secondOffset+2] == "60"
	if leapSecond {
		text = text[:secondOffset] + "59" + text[secondOffset+2:]
	}
	t, err := time.Parse(time.RFC3339, text)
	t = t.UTC()
	if leapSecond {
		t = t.Add(time.Second)
		// leap seconds end a month in UTC (section 5.7)
		if t.Day() != 1 || t.Hour() != 0 || t.Minute() != 0 {
			return time.Time{}, false
		}
	}
	return t, err == nil
}

// dateAdvice returns how to correct a text that is nearly a date-time, or "" if it is not one.
func dateAdvice(text string) string {
	for _, guess := range []struct{ corrected, advice string }{
		{text + "Z", "it has no zone: add Z or an offset such as +01:00"},
		{text + "T00:00:00Z", "it has no time of day: add one, with Z or an offset"},
		{strings.Replace(text, " ", "+", 1), "write the + of an offset as %2B in a URL"},
		{strings.Replace(text, " ", "T", 1), "write a T between date and time"},
		{
			strings.Replace(text, " ", "T", 1) + "Z",
			"write a T between date and time, and add Z or an offset",
		},
	} {
		if _, ok := parseRFC3339(guess.corrected); ok && guess.corrected != text {
			return guess.advice
		}
	}
	return ""
}

// addMonths adds calendar months to t. If the resulting month is too short, it returns the month's
// last day: six months after 31 August is the last day of February (rule.ExpiryMonthEnd).
func addMonths(t time.Time, months int) time.Time {
	result := t.AddDate(0, months, 0)
	if result.Day() != t.Day() {
		result = result.AddDate(0, 0, -result.Day())
	}
	return result
}
