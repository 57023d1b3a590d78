package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// truth is a value of three-valued logic: 1 for true, -1 for false, 0 for unknown.
type truth int

// An operand is a comparison with lastUsed. eval returns its truth for a token, and lastUsed is
// zero if the token was never used.
type operand struct {
	text string
	eval func(lastUsed time.Time) truth
}

var isNull = operand{"lastUsed isnull", func(lastUsed time.Time) truth {
	if lastUsed.IsZero() {
		return 1
	}
	return -1
}}

// le returns a comparison with a date as written in a filter.
func le(date string) operand {
	return operand{"lastUsed le " + date, func(lastUsed time.Time) truth {
		limit := mustParseTime(strings.Trim(date, `"`))
		switch {
		case lastUsed.IsZero():
			return 0
		case lastUsed.After(limit):
			return -1
		}
		return 1
	}}
}

// operands are comparisons with dates in quotes, with offsets, and with fractional seconds.
var operands = []operand{
	isNull,
	le(middle),
	le(`"` + early + `"`),
	le("2024-12-31T23:59:59.998999999Z"),
	le("2024-03-01T00:00:00.000000+14:00"),
	le(late),
	le(`"2024-06-01T00:00:00.499-12:00"`),
	le("2024-06-01T12:00:00.5Z"),
	le("2024-12-31T18:59:59.9990-05:00"),
}

// expression is a filter of operands with operators between them. The operands in [open, close) are
// in parentheses, unless both are 0.
type expression struct {
	operators   []string
	operands    []operand
	negated     []bool
	open, close int
}

func (e expression) text() string {
	var b strings.Builder
	for i, o := range e.operands {
		if i > 0 {
			b.WriteString(" " + e.operators[i-1] + " ")
		}
		if i == e.open && e.close > 0 {
			b.WriteString("(")
		}
		if e.negated[i] {
			b.WriteString("not ")
		}
		b.WriteString(o.text)
		if i == e.close-1 {
			b.WriteString(")")
		}
	}
	return b.String()
}

// eval returns the truth of the filter for a token.
func (e expression) eval(lastUsed time.Time) truth {
	values := make([]truth, len(e.operands))
	for i, o := range e.operands {
		if values[i] = o.eval(lastUsed); e.negated[i] {
			values[i] = -values[i]
		}
	}
	if e.close == 0 {
		return combine(values, e.operators)
	}
	inner := combine(values[e.open:e.close], e.operators[e.open:e.close-1])
	return combine(
		slices.Concat(values[:e.open], []truth{inner}, values[e.close:]),
		slices.Concat(e.operators[:e.open], e.operators[e.close-1:]),
	)
}

// combine returns the truth of values with operators between them. "and" binds tighter than "or".
func combine(values []truth, operators []string) truth {
	result, term := truth(-1), values[0]
	for i, operator := range operators {
		if operator == "and" {
			term = min(term, values[i+1])
			continue
		}
		result, term = max(result, term), values[i+1]
	}
	return max(result, term)
}

// parentheses returns the ways to put parentheses around some of n operands.
func parentheses(n int) [][2]int {
	positions := [][2]int{{0, 0}}
	for open := range n {
		for end := open + 2; end <= n; end++ {
			positions = append(positions, [2]int{open, end})
		}
	}
	return positions
}

// lastUsedTimes are the lastUsed values of the seeded tokens. The zero time means never.
var lastUsedTimes = []time.Time{
	{}, mustParseTime(early), mustParseTime(middle), mustParseTime(late),
}

func mustParseTime(date string) time.Time {
	m, err := time.Parse(time.RFC3339Nano, date)
	if err != nil {
		panic(err)
	}
	return m
}

// countDecisive returns the number of operand values that change the matches of the filter.
func (e expression) countDecisive() (n int) {
	for i := range e.operands {
		other := e
		other.operands = slices.Clone(e.operands)
		for _, constant := range []truth{1, -1} {
			other.operands[i] = operand{"", func(time.Time) truth { return constant }}
			if slices.ContainsFunc(lastUsedTimes,
				func(m time.Time) bool { return (e.eval(m) > 0) != (other.eval(m) > 0) }) {
				n++
			}
		}
	}
	return n
}

// expressions returns a filter for each combination of negated operands, every other one with
// parentheses. It chooses the operands with the most decisive values.
func expressions(operators []string) []expression {
	n := len(operators) + 1
	positions := parentheses(n)
	var all []expression
	for negated := range 1 << n {
		position := [2]int{}
		if negated%2 == 1 {
			position = positions[negated/2%len(positions)]
		}
		var best expression
		for turn := range 3 * len(operands) {
			e := expression{operators: operators, open: position[0], close: position[1]}
			for i := range n {
				e.operands = append(e.operands,
					operands[(negated+turn+i*(1+turn/len(operands)))%len(operands)])
				e.negated = append(e.negated, negated>>i&1 == 1)
			}
			if best.operands == nil || e.countDecisive() > best.countDecisive() {
				best = e
			}
		}
		all = append(all, best)
	}
	return all
}

// operatorSequences returns the sequences of up to three operators.
func operatorSequences() [][]string {
	all, last := [][]string{}, [][]string{{}}
	for range 3 {
		var longer [][]string
		for _, sequence := range last {
			for _, operator := range []string{"and", "or"} {
				longer = append(longer, append(slices.Clone(sequence), operator))
			}
		}
		all, last = append(all, longer...), longer
	}
	return all
}

// operandScenario returns a scenario about the filters of a sequence of operators. Each version
// tries them with different owner-id values, so that all versions together try every combination.
func operandScenario(operators []string) contract.Scenario {
	filters := sync.OnceValue(func() []expression { return expressions(operators) })
	return contract.Scenario{
		ID: "filter/operands/" + strings.Join(operators, "-"),
		Promise: fmt.Sprintf("Filters of %d operands with %s match the tokens for which they are "+
			"true, with and without owner-id.", len(operators)+1, strings.Join(operators, ", ")),
		Sources: []string{
			filterText, filterPage, "#filter-composites", "#filter-unknown-under-not",
			"#filter-quoted-date",
		},
		Features: reads(contract.SeededTokens, contract.Admin),
		Rules:    []rule.ID{rule.FilterPrecedence, rule.FilterUnknown, rule.QuotedTimestamp},
		Run: func(t *contract.T) {
			used := seedUsedTokens(t)
			owner := t.Owner().MustFind(ownerCredentials(t).ClientID).Owner.ID.Value
			lists := []func(filter string) *contract.Response{
				func(filter string) *contract.Response {
					return t.Owner().ListOwn("filters", filter)
				},
				func(filter string) *contract.Response {
					return t.Admin().List("owner-id", owner, "filters", filter)
				},
				func(filter string) *contract.Response { return t.Admin().List("filters", filter) },
			}
			turn := slices.Index(version.All(), t.Version())
			for i, e := range filters() {
				found := lists[(i+turn)%len(lists)](e.text()).IDs()
				want, got := []string{}, []string{}
				for id, lastUsed := range used {
					if e.eval(lastUsed) > 0 {
						want = append(want, contract.FormatTime(lastUsed))
					}
					if slices.Contains(found, id) {
						got = append(got, contract.FormatTime(lastUsed))
					}
				}
				sameIDs(t, "the lastUsed of the tokens that "+e.text()+" finds", want, got)
			}
		},
	}
}

// seedUsedTokens adds a token for each of moments.
func seedUsedTokens(t *contract.T) map[string]time.Time {
	used := map[string]time.Time{}
	for _, lastUsed := range []string{early, middle, late, ""} {
		credentials := t.SeedToken(control.NewToken{
			Owner: t.OwnerName(), Name: t.UniqueName(), Created: "2024-01-01T00:00:00.000Z",
			LastUsed: lastUsed,
		})
		used[credentials.ClientID] = time.Time{}
		if lastUsed != "" {
			used[credentials.ClientID] = parseTime(t, lastUsed)
		}
	}
	return used
}
