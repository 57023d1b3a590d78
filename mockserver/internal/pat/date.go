package pat

import (
	"regexp"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// dateLayout is RFC 3339, to the millisecond. // published
const dateLayout = "2006-01-02T15:04:05.000Z"

// FormatDate formats a moment as the API does (rule.DateForms).
func FormatDate(t time.Time) string { return t.UTC().Format(dateLayout) }

// ParseDate parses an RFC 3339 date-time with any fraction and offset, to the millisecond. The
// error of type *[Error] says what is wrong with the text: no zone, no time of day, no such day.
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

// dateRegexp is the grammar of RFC 3339, section 5.6, in which t and z may be small. The time
// package checks the ranges, but takes an hour of one digit, a comma in front of the fraction and
// an offset of 24 hours (https://go.dev/issue/54580).
var dateRegexp = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?` +
	`([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

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

// addMonths moves a moment by calendar months and stays in the last of them:
// six months after 31 August is the last day of February (rule.ExpiryMonthEnd).
func addMonths(t time.Time, months int) time.Time {
	result := t.AddDate(0, months, 0)
	if result.Day() != t.Day() {
		result = result.AddDate(0, 0, -result.Day())
	}
	return result
}
