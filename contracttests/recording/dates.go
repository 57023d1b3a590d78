package recording

import (
	"net/http"
	"regexp"
	"time"
)

// datePattern matches text that looks like a date, including invalid dates.
const datePattern = `\b[0-9]{4}-[0-9]{2}-[0-9]{2}` +
	`(?:[Tt ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?`

var (
	isDate  = regexp.MustCompile(`^` + datePattern + `$`)
	isStamp = regexp.MustCompile(
		`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?` +
			`(Z|[+-][0-9]{2}:[0-9]{2})$`)
	digit    = regexp.MustCompile(`[0-9]`)
	isNumber = regexp.MustCompile(`^[0-9]+$`)
)

// defaultDateFormat is omitted from the placeholders of requests.
const defaultDateFormat = "UTC, milliseconds"

// fractionNames has the names of fractions by their number of digits.
var fractionNames = map[int]string{
	0: "seconds", 3: "milliseconds", 6: "microseconds", 9: "nanoseconds",
}

// describeDate returns the format of a date.
func describeDate(text string) string {
	parts := isStamp.FindStringSubmatch(text)
	if parts == nil {
		return digit.ReplaceAllString(text, "0")
	}
	zone := parts[2]
	if zone == "Z" {
		zone = "UTC"
	}
	digits := max(0, len(parts[1])-1)
	fraction, ok := fractionNames[digits]
	if !ok {
		fraction = plural(digits, "digit") + " of a second"
	}
	return zone + ", " + fraction
}

// parseInstant returns a date truncated to milliseconds, and reports whether the text is a date.
func parseInstant(text string) (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.Truncate(time.Millisecond).UTC(), err == nil
}

// calendar has the dates of a case.
type calendar struct {
	references   *references
	sent         []storedDate
	requestStart int                   // index in sent of the latest request's first date
	stored       map[string]storedDate // by token and property
}

type storedDate struct {
	instant time.Time
	ref     string // empty if the target created it
}

// sentDate returns the placeholder of a date in a request. Each date has its own reference, since
// two dates may be equal by chance.
func (c *calendar) sentDate(text string) string {
	ref := c.references.next(date)
	if instant, ok := parseInstant(text); ok {
		c.sent = append(c.sent, storedDate{instant, ref})
	}
	return sentPlaceholder(ref, text)
}

// sentPlaceholder returns the placeholder of a sent date, with its format unless it is
// defaultDateForm.
func sentPlaceholder(ref, text string) string {
	if format := describeDate(text); format != defaultDateFormat {
		return placeholder(ref, format)
	}
	return placeholder(ref)
}

// receivedDate returns the placeholder of a date in a property of a token. A date that was sent
// keeps its reference, in any time zone. The placeholder of another date has its format, its
// distance from the creation of the token, and how it compares with the property's previous date.
func (c *calendar) receivedDate(text, token, property string, created time.Time) string {
	instant, ok := parseInstant(text)
	if !ok {
		return placeholder(string(date), describeDate(text))
	}
	key := token + " " + property
	previous, known := c.stored[key]
	ref := c.sentReference(instant, property, previous)
	if token != "" {
		c.stored[key] = storedDate{instant, ref}
	}
	if ref != "" {
		return sentPlaceholder(ref, text)
	}
	details := []string{describeDate(text)}
	if span := spanBetween(created, instant); span != "" {
		details = append(details, span+" after created")
	}
	if token != "" && known {
		relation := map[int]string{
			-1: "earlier than", 0: "as", 1: "later than",
		}[instant.Compare(previous.instant)]
		details = append(details, relation+" before")
	}
	return placeholder(string(date), details...)
}

// sentReference returns the reference of an instant that was sent, empty if there is none. It
// prefers this request, then the stored date, then the latest one. The target always sets created
// and lastUsed itself.
func (c *calendar) sentReference(instant time.Time, property string, previous storedDate) string {
	if property == "created" || property == "lastUsed" {
		return ""
	}
	for i := len(c.sent) - 1; i >= 0; i-- {
		if i < c.requestStart && previous.ref != "" && previous.instant.Equal(instant) {
			return previous.ref
		}
		if c.sent[i].instant.Equal(instant) {
			return c.sent[i].ref
		}
	}
	return ""
}

// spanBetween returns the number of entire months or days between two times, empty if there is
// none. A month ends on its last day if it lacks the day. A minute is tolerated because the times
// may come from two clocks.
func spanBetween(from, to time.Time) string {
	const tolerance = time.Minute
	if from.IsZero() {
		return ""
	}
	for n := 1; n <= 24; n++ {
		first := from.AddDate(0, n, 1-from.Day())
		last := first.AddDate(0, 1, -1).Day()
		if first.AddDate(0, 0, min(from.Day(), last)-1).Sub(to).Abs() < tolerance {
			return plural(n, "month")
		}
	}
	const maxDays = 3650 // days
	days := to.Sub(from).Round(24 * time.Hour)
	if n := int(days.Hours() / 24); n > 0 && n <= maxDays && (to.Sub(from)-days).Abs() < tolerance {
		return plural(n, "day")
	}
	return ""
}

// describeHeader returns the format of a header with a date or a number of seconds.
func describeHeader(value string) string {
	if isNumber.MatchString(value) {
		return placeholder("seconds")
	}
	if _, err := http.ParseTime(value); err == nil {
		return placeholder(string(date))
	}
	return placeholder(plural(len(value), "character"))
}
