package scenarios

import (
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// agreement is a filter whose matches are compared with the existing tokens. Only the token of the
// login must exist, and it was used.
type agreement struct {
	id   string
	rule rule.ID
	// filter returns a filter for the first and the last lastUsed of the tokens.
	filter func(first, last string) expression
	// unused reports whether the filter also applies to tokens that were never used.
	unused bool
	level  evidence.Level // empty means that of the rule
}

// single returns a filter with one operand.
func single(o operand) expression {
	return expression{operands: []operand{o}, negated: []bool{false}}
}

var filterAgreements = []agreement{
	{
		id: "isnull", rule: rule.FilterIsNull, filter: func(string, string) expression {
			return single(isNull)
		}, unused: true,
	},
	{
		id: "not-isnull", rule: rule.FilterIsNull, unused: true, level: evidence.Assumed,
		filter: func(string, string) expression {
			return expression{operands: []operand{isNull}, negated: []bool{true}}
		},
	},
	{id: "le-the-first", rule: rule.FilterLe, filter: func(first, _ string) expression {
		return single(le(first))
	}},
	{id: "le-the-last", rule: rule.FilterLe, filter: func(_, last string) expression {
		return single(le(last))
	}},
	{id: "le-long-ago", rule: rule.FilterLe, filter: func(string, string) expression {
		return single(le("2017-01-01T00:00:00.000Z"))
	}},
	{
		id: "le-or-isnull", rule: rule.FilterPrecedence, unused: true, level: evidence.Assumed,
		filter: func(first, _ string) expression {
			return expression{
				operators: []string{"or"}, operands: []operand{le(first), isNull},
				negated: []bool{false, false},
			}
		},
	},
	{
		id: "le-and-not-le", rule: rule.FilterPrecedence, unused: true, level: evidence.Assumed,
		filter: func(first, last string) expression {
			return expression{
				operators: []string{"and"}, operands: []operand{le(last), le(first)},
				negated: []bool{false, true},
			}
		},
	},
}

func (a agreement) scenario() contract.Scenario {
	return contract.Scenario{
		ID: "filter/agrees-with-the-list/" + a.id,
		Promise: "Of the listed tokens a filter matches those for which it is true: " +
			a.filter("T", "U").text() + ".",
		Sources:  append([]string{filterText, filterPage}, filterFacts[a.rule]...),
		Evidence: a.level,
		Features: reads(), Rules: []rule.ID{a.rule},
		Run: func(t *contract.T) {
			used := map[string]time.Time{} // by id, zero if never used
			var moments []time.Time
			for _, token := range t.Owner().ListOwn().Tokens() {
				if used[token.ID] = (time.Time{}); token.LastUsed.HasValue() {
					// A list may truncate a stored time.
					used[token.ID] = parseTime(t, token.LastUsed.Value).Truncate(time.Second)
					moments = append(moments, used[token.ID].Add(time.Second))
				}
			}
			if len(moments) == 0 {
				t.Fatalf("no token has a lastUsed, not even that of the login")
			}
			first, last := slices.MinFunc(moments, time.Time.Compare),
				slices.MaxFunc(moments, time.Time.Compare)
			e := a.filter(contract.FormatTime(first), contract.FormatTime(last))
			filter := e.text()
			want := []string{}
			for id, lastUsed := range used {
				if (!lastUsed.IsZero() || a.unused) && e.eval(lastUsed) > 0 {
					want = append(want, id)
				}
			}
			got := slices.DeleteFunc(t.Owner().ListOwn("filters", filter).IDs(),
				func(id string) bool {
					return used[id].IsZero() && !a.unused
				})
			t.Equal("the tokens that "+filter+" finds", slices.Sorted(slices.Values(want)),
				slices.Sorted(slices.Values(got)))
		},
	}
}
