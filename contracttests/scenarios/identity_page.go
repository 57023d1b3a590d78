package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

func (c collection) pages() contract.Scenario {
	return withRules(c.scenario("pages",
		"limit and offset select a page of the "+c.plural+".",
		func(t *contract.T) {
			c.self(t)
			all := c.people(c.list(t.Owner(), "sorters", "name", "limit", "3"))
			if len(all) == 0 {
				t.Fatalf("the list is empty, but must have the caller")
			}
			for limit := len(all); limit >= 0; limit-- {
				for offset := range len(all) - limit + 1 {
					people := c.people(c.list(t.Owner(), "sorters", "name", "limit",
						fmt.Sprint(limit), "offset", fmt.Sprint(offset)))
					// identities of the same name may be in any order
					if !slices.EqualFunc(people, all[offset:offset+limit], sameName) {
						t.Errorf("limit=%d and offset=%d do not select the expected %d of the "+
							"first %d", limit, offset, limit, len(all))
					}
				}
			}
		}, "limit", "offset"), rule.IdentityPages)
}

func sameName(a, b person) bool { return a.name.Value == b.name.Value }

func (c collection) rejectsPages() contract.Scenario {
	return withRules(c.scenario("limit-of-250",
		"A list of "+c.plural+" accepts a limit from 0 to 250 and an offset from 0, and rejects "+
			"other values with 400.",
		func(t *contract.T) {
			self := c.self(t)
			own := compare("id", "eq", self.id.Value)
			for _, limit := range []string{"1", "250"} {
				people := c.people(c.list(t.Owner(), "filters", own, "limit", limit))
				t.Equal("the ids with limit="+limit, []string{self.id.Value}, ids(people))
			}
			for _, bad := range [][2]string{
				{"limit", "251"},
				{"limit", "-1"},
				{"limit", "ten"},
				{"offset", "-1"},
				{"count", "perhaps"},
				{"limit", "1.5"},
				{"limit", "1000"},
				{"offset", "ten"},
			} {
				invalid := t.Owner().ExpectInvalid("query parameter " + bad[0])
				r := c.list(invalid, "filters", own, bad[0], bad[1])
				checkStatus(t, bad[0]+"="+bad[1], r, http.StatusBadRequest)
			}
		}, "limit", "offset", "count"), rule.IdentityParameters)
}

// manyIdentities is more than a page of the default limit.
const manyIdentities = 251

func (c collection) defaultPage() contract.Scenario {
	s := seeded(withRules(c.scenario("default-limit-is-250",
		"A list of "+c.plural+" has at most 250 of them without a limit.",
		func(t *contract.T) {
			for i := range manyIdentities {
				t.SeedIdentity(control.NewIdentity{Name: fmt.Sprintf("many.%03d", i)})
			}
			r := c.list(t.Owner(), "filters", `alias sw "many."`, "count", "true")
			t.Equal("the number of "+c.plural, manyIdentities-1, len(c.people(r)))
			t.Equal("X-Total-Count", strconv.Itoa(manyIdentities), r.Header(totalCount))
			rest := c.people(c.list(t.Owner(), "filters", `alias sw "many."`, "offset", "250"))
			t.Equal("the number of "+c.plural+" after 250", 1, len(rest))
			past := c.people(c.list(t.Owner(), "filters", `alias sw "many."`, "offset", "251"))
			t.Equal("the number of "+c.plural+" after all", 0, len(past))
		}, "limit", "offset", "count"), rule.IdentityPages, rule.IdentityCount))
	s.Versions = c.versions[len(c.versions)-2:] // it adds many identities
	return s
}

const totalCount = "X-Total-Count"

func (c collection) counts() contract.Scenario {
	return withRules(c.scenario("count",
		"With count=true X-Total-Count is the number of "+c.plural+" on all pages, and without "+
			"it the header is absent.",
		func(t *contract.T) {
			own := compare("id", "eq", c.self(t).id.Value)
			for _, test := range []struct {
				query []string
				want  string
			}{
				{[]string{"count", "true", "filters", own, "limit", "1"}, "1"},
				{[]string{"count", "true", "filters", own, "limit", "0"}, "1"},
				{[]string{"count", "true", "filters", own, "limit", "1", "offset", "1"}, "1"},
				{
					[]string{
						"count", "true", "filters", compare("id", "eq", unknownID), "limit", "1",
					}, "0",
				},
				{[]string{"count", "false", "filters", own, "limit", "1"}, ""},
				{[]string{"filters", own, "limit", "1"}, ""},
			} {
				r := c.list(t.Owner(), test.query...).ExpectStatus(http.StatusOK)
				t.Equal("X-Total-Count with "+strings.Join(test.query[:2], "="), test.want,
					r.Header(totalCount))
			}
			one := c.list(t.Owner(), "count", "true", "limit", "1").ExpectStatus(http.StatusOK)
			two := c.list(t.Owner(), "count", "true", "limit", "2").ExpectStatus(http.StatusOK)
			t.Equal("X-Total-Count with another limit", one.Header(totalCount),
				two.Header(totalCount))
			if n, err := strconv.Atoi(two.Header(totalCount)); err != nil ||
				n < len(c.people(two)) {
				t.Errorf("X-Total-Count is %q, expected the number on all pages",
					two.Header(totalCount))
			}
		}, "count"), rule.IdentityCount)
}

// sorts returns a scenario about the order of names that begin with different ASCII letters, since
// the collation of a tenant is not published.
func (c collection) sorts() contract.Scenario {
	return withRules(c.scenario("sorters",
		"A list of "+c.plural+" is in the order of sorters, and a minus sign reverses it.",
		func(t *contract.T) {
			c.self(t)
			some := c.people(c.list(t.Owner(), "limit", "2"))
			var quoted []string
			for _, id := range ids(some) {
				quoted = append(quoted, quote(id))
			}
			filter := "id in (" + strings.Join(quoted, ", ") + ")"
			for _, field := range c.sorters {
				for _, sign := range []string{"", "-"} {
					people := c.people(c.list(t.Owner(), "filters", filter, "sorters", sign+field,
						"limit", "2"))
					if len(people) != len(some) {
						t.Errorf("with sorters=%s%s the list has %d identities, expected %d", sign,
							field, len(people), len(some))
					}
					if !slices.IsSortedFunc(people, byFirstLetter(field, sign)) {
						t.Errorf("the list is not in the order of sorters=%s%s", sign, field)
					}
				}
			}
		}, "sorters"), rule.IdentitySorters)
}

// byFirstLetter compares the first letters of two values. Letters that are not ASCII, and equal
// ones, count as in order.
func byFirstLetter(field, sign string) func(a, b person) int {
	letter := func(p person) byte {
		value := p.name.Value
		if field == "alias" {
			value = p.alias.Value
		}
		if value = strings.ToLower(value); value != "" && value[0] >= 'a' && value[0] <= 'z' {
			return value[0]
		}
		return 0
	}
	return func(a, b person) int {
		one, other := letter(a), letter(b)
		switch {
		case one == 0 || other == 0 || one == other:
			return 0
		case one < other == (sign == ""):
			return -1
		}
		return 1
	}
}

func (c collection) sortsSeeded() contract.Scenario {
	const some = `id in ("a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", ` +
		`"b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0", "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0")`
	return seeded(withRules(c.scenario("sorters-of-all",
		"A list of "+c.plural+" is sorted without regard to case, by several sorters in turn, "+
			"before a page is selected.",
		func(t *contract.T) {
			seedPeople(t)
			tests := [][2]string{
				{"name", "amy.adams AMY.BELL zoe"}, {"-name", "zoe AMY.BELL amy.adams"},
			}
			if len(c.sorters) > 1 {
				tests = append(tests, [2]string{"alias", "amy.adams AMY.BELL zoe"},
					[2]string{"-alias,name", "zoe AMY.BELL amy.adams"})
			}
			for _, test := range tests {
				people := c.people(c.list(t.Owner(), "filters", some, "sorters", test[0]))
				t.Equal("the aliases with sorters="+test[0], test[1], joinAliases(people))
				last := c.people(c.list(t.Owner(), "filters", some, "sorters", test[0], "limit",
					"1", "offset", "2"))
				t.Equal("the last alias with sorters="+test[0],
					test[1][strings.LastIndex(test[1], " ")+1:], joinAliases(last))
			}
			if len(c.sorters) == 1 {
				return
			}
			const same = `id in ("a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", ` +
				`"d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0")`
			for _, test := range [][2]string{
				{"name,alias", "ame amy.adams"},
				{"name,-alias", "amy.adams ame"},
				{"-name,alias", "ame amy.adams"},
			} {
				people := c.people(c.list(t.Owner(), "filters", same, "sorters", test[0]))
				t.Equal("the aliases with sorters="+test[0], test[1], joinAliases(people))
			}
		}, "sorters"), rule.IdentitySorters, rule.IdentityOrder))
}

func joinAliases(people []person) string {
	var aliases []string
	for _, p := range people {
		aliases = append(aliases, p.alias.Value)
	}
	return strings.Join(aliases, " ")
}

func (c collection) rejectsSorters() contract.Scenario {
	return withRules(c.scenario("sorters-unsupported",
		"A list of "+c.plural+" rejects sorters that are not published with 400.",
		func(t *contract.T) {
			c.self(t)
			for _, sorters := range c.badSorters {
				r := c.list(t.Owner(), "limit", "1", "sorters", sorters)
				if r.StatusCode() < 400 {
					t.Errorf("sorters=%s: status is %d, expected 400", sorters, r.StatusCode())
				} else {
					r.ExpectRejected(http.StatusBadRequest)
				}
			}
		}, "sorters"), rule.IdentitySortersSupported)
}
