package parity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/parity"
	"example.com/patmock/spec/standing"
	"example.com/patmock/spec/version"
)

const (
	tenant = "acme.api.identitynow.com"
	hash   = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	good   = "confirmations:\n" +
		"  - {scenario: create/a, version: v2026, target: " + tenant + ", date: 2026-01-31T12:00:00Z, document: " + hash + ", tool: patmock v1.2.3}\n"
)

func TestReadOwn(t *testing.T) {
	tests := []struct {
		name, text string
		want       map[parity.Key]parity.Confirmation
	}{
		{"one", good, map[parity.Key]parity.Confirmation{
			{Scenario: "create/a", Version: version.V2026, Target: tenant}: {
				Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: hash, Tool: "patmock v1.2.3",
			},
		}},
		{"none", "confirmations: []\n", map[parity.Key]parity.Confirmation{}},
		{
			"on lines of its own, at no version, in another zone, with a fraction, by digits alone",
			"# mine\nconfirmations:\n- scenario: token/a\n  version: oauth\n  target: \"::1\"\n  date: 2026-01-31T13:00:00.9+01:00\n  document: " +
				strings.Repeat("1", 64) + "\n  tool: \"(devel)\"\n",
			map[parity.Key]parity.Confirmation{
				{Scenario: "token/a", Target: "::1"}: {Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: strings.Repeat("1", 64), Tool: "(devel)"},
			},
		},
		{"a version and a scenario that a newer patmock knows", strings.NewReplacer("create/a", "share/b", "v2026", "v2027").Replace(good), map[parity.Key]parity.Confirmation{
			{Scenario: "share/b", Version: "v2027", Target: tenant}: {
				Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: hash, Tool: "patmock v1.2.3",
			},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := parity.ReadOwn("own.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, l.Confirmations); diff != "" {
				t.Errorf("confirmations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMistakesOfOnesOwn(t *testing.T) {
	but := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("there is no %s", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", "own.yaml:1:1: expected a ledger, got an empty file: remove it, or write confirmations: []"},
		{"a comment alone", "# mine\n", "own.yaml:1:1: expected a ledger, got an empty file: remove it, or write confirmations: []"},
		{"no YAML", "confirmations: [\n", "own.yaml:1:1: not YAML: did not find expected node content"},
		{"no YAML, and no line", "\x00", "own.yaml:1:1: not YAML: control characters are not allowed"},
		{"no YAML behind a document", good + "---\n[\n", "own.yaml:4:1: not YAML: did not find expected node content"},
		{"two documents", good + "---\nconfirmations: []\n", "own.yaml:3:1: expected one document, got another"},
		{"a list", "[]", "own.yaml:1:1: expected a mapping, got a list"},
		{"nothing in it", "{}", "own.yaml:1:1: confirmations: missing"},
		{"scenarios", "scenarios: []\nconfirmations: []\n", "own.yaml:1:1: scenarios: unknown field; there are confirmations"},
		{"no list", "confirmations:\n", "own.yaml:1:15: confirmations: expected a list, got nothing: write [] for none"},
		{"twice", good + "confirmations: []\n", "own.yaml:3:1: confirmations: written twice, first in line 2"},
		{"a list of texts", "confirmations: [create/a]", `own.yaml:1:17: confirmations[0]: expected a mapping, got "create/a"`},
		{"an alias", "confirmations: [&a {}, *a]", "own.yaml:1:17: confirmations[0].date: missing\n" +
			"own.yaml:1:17: confirmations[0].document: missing\n" +
			"own.yaml:1:17: confirmations[0].scenario: missing\n" +
			"own.yaml:1:17: confirmations[0].target: missing\n" +
			"own.yaml:1:17: confirmations[0].tool: missing\n" +
			"own.yaml:1:17: confirmations[0].version: missing\n" +
			"own.yaml:1:24: confirmations[1]: expected a mapping, got an alias"},
		{"a misspelt field", but("date:", "dat:"), "own.yaml:2:5: confirmations[0].date: missing\n" +
			"own.yaml:2:76: confirmations[0].dat: unknown field; there are scenario, version, target, date, document, tool"},
		{"a field of two lines", but("date:", `"d\ne":`), "own.yaml:2:5: confirmations[0].date: missing\n" +
			`own.yaml:2:76: confirmations[0]."d\ne": unknown field; there are scenario, version, target, date, document, tool`},
		{"a list as a field", but("date:", "[a]:"), "own.yaml:2:5: confirmations[0].date: missing\n" +
			"own.yaml:2:76: confirmations[0].: unknown field; there are scenario, version, target, date, document, tool"},
		{"no scenario", but("create/a", "a"), `own.yaml:2:16: confirmations[0].scenario: expected the id of a scenario, such as create/secret-is-shown-once, got "a"`},
		{"no version", but("v2026", "2026"), `own.yaml:2:35: confirmations[0].version: expected a version of the API such as v2026, or oauth for none, got "2026"`},
		{"an address as the target", but(tenant, "https://"+tenant), `own.yaml:2:50: confirmations[0].target: expected a host, such as acme.api.identitynow.com, got "https://` + tenant + `"`},
		{"no target", but(tenant, ""), "own.yaml:2:50: confirmations[0].target: expected a host, such as acme.api.identitynow.com, got nothing"},
		{"a day", but("T12:00:00Z", ""), "own.yaml:2:82: confirmations[0].date: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got 2026-01-31"},
		{"no such day", but("01-31", "02-30"), "own.yaml:2:82: confirmations[0].date: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got 2026-02-30T12:00:00Z"},
		{"before the first year", but("2026-01-31T12:00:00Z", "0000-01-01T00:00:00Z"), "own.yaml:2:82: confirmations[0].date: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got 0000-01-01T00:00:00Z"},
		{"a list as the date", but("2026-01-31T12:00:00Z", "[]"), "own.yaml:2:82: confirmations[0].date: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got a list"},
		{"a short hash", but(hash, "9f86"), `own.yaml:2:114: confirmations[0].document: expected 64 lower-case hexadecimal digits, the SHA-256 of a document in effect, got "9f86"`},
		{"a tool of two lines", but("patmock v1.2.3", `"a\nb"`), `own.yaml:2:186: confirmations[0].tool: expected the program with its version, got "a\nb"`},
		{"the same again", good + strings.TrimPrefix(good, "confirmations:\n"), "own.yaml:3:5: confirmations[1]: the same scenario, version and target as in line 2: keep one of them"},
		{
			"wrong twice, which is not the same", "confirmations:\n- {scenario: A, version: v3, target: a, date: 2026-01-31T12:00:00Z, document: " + hash + ", tool: a}\n" +
				"- {scenario: B, version: v3, target: a, date: 2026-01-31T12:00:00Z, document: " + hash + ", tool: a}\n",
			"own.yaml:2:14: confirmations[0].scenario: expected the id of a scenario, such as create/secret-is-shown-once, got \"A\"\n" +
				"own.yaml:3:14: confirmations[1].scenario: expected the id of a scenario, such as create/secret-is-shown-once, got \"B\"",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parity.ReadOwn("own.yaml", []byte(tt.text))
			if err == nil {
				t.Fatal("no mistake is found")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	l, err := parity.Read("parity.yaml", []byte("scenarios:\n  - {id: token/a, standing: observed, versions: [oauth]}\n"+
		"  - {id: create/a, standing: assumed, question: true, versions: [v2026, v1]}\n"+good))
	if err != nil {
		t.Fatal(err)
	}
	want := []parity.Scenario{
		{ID: "token/a", Standing: standing.Observed, Versions: []version.Version{""}},
		{ID: "create/a", Standing: standing.Assumed, Question: true, Versions: []version.Version{version.V2026, version.V1}},
	}
	if diff := cmp.Diff(want, l.Scenarios); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
	if len(l.Confirmations) != 1 {
		t.Errorf("%d confirmations, want 1", len(l.Confirmations))
	}
}

func TestMistakesOfThePublished(t *testing.T) {
	tests := []struct{ name, entry, want string }{
		{"standing", "{id: create/a, standing: confirmed, versions: []}", `3:30: scenarios[1].standing: expected published, observed or assumed, got "confirmed"`},
		{"question", "{id: create/a, standing: assumed, question: maybe, versions: []}", `3:49: scenarios[1].question: expected true or false, got "maybe"`},
		{"question in quotes", `{id: create/a, standing: assumed, question: "true", versions: []}`, `3:49: scenarios[1].question: expected true or false, got "true"`},
		{"version", "{id: create/a, standing: assumed, versions: [v3, v4]}", `3:54: scenarios[1].versions[1]: unknown version "v4": expected one of beta, v3, v2024, v2025, v2026, v1, oauth`},
		{"version again", "{id: create/a, standing: assumed, versions: [v3, v3]}", "3:54: scenarios[1].versions[1]: v3 is there already"},
		{"versions", "{id: create/a, standing: assumed, versions: v3}", `3:49: scenarios[1].versions: expected a list, got "v3": write [] for none`},
		{"id again", "{id: token/a, standing: assumed, versions: [v3]}", "3:10: scenarios[1].id: token/a is there already"},
		{"no versions", "{id: create/a, standing: assumed}", "3:5: scenarios[1].versions: missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "scenarios:\n  - {id: token/a, standing: observed, versions: [oauth]}\n  - " + tt.entry + "\nconfirmations: []\n"
			_, err := parity.Read("parity.yaml", []byte(text))
			if err == nil {
				t.Fatal("no mistake is found")
			}
			if diff := cmp.Diff("parity.yaml:"+tt.want, err.Error()); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a file holds, it is read or its mistakes are told; what is read is written so that it is read as the same.
func FuzzReadOwn(f *testing.F) {
	for _, seed := range []string{good, "", "confirmations: []", "{", "confirmations:\n- &a {<<: *a}", "a: !!binary x", "? [a]\n: b", "%YAML 1.1\n---\n[]", strings.Replace(good, "12:00:00Z", "12:00:00.9+23:59", 1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parity.ReadOwn("own.yaml", data)
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "own.yaml:") {
					t.Errorf("a mistake without its place: %q", line)
				}
			}
			return
		}
		checkRoundTrip(t, l, parity.ReadOwn)
	})
}
