package transcript_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
		warnings   []string
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
			[]string{"my.yaml:1: it allows nothing: no such difference is left in create/a", "my.yaml:4: it allows nothing: no such difference is left in create.a"},
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
			if diff := cmp.Diff(test.warnings, warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllowanceMistakes(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"no YAML", "- a: [", "my.yaml:1: not YAML: did not find expected node content"},
		{"no list", "scenario: a", "my.yaml:1: expected a list of allowances, each with scenario and reason"},
		{"two documents", "[]\n---\n[]", "my.yaml:2: expected one document, got another"},
		{"no mapping", "- a", "my.yaml:1: expected an allowance with scenario and reason"},
		{"no reason", "# x\n- scenario: a\n", "my.yaml:2: reason is missing"},
		{"empty reason", "- scenario: a\n  reason: ' '\n", "my.yaml:2: reason: expected a text"},
		{"list as scenario", "- scenario: [a]\n  reason: a\n", "my.yaml:1: scenario: expected a text"},
		{"unknown field", "- scenario: a\n  reason: a\n  where: b\n", `my.yaml:3: unknown field "where"; there are scenario, version, at, class, reason`},
		{"twice", "- scenario: a\n  reason: a\n  reason: b\n", "my.yaml:3: reason is written twice"},
		{"version", "- {scenario: a, reason: a, version: v4}", `my.yaml:1: unknown version "v4": expected one of beta, v3, v2024, v2025, v2026, v1`},
		{"class", "- {scenario: a, reason: a, class: bad}", `my.yaml:1: unknown class "bad": expected breaking, unknown or harmless`},
		{"three at once", "- {scenario: a, reason: a, version: v4, class: bad, at: x}", "my.yaml:1: unknown version \"v4\": expected one of beta, v3, v2024, v2025, v2026, v1\n" +
			"my.yaml:1: unknown class \"bad\": expected breaking, unknown or harmless\nmy.yaml:1: at: expected a JSON pointer such as /exchanges/*/response/status, got \"x\""},
		{"pointer", "- {scenario: a, reason: a, at: status}", `my.yaml:1: at: expected a JSON pointer such as /exchanges/*/response/status, got "status"`},
		{"two mistakes", "- {scenario: a}\n- {reason: a}", "my.yaml:1: reason is missing\nmy.yaml:2: scenario is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := transcript.ParseAllowances("my.yaml", []byte(test.file))
			if err == nil {
				t.Fatal("it is taken")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
