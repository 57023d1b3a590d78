package transcript_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/transcript"
	"example.com/patmock/spec/version"
)

func TestAllow(t *testing.T) {
	differences := func() []transcript.Difference {
		return []transcript.Difference{
			{Scenario: "create/a", Version: version.V3, At: "/exchanges/0/response/status", Class: transcript.Breaking},
			{Scenario: "create/a/b", Version: version.V2026, At: "/exchanges/12/response/header/Retry-After", Class: transcript.Unknown},
			{Scenario: "token/a", At: "/outcome", Class: transcript.Breaking},
		}
	}
	for _, test := range []struct {
		name, file string
		want       []string // reasons
		unused     []string // scenarios of the allowances
	}{
		{"nothing", "# nothing\n", []string{"", "", ""}, nil},
		{"an empty list", "[]", []string{"", "", ""}, nil},
		{"exact", "- {scenario: create/a, reason: a}", []string{"a", "", ""}, nil},
		{"glob", "- {scenario: create/*, reason: a}", []string{"a", "a", ""}, nil},
		{"the first that fits", "- {scenario: create/a, reason: a}\n- {scenario: '*', reason: b}", []string{"a", "b", "b"}, nil},
		{"version", "- {scenario: '*', version: v2026, reason: a}", []string{"", "a", ""}, nil},
		{"pointer", "- {scenario: '*', at: /exchanges/*/response/header/Retry-After, reason: a}", []string{"", "a", ""}, nil},
		{"class", "- {scenario: '*', class: breaking, reason: a}", []string{"a", "", "a"}, nil},
		{
			"too much", "- scenario: create/a\n  at: /exchanges/0\n  reason: a\n- {scenario: 'create.a', reason: b}",
			[]string{"", "", ""},
			[]string{"create/a", "create.a"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			allowances, err := transcript.ParseAllowances("my.yaml", []byte(test.file))
			if err != nil {
				t.Fatal(err)
			}
			c := &transcript.Comparison{Differences: differences()}
			warnings := c.Allow(allowances)
			got := []string{}
			for _, d := range c.Differences {
				got = append(got, d.Allowed)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			var unused []transcript.Warning
			for _, scenario := range test.unused {
				unused = append(unused, transcript.Warning{Kind: transcript.WarnUnusedAllowance, Subjects: []string{scenario}})
			}
			checkWarnings(t, unused, warnings)
		})
	}
}

func TestAllowanceMistakes(t *testing.T) {
	type wrong = transcript.AllowanceErrors // without messages
	at := func(line int, field string, kind transcript.AllowanceErrorKind) *transcript.AllowanceError {
		return &transcript.AllowanceError{Source: "my.yaml", Line: line, Field: field, Kind: kind}
	}
	for _, test := range []struct {
		name, file string
		want       wrong
	}{
		{"no YAML", "- a: [", wrong{at(1, "", transcript.Syntax)}},
		{"no YAML further down", "- scenario: a\n  reason: a\n- a: [", wrong{at(3, "", transcript.Syntax)}},
		{"no list", "scenario: a", wrong{at(1, "", transcript.WrongType)}},
		{"two documents", "[]\n---\n[]", wrong{at(2, "", transcript.ManyDocuments)}},
		{"no mapping", "- a", wrong{at(1, "", transcript.WrongType)}},
		{"no reason", "# x\n- scenario: a\n", wrong{at(2, "reason", transcript.MissingField)}},
		{"empty reason", "- scenario: a\n  reason: ' '\n", wrong{at(2, "reason", transcript.WrongType)}},
		{"list as scenario", "- scenario: [a]\n  reason: a\n", wrong{at(1, "scenario", transcript.WrongType)}},
		{"unknown field", "- scenario: a\n  reason: a\n  where: b\n", wrong{at(3, "where", transcript.UnknownField)}},
		{"twice", "- scenario: a\n  reason: a\n  reason: b\n", wrong{at(3, "reason", transcript.Duplicate)}},
		{"version", "- {scenario: a, reason: a, version: v4}", wrong{at(1, "version", transcript.BadValue)}},
		{"class", "- {scenario: a, reason: a, class: bad}", wrong{at(1, "class", transcript.BadValue)}},
		{"three at once", "- {scenario: a, reason: a, version: v4, class: bad, at: x}", wrong{
			at(1, "version", transcript.BadValue), at(1, "class", transcript.BadValue), at(1, "at", transcript.BadValue),
		}},
		{"pointer", "- {scenario: a, reason: a, at: status}", wrong{at(1, "at", transcript.BadValue)}},
		{"two mistakes", "- {scenario: a}\n- {reason: a}", wrong{at(1, "reason", transcript.MissingField), at(2, "scenario", transcript.MissingField)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := transcript.ParseAllowances("my.yaml", []byte(test.file))
			got, ok := errors.AsType[transcript.AllowanceErrors](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(transcript.AllowanceError{}, "Message")); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			checkMessage(t, "", err.Error())
		})
	}
}
