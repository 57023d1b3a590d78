package recording

import (
	"net/http"
	"regexp"
	"time"
)

// dateForm is a text that looks like a date, a wrong one as well.
const dateForm = `\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?`

var (
	isDate  = regexp.MustCompile(`^` + dateForm + `$`)
	isStamp = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`)
	digit   = regexp.MustCompile(`[0-9]`)
)

// usualDate is the form that need not be told.
const usualDate = "UTC, milliseconds"

// dateFormOf describes how a date is written.
func dateFormOf(text string) string {
	parts := isStamp.FindStringSubmatch(text)
	if parts == nil {
		return digit.ReplaceAllString(text, "0")
	}
	var fraction string
	zone := parts[2]
	if zone == "Z" {
		zone = "UTC"
	}
	switch digits := max(0, len(parts[1])-1); digits {
	case 0:
		fraction = "seconds"
	case 3:
		fraction = "milliseconds"
	case 6:
		fraction = "microseconds"
	case 9:
		fraction = "nanoseconds"
	default:
		fraction = plural(digits, "digit") + " of a second"
	}
	return zone + ", " + fraction
}

// moment is the instant a date means, to the millisecond, and whether it means one.
func moment(text string) (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.Truncate(time.Millisecond).UTC(), err == nil
}

// calendar remembers the dates of a case.
type calendar struct {
	references *references
	sent       []sentDate
	fresh      int                 // where in sent the dates of the latest request begin
	held       map[string]heldDate // by token and property
}

type sentDate struct {
	at  time.Time
	ref string
}

type heldDate struct {
	at  time.Time
	ref string // empty where the target made it
}

// asked is a date in a request. Each has a reference of its own, for two that are made one after the other may be the same
// by chance.
func (c *calendar) asked(text string) string {
	ref := c.references.next(date)
	if at, ok := moment(text); ok {
		c.sent = append(c.sent, sentDate{at, ref})
	}
	return sentPlaceholder(ref, text)
}

// sentPlaceholder returns the placeholder of a date that was sent, with its form if that is not
// the usual one.
func sentPlaceholder(ref, text string) string {
	if form := dateFormOf(text); form != usualDate {
		return placeholder(ref, form)
	}
	return placeholder(ref)
}

// answered is a date in an answer, in a place such as expirationDate of a token. One that was sent before has the
// reference of that, whatever its zone. Any other is told by its form, and how it relates to what stood there before and to
// when the token was created.
func (c *calendar) answered(text, token, property string, created time.Time) string {
	at, ok := moment(text)
	if !ok {
		return placeholder(string(date), dateFormOf(text))
	}
	place := token + " " + property
	former, known := c.held[place]
	ref := c.sentAs(at, property, former)
	if token != "" {
		c.held[place] = heldDate{at, ref}
	}
	if ref != "" {
		return sentPlaceholder(ref, text)
	}
	details := []string{dateFormOf(text)}
	if span := spanBetween(created, at); span != "" {
		details = append(details, span+" after created")
	}
	if token != "" && known {
		details = append(details, relation(former.at, at))
	}
	return placeholder(string(date), details...)
}

// sentAs is the reference of an instant that was sent: in this request, else what is held already, else the latest. When
// something was created or used is always the target's.
func (c *calendar) sentAs(at time.Time, property string, former heldDate) string {
	if property == "created" || property == "lastUsed" {
		return ""
	}
	for i := len(c.sent) - 1; i >= 0; i-- {
		if i < c.fresh && former.ref != "" && former.at.Equal(at) {
			return former.ref
		}
		if c.sent[i].at.Equal(at) {
			return c.sent[i].ref
		}
	}
	return ""
}

func relation(former, now time.Time) string {
	switch now.Compare(former) {
	case 0:
		return "as before"
	case 1:
		return "later than before"
	}
	return "earlier than before"
}

// spanBetween tells how many whole months or days lie between two moments, if they do. A month ends on its last day where
// it has no such day. A minute of difference is none: the two may be read from two clocks.
func spanBetween(from, to time.Time) string {
	const none = time.Minute
	if from.IsZero() {
		return ""
	}
	for n := 1; n <= 24; n++ {
		first := time.Date(from.Year(), from.Month()+time.Month(n), 1, from.Hour(), from.Minute(), from.Second(), from.Nanosecond(), time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		if first.AddDate(0, 0, min(from.Day(), last)-1).Sub(to).Abs() < none {
			return plural(n, "month")
		}
	}
	const most = 3650 // days: whatever is that far away is no span
	days := to.Sub(from).Round(24 * time.Hour)
	if n := int(days.Hours() / 24); n > 0 && n <= most && (to.Sub(from)-days).Abs() < none {
		return plural(n, "day")
	}
	return ""
}

var isNumber = regexp.MustCompile(`^[0-9]+$`)

// formOfHeader tells the form of a header that is a date, or a number of seconds.
func formOfHeader(value string) string {
	if isNumber.MatchString(value) {
		return placeholder("seconds")
	}
	if _, err := http.ParseTime(value); err == nil {
		return placeholder(string(date))
	}
	return placeholder(plural(len(value), "character"))
}
