package recording

import (
	"net/http"
	"regexp"
	"time"
)

// datePattern matches a text that looks like a date, an invalid one as well.
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

// defaultDateForm is the form that placeholders of requests do not mention.
const defaultDateForm = "UTC, milliseconds"

var fractions = map[int]string{0: "seconds", 3: "milliseconds", 6: "microseconds", 9: "nanoseconds"}

// describeDate describes how a date is written.
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
	fraction, ok := fractions[digits]
	if !ok {
		fraction = plural(digits, "digit") + " of a second"
	}
	return zone + ", " + fraction
}

// parseInstant returns the instant of a date, to the millisecond, and reports whether it has one.
func parseInstant(text string) (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.Truncate(time.Millisecond).UTC(), err == nil
}

// calendar has the dates of a case.
type calendar struct {
	references   *references
	sent         []storedDate
	requestStart int                   // index in sent of the first date of the latest request
	stored       map[string]storedDate // by token and property
}

type storedDate struct {
	instant time.Time
	ref     string // empty if the target created it
}

// sentDate returns the placeholder of a date in a request. Each has a reference of its own, since
// two dates may be equal by chance.
func (c *calendar) sentDate(text string) string {
	ref := c.references.next(date)
	if instant, ok := parseInstant(text); ok {
		c.sent = append(c.sent, storedDate{instant, ref})
	}
	return sentPlaceholder(ref, text)
}

// sentPlaceholder returns the placeholder of a date that was sent, with its form if that is not the
// usual one.
func sentPlaceholder(ref, text string) string {
	if form := describeDate(text); form != defaultDateForm {
		return placeholder(ref, form)
	}
	return placeholder(ref)
}

// receivedDate returns the placeholder of a date in a property of a token. One that was sent has
// its reference, whatever its zone. Others have their form, and how they relate to the former date
// there and to the creation of the token.
func (c *calendar) receivedDate(text, token, property string, created time.Time) string {
	instant, ok := parseInstant(text)
	if !ok {
		return placeholder(string(date), describeDate(text))
	}
	key := token + " " + property
	former, known := c.stored[key]
	ref := c.sentReference(instant, property, former)
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
		}[instant.Compare(former.instant)]
		details = append(details, relation+" before")
	}
	return placeholder(string(date), details...)
}

// sentReference returns the reference of an instant that was sent: in this request, else the one
// that is stored, else the latest. The target always sets created and lastUsed.
func (c *calendar) sentReference(instant time.Time, property string, former storedDate) string {
	if property == "created" || property == "lastUsed" {
		return ""
	}
	for i := len(c.sent) - 1; i >= 0; i-- {
		if i < c.requestStart && former.ref != "" && former.instant.Equal(instant) {
			return former.ref
		}
		if c.sent[i].instant.Equal(instant) {
			return c.sent[i].ref
		}
	}
	return ""
}

// spanBetween returns the number of whole months or days between two moments, empty if there is
// none. A month ends on its last day if it has no such day. A minute is no difference: the two may
// be of two clocks.
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

// describeHeader returns the form of a header that is a date, or a number of seconds.
func describeHeader(value string) string {
	if isNumber.MatchString(value) {
		return placeholder("seconds")
	}
	if _, err := http.ParseTime(value); err == nil {
		return placeholder(string(date))
	}
	return placeholder(plural(len(value), "character"))
}
