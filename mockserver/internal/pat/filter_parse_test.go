package pat_test

import (
	"testing"
	"unicode/utf8"

	"example.com/patmock/mockserver/internal/pat"
)

// checkFilterRejection checks that err rejects wantGot at wantPosition, in characters from 1. An
// empty wantGot is the end of the filter.
func checkFilterRejection(
	t testing.TB, filter, wantGot string, wantPosition int, wantRule string, err error,
) {
	t.Helper()
	checkRejection(t, rejection{pat.Invalid, "query parameter filters", wantRule}, err)
	got := ruleError(t, err)
	if got.Position != wantPosition || wantGot != "" && got.Got != wantGot {
		t.Errorf("got %s at position %d, want %s at position %d", got.Got, got.Position, wantGot,
			wantPosition)
	}
	if end := utf8.RuneCountInString(filter) + 1; (got.Position == end) != (wantGot == "") {
		t.Errorf("position = %d, want %d only at the end of the filter", got.Position, end)
	}
}

// Valid but unsupported parts of the grammar are rejected with their position.
func TestParseFilter_RejectsUnsupported(t *testing.T) {
	tests := []struct {
		name, filter string
		wantGot      string
		wantPosition int
	}{
		{"eq", "lastUsed eq 2026-02-02T00:00:00Z", `"eq"`, 10},
		{"ne", "lastUsed ne 2026-02-02T00:00:00Z", `"ne"`, 10},
		{"gt", "lastUsed gt 2026-02-02T00:00:00Z", `"gt"`, 10},
		{"ge", "lastUsed ge 2026-02-02T00:00:00Z", `"ge"`, 10},
		{"lt", "lastUsed lt 2026-02-02T00:00:00Z", `"lt"`, 10},
		{"co", `lastUsed co "2026"`, `"co"`, 10},
		{"sw", `lastUsed sw "2026"`, `"sw"`, 10},
		{"in", "lastUsed in (2026-02-02T00:00:00Z)", `"in"`, 10},
		{"in, many", `lastUsed in ( "a" , 1,true )`, `"in"`, 10},
		{"ca", `lastUsed ca ("a","b")`, `"ca"`, 10},
		{"pr", "pr lastUsed", `"pr"`, 1},
		{"pr, another field", "pr name", `"pr"`, 1},
		{"bare year", "startDate gt 2018", `"startDate"`, 1},
		{"another field with eq", `name eq "robot"`, `"name"`, 1},
		{"another field with le", "created le 2026-02-02T00:00:00Z", `"created"`, 1},
		{"another field with isnull", "expirationDate isnull", `"expirationDate"`, 1},
		{"another field with in", `id in ("a")`, `"id"`, 1},
		{"field of a field", "owner.id isnull", `"owner.id"`, 1},
		{"field in lower case", "lastused isnull", `"lastused"`, 1},
		{"field in upper case", "LASTUSED le 2026-02-02T00:00:00Z", `"LASTUSED"`, 1},
		{"value with quotes in it", `name eq "say \"hi\" \\"`, `"name"`, 1},
		{"value with parentheses in it", `name eq "a) or (b" or lastUsed isnull`, `"name"`, 1},
		{"behind and", "lastUsed isnull and lastUsed eq 1", `"eq"`, 30},
		{"behind or", "lastUsed isnull or name isnull", `"name"`, 20},
		{"behind not", "not pr lastUsed", `"pr"`, 5},
		{"in parentheses", "(lastUsed isnull or (name isnull))", `"name"`, 22},
		{"positions count characters", "é isnull or lastUsed isnull", `"é"`, 1},
		{"positions count characters before", "lastUsed isnull or \t äöü isnull", `"äöü"`, 22},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkFilterRejection(t, test.filter, test.wantGot, test.wantPosition,
				"filter-supported", err)
		})
	}
}

func TestParseFilter_RejectsInvalidSyntax(t *testing.T) {
	tests := []struct {
		name, filter string
		wantGot      string
		wantPosition int
	}{
		{"LE", "lastUsed LE 2026-02-02T00:00:00Z", `"LE"`, 10},
		{"EQ", `name EQ "robot"`, `"EQ"`, 6},
		{"ISNULL", "lastUsed ISNULL", `"ISNULL"`, 10},
		{"AND", "lastUsed isnull AND lastUsed isnull", `"AND"`, 17},
		{"OR in parentheses", "(lastUsed isnull OR lastUsed isnull)", `"OR"`, 18},
		{"NOT", "NOT lastUsed isnull", `"lastUsed"`, 5},
		{"symbol", "lastUsed <= 2026-02-02T00:00:00Z", `"<="`, 10},
		{"pr behind the field", "lastUsed pr", `"pr"`, 10},
		{"field alone", "lastUsed", "", 9},
		{"field alone, trailing spaces", "lastUsed  ", "", 11},
		{"quoted operator", `lastUsed "le" 2026-02-02T00:00:00Z`, `"le"`, 10},
		{"parenthesis for an operator", "lastUsed (", `"("`, 10},
		{"pr alone", "pr", "", 3},
		{"pr of a string", `pr "lastUsed"`, `"lastUsed"`, 4},
		{"quoted field", `"lastUsed" isnull`, `"lastUsed"`, 1},
		{"isnull in front", "isnull lastUsed", `"isnull"`, 1},
		{"and in front", "and lastUsed isnull", `"and"`, 1},
		{"or in front", "or lastUsed isnull", `"or"`, 1},
		{"and, then or", "lastUsed isnull and or lastUsed isnull", `"or"`, 21},
		{"or at the end", "lastUsed isnull or", "", 19},
		{"and at the end", "lastUsed isnull and", "", 20},
		{"not alone", "not", "", 4},
		{"comma", ", lastUsed isnull", `","`, 1},
		{"empty parentheses", "()", `")"`, 2},
		{"le without a value", "lastUsed le", "", 12},
		{"parenthesis for a value", "lastUsed le (", `"("`, 13},
		{"string without its end", `name eq "#Employees`, `"#Employees"`, 9},
		{"string cut at #", `name eq "`, `""`, 9},
		{"string that ends in an escaped quote", `name eq "a\"`, `"a\""`, 9},
		{"string that ends in a backslash", `name eq "a\`, `"a\\"`, 9},
		{"string without its end for a field", `"lastUsed isnull`, `"lastUsed isnull"`, 1},
		{"in without a list", "name in 1", `"1"`, 9},
		{"in with an empty list", "name in ()", `")"`, 10},
		{"list without commas", "name in (1 2)", `"2"`, 12},
		{"list without its end", "name in (1", "", 11},
		{"list that ends in a comma", "name in (1,)", `")"`, 12},
		{"string without its end in a list", `name in ("a`, `"a"`, 10},
		{"no closing parenthesis", "(lastUsed isnull", "", 17},
		{"no second closing parenthesis", "((lastUsed isnull)", "", 19},
		{"no opening parenthesis", "lastUsed isnull)", `")"`, 16},
		{"words behind isnull", "lastUsed isnull true", `"true"`, 17},
		{"words behind a value", "lastUsed le 2026-02-02T00:00:00Z please", `"please"`, 34},
		{"two filters", "lastUsed isnull, lastUsed isnull", `","`, 16},
		{"no word between", "lastUsed isnull (lastUsed isnull)", `"("`, 17},
		{"positions count characters", "lastUsed isnull é ö", `"é"`, 17},
		{"no-break space is no white space", "lastUsed\u00a0isnull", "", 16},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkFilterRejection(t, test.filter, test.wantGot, test.wantPosition, "filter-syntax",
				err)
			checkText(t, err.Error())
		})
	}
}

func TestParseFilter_RejectsInvalidDates(t *testing.T) {
	tests := []struct {
		name, filter string
		wantGot      string
		wantPosition int
		wantRule     string
	}{
		{
			"no zone", "lastUsed le 2026-02-02T00:00:00", `"2026-02-02T00:00:00"`, 13,
			"date-needs-zone",
		},
		{"no time", "not lastUsed le 2026-02-02", `"2026-02-02"`, 17, "date-is-rfc3339"},
		{
			"no time, then and", "lastUsed le 2026-02-02 and lastUsed isnull", `"2026-02-02"`, 13,
			"date-is-rfc3339",
		},
		{"space for T", "lastUsed le 2026-02-02 00:00:00Z", `"2026-02-02"`, 13, "date-is-rfc3339"},
		{
			"+ not escaped", "lastUsed le 2026-02-02T00:00:00 01:00", `"2026-02-02T00:00:00 01:00"`,
			13, "date-is-rfc3339",
		},
		{"quoted", `lastUsed le "yesterday"`, `"yesterday"`, 13, "date-is-rfc3339"},
		{"keyword", "lastUsed le isnull", `"isnull"`, 13, "date-is-rfc3339"},
		{"null", "lastUsed le null", `"null"`, 13, "date-is-rfc3339"},
		{
			"year 10000", "lastUsed le 9999-12-31T23:59:59-01:00", `"9999-12-31T23:59:59-01:00"`,
			13, "date-year-of-four-digits",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			checkFilterRejection(t, test.filter, test.wantGot, test.wantPosition, test.wantRule,
				err)
			checkText(t, err.Error())
		})
	}
}

func TestParseFilter_UnsupportedText(t *testing.T) {
	_, err := pat.ParseFilter("lastUsed ge 2026-02-02T00:00:00Z")
	checkErrorText(t, rejection{pat.Invalid, "query parameter filters", "filter-supported"}, err)
}
