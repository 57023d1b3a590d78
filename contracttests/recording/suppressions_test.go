package recording_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

func TestComparison_Suppress(t *testing.T) {
	differences := func() []recording.Difference {
		return []recording.Difference{
			{
				Scenario: "create/a", Version: version.V3, At: "/exchanges/0/response/status",
				Severity: recording.Breaking,
			},
			{
				Scenario: "create/a/b", Version: version.V2026,
				At: "/exchanges/12/response/header/Retry-After", Severity: recording.Unknown,
			},
			{Scenario: "token/a", At: "/outcome", Severity: recording.Breaking},
		}
	}
	for _, test := range []struct {
		name, file string
		want       []string // reasons
		unused     []string // scenarios of the suppressions
	}{
		{"nothing", "# nothing\n", []string{"", "", ""}, nil},
		{"an empty list", "[]", []string{"", "", ""}, nil},
		{"exact", "- {scenario: create/a, reason: a}", []string{"a", "", ""}, nil},
		{"glob", "- {scenario: create/*, reason: a}", []string{"a", "a", ""}, nil},
		{
			"first match",
			"- {scenario: create/a, reason: a}\n- {scenario: '*', reason: b}",
			[]string{
				"a", "b", "b",
			},
			nil,
		},
		{"version", "- {scenario: '*', version: v2026, reason: a}", []string{"", "a", ""}, nil},
		{
			"pointer", "- {scenario: '*', at: /exchanges/*/response/header/Retry-After, reason: a}",
			[]string{"", "a", ""},
			nil,
		},
		{
			"severity", "- {scenario: '*', severity: breaking, reason: a}",
			[]string{"a", "", "a"},
			nil,
		},
		{
			"unused suppressions",
			"- scenario: create/a\n  at: /exchanges/0\n  reason: a\n- {scenario: 'create.a', " +
				"reason: b}",
			[]string{"", "", ""},
			[]string{"create/a", "create.a"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			suppressions, err := recording.ParseSuppressions("my.yaml", []byte(test.file))
			if err != nil {
				t.Fatal(err)
			}
			c := &recording.Comparison{Differences: differences()}
			warnings := c.Suppress(suppressions)
			got := []string{}
			for _, d := range c.Differences {
				got = append(got, d.SuppressionReason)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			var unused []recording.Warning
			for _, scenario := range test.unused {
				unused = append(unused, recording.Warning{
					Kind: recording.WarnUnusedSuppression, Subjects: []string{scenario},
				})
			}
			checkWarnings(t, unused, warnings)
		})
	}
}

func TestParseSuppressions_Errors(t *testing.T) {
	type wrong = strictyaml.Errors // without messages
	errorAt := func(line int, field string, kind strictyaml.Kind) strictyaml.Error {
		return strictyaml.Error{Source: "my.yaml", Line: line, Field: field, Kind: kind}
	}
	for _, test := range []struct {
		name, file string
		want       wrong
	}{
		{"no YAML", "- a: [", wrong{errorAt(1, "", strictyaml.Syntax)}},
		{
			"no YAML further down", "- scenario: a\n  reason: a\n- a: [", wrong{
				errorAt(3, "", strictyaml.Syntax),
			},
		},
		{"no list", "scenario: a", wrong{errorAt(1, "", strictyaml.WrongType)}},
		{"two documents", "[]\n---\n[]", wrong{errorAt(2, "", strictyaml.ManyDocuments)}},
		{"no mapping", "- a", wrong{errorAt(1, "[0]", strictyaml.WrongType)}},
		{
			"no reason", "# x\n- scenario: a\n", wrong{
				errorAt(2, "[0].reason", strictyaml.MissingField),
			},
		},
		{
			"empty reason", "- scenario: a\n  reason: ' '\n", wrong{
				errorAt(2, "[0].reason", strictyaml.WrongType),
			},
		},
		{
			"list as scenario", "- scenario: [a]\n  reason: a\n", wrong{
				errorAt(1, "[0].scenario", strictyaml.WrongType),
			},
		},
		{
			"unknown field", "- scenario: a\n  reason: a\n  where: b\n", wrong{
				errorAt(3, "[0].where", strictyaml.UnknownField),
			},
		},
		{
			"twice", "- scenario: a\n  reason: a\n  reason: b\n", wrong{
				errorAt(3, "[0].reason", strictyaml.Duplicate),
			},
		},
		{
			"version", "- {scenario: a, reason: a, version: v4}", wrong{
				errorAt(1, "[0].version", strictyaml.BadValue),
			},
		},
		{
			"severity", "- {scenario: a, reason: a, severity: bad}", wrong{
				errorAt(1, "[0].severity", strictyaml.BadValue),
			},
		},
		{"three at once", "- {scenario: a, reason: a, version: v4, severity: bad, at: x}", wrong{
			errorAt(1, "[0].version", strictyaml.BadValue),
			errorAt(1, "[0].severity", strictyaml.BadValue),
			errorAt(1, "[0].at", strictyaml.BadValue),
		}},
		{
			"pointer", "- {scenario: a, reason: a, at: status}", wrong{
				errorAt(1, "[0].at", strictyaml.BadValue),
			},
		},
		{
			"two errors", "- {scenario: a}\n- {reason: a}", wrong{
				errorAt(1, "[0].reason", strictyaml.MissingField),
				errorAt(2, "[1].scenario", strictyaml.MissingField),
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := recording.ParseSuppressions("my.yaml", []byte(test.file))
			got, ok := errors.AsType[strictyaml.Errors](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(test.want, got,
				cmpopts.IgnoreFields(strictyaml.Error{}, "Message", "Column", "Unknown",
					"Suggestion")); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			checkMessage(t, "", err.Error())
		})
	}
}
