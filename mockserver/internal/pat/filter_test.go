package pat_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
)

// filterTokens are tokens last used around 2 February: never, the day before, at midnight, and the
// day after.
var filterTokens = []struct {
	name     string
	lastUsed time.Time
}{
	{"never", time.Time{}},
	{"before", parseTime("2026-02-01T00:00:00Z")},
	{"at", parseTime("2026-02-02T00:00:00Z")},
	{"after", parseTime("2026-02-03T00:00:00Z")},
}

// matches returns the names of the matching tokens.
func matches(f *pat.Filter) string {
	var names []string
	for _, token := range filterTokens {
		if f.Match(pat.NewToken(pat.TokenData{LastUsed: token.lastUsed})) {
			names = append(names, token.name)
		}
	}
	return strings.Join(names, " ")
}

var (
	wordT    = regexp.MustCompile(`\bT\b`)
	wordNull = regexp.MustCompile(`\bnull\b`)
)

// expandFilter replaces T with "used until 2 February" and null with "never used".
func expandFilter(filter string) string {
	filter = wordT.ReplaceAllString(filter, "lastUsed le 2026-02-02T00:00:00Z")
	return wordNull.ReplaceAllString(filter, "lastUsed isnull")
}

func TestFilter_Match(t *testing.T) {
	tests := []struct {
		name, filter string
		want         string
	}{
		{"le is inclusive, null does not match", "T", "before at"},
		{"isnull", "null", "never"},
		{"not isnull", "not null", "before at after"},
		{"not le is unknown for null", "not T", "after"},
		{"not twice", strings.Repeat("not ", 2) + "T", "before at"},
		{"not three times", strings.Repeat("not ", 3) + "null", "before at after"},
		{"parentheses", "(T)", "before at"},
		{"parentheses, nested", "((null))", "never"},
		{"spaces in parentheses", "( T )", "before at"},
		{"spaces and line feeds", " \t\r\nnull \t\r\n", "never"},
		{"not without a space", "not(T)", "after"},
		{"not in parentheses", "(not T)", "after"},
		{"not twice in parentheses", "not(not(null))", "never"},

		{"true and true", "T and not null", "before at"},
		{"true and false", "null and not null", ""},
		{"unknown and true", "T and null", ""},
		{"unknown and false is false", "not (T and not null)", "never after"},
		{"unknown or true", "T or null", "never before at"},
		{"true or unknown", "null or T", "never before at"},
		{"unknown or false is unknown", "not (T or not null)", ""},
		{"false or unknown is unknown", "not (not null or T)", ""},
		{"unknown or unknown", "T or not T", "before at after"},
		{"unknown and unknown", "T and not T", ""},

		{"three by or", "null or T or not T", "never before at after"},
		{"three by and", "not null and T and T", "before at"},
		{"not before and", "not null and null", ""},
		{"not before and, parentheses", "not (null and null)", "before at after"},
		{"not before or", "not null or T", "before at after"},
		{"not before or, parentheses", "not (null or T)", "after"},
		{"and before or, or first", "null or T and T", "never before at"},
		{"and before or, parentheses", "(null or T) and T", "before at"},
		{"and before or, and first", "T and null or null", "never"},
		{"and before or, and first, parentheses", "T and (null or null)", ""},
		{"not, and, or", "not T and not null or null", "never after"},
		{
			"published example of stale tokens",
			"lastUsed le 2026-02-02T00:00:00Z or lastUsed isnull", "never before at",
		},

		{"millisecond earlier", "lastUsed le 2026-02-01T23:59:59.999Z", "before"},
		{"less than a millisecond later", "lastUsed le 2026-02-02T00:00:00.0009Z", "before at"},
		{"offset", "lastUsed le 2026-02-02T01:00:00+01:00", "before at"},
		{"offset, too early", "lastUsed le 2026-02-02T00:59:59+01:00", "before"},
		{"quoted timestamp", `lastUsed le "2026-02-02T00:00:00Z"`, "before at"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			filter, err := pat.ParseFilter(expandFilter(test.filter))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, matches(filter)); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseFilter_BlankMatchesAll(t *testing.T) {
	for _, test := range []struct{ name, filter string }{{"empty", ""}, {"blank", " \t\r\n"}} {
		t.Run(test.name, func(t *testing.T) {
			filter, err := pat.ParseFilter(test.filter)
			if err != nil {
				t.Fatal(err)
			}
			if filter != nil {
				t.Error("got a filter, want nil")
			}
			if diff := cmp.Diff("never before at after", matches(filter)); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseFilter_LimitsNesting(t *testing.T) {
	parentheses := func(n int) string {
		return strings.Repeat("(", n) + "lastUsed isnull" + strings.Repeat(")", n)
	}
	tests := []struct {
		name, filter string
		wantGot      string
		wantPosition int
	}{
		{"100 parentheses", parentheses(100), "", 0},
		{"101 parentheses", parentheses(101), `"lastUsed"`, 102},
		{"100 nots", strings.Repeat("not ", 100) + "lastUsed isnull", "", 0},
		{"101 nots", strings.Repeat("not ", 101) + "lastUsed isnull", `"lastUsed"`, 405},
		{
			"100 of both", strings.Repeat("not(", 50) + "lastUsed isnull" + strings.Repeat(")", 50),
			"", 0,
		},
		{
			"101 of both",
			strings.Repeat("not(", 50) + "not lastUsed isnull" + strings.Repeat(")", 50),
			`"lastUsed"`, 205,
		},
		{"100 at the right of and", "lastUsed isnull and " + parentheses(100), "", 0},
		{"101 at the right of or", "lastUsed isnull or " + parentheses(101), `"lastUsed"`, 121},
		{"parentheses without end", strings.Repeat("(", 1e5), `"("`, 102},
		{"side by side", strings.Repeat("(lastUsed isnull) or ", 200) + "lastUsed isnull", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pat.ParseFilter(test.filter)
			if test.wantGot == "" {
				checkRejection(t, accepted, err)
				return
			}
			checkFilterRejection(t, test.filter, test.wantGot, test.wantPosition, "filter-syntax",
				err)
			checkText(t, err.Error())
		})
	}
}

// FuzzParseFilter checks that ParseFilter returns, and that trailing spaces do not change the
// result.
func FuzzParseFilter(f *testing.F) {
	for _, filter := range []string{
		"", "T", "null", "not T", "null or T and T", "not (T or null)", "not(null)", "((null))",
		"lastUsed isnull true",
		`lastUsed le "2026-02-02T00:00:00Z"`, `name eq "a \" b"`, `name eq "open`,
		`name in ("a", 1)`, "pr lastUsed", "name in (",
		"lastUsed le 2026-02-02T00:00:00 01:00", "lastUsed LE T", "(null", "null)", "é le ü",
		"\"\\", "\xff", strings.Repeat("not ", 101),
	} {
		f.Add(expandFilter(filter))
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := pat.ParseFilter(text)
		again, errAgain := pat.ParseFilter(text + " \t\r\n")
		if (err == nil) != (errAgain == nil) {
			t.Fatalf("trailing spaces change the error from %v to %v", err, errAgain)
		}
		if err != nil {
			if r := rejectionOf(t, err); r.Kind != pat.Invalid ||
				r.Field != "query parameter filters" {
				t.Errorf("unexpected error: %+v", r)
			}
			return
		}
		if diff := cmp.Diff(matches(filter), matches(again)); diff != "" {
			t.Errorf("matches with trailing spaces:\n%s", diff)
		}
	})
}
