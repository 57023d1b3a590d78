package mutants

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// addSixMonths returns the same day six months later, or the last day of that month.
func addSixMonths(t time.Time) time.Time {
	date := t.AddDate(0, 6, 0)
	if date.Day() != t.Day() {
		return date.AddDate(0, 0, -date.Day())
	}
	return date
}

// replaceDefaultDate replaces the date of tokens that a legacy version created without one.
func replaceDefaultDate(date func(created time.Time) time.Time) middleware {
	return statefulResponse(on(create, list, patch),
		func(dateByID map[string]string, x *exchange, resp *response) {
			if x.op == create && x.isLegacy() && x.object()["expirationDate"] == nil && resp.ok() {
				dateByID[resp.text("id")] = formatTime(date(parseTime(resp.text("created"))))
			}
			setByID(resp, "expirationDate", dateByID)
		})
}

// expiresAfter reports whether the date in a create is after limit(now).
func expiresAfter(limit func(time.Time) time.Time) func(*exchange) bool {
	return func(x *exchange) bool {
		date := parseTime(x.object()["expirationDate"])
		return !date.IsZero() && date.After(limit(x.now()))
	}
}

// replaceDateIf replaces the date in a create if f returns true.
func replaceDateIf(m matcher, f func(*exchange) bool, date func(now time.Time) any) middleware {
	return mutateRequest(m, func(x *exchange) {
		if o := x.object(); o != nil && f(x) {
			o["expirationDate"] = date(x.now())
			x.setBody(o)
		}
	})
}

// hasPastDate reports whether the date in a create is not in the future.
func hasPastDate(x *exchange) bool {
	date := parseTime(x.object()["expirationDate"])
	return !date.IsZero() && !date.After(x.now())
}

// requestsNoExpiry reports whether a create acknowledges that the token never expires.
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

// acknowledgeIf sets the acknowledgement of a create without a date if f returns true.
func acknowledgeIf(f func(o object) bool) middleware {
	return mutateBody(onCurrent(create), func(o object) {
		if o["expirationDate"] == nil && f(o) {
			o["userAwareTokenNeverExpires"] = true
		}
	})
}

// expiries change the rules about expiration dates.
var expiries = []Mutant{
	{
		"expiry-at-midnight", "expiry-six-months",
		"The default date is the midnight before six months from now.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time {
			return addSixMonths(t).Truncate(24 * time.Hour)
		}),
	},
	{
		"expiry-one-day-late", "expiry-six-months",
		"The default date is six months and a day from now.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time { return addSixMonths(t).AddDate(0, 0, 1) }),
	},
	{
		"expiry-one-day-early", "expiry-six-months",
		"The default date is a day less than six months from now.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time {
			return addSixMonths(t).AddDate(0, 0, -1)
		}),
	},
	{
		"expiry-five-months", "expiry-six-months", "The default date is five months from now.",
		killedBy("expiry/legacy-default-is-six-months",
			"expiry/legacy-default-is-six-calendar-months"),
		replaceDefaultDate(func(t time.Time) time.Time { return t.AddDate(0, 5, 0) }),
	},
	{
		"expiry-in-days", "expiry-six-months", "The default date is 180 days from now.",
		killedBy("expiry/legacy-default-is-six-calendar-months", "expiry/legacy-flag-is-ignored"),
		replaceDefaultDate(func(t time.Time) time.Time { return t.AddDate(0, 0, 180) }),
	},
	{
		"expiry-overflows-month", "expiry-month-end",
		"Six months after the end of August are in March.",
		killedBy("expiry/month-end/august-has-31", "expiry/month-end/august-before-a-leap-year"),
		replaceDefaultDate(func(t time.Time) time.Time { return t.AddDate(0, 6, 0) }),
	},
	{
		"expiry-never-in-legacy", "expiry-six-months", "A token without a date never expires.",
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
		"expiry-bound-off", "expiry-upper-bound", "A date later than six months is accepted.",
		killedBy("expiry/legacy-beyond-six-months-is-rejected",
			"expiry/legacy-a-millisecond-beyond-is-rejected"),
		useCurrentVersionIf(onLegacy(create), func(x *exchange) bool {
			return x.object()["expirationDate"] != nil
		}),
	},
	{
		"expiry-bound-a-day-early", "expiry-upper-bound",
		"A date on the last day of the six months is rejected.",
		killedBy("expiry/legacy-exactly-six-months-is-taken"),
		rejectIf(onLegacy(create), expiresAfter(func(t time.Time) time.Time {
			return addSixMonths(t).AddDate(0, 0, -1)
		})),
	},
	{
		"expiry-bound-clamps", "expiry-upper-bound",
		"A date later than six months is reduced to six months.",
		killedBy("expiry/legacy-beyond-six-months-is-rejected",
			"expiry/legacy-a-millisecond-beyond-is-rejected"),
		replaceDateIf(onLegacy(create), expiresAfter(addSixMonths), inSixMonths),
	},
	{
		"acknowledgement-makes-legacy-forever", "expiry-six-months",
		"The legacy versions honor the acknowledgement.",
		killedBy("expiry/legacy-flag-is-ignored"),
		useCurrentVersionIf(onLegacy(create), requestsNoExpiry),
	},
	{
		"acknowledgement-not-required", "expiry-never",
		"A missing date requires no acknowledgement.",
		killedBy("expiry/never/date-absent-flag-absent", "expiry/never/date-absent-flag-null"),
		acknowledgeIf(func(o object) bool { return o["userAwareTokenNeverExpires"] == nil }),
	},
	{
		"acknowledgement-may-be-false", "expiry-never",
		"A missing date is accepted with a false acknowledgement.",
		killedBy("expiry/never/date-absent-flag-false", "expiry/never/date-null-flag-false"),
		acknowledgeIf(func(o object) bool { return o["userAwareTokenNeverExpires"] == false }),
	},
	{
		"forever-rejected", "expiry-never",
		"A missing date is rejected even with the acknowledgement.",
		killedBy("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		rejectIf(onCurrent(create), requestsNoExpiry),
	},
	{
		"forever-is-six-months", "expiry-never",
		"A missing date with the acknowledgement means six months.",
		killedBy("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		replaceDateIf(onCurrent(create), requestsNoExpiry, inSixMonths),
	},
	{
		"forever-is-the-year-9999", "expiry-never",
		"A token that never expires is returned with a far date.",
		killedBy("expiry/never/date-absent-flag-true", "expiry/never/date-null-flag-true"),
		eachToken(onCurrent(create, list, patch), func(o object) {
			if date, present := o["expirationDate"]; present && date == nil {
				o["expirationDate"] = "9999-12-31T23:59:59.999Z"
			}
		}),
	},
	{
		"create-without-null-date", "never-expiring-response",
		"Create leaves out a null date.",
		killedBy("expiry/never-is-a-null-in-create"),
		eachToken(onCurrent(create), deleteNull("expirationDate")),
	},
	{
		"forever-with-a-date-rejected", "expiry-never",
		"A date together with the acknowledgement is rejected.",
		killedBy("expiry/never/date-given-flag-true"),
		rejectIf(onCurrent(create), acknowledgesWithDate),
	},
	{
		"forever-drops-the-date", "expiry-never",
		"A date together with the acknowledgement is ignored.",
		killedBy("expiry/never/date-given-flag-true"),
		replaceDateIf(onCurrent(create), acknowledgesWithDate, func(time.Time) any { return nil }),
	},
	{
		"expiry-past-taken", "expiry-future", "A date in the past is accepted.",
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
		"expiry-now-taken", "expiry-future", "The current time is accepted as the date.",
		killedBy("expiry/this-moment-is-rejected"),
		replaceDateIf(on(create), func(x *exchange) bool {
			return hasPastDate(x) &&
				x.now().Sub(parseTime(x.object()["expirationDate"])) < time.Minute
		}, inAMonth),
	},
	{
		"expiry-past-taken-by-patch", "expiry-future", "A patch to a date in the past is accepted.",
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
		"A date later than six months is rejected.", killedBy("expiry/current-has-no-upper-bound"),
		rejectIf(onCurrent(create), expiresAfter(addSixMonths)),
	},
	{
		"expiry-bounded-by-ten-years", "expiry-no-upper-bound",
		"A date later than ten years is rejected.", killedBy("expiry/current-has-no-upper-bound"),
		rejectIf(onCurrent(create), expiresAfter(func(t time.Time) time.Time {
			return t.AddDate(10, 0, 0)
		})),
	},
	{
		"expiry-bounded-in-patch", "expiry-no-upper-bound",
		"A patch to a date later than six months is rejected.", killedBy("expiry/patch-new-date"),
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

// rewriteResponseDates changes the format of dates in responses.
func rewriteResponseDates(change func(string) string) middleware {
	return eachToken(api, func(o object) {
		for _, name := range []string{"created", "lastUsed", "expirationDate"} {
			if date := text(o, name); !parseTime(date).IsZero() {
				o[name] = change(date)
			}
		}
	})
}

// rewriteRequestDate changes the date of a create. It rejects the request if change returns "".
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

// hasZone reports whether a date has a UTC offset.
func hasZone(date string) bool {
	return strings.HasSuffix(date, "Z") || offsetPattern.MatchString(date[min(10, len(date)):])
}

// datePattern captures year, month, day and the rest of a date.
var datePattern = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)(T.*)$`)

// dates change the formats of dates.
var dates = []Mutant{
	{
		"date-without-time-taken", "date-is-rfc3339", "A date without a time counts as midnight.",
		killedBy("expiry/bad-date/no-time"), rewriteRequestDate(func(date string) string {
			if len(date) == len("2006-01-02") {
				return date + "T00:00:00Z"
			}
			return date
		}),
	},
	{
		"date-rolls-over", "date-is-rfc3339",
		"A nonexistent day rolls over into the next month.",
		killedBy("expiry/bad-date/no-such-day"),
		rewriteRequestDate(func(date string) string {
			parts := datePattern.FindStringSubmatch(date)
			if parts == nil {
				return date
			}
			year, _ := strconv.Atoi(parts[1]) // the pattern guarantees digits
			month, _ := strconv.Atoi(parts[2])
			number, _ := strconv.Atoi(parts[3])
			rolled := time.Date(year, time.Month(month), number, 0, 0, 0, 0, time.UTC)
			return rolled.Format(time.DateOnly) + parts[4]
		}),
	},
	{
		"date-in-year-10000-taken", "date-year-of-four-digits",
		"A date after the year 9999 is reduced to that year.",
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
		"date-returned-with-offset", "date-forms", "Dates are returned with an offset.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds"),
		rewriteResponseDates(func(date string) string {
			return strings.Replace(date, "Z", "+00:00", 1)
		}),
	},
	{
		"date-returned-in-seconds", "date-forms", "Dates are returned without a fraction.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds",
			"expiry/date-forms/milliseconds"),
		rewriteResponseDates(func(date string) string { return date[:19] + "Z" }),
	},
	{
		"date-returned-in-microseconds", "date-forms", "Dates are returned with microseconds.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds"),
		rewriteResponseDates(func(date string) string {
			return strings.Replace(date, "Z", "000Z", 1)
		}),
	},
	{
		"date-returned-in-another-zone", "date-forms", "Dates are returned in another zone.",
		killedBy("expiry/dates-are-returned-in-utc-with-milliseconds"),
		rewriteResponseDates(func(date string) string {
			return parseTime(date).In(time.FixedZone("",
				2*60*60)).Format("2006-01-02T15:04:05.000Z07:00")
		}),
	},
	{
		"date-with-offset-rejected", "date-forms", "A date with an offset is rejected.",
		killedBy("expiry/date-forms/microseconds-and-offset-zero", "expiry/date-forms/offset-east"),
		rewriteRequestDate(func(date string) string {
			if hasZone(date) && !strings.HasSuffix(date, "Z") {
				return ""
			}
			return date
		}),
	},
	{
		"date-offset-ignored", "date-forms", "The UTC offset of a date is ignored.",
		killedBy("expiry/date-forms/offset-east", "expiry/date-forms/offset-west"),
		rewriteRequestDate(func(date string) string {
			if len(date) < 20 {
				return date
			}
			return date[:10] + offsetPattern.ReplaceAllString(date[10:], "Z")
		}),
	},
	{
		"date-fraction-rejected", "date-forms",
		"A date with more than three fractional digits is rejected.",
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
		"date-without-fraction-rejected", "date-forms", "A date without a fraction is rejected.",
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
