package scenarios

import (
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// offsets are zone offsets of dates in seconds east of Greenwich: the extremes in use, some that
// are not full hours, and the extremes of RFC 3339.
var offsets = []int{
	0, 14 * 3600, -12 * 3600, 5*3600 + 45*60, -60, 23*3600 + 59*60, -23*3600 - 59*60,
}

// inOffset formats a time with an offset.
func inOffset(m time.Time, seconds int) string {
	return m.In(time.FixedZone("", seconds)).Format("2006-01-02T15:04:05.000-07:00")
}

// distance is the difference of a date from now.
type distance struct {
	id     string
	from   time.Duration
	future bool
	// exact distances are at the boundary itself. No published text defines it.
	exact bool
}

var distances = []distance{
	{id: "a-year-before", from: -365 * 24 * time.Hour},
	{id: "a-day-before", from: -24 * time.Hour},
	{id: "an-hour-before", from: -time.Hour},
	{id: "a-second-before", from: -time.Second},
	{id: "a-millisecond-before", from: -time.Millisecond, exact: true},
	{id: "this-moment", exact: true},
	{id: "a-millisecond-after", from: time.Millisecond, future: true, exact: true},
	{id: "a-second-after", from: time.Second, future: true},
	{id: "an-hour-after", from: time.Hour, future: true},
	{id: "a-day-after", from: 24 * time.Hour, future: true},
}

// aroundNow returns the scenarios about dates around now in every offset, for create, patch and
// bulk update.
func aroundNow() []contract.Scenario {
	var all []contract.Scenario
	for _, d := range distances {
		all = append(all,
			d.scenario("expiry/around-now/", "a date ", nil, d.viaCreate),
			d.scenario("expiry/patch-around-now/", "a patch to a date ", contract.Current,
				d.viaPatch),
			d.scenario("bulk/around-now/", "a bulk update to a date ", []version.Version{
				version.V1,
			}, d.viaBulk),
		)
	}
	return all
}

func (d distance) scenario(
	family, subject string, versions []version.Version, run func(*contract.T, time.Time),
) contract.Scenario {
	when, outcome := readableID(d.id)+" now", " is rejected."
	if d.from == 0 {
		when = "of " + readableID(d.id)
	}
	if d.future {
		outcome = " is accepted."
	}
	s := contract.Scenario{
		ID:      family + d.id,
		Promise: "In every offset " + subject + when + outcome,
		Sources: []string{
			currentRule, legacyRule, createRequest + "/properties/expirationDate/format",
			"#date-is-in-the-future",
		},
		Versions: versions,
		Features: writes(contract.Clock, contract.Admin),
		Rules:    []rule.ID{rule.ExpiryFuture, rule.DateForms},
		Run:      func(t *contract.T) { run(t, freezeClock(t)) },
	}
	if d.exact {
		s.Evidence, s.Sources = evidence.Assumed, []string{"#this-moment-has-passed"}
	}
	return s
}

// check compares a response with the expected outcome of the distance.
func (d distance) check(
	t *contract.T, date string, want time.Time, r *contract.Response, got func() string,
) {
	if !d.future {
		checkStatus(t, date, r, http.StatusBadRequest)
		return
	}
	checkStatus(t, date, r, http.StatusOK)
	if r.StatusCode() == http.StatusOK {
		t.Equal("expirationDate of "+date, contract.FormatTime(want), got())
	}
}

func (d distance) viaCreate(t *contract.T, now time.Time) {
	c, want := t.Owner(), now.Add(d.from)
	for _, seconds := range offsets {
		date := inOffset(want, seconds)
		r := c.Create(contract.Body{"name": t.UniqueName(), "expirationDate": date})
		d.check(t, date, want, r, func() string { return r.Token().ExpirationDate.Value })
		if r.StatusCode() == http.StatusOK {
			c.MustDelete(r.Token().ID)
		}
	}
}

func (d distance) viaPatch(t *contract.T, now time.Time) {
	c, want := t.Owner(), now.Add(d.from)
	token := c.MustCreate()
	before := c.MustFind(token.ID)
	for _, seconds := range offsets {
		date := inOffset(want, seconds)
		r := c.Patch(token.ID, replace("/expirationDate", date))
		d.check(t, date, want, r, func() string { return r.Token().ExpirationDate.Value })
	}
	if d.future {
		before.ExpirationDate = contract.Value(contract.FormatTime(want))
	}
	t.Equal("the token", before, c.MustFind(token.ID))
}

func (d distance) viaBulk(t *contract.T, now time.Time) {
	want := now.Add(d.from)
	one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
	before := t.Owner().MustFind(one.ID)
	for _, seconds := range offsets {
		date := inOffset(want, seconds)
		r := t.Admin().Bulk([]string{one.ID, other.ID}, replace("/expirationDate", date))
		d.check(t, date, want, r, func() string {
			return r.MustFind(one.ID).ExpirationDate.Value
		})
	}
	if d.future {
		before.ExpirationDate = contract.Value(contract.FormatTime(want))
	}
	t.Equal("the token", before, t.Owner().MustFind(one.ID))
}

// digitsAhead lists scenarios about past dates whose local time, without its offset, is later than
// now in UTC.
var digitsAhead = []contract.Scenario{
	{
		ID: "expiry/patch-past-date-by-its-offset-is-rejected",
		Promise: "A patch to a past date is rejected even if its local time is later than now in " +
			"UTC.",
		Sources:  []string{patchDescription, createRequest + "/properties/expirationDate/format"},
		Versions: contract.Current,
		Rules:    []rule.ID{rule.ExpiryFuture, rule.DateForms},
		Run: func(t *contract.T) {
			date := inOffset(t.Now().Add(-time.Hour), 12*3600)
			expectPatchRejected(t, replace("/expirationDate", date))
		},
	},
	withRules(bulkRejected(
		"bulk/past-date-by-its-offset",
		"A bulk update to a past date is rejected even if its local time is later than now in UTC.",
		bulkFuture, evidence.Published,
		func(t *contract.T, ids []string) bulkUpdate {
			return bulkUpdate{
				ids: ids, operations: []contract.Op{
					replace("/expirationDate", inOffset(t.Now().Add(-time.Hour), 12*3600)),
				},
			}
		},
	), rule.ExpiryFuture, rule.DateForms),
}

// monthEnd is a time, and the time six months later.
type monthEnd struct{ id, now, want string }

// monthEnds are the last days of the months. They include the days before them if the other month
// is shorter, and leap years.
var monthEnds = []monthEnd{
	{"january-has-31", "2031-01-31T12:00:00.000Z", "2031-07-31T12:00:00.000Z"},
	{"february-stays-the-28th", "2031-02-28T12:00:00.000Z", "2031-08-28T12:00:00.000Z"},
	{"leap-day", "2028-02-29T12:00:00.000Z", "2028-08-29T12:00:00.000Z"},
	{"february-28-of-a-leap-year", "2028-02-28T12:00:00.000Z", "2028-08-28T12:00:00.000Z"},
	{"march-has-31", "2031-03-31T12:00:00.000Z", "2031-09-30T12:00:00.000Z"},
	{"april-has-30", "2031-04-30T12:00:00.000Z", "2031-10-30T12:00:00.000Z"},
	{"may-has-31", "2031-05-31T12:00:00.000Z", "2031-11-30T12:00:00.000Z"},
	{"june-has-30", "2031-06-30T12:00:00.000Z", "2031-12-30T12:00:00.000Z"},
	{"july-has-31", "2031-07-31T12:00:00.000Z", "2032-01-31T12:00:00.000Z"},
	{"august-has-31", "2030-08-31T09:30:00.250Z", "2031-02-28T09:30:00.250Z"},
	{"august-before-a-leap-year", "2027-08-31T23:59:59.999Z", "2028-02-29T23:59:59.999Z"},
	{"august-30", "2030-08-30T00:00:00.000Z", "2031-02-28T00:00:00.000Z"},
	{"august-30-before-a-leap-year", "2027-08-30T00:00:00.000Z", "2028-02-29T00:00:00.000Z"},
	{"august-29", "2030-08-29T12:00:00.000Z", "2031-02-28T12:00:00.000Z"},
	{"september-has-30", "2031-09-30T12:00:00.000Z", "2032-03-30T12:00:00.000Z"},
	{"october-has-31", "2031-10-31T12:00:00.000Z", "2032-04-30T12:00:00.000Z"},
	{"november-has-30", "2031-11-30T12:00:00.000Z", "2032-05-30T12:00:00.000Z"},
	{"december-has-31", "2030-12-31T12:00:00.000Z", "2031-06-30T12:00:00.000Z"},
}

// scenario tests the default at the end of a month, and the upper bound. The bound is the same
// instant in every offset.
func (e monthEnd) scenario() contract.Scenario {
	return contract.Scenario{
		ID:       "expiry/month-end/" + e.id,
		Promise:  "In a legacy version six months after " + e.now[:10] + " is " + e.want[:10] + ".",
		Sources:  []string{legacyRule, "#month-end", "#legacy-upper-bound-is-exact"},
		Versions: contract.Legacy,
		Features: writes(contract.Clock),
		Rules:    []rule.ID{rule.ExpiryMonthEnd, rule.ExpiryUpperBound},
		Run: func(t *contract.T) {
			t.FreezeClock(parseTime(t, e.now))
			c := t.Owner()
			t.Equal("expirationDate", e.want,
				c.Create(contract.Body{"name": t.UniqueName()}).Token().ExpirationDate.Value)
			bound := parseTime(t, e.want)
			for _, seconds := range offsets[1:3] {
				date := inOffset(bound, seconds)
				token := c.Create(contract.Body{
					"name": t.UniqueName(), "expirationDate": date,
				}).Token()
				t.Equal("expirationDate of "+date, e.want, token.ExpirationDate.Value)
				beyond := inOffset(bound.Add(time.Millisecond), seconds)
				checkStatus(t, beyond,
					c.Create(contract.Body{"name": t.UniqueName(), "expirationDate": beyond}),
					http.StatusBadRequest)
			}
		},
	}
}

var boundaryDates = slices.Concat(digitsAhead, aroundNow(),
	forEachRow(monthEnds, monthEnd.scenario))
