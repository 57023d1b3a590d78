package parity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/parity"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

const (
	tenant = "acme.api.identitynow.com"
	hash   = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	good   = "confirmations:\n" +
		"  - {scenario: create/a, version: v2026, target: " + tenant +
		", date: 2026-01-31T12:00:00Z, document: " + hash + ", tool: patmock v1.2.3}\n"
)

func TestReadOwn(t *testing.T) {
	tests := []struct {
		name, text string
		want       map[parity.Key]parity.Confirmation
	}{
		{"one", good, map[parity.Key]parity.Confirmation{
			{Scenario: "create/a", Version: version.V2026, Target: tenant}: {
				Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: hash,
				Tool: "patmock v1.2.3",
			},
		}},
		{"none", "confirmations: []\n", map[parity.Key]parity.Confirmation{}},
		{
			"block style, no version, another time zone, fraction, digits as document",
			"# mine\nconfirmations:\n- scenario: token/a\n  version: oauth\n  target: \"::1\"\n  " +
				"date: 2026-01-31T13:00:00.9+01:00\n  document: " +
				strings.Repeat("1", 64) + "\n  tool: \"(devel)\"\n",
			map[parity.Key]parity.Confirmation{
				{Scenario: "token/a", Target: "::1"}: {
					Date:     time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC),
					Document: strings.Repeat("1", 64), Tool: "(devel)",
				},
			},
		},
		{
			"version and scenario of a newer patmock",
			strings.NewReplacer("create/a", "share/b", "v2026", "v2027").Replace(good),
			map[parity.Key]parity.Confirmation{
				{Scenario: "share/b", Version: "v2027", Target: tenant}: {
					Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: hash,
					Tool: "patmock v1.2.3",
				},
			},
		},
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

func errorAt(line, column int, field string, kind strictyaml.Kind) strictyaml.Error {
	return strictyaml.Error{Line: line, Column: column, Field: field, Kind: kind}
}

// checkErrors compares the errors, and their messages with the golden file.
func checkErrors(t *testing.T, want strictyaml.Errors, err error) {
	t.Helper()
	got, ok := errors.AsType[strictyaml.Errors](err)
	if !ok {
		t.Fatalf("error %v, want %v", err, want)
	}
	if diff := cmp.Diff(want, got,
		cmpopts.IgnoreFields(strictyaml.Error{}, "Source", "Message", "Unknown",
			"Suggestion")); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	golden.Check(t, "testdata/messages.golden", golden.Key(t), err.Error())
}

func TestReadOwn_Errors(t *testing.T) {
	replaceIn := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the text has no %s", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	type wrong = strictyaml.Errors // without messages
	tests := []struct {
		name, text string
		want       wrong
	}{
		{"empty", "", wrong{errorAt(1, 1, "", strictyaml.Empty)}},
		{"only a comment", "# mine\n", wrong{errorAt(1, 1, "", strictyaml.Empty)}},
		{"no YAML", "confirmations: [\n", wrong{errorAt(1, 1, "", strictyaml.Syntax)}},
		{"control character", "\x00", wrong{errorAt(1, 1, "", strictyaml.Syntax)}},
		{
			"no YAML after a document", good + "---\n[\n", wrong{
				errorAt(4, 1, "", strictyaml.Syntax),
			},
		},
		{
			"two documents", good + "---\nconfirmations: []\n", wrong{
				errorAt(3, 1, "", strictyaml.ManyDocuments),
			},
		},
		{"a list", "[]", wrong{errorAt(1, 1, "", strictyaml.WrongType)}},
		{"empty mapping", "{}", wrong{errorAt(1, 1, "confirmations", strictyaml.MissingField)}},
		{
			"scenarios", "scenarios: []\nconfirmations: []\n", wrong{
				errorAt(1, 1, "scenarios", strictyaml.UnknownField),
			},
		},
		{
			"newer schema", "schema: 2\nflavours: []\n", wrong{
				errorAt(1, 1, "schema", strictyaml.UnsupportedSchema),
			},
		},
		{
			"invalid schema", good + "schema: 0\n", wrong{
				errorAt(3, 1, "schema", strictyaml.UnsupportedSchema),
			},
		},
		{
			"schema as text", good + "schema: first\n", wrong{
				errorAt(3, 1, "schema", strictyaml.WrongType),
			},
		},
		{
			"misspelt schema", good + "shcema: 1\n", wrong{
				errorAt(3, 1, "shcema", strictyaml.UnknownField),
			},
		},
		{
			"no list", "confirmations:\n", wrong{
				errorAt(1, 1, "confirmations", strictyaml.WrongType),
			},
		},
		{
			"duplicate field", good + "confirmations: []\n", wrong{
				errorAt(3, 1, "confirmations", strictyaml.Duplicate),
			},
		},
		{
			"a list of texts", "confirmations: [create/a]", wrong{
				errorAt(1, 17, "confirmations[0]", strictyaml.WrongType),
			},
		},
		{"an alias", "confirmations: [&a {}, *a]", wrong{
			errorAt(1, 17, "confirmations[0].scenario", strictyaml.MissingField),
			errorAt(1, 17, "confirmations[0].version", strictyaml.MissingField),
			errorAt(1, 17, "confirmations[0].target", strictyaml.MissingField),
			errorAt(1, 17, "confirmations[0].date", strictyaml.MissingField),
			errorAt(1, 17, "confirmations[0].document", strictyaml.MissingField),
			errorAt(1, 17, "confirmations[0].tool", strictyaml.MissingField),
			errorAt(1, 24, "confirmations[1].scenario", strictyaml.MissingField),
			errorAt(1, 24, "confirmations[1].version", strictyaml.MissingField),
			errorAt(1, 24, "confirmations[1].target", strictyaml.MissingField),
			errorAt(1, 24, "confirmations[1].date", strictyaml.MissingField),
			errorAt(1, 24, "confirmations[1].document", strictyaml.MissingField),
			errorAt(1, 24, "confirmations[1].tool", strictyaml.MissingField),
		}},
		{
			"a misspelt field", replaceIn("date:", "dat:"), wrong{
				errorAt(2, 5, "confirmations[0].date", strictyaml.MissingField),
				errorAt(2, 76, "confirmations[0].dat", strictyaml.UnknownField),
			},
		},
		{
			"a field of two lines", replaceIn("date:", `"d\ne":`), wrong{
				errorAt(2, 5, "confirmations[0].date", strictyaml.MissingField),
				errorAt(2, 76, `confirmations[0]."d\ne"`, strictyaml.UnknownField),
			},
		},
		{
			"a list as a field", replaceIn("date:", "[a]:"), wrong{
				errorAt(2, 5, "confirmations[0].date", strictyaml.MissingField),
				errorAt(2, 76, `confirmations[0].""`, strictyaml.BadKey),
			},
		},
		{
			"no scenario", replaceIn("create/a", "a"), wrong{
				errorAt(2, 6, "confirmations[0].scenario", strictyaml.BadValue),
			},
		},
		{
			"no version", replaceIn("v2026", "2026"), wrong{
				errorAt(2, 26, "confirmations[0].version", strictyaml.BadValue),
			},
		},
		{
			"an address as the target", replaceIn(tenant, "https://"+tenant), wrong{
				errorAt(2, 42, "confirmations[0].target", strictyaml.BadValue),
			},
		},
		{
			"no target", replaceIn(tenant, ""), wrong{
				errorAt(2, 42, "confirmations[0].target", strictyaml.WrongType),
			},
		},
		{
			"a day", replaceIn("T12:00:00Z", ""), wrong{
				errorAt(2, 76, "confirmations[0].date", strictyaml.BadValue),
			},
		},
		{
			"no such day", replaceIn("01-31", "02-30"), wrong{
				errorAt(2, 76, "confirmations[0].date", strictyaml.BadValue),
			},
		},
		{
			"before the first year", replaceIn("2026-01-31T12:00:00Z", "0000-01-01T00:00:00Z"),
			wrong{
				errorAt(2, 76, "confirmations[0].date", strictyaml.BadValue),
			},
		},
		{
			"a list as the date", replaceIn("2026-01-31T12:00:00Z", "[]"), wrong{
				errorAt(2, 76, "confirmations[0].date", strictyaml.WrongType),
			},
		},
		{
			"a short hash", replaceIn(hash, "9f86"), wrong{
				errorAt(2, 104, "confirmations[0].document", strictyaml.BadValue),
			},
		},
		{
			"a tool of two lines", replaceIn("patmock v1.2.3", `"a\nb"`), wrong{
				errorAt(2, 180, "confirmations[0].tool", strictyaml.BadValue),
			},
		},
		{
			"duplicate confirmation", good + strings.TrimPrefix(good, "confirmations:\n"), wrong{
				errorAt(3, 5, "confirmations[1]", strictyaml.Duplicate),
			},
		},
		{
			"two invalid scenarios are no duplicates",
			"confirmations:\n- {scenario: A, version: v3, target: a, date: 2026-01-31T12:00:00Z, " +
				"document: " + hash + ", tool: a}\n" +
				"- {scenario: B, version: v3, target: a, date: 2026-01-31T12:00:00Z, document: " +
				hash + ", tool: a}\n",
			wrong{
				errorAt(2, 4, "confirmations[0].scenario", strictyaml.BadValue),
				errorAt(3, 4, "confirmations[1].scenario", strictyaml.BadValue),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parity.ReadOwn("own.yaml", []byte(tt.text))
			checkErrors(t, tt.want, err)
		})
	}
}

func TestRead(t *testing.T) {
	l, err := parity.Read("parity.yaml",
		[]byte("scenarios:\n  - {id: token/a, evidence: observed, versions: [oauth]}\n"+
			"  - {id: create/a, evidence: assumed, question: true, versions: [v2026, v1]}\n"+good))
	if err != nil {
		t.Fatal(err)
	}
	want := []parity.Scenario{
		{ID: "token/a", Evidence: evidence.Observed, Versions: []version.Version{""}},
		{
			ID: "create/a", Evidence: evidence.Assumed, Question: true, Versions: []version.Version{
				version.V2026, version.V1,
			},
		},
	}
	if diff := cmp.Diff(want, l.Scenarios); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
	if len(l.Confirmations) != 1 {
		t.Errorf("%d confirmations, want 1", len(l.Confirmations))
	}
}

func TestRead_Errors(t *testing.T) {
	tests := []struct {
		name, entry string
		want        strictyaml.Error // without its message
	}{
		{
			"evidence", "{id: create/a, evidence: confirmed, versions: []}",
			errorAt(3, 20, "scenarios[1].evidence", strictyaml.BadValue),
		},
		{
			"question", "{id: create/a, evidence: assumed, question: maybe, versions: []}",
			errorAt(3, 39, "scenarios[1].question", strictyaml.WrongType),
		},
		{
			"question in quotes",
			`{id: create/a, evidence: assumed, question: "true", versions: []}`,
			errorAt(3, 39, "scenarios[1].question", strictyaml.WrongType),
		},
		{
			"version", "{id: create/a, evidence: assumed, versions: [v3, v4]}",
			errorAt(3, 54, "scenarios[1].versions[1]", strictyaml.BadValue),
		},
		{
			"duplicate version", "{id: create/a, evidence: assumed, versions: [v3, v3]}",
			errorAt(3, 54, "scenarios[1].versions[1]", strictyaml.Duplicate),
		},
		{
			"versions", "{id: create/a, evidence: assumed, versions: v3}",
			errorAt(3, 39, "scenarios[1].versions", strictyaml.WrongType),
		},
		{
			"duplicate id", "{id: token/a, evidence: assumed, versions: [v3]}",
			errorAt(3, 6, "scenarios[1].id", strictyaml.Duplicate),
		},
		{
			"no versions", "{id: create/a, evidence: assumed}",
			errorAt(3, 5, "scenarios[1].versions", strictyaml.MissingField),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "scenarios:\n  - {id: token/a, evidence: observed, versions: [oauth]}\n  - " +
				tt.entry + "\nconfirmations: []\n"
			_, err := parity.Read("parity.yaml", []byte(text))
			checkErrors(t, strictyaml.Errors{tt.want}, err)
		})
	}
}

// FuzzReadOwn checks that every file is either read or reported with positions, and that a ledger
// survives a round trip.
func FuzzReadOwn(f *testing.F) {
	for _, seed := range []string{
		good, "", "confirmations: []", "{", "confirmations:\n- &a {<<: *a}", "a: !!binary x",
		"? [a]\n: b", "%YAML 1.1\n---\n[]",
		strings.Replace(good, "12:00:00Z", "12:00:00.9+23:59", 1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parity.ReadOwn("own.yaml", data)
		if err != nil {
			all, ok := errors.AsType[strictyaml.Errors](err)
			for _, one := range all {
				if one.Source != "own.yaml" || one.Line < 1 || one.Column < 1 || one.Kind == "" ||
					strings.Contains(one.Error(), "\n") {
					t.Errorf("an error without a position, or with two lines: %+v", one)
				}
			}
			if !ok || len(all) == 0 {
				t.Errorf("an error of another type: %v", err)
			}
			return
		}
		checkRoundTrip(t, l, parity.ReadOwn)
	})
}
