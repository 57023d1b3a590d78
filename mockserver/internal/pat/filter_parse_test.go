package pat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

const supportedFilters = `lastUsed with le or isnull, such as "lastUsed le 2027-01-31T00:00:00Z" or "lastUsed isnull", combined by and, or, not and parentheses`

// checkFilterRefusal looks at the cause without its advice.
func checkFilterRefusal(t testing.TB, wantExpected, wantGot, wantRule string, err error) {
	t.Helper()
	checkRefusal(t, refusal{pat.Invalid, "query parameter filters", wantRule}, err)
	got := only(t, err).Causes[0]
	type cause struct{ Expected, Got string }
	if diff := cmp.Diff(cause{wantExpected, wantGot}, cause{got.Expected, got.Got}); diff != "" {
		t.Errorf("cause (-want +got):\n%s", diff)
	}
}

// What the grammar knows and the list does not support is refused where it stands.
func TestFilterUnsupported(t *testing.T) {
	tests := []struct {
		name, filter string
		wantGot      string
	}{
		{"eq", "lastUsed eq 2026-02-02T00:00:00Z", `"eq" at position 10`},
		{"ne", "lastUsed ne 2026-02-02T00:00:00Z", `"ne" at position 10`},
		{"gt", "lastUsed gt 2026-02-02T00:00:00Z", `"gt" at position 10`},
		{"ge", "lastUsed ge 2026-02-02T00:00:00Z", `"ge" at position 10`},
		{"lt", "lastUsed lt 2026-02-02T00:00:00Z", `"lt" at position 10`},
		{"co", `lastUsed co "2026"`, `"co" at position 10`},
		{"sw", `lastUsed sw "2026"`, `"sw" at position 10`},
		{"in", "lastUsed in (2026-02-02T00:00:00Z)", `"in" at position 10`},
		{"in, many", `lastUsed in ( "a" , 1,true )`, `"in" at position 10`},
		{"ca", `lastUsed ca ("a","b")`, `"ca" at position 10`},
		{"pr", "pr lastUsed", `"pr" at position 1`},
		{"pr, another field", "pr name", `"pr" at position 1`},
		{"bare year", "startDate gt 2018", `"startDate" at position 1`},
		{"another field with eq", `name eq "robot"`, `"name" at position 1`},
		{"another field with le", "created le 2026-02-02T00:00:00Z", `"created" at position 1`},
		{"another field with isnull", "expirationDate isnull", `"expirationDate" at position 1`},
		{"another field with in", `id in ("a")`, `"id" at position 1`},
		{"field of a field", "owner.id isnull", `"owner.id" at position 1`},
		{"field in lower case", "lastused isnull", `"lastused" at position 1`},
		{"field in upper case", "LASTUSED le 2026-02-02T00:00:00Z", `"LASTUSED" at position 1`},
		{"value with quotes in it", `name eq "say \"hi\" \\"`, `"name" at position 1`},
		{"value with parentheses in it", `name eq "a) or (b" or lastUsed isnull`, `"name" at position 1`},
		{"behind and", "lastUsed isnull and lastUsed eq 1", `"eq" at position 30`},
		{"behind or", "lastUsed isnull or name isnull", `"name" at position 20`},
		{"behind not", "not pr lastUsed", `"pr" at position 5`},
		{"in parentheses", "(lastUsed isnull or (name isnull))", `"name" at position 22`},
		{"positions count characters", "é isnull or lastUsed isnull", `"é" at position 1`},
		{"positions count characters before", "lastUsed isnull or \t äöü isnull", `"äöü" at position 22`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkFilterRefusal(t, supportedFilters, test.wantGot, "filter-supported", err)
		})
	}
}

func TestFilterSyntax(t *testing.T) {
	const (
		field    = "a field, not, or an opening parenthesis"
		operator = "an operator in lower case, le or isnull"
		value    = "a value"
		quote    = "a closing quote (a # in a URL has to be written %23)"
		list     = "an opening parenthesis"
		comma    = "a comma or a closing parenthesis"
		closing  = "and, or, or a closing parenthesis"
		end      = "and, or, or the end of the filter"
	)
	tests := []struct {
		name, filter string
		wantExpected string
		wantGot      string
	}{
		{"LE", "lastUsed LE 2026-02-02T00:00:00Z", operator, `"LE" at position 10`},
		{"EQ", `name EQ "robot"`, operator, `"EQ" at position 6`},
		{"ISNULL", "lastUsed ISNULL", operator, `"ISNULL" at position 10`},
		{"AND", "lastUsed isnull AND lastUsed isnull", end, `"AND" at position 17`},
		{"OR in parentheses", "(lastUsed isnull OR lastUsed isnull)", closing, `"OR" at position 18`},
		{"NOT", "NOT lastUsed isnull", operator, `"lastUsed" at position 5`},
		{"symbol", "lastUsed <= 2026-02-02T00:00:00Z", operator, `"<=" at position 10`},
		{"pr behind the field", "lastUsed pr", operator, `"pr" at position 10`},
		{"field alone", "lastUsed", operator, "the end at position 9"},
		{"field alone, blanks behind", "lastUsed  ", operator, "the end at position 11"},
		{"quoted operator", `lastUsed "le" 2026-02-02T00:00:00Z`, operator, `"le" at position 10`},
		{"parenthesis for an operator", "lastUsed (", operator, `"(" at position 10`},
		{"pr alone", "pr", "a field", "the end at position 3"},
		{"pr of a string", `pr "lastUsed"`, "a field", `"lastUsed" at position 4`},
		{"quoted field", `"lastUsed" isnull`, field, `"lastUsed" at position 1`},
		{"isnull in front", "isnull lastUsed", field, `"isnull" at position 1`},
		{"and in front", "and lastUsed isnull", field, `"and" at position 1`},
		{"or in front", "or lastUsed isnull", field, `"or" at position 1`},
		{"and, then or", "lastUsed isnull and or lastUsed isnull", field, `"or" at position 21`},
		{"or at the end", "lastUsed isnull or", field, "the end at position 19"},
		{"and at the end", "lastUsed isnull and", field, "the end at position 20"},
		{"not alone", "not", field, "the end at position 4"},
		{"comma", ", lastUsed isnull", field, `"," at position 1`},
		{"empty parentheses", "()", field, `")" at position 2`},
		{"le without a value", "lastUsed le", value, "the end at position 12"},
		{"parenthesis for a value", "lastUsed le (", value, `"(" at position 13`},
		{"string without its end", `name eq "#Employees`, quote, `"#Employees" at position 9`},
		{"string cut at #", `name eq "`, quote, `"" at position 9`},
		{"string that ends in an escaped quote", `name eq "a\"`, quote, `"a\"" at position 9`},
		{"string that ends in a backslash", `name eq "a\`, quote, `"a\\" at position 9`},
		{"string without its end for a field", `"lastUsed isnull`, field, `"lastUsed isnull" at position 1`},
		{"in without a list", "name in 1", list, `"1" at position 9`},
		{"in with an empty list", "name in ()", value, `")" at position 10`},
		{"list without commas", "name in (1 2)", comma, `"2" at position 12`},
		{"list without its end", "name in (1", comma, "the end at position 11"},
		{"list that ends in a comma", "name in (1,)", value, `")" at position 12`},
		{"string without its end in a list", `name in ("a`, quote, `"a" at position 10`},
		{"no closing parenthesis", "(lastUsed isnull", closing, "the end at position 17"},
		{"no second closing parenthesis", "((lastUsed isnull)", closing, "the end at position 19"},
		{"no opening parenthesis", "lastUsed isnull)", end, `")" at position 16`},
		{"words behind isnull", "lastUsed isnull true", end, `"true" at position 17`},
		{"words behind a value", "lastUsed le 2026-02-02T00:00:00Z please", end, `"please" at position 34`},
		{"two filters", "lastUsed isnull, lastUsed isnull", end, `"," at position 16`},
		{"no word between", "lastUsed isnull (lastUsed isnull)", end, `"(" at position 17`},
		{"positions count characters", "lastUsed isnull é ö", end, `"é" at position 17`},
		{"no-break space is no blank", "lastUsed\u00a0isnull", operator, "the end at position 16"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkFilterRefusal(t, test.wantExpected, test.wantGot, "filter-syntax", err)
		})
	}
}

func TestFilterDates(t *testing.T) {
	const (
		date = "a date and time as in RFC 3339, such as 2027-01-31T00:00:00Z"
		rule = "date-is-rfc3339"

		noZone    = "it has no zone: add Z or an offset such as +01:00; "
		noTime    = "it has no time of day: add one, with Z or an offset; "
		noPlus    = "write the + of an offset as %2B in a URL; "
		supported = "supported is " + supportedFilters
	)
	tests := []struct {
		name, filter string
		wantExpected string
		wantGot      string
		wantAdvice   string
		wantRule     string
	}{
		{"no zone", "lastUsed le 2026-02-02T00:00:00", date, `"2026-02-02T00:00:00" at position 13`, noZone + supported, "date-needs-zone"},
		{"no time", "not lastUsed le 2026-02-02", date, `"2026-02-02" at position 17`, noTime + supported, rule},
		{"no time, then and", "lastUsed le 2026-02-02 and lastUsed isnull", date, `"2026-02-02" at position 13`, noTime + supported, rule},
		{"blank for T", "lastUsed le 2026-02-02 00:00:00Z", date, `"2026-02-02" at position 13`, noTime + supported, rule},
		{"+ not escaped", "lastUsed le 2026-02-02T00:00:00 01:00", date, `"2026-02-02T00:00:00 01:00" at position 13`, noPlus + supported, rule},
		{"quoted", `lastUsed le "yesterday"`, date, `"yesterday" at position 13`, supported, rule},
		{"keyword", "lastUsed le isnull", date, `"isnull" at position 13`, supported, rule},
		{"null", "lastUsed le null", date, `"null" at position 13`, supported, rule},
		{
			"year 10000", "lastUsed le 9999-12-31T23:59:59-01:00", "a date between the years 0000 and 9999 in UTC",
			`"9999-12-31T23:59:59-01:00" at position 13`, supported, "date-year-of-four-digits",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkFilterRefusal(t, test.wantExpected, test.wantGot, test.wantRule, err)
			if diff := cmp.Diff(test.wantAdvice, only(t, err).Causes[0].Advice); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterRefusalTexts(t *testing.T) {
	tests := []struct {
		name, filter string
		want         string
	}{
		{
			"operator that is not supported", "lastUsed ge 2026-02-02T00:00:00Z",
			`query parameter filters: expected ` + supportedFilters + `, got "ge" at position 10 (rule filter-supported, published)`,
		},
		{
			"operator in upper case", "lastUsed LE 2026-02-02T00:00:00Z",
			`query parameter filters: expected an operator in lower case, le or isnull, got "LE" at position 10; supported is ` +
				supportedFilters + ` (rule filter-syntax, published)`,
		},
		{
			"+ not escaped", "lastUsed le 2026-02-02T00:00:00 01:00",
			`query parameter filters: expected a date and time as in RFC 3339, such as 2027-01-31T00:00:00Z, got "2026-02-02T00:00:00 01:00" ` +
				`at position 13; write the + of an offset as %2B in a URL; supported is ` + supportedFilters + ` (rule date-is-rfc3339, published)`,
		},
		{
			"no zone", "lastUsed le 2026-02-02T00:00:00",
			`query parameter filters: expected a date and time as in RFC 3339, such as 2027-01-31T00:00:00Z, got "2026-02-02T00:00:00" at position 13; ` +
				`it has no zone: add Z or an offset such as +01:00; supported is ` + supportedFilters + ` (rule date-needs-zone, assumed)`,
		},
		{
			"no date", "lastUsed le null",
			`query parameter filters: expected a date and time as in RFC 3339, such as 2027-01-31T00:00:00Z, got "null" ` +
				`at position 13; supported is ` + supportedFilters + ` (rule date-is-rfc3339, published)`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkText(t, test.want, err)
		})
	}
}
