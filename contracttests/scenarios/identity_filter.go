package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// finds returns a scenario about the published operators of each field, with the values of the
// caller. Failures name no value, because it may be personal data.
func (c collection) finds() contract.Scenario {
	return withRules(c.scenario("finds",
		"A filter of each published field and operator finds the "+c.plural+" that it describes.",
		func(t *contract.T) {
			self := c.self(t)
			for _, f := range c.fields {
				if value := f.of(self); value.Value != "" {
					for _, operator := range f.operators {
						c.checkOperator(t, f, operator, self, value.Value)
					}
				}
			}
		}, "filters"), rule.IdentityFilterEq, rule.IdentityFilterSw, rule.IdentityFilterIn)
}

// checkOperator expects that a value finds the identity that it is from, and that all found ones
// match.
func (c collection) checkOperator(
	t *contract.T, f filterField, operator string, self person, value string,
) {
	matches := strings.EqualFold
	filters := []string{compare(f.name, operator, value)}
	switch operator {
	case "sw":
		matches = hasPrefixFold
		if start := firstHalf(value); start != "" {
			filters = []string{compare(f.name, operator, start), filters[0]}
		}
	case "in":
		filters = append(filters, fmt.Sprintf("%s in (%s, %s)", f.name, quote(unknownID),
			quote(value)), fmt.Sprintf("%s in (%s,%s)", f.name, quote(value), quote(unknownID)))
	}
	for i, filter := range filters {
		people := c.find(t, filter)
		if !contains(people, self.id.Value) && len(people) < page {
			t.Errorf("%s %s does not find the caller by their own value (filter %d)", f.name,
				operator, i+1)
		}
		wanted := value
		if operator == "sw" && i < len(filters)-1 {
			wanted = firstHalf(value)
		}
		for _, p := range people {
			if !matches(f.of(p).Value, wanted) {
				t.Errorf("%s %s finds an identity with another value (filter %d)", f.name, operator,
					i+1)
			}
		}
	}
	if other := c.find(t, compare(f.name, operator, value+"-patmock")); len(other) > 0 {
		t.Errorf("%s %s finds an identity by a value that none has", f.name, operator)
	}
}

func hasPrefixFold(text, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(text), strings.ToLower(prefix))
}

// firstHalf returns the first half of a text without blanks at its end.
func firstHalf(text string) string {
	characters := []rune(text)
	return strings.TrimRight(string(characters[:len(characters)/2]), " ")
}

// combines returns a scenario about and, or, not and parentheses.
func (c collection) combines() contract.Scenario {
	s := c.scenario("combines",
		"Filters of "+c.plural+" are combined by and, or, not and parentheses.",
		func(t *contract.T) {
			self := c.self(t)
			own, other := compare("id", "eq", self.id.Value), compare("id", "eq", unknownID)
			for _, test := range []struct {
				filter string
				finds  bool
			}{
				{"OTHER or OWN", true},
				{"OWN and OTHER", false},
				{"OWN and not OTHER", true},
				{"not OWN", false},
				{"not OWN and OTHER", false},
				{"not OTHER or OWN", true},
				{"not (OTHER or OWN)", false},
				{"OWN or OWN and OTHER", true},
				{"(OWN or OWN) and OTHER", false},
				{"not OWN or OWN and OWN", true},
			} {
				filter := strings.NewReplacer("OWN", own, "OTHER", other).Replace(test.filter)
				if strings.HasPrefix(test.filter, "not OWN or") {
					filter = "(" + filter + ") and " + own
				}
				if contains(c.find(t, filter), self.id.Value) != test.finds {
					t.Errorf("%s finds the caller: %t, expected %t", test.filter, !test.finds,
						test.finds)
				}
			}
		}, "filters")
	s.Sources = append(s.Sources, filterPage)
	return withRules(s, rule.FilterPrecedence)
}

func (c collection) emptyFilter() contract.Scenario {
	return withRules(c.scenario("empty-filter-is-none",
		"An empty filter of "+c.plural+" is the same as none.",
		func(t *contract.T) {
			c.self(t)
			want := c.people(c.list(t.Owner(), "limit", "2"))
			t.Equal("the ids", ids(want), ids(c.people(c.list(t.Owner(), "limit", "2", "filters",
				""))))
		}, "filters"), rule.FilterEmpty)
}

func (c collection) rejectsUnsupported() contract.Scenario {
	s := c.scenario("filter-unsupported",
		"A filter of "+c.plural+" with a field or an operator that is not published is 400.",
		func(t *contract.T) { c.expectBadFilters(t, c.unsupported...) }, "filters")
	s.Sources = append(s.Sources, filterPage)
	return withRules(s, rule.IdentityFilterSupported)
}

func (c collection) rejectsSyntax() contract.Scenario {
	s := c.scenario("filter-syntax",
		"A filter of "+c.plural+" that does not follow the grammar is 400.",
		func(t *contract.T) {
			c.expectBadFilters(t,
				`alias eq "x`, `alias eq`, `alias`, `eq "x"`, `(alias eq "x"`, `alias eq "x")`,
				`alias EQ "x"`, `alias eq "x" AND id eq "y"`, `alias eq "x" and`, `not`,
				`id in "x"`, `id in ("x"`, `id in ("x",)`, `alias eq "x" id eq "y"`)
		}, "filters")
	s.Sources = append(s.Sources, filterPage)
	return withRules(s, rule.FilterSyntax)
}

func (c collection) rejectsUnquoted() contract.Scenario {
	return withRules(c.scenario("filter-needs-quotes",
		"A string in a filter of "+c.plural+" needs quotes.",
		func(t *contract.T) {
			c.expectBadFilters(t, "alias eq x", "id eq "+unknownID, "id in (x)", "alias sw true")
		}, "filters"), rule.IdentityFilterString)
}

// expectBadFilters expects that the list rejects filters.
func (c collection) expectBadFilters(t *contract.T, filters ...string) {
	c.self(t)
	for _, filter := range filters {
		if r := c.list(t.Owner(), "limit", "1", "filters", filter); r.StatusCode() < 400 {
			t.Errorf("%s: status is %d, expected 400", filter, r.StatusCode())
		} else {
			r.ExpectRejected(http.StatusBadRequest)
		}
	}
}

// doesNotSimulate returns a scenario about published fields that patmock does not simulate.
func (c collection) doesNotSimulate() contract.Scenario {
	s := c.scenario("not-simulated",
		"A published field of "+c.plural+" that patmock does not simulate is 501, and the error "+
			"names it.",
		func(t *contract.T) {
			for _, q := range c.notSimulated {
				r := c.list(t.Owner(), q.parameter, q.value).ExpectError(http.StatusNotImplemented)
				for _, field := range q.fields {
					if !strings.Contains(r.Text(), field) {
						t.Errorf("the error of %s=%s does not name %s", q.parameter, q.value, field)
					}
				}
			}
		})
	s.Sources = []string{"errata not-simulated", "#identity-filter-not-simulated"}
	s.Features = reads(contract.Faults)
	return withRules(s, rule.NotSimulated)
}

// The identities of the scenarios about exact results.
var seededPeople = []control.NewIdentity{
	{
		Name: "amy.adams", DisplayName: "Amy Adams", Email: "amy@example.com", Status: "Active",
		ID: "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
	},
	{
		Name: "AMY.BELL", DisplayName: `Amy B"e" Bell\`, Email: "Amy.Bell@Example.com",
		ID: "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0",
	},
	{Name: "zoe", ID: "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"},
	{
		Name: "ame", DisplayName: "amy adams", Email: "zoe@example.com", Status: "On leave",
		ID: "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0",
	},
}

// seedPeople adds seededPeople.
func seedPeople(t *contract.T) {
	for _, p := range seededPeople {
		t.SeedIdentity(p)
	}
}

// seededMatch is a filter with the aliases of the seeded identities that it finds. A field that a
// list does not have skips it there.
type seededMatch struct{ filter, aliases string }

// expectSeeded expects the seeded identities that filters find.
func (c collection) expectSeeded(t *contract.T, matches []seededMatch) {
	seedPeople(t)
	for _, m := range matches {
		if strings.Contains(m.filter, "name ") && c.id == publicIdentities.id {
			continue
		}
		var got []string
		for _, p := range c.people(c.list(t.Owner(), "filters", m.filter)) {
			if slices.ContainsFunc(seededPeople, func(s control.NewIdentity) bool {
				return s.ID == p.id.Value
			}) {
				got = append(got, p.alias.Value)
			}
		}
		slices.Sort(got)
		t.Equal("the aliases that "+m.filter+" finds", m.aliases, strings.Join(got, " "))
	}
}

func (c collection) findsSeeded() contract.Scenario {
	return seeded(withRules(c.scenario("finds-exactly",
		"A filter of "+c.plural+" finds each match and nothing else, with escaped quotes and "+
			"backslashes.",
		func(t *contract.T) {
			c.expectSeeded(t, []seededMatch{
				{`alias eq "amy.adams"`, "amy.adams"},
				{`alias eq "am"`, ""},
				{`alias sw "am"`, "AMY.BELL ame amy.adams"},
				{`alias sw "amy."`, "AMY.BELL amy.adams"},
				{`alias sw "my"`, ""},
				{`alias sw "amy.adams2"`, ""},
				{`email eq "zoe@example.com"`, "ame"},
				{`email sw "amy@"`, "amy.adams"},
				{`email sw "example"`, ""},
				{`email eq "zoe@example.com" or alias eq "zoe"`, "ame zoe"},
				{`email eq "zoe@example.com" and alias eq "zoe"`, ""},
				{`name eq "zoe"`, "zoe"},
				{`name eq "amy.adams"`, ""},
				{`name sw "Amy B\"e\""`, "AMY.BELL"},
				{`name eq "Amy B\"e\" Bell\\"`, "AMY.BELL"},
				{`name sw "bell"`, ""},
				{
					`id in ("a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", ` +
						`"c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0")`,
					"amy.adams zoe",
				},
				{`id eq "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"`, ""},
			})
		}, "filters"), rule.IdentityFilterEq, rule.IdentityFilterSw, rule.IdentityFilterIn))
}

func (c collection) ignoresCase() contract.Scenario {
	s := seeded(withRules(c.scenario("filter-ignores-case",
		"A filter of "+c.plural+" compares strings without regard to case.",
		func(t *contract.T) {
			c.expectSeeded(t, []seededMatch{
				{`alias eq "AMY.ADAMS"`, "amy.adams"},
				{`alias eq "amy.bell"`, "AMY.BELL"},
				{`alias sw "aMY"`, "AMY.BELL amy.adams"},
				{`email eq "amy.bell@example.com"`, "AMY.BELL"},
				{`email sw "AMY"`, "AMY.BELL amy.adams"},
				{`name eq "AMY ADAMS"`, "ame amy.adams"},
				{`name sw "aMy A"`, "ame amy.adams"},
			})
		}, "filters"), rule.IdentityFilterCase))
	s.Sources = append(s.Sources, filterPage)
	return s
}

func (c collection) leavesOutNull() contract.Scenario {
	return seeded(withRules(c.scenario("filter-leaves-out-null",
		"An identity without an email matches no comparison with one, nor its negation.",
		func(t *contract.T) {
			c.expectSeeded(t, []seededMatch{
				{`not email eq "amy@example.com"`, "AMY.BELL ame"},
				{`not email sw "amy"`, "ame"},
				{`not (email eq "x" or alias eq "ame")`, "AMY.BELL amy.adams"},
				{`email sw ""`, "AMY.BELL ame amy.adams"},
				{`email eq "x" or not email eq "x"`, "AMY.BELL ame amy.adams"},
				{`email eq "x" or alias eq "zoe"`, "zoe"},
			})
		}, "filters"), rule.IdentityFilterNull))
}
