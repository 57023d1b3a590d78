package pat_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
)

// filterIdentities have all combinations of a display name and an email address.
var filterIdentities = []pat.Identity{
	{
		ID: "00000000000000000000000000000001", Name: "both", DisplayName: "Both",
		Email: "b@x.example",
	},
	{ID: "00000000000000000000000000000002", Name: "named", DisplayName: "ÉLAN \\ \"Q\""},
	{ID: "00000000000000000000000000000003", Name: "mailed", Email: "M@x.example"},
	{ID: "0000000000000000000000000000000a", Name: "neither"},
}

// matchingIdentities returns the names of the matching identities.
func matchingIdentities(f *pat.IdentityFilter) string {
	var names []string
	for _, i := range filterIdentities {
		if f.Match(&i) {
			names = append(names, i.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestIdentityFilter_Match(t *testing.T) {
	for _, test := range []struct {
		name, filter string
		want         string
	}{
		{"name of a display name", `name eq "both"`, "both"},
		{"name of an alias", `name eq "NEITHER"`, "neither"},
		{"alias behind a display name", `name eq "named"`, ""},
		{"escapes", `name eq "élan \\ \"q\""`, "named"},
		{"prefix of several bytes", `name sw "É"`, "named"},
		{"prefix in another case", `name sw "élan"`, "named"},
		{"prefix of half a character", "name sw \"\xc3\"", ""},
		{"complete prefix", `alias sw "mailed"`, "mailed"},
		{"prefix that is longer", `alias sw "mailed."`, ""},
		{"empty prefix", `email sw ""`, "both mailed"},
		{"missing value under eq", `email eq ""`, ""},
		{"missing value under not", `not email eq "b@x.example"`, "mailed"},
		{"unknown or true", `email sw "b" or alias sw "n"`, "both named neither"},
		{
			"unknown and false is false", `not (email sw "b" and alias sw "b")`,
			"named mailed neither",
		},
		{
			"list", `id in ("00000000000000000000000000000001","0000000000000000000000000000000A")`,
			"both neither",
		},
		{"list with repeated members", `id in ("a" , "a")`, ""},
		{"blank", "\t \r\n", "both named mailed neither"},
	} {
		t.Run(test.name, func(t *testing.T) {
			filter, err := pat.AllIdentities.ParseFilter(test.filter)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, matchingIdentities(filter)); diff != "" {
				t.Errorf("identities (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIdentityList_ParseFilterRejects(t *testing.T) {
	for _, test := range []struct {
		name, filter string
		wantGot      string
		wantPosition int
		wantRule     rule.ID
	}{
		{"unpublished field", `é eq "x"`, `"é"`, 1, rule.IdentityFilterSupported},
		{"unpublished operator", `id sw "x"`, `"sw"`, 4, rule.IdentityFilterSupported},
		{
			"operator of another field", `correlated sw "x"`, `"sw"`, 12,
			rule.IdentityFilterSupported,
		},
		{"pr", "pr email", `"pr"`, 1, rule.IdentityFilterSupported},
		{"isnull", "email isnull", `"isnull"`, 7, rule.IdentityFilterSupported},
		{"without quotes", "alias eq true", `"true"`, 10, rule.IdentityFilterString},
		{"second of a list without quotes", `id in ("a", b)`, `"b"`, 13, rule.IdentityFilterString},
		{
			"syntax behind what is not simulated", `protected eq true or`, "the end", 21,
			rule.FilterSyntax,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.AllIdentities.ParseFilter(test.filter)
			got := ruleError(t, err)
			if got.Kind != pat.Invalid || got.Got != test.wantGot ||
				got.Position != test.wantPosition || got.Rule != test.wantRule {
				t.Errorf("unexpected error: %+v", got)
			}
		})
	}
}

func TestIdentityList_ParseFilterNamesWhatIsNotSimulated(t *testing.T) {
	_, err := pat.AllIdentities.ParseFilter(
		`firstname eq "x1" or (not protected eq yes and firstname sw "y1") or name eq "z1"`)
	got := ruleError(t, err)
	if got.Kind != pat.NotSimulated || got.Rule != rule.NotSimulated ||
		got.Got != "firstname, protected" {
		t.Errorf("unexpected error: %+v", got)
	}
}

func TestIdentityList_ParseSorters(t *testing.T) {
	d := pat.NewDirectory(pat.Tenant{Identities: []pat.Identity{
		{ID: "1", Name: "b", DisplayName: "X"},
		{ID: "2", Name: "C", DisplayName: "x"},
		{ID: "3", Name: "a", DisplayName: "É"},
		{ID: "4", Name: "ab"},
	}})
	for _, test := range []struct {
		name, sorters string
		want          string
	}{
		{"none", "", "b C a ab"},
		{"name, without case, then as they were", "name", "ab b C a"},
		{"name, descending, then as they were", "-name", "a b C ab"},
		{"alias", "alias", "a ab b C"},
		{"alias, descending", "-alias", "C b ab a"},
		{"name, then alias, descending", "name,-alias", "ab C b a"},
		{"field again", "name,-name,name", "ab b C a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sorters, err := pat.AllIdentities.ParseSorters(test.sorters)
			if err != nil {
				t.Fatal(err)
			}
			page, total := d.Select(pat.IdentityQuery{Sorters: sorters, Limit: 4, Count: true})
			var names []string
			for _, i := range page {
				names = append(names, i.Name)
			}
			if diff := cmp.Diff(test.want, strings.Join(names, " ")); diff != "" || total != 4 {
				t.Errorf("%d identities (-want +got):\n%s", total, diff)
			}
		})
	}
}

// FuzzParseIdentityFilter checks that ParseFilter returns, and that trailing spaces do not change
// the result.
func FuzzParseIdentityFilter(f *testing.F) {
	for _, filter := range []string{
		"", `name eq "Both"`, `not email sw "b"`, `id in ("a", "b") or alias sw "É"`,
		`firstname eq "x" and correlated eq false`, `alias eq jane`, `id in (`, `name sw "\"`,
		"\xff",
		strings.Repeat("(", 101),
	} {
		f.Add(filter)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, list := range []*pat.IdentityList{pat.PublicIdentities, pat.AllIdentities} {
			filter, err := list.ParseFilter(text)
			again, errAgain := list.ParseFilter(text + " \t\r\n")
			if (err == nil) != (errAgain == nil) {
				t.Fatalf("trailing spaces change the error from %v to %v", err, errAgain)
			}
			if err != nil {
				if r := rejectionOf(t, err); r.Kind != pat.Invalid && r.Kind != pat.NotSimulated ||
					r.Field != "query parameter filters" {
					t.Errorf("unexpected error: %+v", r)
				}
				continue
			}
			if diff := cmp.Diff(matchingIdentities(filter), matchingIdentities(again)); diff != "" {
				t.Errorf("matches with trailing spaces:\n%s", diff)
			}
		}
	})
}
