package scenarios

import (
	"fmt"
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// bulkIDCounts are numbers of ids, and whether a bulk update accepts them.
var bulkIDCounts = []struct {
	id       string
	count    int
	accepted bool
}{
	{"1-id", 1, true},
	{"2-ids", 2, true},
	{"10-ids", 10, true},
	{"11-ids", 11, true},
	{"20-ids", 20, true},
	{"21-ids", 21, true},
	{"24-ids", 24, true},
	{"25-ids", 25, true},
	{"26-ids", 26, false},
	{"50-ids", 50, false},
}

func bulkOfIDs(id string, count int, accepted bool) contract.Scenario {
	promise := fmt.Sprintf("A bulk update of %d ids is rejected with 400 and changes nothing.",
		count)
	if accepted {
		promise = fmt.Sprintf("A bulk update of %s changes and returns exactly these tokens, by "+
			"PATCH and by POST.", readableID(id))
	}
	return withRules(bulkScenario("bulk/"+id, promise, bulkCount, evidence.Published,
		func(t *contract.T) {
			ids, other, c := seedTokens(t, count), t.Owner().MustCreate(), t.Admin()
			if !accepted {
				before := c.List().ExpectStatus(http.StatusOK).Text()
				for _, method := range []string{http.MethodPatch, http.MethodPost} {
					sendBulk(c.ExpectInvalid("/ids"), method, ids,
						laterExpiry(t)).ExpectError(http.StatusBadRequest)
				}
				t.Equal("tokens", before, c.List().ExpectStatus(http.StatusOK).Text())
				return
			}
			t.FreezeClock(t.Now()) // so that the dates are equal
			for _, method := range []string{http.MethodPatch, http.MethodPost} {
				date := laterExpiry(t)
				expectExpiry(t, sendBulk(c, method, ids, date), date, ids...)
				stored := map[string]int{}
				for _, listed := range c.List().Tokens() {
					if slices.Contains(ids, listed.ID) {
						stored[listed.ExpirationDate.Value]++
					} else if listed.ID == other.ID {
						t.Equal("expirationDate of another token", other.ExpirationDate,
							listed.ExpirationDate)
					}
				}
				t.Equal("the dates in the list of all tokens", map[string]int{
					fmt.Sprint(date.Value()): count,
				},
					stored)
				t.AdvanceClock(1)
			}
		}, contract.SeededTokens, contract.Clock), rule.BulkUpdate, rule.BulkIDs)
}

// patchCounts are accepted numbers of operations. patch/101-operations tests the first rejected
// one.
var patchCounts = []struct {
	count int
	level evidence.Level
	fact  string
}{
	{1, evidence.Published, patchFields},
	{2, evidence.Published, patchFields},
	{10, evidence.Published, patchFields},
	{11, evidence.Published, patchFields},
	{99, evidence.Assumed, "#patch-size"},
	{100, evidence.Assumed, "#patch-size"},
}

// patchOfOperations returns a scenario about a patch in which each of count operations adds a
// scope.
func patchOfOperations(count int, level evidence.Level, fact string) contract.Scenario {
	return contract.Scenario{
		ID:      fmt.Sprintf("patch/operations/%d", count),
		Promise: fmt.Sprintf("Each of %d operations of a patch is applied.", count),
		Sources: []string{fact, jsonPatch + "#section-3"}, Evidence: level,
		Features: writes(contract.Unmetered), Rules: []rule.ID{rule.PatchApplies, rule.PatchSize},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate(withScopes())
			want, operations := []string{}, []contract.Op{}
			for i := range count {
				want = append(want, fmt.Sprintf("scope-%d", i))
				operations = append(operations, add("/scope/-", want[i]))
			}
			t.Equal("scope", want, c.Patch(token.ID, operations...).Token().Scope.Value)
			t.Equal("scope in the list", want, c.MustFind(token.ID).Scope.Value)
		},
	}
}

// bulkOfOperations returns a scenario about a bulk update of count operations. The last date takes
// effect.
func bulkOfOperations(count int, level evidence.Level, fact string) contract.Scenario {
	return withRules(bulkScenario(
		fmt.Sprintf("bulk/operations/%d", count),
		fmt.Sprintf("The last of %d dates of a bulk update takes effect.", count),
		fact, level, func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			operations := []contract.Op{}
			for i := range count {
				operations = append(operations,
					replace("/expirationDate", contract.FormatTime(t.Expiry().AddDate(0, 0, i))))
			}
			expectExpiry(t, t.Admin().Bulk([]string{one.ID, other.ID}, operations...),
				operations[count-1], one.ID, other.ID)
			t.Equal("expirationDate in the list", operations[count-1].Value(),
				t.Owner().MustFind(one.ID).ExpirationDate.Value)
		}, contract.Unmetered,
	), rule.BulkUpdate, rule.PatchApplies)
}

// The published examples of a bulk update, with existing ids and a future date.
var bulkExamples = []contract.Scenario{
	withRules(bulkScenario(
		"bulk/example/set-expiration",
		"The published example that sets a date on several tokens is accepted.", bulkChanges,
		evidence.Published,
		func(t *contract.T) {
			one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
			date := laterExpiry(t)
			expectExpiry(t, t.Admin().Bulk([]string{one.ID, other.ID}, date), date, one.ID,
				other.ID)
			t.Equal("expirationDate in the list", date.Value(),
				t.Admin().MustFind(other.ID).ExpirationDate.Value)
		},
	), rule.BulkUpdate),
	withRules(bulkScenario(
		"bulk/example/never-expire",
		"The published example that removes the date before it acknowledges the removal is "+
			"accepted.",
		bulkToNever, evidence.Published,
		func(t *contract.T) {
			one := t.Owner().MustCreate()
			tokens := t.Admin().Bulk([]string{one.ID},
				remove("/expirationDate"), replace("/userAwareTokenNeverExpires", true),
			).Tokens()
			t.Equal("number of tokens", 1, len(tokens))
			t.Equal("expirationDate in the list", contract.Null[string](),
				t.Owner().MustFind(one.ID).ExpirationDate)
		},
	), rule.BulkUpdate, rule.PatchNever),
}

// bulkBadDates returns a scenario about the bad dates with the given evidence. They change no
// token.
func bulkBadDates(
	id, promise, fact string, level evidence.Level, rules ...rule.ID,
) contract.Scenario {
	return withRules(bulkScenario(id, promise, fact, level, func(t *contract.T) {
		one, other := t.Owner().MustCreate(), t.Admin().MustCreate()
		expectBothUnchanged(t, func() {
			for _, bad := range badDates {
				if bad.level == level {
					date := replace("/expirationDate", bad.text(t.Now()))
					t.Admin().Bulk([]string{one.ID, other.ID},
						date).ExpectRejected(http.StatusBadRequest)
				}
			}
		})
	}), rules...)
}

func boundaryBulkScenarios() []contract.Scenario {
	all := slices.Clone(bulkExamples)
	for _, c := range bulkIDCounts {
		all = append(all, bulkOfIDs(c.id, c.count, c.accepted))
	}
	for _, c := range patchCounts {
		all = append(all, patchOfOperations(c.count, c.level, c.fact),
			bulkOfOperations(c.count, c.level, c.fact))
	}
	return append(all,
		withRules(bulkScenario(
			"bulk/101-operations",
			"A bulk update of 101 operations is rejected with 400 and changes nothing.",
			"#patch-size", evidence.Assumed, func(t *contract.T) {
				one := t.Owner().MustCreate()
				before := ownTokens(t.Owner())
				t.Admin().Bulk([]string{one.ID},
					slices.Repeat([]contract.Op{laterExpiry(t)},
						101)...).ExpectError(http.StatusBadRequest)
				t.Equal("tokens", before, ownTokens(t.Owner()))
			}, contract.Unmetered,
		), rule.PatchSize),
		bulkBadDates(
			"bulk/bad-dates",
			"A bulk update to text that is not an RFC 3339 date is rejected with 400, and the "+
				"dates do not change.",
			rfc3339Date, evidence.Published, rule.DateIsRFC3339,
		),
		bulkBadDates(
			"bulk/odd-dates",
			"A bulk update to a date without a zone, with a blank, or to an empty string is "+
				"rejected with 400.",
			"#date-without-zone-is-400", evidence.Assumed, rule.DateNeedsZone, rule.EmptyDate,
			rule.DateIsRFC3339,
		),
	)
}

var boundaryBulk = boundaryBulkScenarios()
