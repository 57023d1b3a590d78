package contract

import (
	"bytes"
	"errors"
	"regexp/syntax"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/scenarios"
)

// --run and --skip match the ID of a scenario, with and without a version.
func TestSelection_NamesOfTheList(t *testing.T) {
	id, versions := "create/secret-is-shown-once", len(cli.VersionNames())
	for _, test := range []struct {
		name, run, skip string
		want            int
	}{
		{"id", "^" + id + "$", "", versions},
		{"part of an id", "secret-is-shown-onc", "", versions},
		{"id and version", "^" + id + "/v3$", "", 1},
		{"any version", "^" + id + "/v20", "", 3},
		{"all but one version", id, "/v3$", versions - 1},
		{"without a version", "^token/basic$", "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := selectionOf(test.run, test.skip).options()
			if err != nil {
				t.Fatal(err)
			}
			cases, err := selectCases(o)
			if err != nil || len(cases) != test.want {
				t.Errorf("%d cases, error %v, want %d", len(cases), err, test.want)
			}
		})
	}
	for _, s := range scenarios.All() { // all are reachable
		o, err := selectionOf("^"+s.ID+"$", "").options()
		if err != nil {
			t.Fatal(err)
		}
		if cases, err := selectCases(o); err != nil || cases[0].Scenario.ID != s.ID {
			t.Errorf("%s selects %d cases, error %v", s.ID, len(cases), err)
		}
	}
}

// The error of an empty selection has the expression and suggests similar scenarios.
func TestSelection_Empty(t *testing.T) {
	for _, test := range []struct {
		name    string
		chosen  selection
		subject string
		want    []string
	}{
		{
			"slip", selectionOf("creat/secret-is-shown-onc", ""), "--run", []string{
				"creat/secret-is-shown-onc", " create/secret-is-shown-once?",
			},
		},
		{
			"word left out", selectionOf("^create/secret-shown-once$", ""), "--run", []string{
				"^create/secret-shown-once$", " create/secret-is-shown-once?",
			},
		},
		{
			"version in front", selectionOf("v2026/create/secret-is-shown-once", ""), "--run",
			[]string{" create/secret-is-shown-once/v2026?"},
		},
		{
			"version of none", selectionOf("v3/bulk/by-post", ""), "--run", []string{
				" bulk/by-post?",
			},
		},
		{"nothing near", selectionOf("zzz", ""), "--run", []string{"zzz"}},
		{"long", selectionOf(strings.Repeat("zz|", 100)+"zz", ""), "--run", []string{"zz|zz"}},
		{
			"another flag", selection{run: "^bulk/by-post", versions: "v3"}, "--run", []string{
				"^bulk/by-post", "--versions v3",
			},
		},
		{"nothing left", selectionOf("", "."), "--skip", []string{"--skip"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := test.chosen.options()
			if err != nil {
				t.Fatal(err)
			}
			_, err = selectCases(o)
			var usage *cli.UsageError
			if !errors.As(err, &usage) || usage.Subject != test.subject {
				t.Fatalf("error is %v, want one about %s", err, test.subject)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q lacks %q", err, want)
				}
			}
			checkShort(t, err)
		})
	}
}

// The error of an invalid expression does not use the text of package regexp.
func TestSelection_BrokenExpressions(t *testing.T) {
	for _, text := range []string{
		"(", ")", "[", `a\`, "*", "a**", "(?=a)", `\y`, "a{1001}", "[z-a]", "(?P<a", "[[:foo:]]",
		"a\xff", strings.Repeat("((((a{9}){9}){9}){9})", 9),
		strings.Repeat("(", 2000) + strings.Repeat(")", 2000),
	} {
		for flag, chosen := range map[string]selection{
			"--run": selectionOf(text, ""), "--skip": selectionOf("", text),
		} {
			_, err := chosen.options()
			var usage *cli.UsageError
			if !errors.As(err, &usage) || usage.Subject != flag {
				t.Errorf("%.20s: error is %v, want one about %s", text, err, flag)
				continue
			}
			var raw *syntax.Error
			if errors.As(err, &raw) || strings.Contains(err.Error(), "regexp") {
				t.Errorf("%.20s: %v", text, err)
			}
			checkShort(t, err)
		}
	}
}

// selectionOf returns a selection of all versions.
func selectionOf(run, skip string) selection {
	return selection{run: run, skip: skip, versions: strings.Join(cli.VersionNames(), ",")}
}

// checkShort checks that an error has at most two lines of 100 columns.
func checkShort(t *testing.T, err error) {
	t.Helper()
	lines := bytes.Split([]byte("patmock: "+err.Error()), []byte("\n"))
	if len(lines) > 2 {
		t.Errorf("%d lines:\n%s", len(lines), err)
	}
	for _, line := range lines {
		if n := len([]rune(string(line))); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
