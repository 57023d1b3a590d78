package scenarios

import (
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// agreement is a filter, and for which of the tokens that there are anyway it is true.
type agreement struct {
	id       string
	standing evidence.Standing
	rule     rule.ID
	// filter is told when the first and the last of the tokens were used.
	filter func(first, last string) string
	finds  func(used, first, last time.Time) bool
	// unused tells that it also says something of tokens that were never used, whose time is zero.
	unused bool
}

// filterAgreements need no more than the token of the login, which was used.
func filterAgreements() []contract.Scenario {
	var all []contract.Scenario
	for _, a := range []agreement{
		{
			"isnull", evidence.Published, "filter-isnull", func(string, string) string { return "lastUsed isnull" },
			func(used, _, _ time.Time) bool { return used.IsZero() }, true,
		},
		{
			"not-isnull", evidence.Assumed, "filter-isnull", func(string, string) string { return "not lastUsed isnull" },
			func(used, _, _ time.Time) bool { return !used.IsZero() }, true,
		},
		{
			"le-the-first", evidence.Published, "filter-le", func(first, _ string) string { return "lastUsed le " + first },
			func(used, first, _ time.Time) bool { return !used.After(first) }, false,
		},
		{
			"le-the-last", evidence.Published, "filter-le", func(_, last string) string { return "lastUsed le " + last },
			func(time.Time, time.Time, time.Time) bool { return true }, false,
		},
		{
			"le-long-ago", evidence.Published, "filter-le", func(string, string) string { return "lastUsed le 2017-01-01T00:00:00.000Z" },
			func(time.Time, time.Time, time.Time) bool { return false }, false,
		},
		{
			"le-or-isnull", evidence.Assumed, "filter-precedence", func(first, _ string) string { return "lastUsed le " + first + " or lastUsed isnull" },
			func(used, first, _ time.Time) bool { return !used.After(first) }, true,
		},
		{
			"le-and-not-le", evidence.Assumed, "filter-precedence",
			func(first, last string) string { return "lastUsed le " + last + " and not lastUsed le " + first },
			func(used, first, last time.Time) bool { return used.After(first) && !used.After(last) }, true,
		},
	} {
		all = append(all, a.scenario())
	}
	return all
}

func (a agreement) scenario() contract.Scenario {
	return contract.Scenario{
		ID:       "filter/agrees-with-the-list/" + a.id,
		Promise:  "Of the tokens that the list shows a filter finds those for which it is true: " + a.filter("T", "U") + ".",
		Sources:  append([]string{filterText, filterPage}, filterFacts[a.rule]...),
		Standing: a.standing,
		Features: reads(), Rules: []rule.ID{a.rule},
		Run: func(t *contract.T) {
			used := map[string]time.Time{} // by id, zero for never
			var moments []time.Time
			for _, token := range t.Owner().ListOwn().Tokens() {
				if used[token.ID] = (time.Time{}); token.LastUsed.HasValue() {
					// A list may show less of a moment than is stored.
					used[token.ID] = moment(t, token.LastUsed.Value).Truncate(time.Second)
					moments = append(moments, used[token.ID].Add(time.Second))
				}
			}
			if len(moments) == 0 {
				t.Fatalf("no token has a lastUsed, that of the login neither")
			}
			first, last := slices.MinFunc(moments, time.Time.Compare), slices.MaxFunc(moments, time.Time.Compare)
			filter := a.filter(contract.Stamp(first), contract.Stamp(last))
			want := []string{}
			for id, at := range used {
				if (!at.IsZero() || a.unused) && a.finds(at, first, last) {
					want = append(want, id)
				}
			}
			got := slices.DeleteFunc(t.Owner().ListOwn("filters", filter).IDs(), func(id string) bool {
				return used[id].IsZero() && !a.unused
			})
			t.Equal("the tokens that "+filter+" finds", slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got)))
		},
	}
}
