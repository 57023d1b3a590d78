package mutants

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sixMonths is the same day six months later, or the last one of that month.
func sixMonths(t time.Time) time.Time {
	later := t.AddDate(0, 6, 0)
	if later.Day() != t.Day() {
		return later.AddDate(0, 0, -later.Day())
	}
	return later
}

// defaulted shows another date for tokens that are made without one in the legacy versions.
func defaulted(date func(created time.Time) time.Time) wrap {
	return statefulAfter(on(create, list, patch),
		func(shown map[string]string, x *exchange, a *answer) {
			if x.op == create && x.legacy() && x.object()["expirationDate"] == nil && a.ok() {
				shown[a.text("id")] = stamp(date(moment(a.text("created"))))
			}
			show(a, "expirationDate", shown)
		})
}

// later tells whether a request asks for a date after the one that limit makes of now.
func later(limit func(time.Time) time.Time) func(*exchange) bool {
	return func(x *exchange) bool {
		date := moment(x.object()["expirationDate"])
		return !date.IsZero() && date.After(limit(x.now()))
	}
}

// dated changes the date that create asks for, where f says so.
func dated(m match, f func(*exchange) bool, date func(now time.Time) any) wrap {
	return mutateRequest(m, func(x *exchange) {
		if o := x.object(); o != nil && f(x) {
			o["expirationDate"] = date(x.now())
			x.put(o)
		}
	})
}

// past tells a date that has come.
func past(x *exchange) bool {
	date := moment(x.object()["expirationDate"])
	return !date.IsZero() && !date.After(x.now())
}

// forever tells a create that asks for a token that never expires.
func forever(x *exchange) bool {
	o := x.object()
	return o["expirationDate"] == nil && o["userAwareTokenNeverExpires"] == true
}

func datedForever(x *exchange) bool {
	o := x.object()
	return o["expirationDate"] != nil && o["userAwareTokenNeverExpires"] == true
}

func inAMonth(now time.Time) any    { return stamp(now.AddDate(0, 1, 0)) }
func inSixMonths(now time.Time) any { return stamp(sixMonths(now).Add(-time.Minute)) }

// acknowledged changes the acknowledgement of a create that has no date.
func acknowledged(f func(o object) bool) wrap {
	return body(onCurrent(create), func(o object) {
		if o["expirationDate"] == nil && f(o) {
			o["userAwareTokenNeverExpires"] = true
		}
	})
}

// expiries are mutants of when a token expires.
var expiries = []Mutant{
	{
		"expiry-at-midnight", "expiry-six-months", "No date means the midnight before six months.",
		by("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		defaulted(func(t time.Time) time.Time { return sixMonths(t).Truncate(24 * time.Hour) }),
	},
	{
		"expiry-one-day-late", "expiry-six-months", "No date means six months and a day.",
		by("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		defaulted(func(t time.Time) time.Time { return sixMonths(t).AddDate(0, 0, 1) }),
	},
	{
		"expiry-one-day-early", "expiry-six-months", "No date means six months but a day.",
		by("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		defaulted(func(t time.Time) time.Time { return sixMonths(t).AddDate(0, 0, -1) }),
	},
	{
		"expiry-five-months", "expiry-six-months", "No date means five months.",
		by("expiry/legacy-default-is-six-months", "expiry/legacy-default-is-six-calendar-months"),
		defaulted(func(t time.Time) time.Time { return t.AddDate(0, 5, 0) }),
	},
	{
		"expiry-in-days", "expiry-six-months", "No date means 180 days.",
		by("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		defaulted(func(t time.Time) time.Time { return t.AddDate(0, 0, 180) }),
	},
	{
		"expiry-overflows-month", "expiry-month-end",
		"Six months after the end of August is in March.",
		by("expiry/month-end/august-has-31", "expiry/month-end/august-before-a-leap-year"),
		defaulted(func(t time.Time) time.Time { return t.AddDate(0, 6, 0) }),
	},
	{
		"expiry-never-in-legacy", "expiry-six-months", "No date means never.",
		by("expiry/legacy-default-is-six-months", "expiry/legacy-default-is-six-calendar-months"),
		mutateRequest(onLegacy(create), func(x *exchange) {
			if o := x.object(); o != nil && o["expirationDate"] == nil {
				o["userAwareTokenNeverExpires"] = true
				x.put(o)
				x.modernize()
			}
		}),
	},
	{
		"expiry-bound-off", "expiry-upper-bound", "A date later than six months is taken.",
		by("expiry/legacy-beyond-six-months-is-rejected",
			"expiry/legacy-a-millisecond-beyond-is-rejected"),
		modernizing(onLegacy(create), func(x *exchange) bool {
			return x.object()["expirationDate"] != nil
		}),
	},
	{
		"expiry-bound-a-day-early", "expiry-upper-bound",
		"A date on the last of the six months' days is refused.",
		by("expiry/legacy-exactly-six-months-is-taken"),
		rejectIf(onLegacy(create), later(func(t time.Time) time.Time {
			return sixMonths(t).AddDate(0, 0, -1)
		})),
	},
	{
		"expiry-bound-clamps", "expiry-upper-bound",
		"A date later than six months becomes six months.",
		by("expiry/legacy-beyond-six-months-is-rejected",
			"expiry/legacy-a-millisecond-beyond-is-rejected"),
		dated(onLegacy(create), later(sixMonths), inSixMonths),
	},
	{
		"acknowledgement-makes-legacy-forever", "expiry-six-months",
		"The acknowledgement works in the legacy versions.", by("expiry/legacy-flag-is-ignored"),
		modernizing(onLegacy(create), forever),
	},
	{
		"acknowledgement-not-required", "expiry-never", "No date needs no acknowledgement.",
		by("expiry/never/date-absent-flag-absent", "expiry/never/date-absent-flag-null"),
		acknowledged(func(o object) bool { return o["userAwareTokenNeverExpires"] == nil }),
	},
	{
		"acknowledgement-may-be-false", "expiry-never",
		"No date is taken with an acknowledgement that is false.",
		by("expiry/never/date-absent-flag-false", "expiry/never/date-null-flag-false"),
		acknowledged(func(o object) bool { return o["userAwareTokenNeverExpires"] == false }),
	},
	{
		"forever-rejected", "expiry-never", "No date is refused with the acknowledgement, too.",
		by("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		rejectIf(onCurrent(create), forever),
	},
	{
		"forever-is-six-months", "expiry-never",
		"No date with the acknowledgement means six months.",
		by("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		dated(onCurrent(create), forever, inSixMonths),
	},
	{
		"forever-is-the-year-9999", "expiry-never",
		"A token that never expires is answered with a far date.",
		by("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		eachToken(onCurrent(create, list, patch), func(o object) {
			if date, present := o["expirationDate"]; present && date == nil {
				o["expirationDate"] = "9999-12-31T23:59:59.999Z"
			}
		}),
	},
	{
		"create-without-null-date", "never-expiring-response",
		"Create leaves a date out that is null.",
		by("expiry/never-is-a-null-in-create"),
		eachToken(onCurrent(create), removingNull("expirationDate")),
	},
	{
		"forever-with-a-date-rejected", "expiry-never",
		"A date beside the acknowledgement is refused.", by("expiry/never/date-given-flag-true"),
		rejectIf(onCurrent(create), datedForever),
	},
	{
		"forever-drops-the-date", "expiry-never", "A date beside the acknowledgement is dropped.",
		by("expiry/never/date-given-flag-true"),
		dated(onCurrent(create), datedForever, func(time.Time) any { return nil }),
	},
	{
		"expiry-past-taken", "expiry-future", "A date in the past is taken.",
		by("expiry/past-date-is-rejected", "expiry/past-date-by-its-offset-is-rejected"),
		dated(on(create), past, inAMonth),
	},
	{
		"expiry-past-is-422", "past-date", "A date in the past is 422.",
		by("expiry/question-past-date"),
		after(on(create), func(x *exchange, a *answer) {
			if a.status == http.StatusBadRequest && past(x) {
				a.status = http.StatusUnprocessableEntity
			}
		}),
	},
	{
		"expiry-now-taken", "expiry-future", "A date that is now is taken.",
		by("expiry/this-moment-is-rejected"), dated(on(create), func(x *exchange) bool {
			return past(x) && x.now().Sub(moment(x.object()["expirationDate"])) < time.Minute
		}, inAMonth),
	},
	{
		"expiry-past-taken-by-patch", "expiry-future", "A patch may set a date in the past.",
		by("expiry/patch-past-date-is-rejected"), patchedEach(func(x *exchange, op object) {
			if date := moment(op["value"]); op["path"] == "/expirationDate" && !date.IsZero() &&
				!date.After(x.now()) {
				op["value"] = inAMonth(x.now())
			}
		}),
	},
	{
		"expiry-bounded-in-current", "expiry-no-upper-bound",
		"A date later than six months is refused.", by("expiry/current-has-no-upper-bound"),
		rejectIf(onCurrent(create), later(sixMonths)),
	},
	{
		"expiry-bounded-by-ten-years", "expiry-no-upper-bound",
		"A date later than ten years is refused.", by("expiry/current-has-no-upper-bound"),
		rejectIf(onCurrent(create), later(func(t time.Time) time.Time {
			return t.AddDate(10, 0, 0)
		})),
	},
	{
		"expiry-bounded-in-patch", "expiry-no-upper-bound",
		"A patch may not set a date later than six months.", by("expiry/patch-new-date"),
		around(onCurrent(patch), func(x *exchange) *answer {
			for _, op := range x.operations() {
				if op["path"] == "/expirationDate" &&
					moment(op["value"]).After(sixMonths(x.now())) {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
}

// written changes how dates are answered.
func written(change func(string) string) wrap {
	return eachToken(api, func(o object) {
		for _, name := range []string{"created", "lastUsed", "expirationDate"} {
			if date := text(o, name); !moment(date).IsZero() {
				o[name] = change(date)
			}
		}
	})
}

// asked changes, or refuses with an empty text, dates in requests.
func asked(change func(string) string) wrap {
	return around(on(create), func(x *exchange) *answer {
		o := x.object()
		if date := text(o, "expirationDate"); date != "" {
			if o["expirationDate"] = change(date); o["expirationDate"] == "" {
				return badRequest()
			}
			x.put(o)
		}
		return x.forward()
	})
}

// zoned tells whether a date says which zone it is in.
func zoned(date string) bool {
	return strings.HasSuffix(date, "Z") || offset.MatchString(date[min(10, len(date)):])
}

// day has year, month, day and rest of a date.
var day = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)(T.*)$`)

// dates are mutants of how dates are read and written.
var dates = []Mutant{
	{
		"date-without-time-taken", "date-is-rfc3339", "A date without a time is midnight.",
		by("expiry/bad-date/no-time"), asked(func(date string) string {
			if len(date) == len("2006-01-02") {
				return date + "T00:00:00Z"
			}
			return date
		}),
	},
	{
		"date-rolls-over", "date-is-rfc3339",
		"A day that a month does not have is one of the next month.",
		by("expiry/bad-date/no-such-day"),
		asked(func(date string) string {
			parts := day.FindStringSubmatch(date)
			if parts == nil {
				return date
			}
			year, _ := strconv.Atoi(parts[1]) // they are digits
			month, _ := strconv.Atoi(parts[2])
			number, _ := strconv.Atoi(parts[3])
			rolled := time.Date(year, time.Month(month), number, 0, 0, 0, 0, time.UTC)
			return rolled.Format(time.DateOnly) + parts[4]
		}),
	},
	{
		"date-in-year-10000-taken", "date-year-of-four-digits",
		"A date after the year 9999 is its last moment.",
		by("expiry/year-beyond-9999-is-rejected"),
		asked(func(date string) string {
			if strings.HasPrefix(date, "10000-") || moment(date).UTC().Year() > 9999 {
				return "9999-12-31T23:59:59.999Z"
			}
			return date
		}),
	},
	{
		"date-empty-is-none", "empty-date", "An empty date counts as absent.",
		by("expiry/bad-date/empty"),
		body(on(create), func(o object) {
			if o["expirationDate"] == "" {
				delete(o, "expirationDate")
			}
		}),
	},
	{
		"date-returned-with-offset", "date-forms", "Dates are answered with an offset.",
		by("expiry/dates-are-returned-in-utc-with-milliseconds"), written(func(date string) string {
			return strings.Replace(date, "Z", "+00:00", 1)
		}),
	},
	{
		"date-returned-in-seconds", "date-forms", "Dates are answered without a fraction.",
		by("expiry/dates-are-returned-in-utc-with-milliseconds", "expiry/date-forms/milliseconds"),
		written(func(date string) string { return date[:19] + "Z" }),
	},
	{
		"date-returned-in-microseconds", "date-forms", "Dates are answered with microseconds.",
		by("expiry/dates-are-returned-in-utc-with-milliseconds"), written(func(date string) string {
			return strings.Replace(date, "Z", "000Z", 1)
		}),
	},
	{
		"date-returned-in-another-zone", "date-forms", "Dates are answered in another zone.",
		by("expiry/dates-are-returned-in-utc-with-milliseconds"), written(func(date string) string {
			return moment(date).In(time.FixedZone("",
				2*60*60)).Format("2006-01-02T15:04:05.000Z07:00")
		}),
	},
	{
		"date-with-offset-rejected", "date-forms", "A date with an offset is refused.",
		by("expiry/date-forms/microseconds-and-offset-zero", "expiry/date-forms/offset-east"),
		asked(func(date string) string {
			if zoned(date) && !strings.HasSuffix(date, "Z") {
				return ""
			}
			return date
		}),
	},
	{
		"date-offset-ignored", "date-forms", "The offset of a date counts as UTC.",
		by("expiry/date-forms/offset-east", "expiry/date-forms/offset-west"),
		asked(func(date string) string {
			if len(date) < 20 {
				return date
			}
			return date[:10] + offset.ReplaceAllString(date[10:], "Z")
		}),
	},
	{
		"date-fraction-rejected", "date-forms", "A date with more than milliseconds is refused.",
		by("expiry/date-forms/seven-digits", "expiry/date-forms/nanoseconds"),
		asked(func(date string) string {
			if _, fraction, _ := strings.Cut(date, "."); len(fraction) > len("000Z") &&
				!offset.MatchString(fraction) {
				return ""
			}
			return date
		}),
	},
	{
		"date-without-fraction-rejected", "date-forms", "A date without a fraction is refused.",
		by("expiry/date-forms/no-fraction"), asked(func(date string) string {
			if zoned(date) && !strings.Contains(date, ".") {
				return ""
			}
			return date
		}),
	},
	{
		"date-without-zone-taken", "date-needs-zone", "A date without a zone counts as UTC.",
		by("expiry/bad-date/no-zone"), asked(func(date string) string {
			if !zoned(date) && slices.Contains([]int{19, 23, 26, 29}, len(date)) {
				return date + "Z"
			}
			return date
		}),
	},
}
