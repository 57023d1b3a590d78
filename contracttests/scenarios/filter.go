package scenarios

import (
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

const (
	filterText      = "v2026 #/paths/~1personal-access-tokens/get/parameters/1/description"
	filterRejection = "v2026 #/paths/~1personal-access-tokens/get/responses/400"
	filterPage      = "https://developer.sailpoint.com/idn/api/standard-collection-parameters" +
		"#filtering-results"
)

var filter = slices.Concat(
	filterUnseeded, forEachRow(filterAgreements, agreement.scenario),
	forEachRow(filterMatches, filterMatch.scenario),
	forEachRow(operatorSequences(), operandScenario),
	forEachRow(rejectedFilters, rejectedFilter.scenario),
)

// filterUnseeded lists scenarios that need no seeded tokens.
var filterUnseeded = []contract.Scenario{
	{
		ID:      "filter/isnull-finds-the-unused",
		Promise: "lastUsed isnull matches only the tokens that were never used to log in.",
		Sources: []string{filterText, "#filter-fields", "#filter-isnull"},
		Rules:   []rule.ID{"filter-isnull"},
		Run: func(t *contract.T) {
			unused, used := t.Owner().MustCreate(), newUsedToken(t)
			expectListedWithout(t, t.Owner().ListOwn("filters", "lastUsed isnull"), unused.ID,
				used.ID)
		},
	},
	{
		ID:       "filter/blanks-as-percent-20",
		Promise:  "Blanks in a filter may be encoded as %20 or as a plus.",
		Sources:  []string{"#filter-blanks-as-percent-20", "#filter-blanks-as-plus"},
		Features: reads(), Rules: []rule.ID{"filter-le"},
		Run: func(t *contract.T) {
			date := contract.FormatTime(t.Now().AddDate(1, 0, 0))
			for _, query := range []string{
				"owner-id=me&filters=lastUsed%20le%20" + date,
				"owner-id=me&filters=lastUsed+le+" + date,
			} {
				ids := t.Owner().Send(contract.Request{
					Method: http.MethodGet, Path: t.CollectionPath(), RawQuery: query,
				}).IDs()
				t.Equal("whether the token of the login is listed by "+query, true,
					slices.Contains(ids, ownerCredentials(t).ClientID))
			}
		},
	},
	{
		ID: "filter/le-finds-the-used",
		Promise: "lastUsed le matches the tokens that last logged in before the date, and no " +
			"later ones.",
		Sources: []string{filterText, "#filter-fields", "#filter-le"},
		Rules:   []rule.ID{"filter-le"},
		Run: func(t *contract.T) {
			used := newUsedToken(t)
			expectListed(t,
				t.Owner().ListOwn("filters",
					"lastUsed le "+contract.FormatTime(t.Now().AddDate(1, 0, 0))), used.ID)
			if slices.Contains(t.Owner().ListOwn("filters",
				"lastUsed le 2017-01-01T00:00:00.000Z").IDs(), used.ID) {
				t.Errorf("the used token matches a date in 2017")
			}
		},
	},
	{
		ID:      "filter/le-includes-the-moment",
		Promise: "lastUsed le matches a token with exactly that lastUsed.",
		Sources: []string{filterText, "#filter-fields", "#filter-le"},
		Rules:   []rule.ID{"filter-le"},
		Run: func(t *contract.T) {
			used := newUsedToken(t)
			moment := t.Owner().MustFind(used.ID).LastUsed
			if moment.Value == "" {
				t.Fatalf("lastUsed is %v after a login", moment)
			}
			expectListed(t, t.Owner().ListOwn("filters", "lastUsed le "+moment.Value), used.ID)
		},
	},
	{
		ID:       "filter/of-all-tokens",
		Promise:  "A filter also applies to the list of all tokens.",
		Sources:  []string{filterText, listOfAll},
		Features: writes(contract.Admin),
		Rules:    []rule.ID{"filter-isnull"},
		Run: func(t *contract.T) {
			unused, used := t.Owner().MustCreate(), newUsedToken(t)
			expectListedWithout(t, t.Admin().List("filters", "lastUsed isnull"), unused.ID, used.ID)
		},
	},
	{
		ID:       "filter/empty-is-none",
		Promise:  "An empty filter is the same as none.",
		Sources:  []string{"#filter-empty-is-absent"},
		Features: reads(), Rules: []rule.ID{"filter-empty"},
		Run: func(t *contract.T) {
			want := t.Owner().ListOwn().IDs()
			t.Equal("the list", want, t.Owner().ListOwn("filters", "").IDs())
		},
	},
}

// newUsedToken creates a token and logs in with it.
func newUsedToken(t *contract.T) contract.Token {
	token := t.Owner().MustCreate()
	t.Login(token.Credentials())
	return token
}

// The lastUsed values of the seeded tokens.
const (
	early  = "2024-02-29T00:00:00.000Z"
	middle = "2024-06-01T12:00:00.500Z"
	late   = "2024-12-31T23:59:59.999Z"
)

// filterFacts maps each rule to the facts about its filters.
var filterFacts = map[rule.ID][]string{
	rule.FilterIsNull:     {"#filter-isnull"},
	rule.FilterLe:         {"#filter-le", "#filter-dates"},
	rule.FilterPrecedence: {"#filter-precedence", "#filter-composites"},
	rule.FilterUnknown: {
		"#filter-never-used-under-le", "#filter-unknown-under-not",
	},
	rule.QuotedTimestamp: {"#filter-quoted-date"},
}

// filterMatch is a filter with the seeded tokens that it matches.
type filterMatch struct {
	id, filter, matches string
	rule                rule.ID
	level               evidence.Level // empty means that of the rule
}

var filterMatches = []filterMatch{
	{"isnull", "lastUsed isnull", "never", "filter-isnull", ""},
	{"not-isnull", "not lastUsed isnull", "early middle late", "filter-isnull", evidence.Assumed},
	{"le-is-inclusive", "lastUsed le " + middle, "early middle", "filter-le", ""},
	{"le-a-millisecond-before", "lastUsed le 2024-06-01T12:00:00.499Z", "early", "filter-le", ""},
	{"le-without-fraction", "lastUsed le 2024-06-01T12:00:01Z", "early middle", "filter-le", ""},
	{
		"le-with-offset", "lastUsed le 2024-06-01T17:30:00.500+05:30", "early middle", "filter-le",
		"",
	},
	{
		"le-with-offset-before", "lastUsed le 2024-06-01T13:59:00.500+02:00", "early", "filter-le",
		"",
	},
	{"le-one-digit", "lastUsed le 2024-06-01T12:00:00.5Z", "early middle", "filter-le", ""},
	{"le-one-digit-before", "lastUsed le 2024-06-01T12:00:00.4Z", "early", "filter-le", ""},
	{
		"le-nine-digits-before", "lastUsed le 2024-06-01T12:00:00.499999999Z", "early", "filter-le",
		"",
	},
	{
		"le-nine-digits-after", "lastUsed le 2024-06-01T12:00:00.500000001Z", "early middle",
		"filter-le", "",
	},
	{
		"le-with-the-digits-of-the-next-day", "lastUsed le 2024-06-02T01:59:00.500+14:00", "early",
		"filter-le", "",
	},
	{
		"le-with-the-digits-of-the-day-before", "lastUsed le 2024-05-31T23:00:00.500-13:00",
		"early middle", "filter-le", "",
	},
	{"le-before-all", "lastUsed le 2017-01-01T00:00:00Z", "", "filter-le", ""},
	{
		"or", "lastUsed le " + early + " or lastUsed isnull", "early never", "filter-precedence",
		evidence.Assumed,
	},
	{
		"and", "lastUsed le " + late + " and lastUsed le " + middle, "early middle",
		"filter-precedence", evidence.Assumed,
	},
	{
		"between", "lastUsed le " + middle + " and not lastUsed le " + early, "middle",
		"filter-precedence", evidence.Assumed,
	},
	{
		"and-before-or",
		"lastUsed isnull or lastUsed le " + middle + " and not lastUsed le " + early,
		"middle never", "filter-precedence", evidence.Assumed,
	},
	{
		"and-before-or-behind",
		"lastUsed le " + early + " and lastUsed le " + middle + " or lastUsed isnull",
		"early never", "filter-precedence", evidence.Assumed,
	},
	{
		"not-before-and", "not lastUsed le " + early + " and lastUsed le " + middle, "middle",
		"filter-precedence", evidence.Assumed,
	},
	{
		"not-before-or", "not lastUsed le " + early + " or lastUsed isnull", "middle late never",
		"filter-precedence", evidence.Assumed,
	},
	{
		"parentheses",
		"(lastUsed isnull or lastUsed le " + middle + ") and not lastUsed le " + early, "middle",
		"filter-precedence", evidence.Assumed,
	},
	{
		"not-of-parentheses", "not (lastUsed le " + early + " or lastUsed isnull)", "middle late",
		"filter-precedence", evidence.Assumed,
	},
	{
		"parentheses-in-parentheses",
		"((lastUsed le " + early + ") or (not (lastUsed le " + middle + ")))", "early late",
		"filter-precedence", evidence.Assumed,
	},
	{"not-of-not", "not (not lastUsed isnull)", "never", "filter-precedence", evidence.Assumed},
	{"unknown-under-not", "not lastUsed le " + late, "", "filter-unknown", ""},
	{
		"unknown-or-its-opposite", "lastUsed le " + middle + " or not lastUsed le " + middle,
		"early middle late", "filter-unknown", "",
	},
	{
		"unknown-and-true", "not (lastUsed le " + early + " and lastUsed isnull)",
		"early middle late", "filter-unknown", "",
	},
	{
		"unknown-or-true", "lastUsed le " + early + " or lastUsed isnull", "early never",
		"filter-unknown", "",
	},
	{
		"unknown-and-false", "not (lastUsed le " + early + " and not lastUsed isnull)",
		"middle late never", "filter-unknown", "",
	},
	{"quoted-date", `lastUsed le "` + middle + `"`, "early middle", "quoted-timestamp", ""},
	{
		"quoted-date-with-offset", `lastUsed le "2024-06-01T13:59:00.500+02:00"`, "early",
		"quoted-timestamp", "",
	},
}

func (l filterMatch) scenario() contract.Scenario {
	return contract.Scenario{
		ID: "filter/finds/" + l.id,
		Promise: "A filter matches only the tokens for which it is true: " + l.filter +
			".",
		Sources:  append([]string{filterText, filterPage}, filterFacts[l.rule]...),
		Evidence: l.level,
		Features: reads(contract.SeededTokens),
		Rules:    []rule.ID{l.rule},
		Run: func(t *contract.T) {
			kinds := map[string]string{} // by id
			for _, kind := range []struct{ name, lastUsed string }{
				{"early", early}, {"middle", middle}, {"late", late}, {"never", ""},
			} {
				credentials := t.SeedToken(control.NewToken{
					Owner: t.OwnerName(), Name: t.UniqueName(), Created: "2024-01-01T00:00:00.000Z",
					LastUsed: kind.lastUsed,
				})
				kinds[credentials.ClientID] = kind.name
			}
			found := map[string]bool{}
			for _, id := range t.Owner().ListOwn("filters", l.filter).IDs() {
				found[kinds[id]] = true
			}
			got := []string{}
			for _, kind := range []string{"early", "middle", "late", "never"} {
				if found[kind] {
					got = append(got, kind)
				}
			}
			t.Equal("the tokens that "+l.filter+" finds", strings.Fields(l.matches), got)
		},
	}
}

// rejectedFilter is a filter that the list rejects.
type rejectedFilter struct {
	id, filter string
	filterFact
}

// filterFact is the reason for the rejection of a filter.
type filterFact struct {
	fact  string
	rule  rule.ID
	level evidence.Level
}

var (
	unsupported = filterFact{"#filter-unsupported-is-400", rule.FilterSupported, evidence.Published}
	inLowerCase = filterFact{
		"#filter-operators-are-lower-case", rule.FilterSyntax, evidence.Published,
	}
	syntax   = filterFact{"#filter-syntax-is-400", rule.FilterSyntax, evidence.Published}
	ofNoDate = filterFact{"#filter-bad-date-is-400", rule.FilterSyntax, evidence.Assumed}
)

var rejectedFilters = []rejectedFilter{
	{"other-field", `name eq "patmock"`, unsupported},
	{"date-of-another-field", "created le " + middle, unsupported},
	{"field-that-is-none", "colour isnull", unsupported},
	{"lt", "lastUsed lt " + middle, unsupported},
	{"ge", "lastUsed ge " + middle, unsupported},
	{"gt", "lastUsed gt " + middle, unsupported},
	{"eq", "lastUsed eq " + middle, unsupported},
	{"ne", "lastUsed ne " + middle, unsupported},
	{"in", "lastUsed in (" + middle + ")", unsupported},
	{"pr", "pr lastUsed", unsupported},
	{"unknown-operator", "lastUsed before " + middle, unsupported},
	{"upper-case-le", "lastUsed LE " + middle, inLowerCase},
	{"upper-case-isnull", "lastUsed ISNULL", inLowerCase},
	{"upper-case-not", "NOT lastUsed isnull", inLowerCase},
	{"upper-case-and", "lastUsed isnull AND lastUsed isnull", inLowerCase},
	{"isnull-with-value", "lastUsed isnull true", syntax},
	{"isnull-in-front", "isnull lastUsed", syntax},
	{"le-without-value", "lastUsed le", syntax},
	{"parenthesis-left-open", "(lastUsed isnull", syntax},
	{"parenthesis-never-opened", "lastUsed isnull)", syntax},
	{"quote-left-open", `lastUsed le "` + middle, syntax},
	{"nothing-behind-and", "lastUsed isnull and", syntax},
	{"nothing-between", "lastUsed isnull lastUsed isnull", syntax},
	{"empty-parentheses", "()", syntax},
	{"le-of-no-date", "lastUsed le yesterday", ofNoDate},
	{"le-of-no-such-day", "lastUsed le 2024-02-30T00:00:00.000Z", ofNoDate},
}

func (r rejectedFilter) scenario() contract.Scenario {
	return contract.Scenario{
		ID: "filter/rejected/" + r.id,
		Promise: "The list supports lastUsed with le and isnull in lower case: " +
			readableID(r.id) +
			" is 400.",
		Sources:  []string{filterText, filterPage, filterRejection, r.fact},
		Evidence: r.level,
		Rules:    []rule.ID{r.rule},
		Features: reads(), Run: func(t *contract.T) {
			t.Owner().ListOwn("filters", r.filter).ExpectRejected(http.StatusBadRequest)
		},
	}
}
