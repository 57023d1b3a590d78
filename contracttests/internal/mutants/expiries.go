package mutants

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// addSixMonths is the same day six months later, or the last one of that month.
func addSixMonths(t time.Time) time.Time {
	date := t.AddDate(0, 6, 0)
	if date.Day() != t.Day() {
		return date.AddDate(0, 0, -date.Day())
	}
	return date
}

// replaceDefaultDate shows another date for tokens that are made without one in the legacy
// versions.
func replaceDefaultDate(date func(created time.Time) time.Time) middleware {
	return statefulResponse(on(create, list, patch),
		func(dateByID map[string]string, x *exchange, resp *response) {
			if x.op == create && x.isLegacy() && x.object()["expirationDate"] == nil && resp.ok() {
				dateByID[resp.text("id")] = formatTime(date(parseTime(resp.text("created"))))
			}
			setByID(resp, "expirationDate", dateByID)
		})
}

// expiresAfter tells whether a request asks for a date after the one that limit makes of now.
func expiresAfter(limit func(time.Time) time.Time) func(*exchange) bool {
	return func(x *exchange) bool {
		date := parseTime(x.object()["expirationDate"])
		return !date.IsZero() && date.After(limit(x.now()))
	}
}

// replaceDateIf changes the date that create asks for, where f says so.
func replaceDateIf(m matcher, f func(*exchange) bool, date func(now time.Time) any) middleware {
	return mutateRequest(m, func(x *exchange) {
		if o := x.object(); o != nil && f(x) {
			o["expirationDate"] = date(x.now())
			x.setBody(o)
		}
	})
}

// hasPastDate tells a date that has come.
func hasPastDate(x *exchange) bool {
	date := parseTime(x.object()["expirationDate"])
	return !date.IsZero() && !date.After(x.now())
}

// requestsNoExpiry tells a create that asks for a token that never expires.
func requestsNoExpiry(x *exchange) bool {
	o := x.object()
	return o["expirationDate"] == nil && o["userAwareTokenNeverExpires"] == true
}

func acknowledgesWithDate(x *exchange) bool {
	o := x.object()
	return o["expirationDate"] != nil && o["userAwareTokenNeverExpires"] == true
}

func inAMonth(now time.Time) any    { return formatTime(now.AddDate(0, 1, 0)) }
func inSixMonths(now time.Time) any { return formatTime(addSixMonths(now).Add(-time.Minute)) }

// acknowledgeIf changes the acknowledgement of a create that has no date.
func acknowledgeIf(f func(o object) bool) middleware {
	return mutateBody(onCurrent(create), func(o object) {
		if o["expirationDate"] == nil && f(o) {
			o["userAwareTokenNeverExpires"] = true
		}
	})
}

// expiries are mutants of when a token expires.
var expiries = []Mutant{
	{
		"expiry-at-midnight", "expiry-six-months", "No date means the midnight before six months.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time {
			return addSixMonths(t).Truncate(24 * time.Hour)
		}),
	},
	{
		"expiry-one-day-late", "expiry-six-months", "No date means six months and a day.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time { return addSixMonths(t).AddDate(0, 0, 1) }),
	},
	{
		"expiry-one-day-early", "expiry-six-months", "No date means six months but a day.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time {
			return addSixMonths(t).AddDate(0, 0, -1)
		}),
	},
	{
		"expiry-five-months", "expiry-six-months", "No date means five months.",
		killedBy("expiry/legacy-default-is-six-months",
			"expiry/legacy-default-is-six-calendar-months"),
		replaceDefaultDate(func(t time.Time) time.Time { return t.AddDate(0, 5, 0) }),
	},
	{
		"expiry-in-days", "expiry-six-months", "No date means 180 days.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time { return t.AddDate(0, 0, 180) }),
	},
	{
		"expiry-overflows-month", "expiry-month-end",
		"Six months after the end of August is in March.",
		killedBy("expiry/month-end/august-has-31", "expiry/month-end/august-before-a-leap-year"),
		replaceDefaultDate(func(t time.Time) time.Time { return t.AddDate(0, 6, 0) }),
	},
	{
		"expiry-never-in-legacy", "expiry-six-months", "No date means never.",
		killedBy("expiry/legacy-default-is-six-months",
			"expiry/legacy-default-is-six-calendar-months"),
		mutateRequest(onLegacy(create), func(x *exchange) {
			if o := x.object(); o != nil && o["expirationDate"] == nil {
				o["userAwareTokenNeverExpires"] = true
				x.setBody(o)
				x.useCurrentVersion()
			}
		}),
	},
	{
		"expiry-bound-off", "expiry-upper-bound", "A date later than six months is taken.",
		killedBy("expiry/legacy-beyond-six-months-is-rejected",
			"expiry/legacy-a-millisecond-beyond-is-rejected"),
		useCurrentVersionIf(onLegacy(create), func(x *exchange) bool {
			return x.object()["expirationDate"] != nil
		}),
	},
	{
		"expiry-bound-a-day-early", "expiry-upper-bound",
		"A date on the last of the six months' days is refused.",
		killedBy("expiry/legacy-exactly-six-months-is-taken"),
		rejectIf(onLegacy(create), expiresAfter(func(t time.Time) time.Time {
			return addSixMonths(t).AddDate(0, 0, -1)
		})),
	},
	{
		"expiry-bound-clamps", "expiry-upper-bound",
		"A date later than six months becomes six months.",
		killedBy("expiry/legacy-beyond-six-months-is-rejected",
			"expiry/legacy-a-millisecond-beyond-is-rejected"),
		replaceDateIf(onLegacy(create), expiresAfter(addSixMonths), inSixMonths),
	},
	{
		"acknowledgement-makes-legacy-forever", "expiry-six-months",
		"The acknowledgement works in the legacy versions.",
		killedBy("expiry/legacy-flag-is-ignored"),
		useCurrentVersionIf(onLegacy(create), requestsNoExpiry),
	},
	{
		"acknowledgement-not-required", "expiry-never", "No date needs no acknowledgement.",
		killedBy("expiry/never/date-absent-flag-absent", "expiry/never/date-absent-flag-null"),
		acknowledgeIf(func(o object) bool { return o["userAwareTokenNeverExpires"] == nil }),
	},
	{
		"acknowledgement-may-be-false", "expiry-never",
		"No date is taken with an acknowledgement that is false.",
		killedBy("expiry/never/date-absent-flag-false", "expiry/never/date-null-flag-false"),
		acknowledgeIf(func(o object) bool { return o["userAwareTokenNeverExpires"] == false }),
	},
	{
		"forever-rejected", "expiry-never", "No date is refused with the acknowledgement, too.",
		killedBy("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		rejectIf(onCurrent(create), requestsNoExpiry),
	},
	{
		"forever-is-six-months", "expiry-never",
		"No date with the acknowledgement means six months.",
		killedBy("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		replaceDateIf(onCurrent(create), requestsNoExpiry, inSixMonths),
	},
	{
		"forever-is-the-year-9999", "expiry-never",
		"A token that never expires is answered with a far date.",
		killedBy("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		eachToken(onCurrent(create, list, patch), func(o object) {
			if date, present := o["expirationDate"]; present && date == nil {
				o["expirationDate"] = "9999-12-31T23:59:59.999Z"
			}
		}),
	},
	{
		"create-without-null-date", "never-expiring-response",
		"Create leaves a date out that is null.",
		killedBy("expiry/never-is-a-null-in-create"),
		eachToken(onCurrent(create), deleteNull("expirationDate")),
	},
	{
		"forever-with-a-date-rejected", "expiry-never",
		"A date beside the acknowledgement is refused.",
		killedBy("expiry/never/date-given-flag-true"),
		rejectIf(onCurrent(create), acknowledgesWithDate),
	},
	{
		"forever-drops-the-date", "expiry-never", "A date beside the acknowledgement is dropped.",
		killedBy("expiry/never/date-given-flag-true"),
		replaceDateIf(onCurrent(create), acknowledgesWithDate, func(time.Time) any { return nil }),
	},
	{
		"expiry-past-taken", "expiry-future", "A date in the past is taken.",
		killedBy("expiry/past-date-is-rejected", "expiry/past-date-by-its-offset-is-rejected"),
		replaceDateIf(on(create), hasPastDate, inAMonth),
	},
	{
		"expiry-past-is-422", "past-date", "A date in the past is 422.",
		killedBy("expiry/question-past-date"),
		mutateResponseFor(on(create), func(x *exchange, resp *response) {
			if resp.status == http.StatusBadRequest && hasPastDate(x) {
				resp.status = http.StatusUnprocessableEntity
			}
		}),
	},
	{
		"expiry-now-taken", "expiry-future", "A date that is now is taken.",
		killedBy("expiry/this-moment-is-rejected"),
		replaceDateIf(on(create), func(x *exchange) bool {
			return hasPastDate(x) &&
				x.now().Sub(parseTime(x.object()["expirationDate"])) < time.Minute
		}, inAMonth),
	},
	{
		"expiry-past-taken-by-patch", "expiry-future", "A patch may set a date in the past.",
		killedBy("expiry/patch-past-date-is-rejected"),
		mutateEachOperation(func(x *exchange, op object) {
			if date := parseTime(op["value"]); op["path"] == "/expirationDate" && !date.IsZero() &&
				!date.After(x.now()) {
				op["value"] = inAMonth(x.now())
			}
		}),
	},
	{
		"expiry-bounded-in-current", "expiry-no-upper-bound",
		"A date later than six months is refused.", killedBy("expiry/current-has-no-upper-bound"),
		rejectIf(onCurrent(create), expiresAfter(addSixMonths)),
	},
	{
		"expiry-bounded-by-ten-years", "expiry-no-upper-bound",
		"A date later than ten years is refused.", killedBy("expiry/current-has-no-upper-bound"),
		rejectIf(onCurrent(create), expiresAfter(func(t time.Time) time.Time {
			return t.AddDate(10, 0, 0)
		})),
	},
	{
		"expiry-bounded-in-patch", "expiry-no-upper-bound",
		"A patch may not set a date later than six months.", killedBy("expiry/patch-new-date"),
		wrap(onCurrent(patch), func(x *exchange) *response {
			for _, op := range x.patchOperations() {
				if op["path"] == "/expirationDate" &&
					parseTime(op["value"]).After(addSixMonths(x.now())) {
					return badRequest()
				}
			}
			return x.forward()
		}),
	},
}

// rewriteResponseDates changes how dates are answered.
func rewriteResponseDates(change func(string) string) middleware {
	return eachToken(api, func(o object) {
		for _, name := range []string{"created", "lastUsed", "expirationDate"} {
			if date := text(o, name); !parseTime(date).IsZero() {
				o[name] = change(date)
			}
		}
	})
}

// rewriteRequestDate changes, or refuses with an empty text, dates in requests.
func rewriteRequestDate(change func(string) string) middleware {
	return wrap(on(create), func(x *exchange) *response {
		o := x.object()
		if date := text(o, "expirationDate"); date != "" {
			if o["expirationDate"] = change(date); o["expirationDate"] == "" {
				return badRequest()
			}
			x.setBody(o)
		}
		return x.forward()
	})
}

// hasZone tells whether a date says which zone it is in.
func hasZone(date string) bool {
	return strings.HasSuffix(date, "Z") || offsetPattern.MatchString(date[min(10, len(date)):])
}

// datePattern has year, month, day and rest of a date.
var datePattern = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)(T.*)$`)

// dates are mutants of how dates are read and written.
var dates = []Mutant{
	{
		"date-without-time-taken", "date-is-rfc3339", "A date without a time is midnight.",
		killedBy("expiry/bad-date/no-time"), rewriteRequestDate(func(date string) string {
			if len(date) == len("2006-01-02") {
				return date + "T00:00:00Z"
			}
			return date
		}),
	},
	{
		"date-rolls-over", "date-is-rfc3339",
		"A day that a month does not have is one of the next month.",
		killedBy("expiry/bad-date/no-such-day"),
		rewriteRequestDate(func(date string) string {
			parts := datePattern.FindStringSubmatch(date)
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
		killedBy("expiry/year-beyond-9999-is-rejected"),
		rewriteRequestDate(func(date string) string {
			if strings.HasPrefix(date, "10000-") || parseTime(date).UTC().Year() > 9999 {
				return "9999-12-31T23:59:59.999Z"
			}
			return date
		}),
	},
	{
		"date-empty-is-none", "empty-date", "An empty date counts as absent.",
		killedBy("expiry/bad-date/empty"),
		mutateBody(on(create), func(o object) {
			if o["expirationDate"] == "" {
				delete(o, "expirationDate")
			}
		}),
	},
	{
		"date-returned-with-offset", "date-forms", "Dates are answered with an offset.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds"),
		rewriteResponseDates(func(date string) string {
			return strings.Replace(date, "Z", "+00:00", 1)
		}),
	},
	{
		"date-returned-in-seconds", "date-forms", "Dates are answered without a fraction.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds",
			"expiry/date-forms/milliseconds"),
		rewriteResponseDates(func(date string) string { return date[:19] + "Z" }),
	},
	{
		"date-returned-in-microseconds", "date-forms", "Dates are answered with microseconds.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds"),
		rewriteResponseDates(func(date string) string {
			return strings.Replace(date, "Z", "000Z", 1)
		}),
	},
	{
		"date-returned-in-another-zone", "date-forms", "Dates are answered in another zone.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds"),
		rewriteResponseDates(func(date string) string {
			return parseTime(date).In(time.FixedZone("",
				2*60*60)).Format("2006-01-02T15:04:05.000Z07:00")
		}),
	},
	{
		"date-with-offset-rejected", "date-forms", "A date with an offset is refused.",
		killedBy("expiry/date-forms/microseconds-and-offset-zero", "expiry/date-forms/offset-east"),
		rewriteRequestDate(func(date string) string {
			if hasZone(date) && !strings.HasSuffix(date, "Z") {
				return ""
			}
			return date
		}),
	},
	{
		"date-offset-ignored", "date-forms", "The offset of a date counts as UTC.",
		killedBy("expiry/date-forms/offset-east", "expiry/date-forms/offset-west"),
		rewriteRequestDate(func(date string) string {
			if len(date) < 20 {
				return date
			}
			return date[:10] + offsetPattern.ReplaceAllString(date[10:], "Z")
		}),
	},
	{
		"date-fraction-rejected", "date-forms", "A date with more than milliseconds is refused.",
		killedBy("expiry/date-forms/seven-digits", "expiry/date-forms/nanoseconds"),
		rewriteRequestDate(func(date string) string {
			if _, fraction, _ := strings.Cut(date, "."); len(fraction) > len("000Z") &&
				!offsetPattern.MatchString(fraction) {
				return ""
			}
			return date
		}),
	},
	{
		"date-without-fraction-rejected", "date-forms", "A date without a fraction is refused.",
		killedBy("expiry/date-forms/no-fraction"), rewriteRequestDate(func(date string) string {
			if hasZone(date) && !strings.Contains(date, ".") {
				return ""
			}
			return date
		}),
	},
	{
		"date-without-zone-taken", "date-needs-zone", "A date without a zone counts as UTC.",
		killedBy("expiry/bad-date/no-zone"), rewriteRequestDate(func(date string) string {
			if !hasZone(date) && slices.Contains([]int{19, 23, 26, 29}, len(date)) {
				return date + "Z"
			}
			return date
		}),
	},
}
