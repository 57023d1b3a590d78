package parity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/parity"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

const (
	day   = 24 * time.Hour
	other = "other.api.identitynow.com"
)

var now = time.Date(2026, 8, 22, 10, 0, 0, 0, time.UTC)

// confirmedAgo returns a confirmation of that age, with the present document and tool.
func confirmedAgo(age time.Duration) parity.Confirmation {
	return parity.Confirmation{Date: now.Add(-age), Document: hash, Tool: "patmock v1.9.0"}
}

func confirmedBy(tool string) parity.Confirmation {
	c := confirmedAgo(day)
	c.Tool = tool
	return c
}

func confirmedUnder(document string) parity.Confirmation {
	c := confirmedAgo(day)
	c.Document = document
	return c
}

// TestLedger_Rows checks the state of create/a in v2026 for different confirmations, by target.
func TestLedger_Rows(t *testing.T) {
	type confirmations map[string]parity.Confirmation
	today := parity.Conditions{
		Now: now, MaxAge: 90 * day, Tool: "patmock v1.9.0", Documents: map[version.Version]string{
			version.V2026: hash,
		},
	}
	ageless, devel, older := today, today, today
	ageless.MaxAge, devel.Tool, older.Tool = 0, "patmock (devel)", "patmock v0.9.0"
	tests := []struct {
		name   string
		today  parity.Conditions
		has    confirmations
		state  parity.State
		target string
		stale  parity.StaleKind
	}{
		{"none", today, nil, parity.Observed, "", ""},
		{"today", today, confirmations{tenant: confirmedAgo(0)}, parity.Confirmed, tenant, ""},
		{
			"maximum age", today,
			confirmations{tenant: confirmedAgo(90 * day)},
			parity.Confirmed,
			tenant, "",
		},
		{
			"a second too old", today,
			confirmations{tenant: confirmedAgo(90*day + time.Second)},
			parity.Stale, tenant, parity.TooOld,
		},
		{
			"old without a maximum age", ageless,
			confirmations{tenant: confirmedAgo(9000 * day)},
			parity.Confirmed, tenant, "",
		},
		{
			"tomorrow", today,
			confirmations{tenant: confirmedAgo(-day)},
			parity.Stale, tenant,
			parity.FutureDate,
		},
		{
			"tomorrow without a maximum age", ageless,
			confirmations{tenant: confirmedAgo(-day)},
			parity.Stale, tenant, parity.FutureDate,
		},
		{
			"another document", today,
			confirmations{tenant: confirmedUnder(strings.Repeat("0", 64))},
			parity.Stale, tenant, parity.DocumentChanged,
		},
		{
			"another minor of the tool", today,
			confirmations{tenant: confirmedBy("patmock v1.2.3")},
			parity.Confirmed, tenant, "",
		},
		{
			"an older major of the tool", today,
			confirmations{tenant: confirmedBy("patmock v0.9.0")},
			parity.Stale, tenant, parity.OlderMajor,
		},
		{
			"a newer major of the tool", older,
			confirmations{tenant: confirmedBy("patmock v1.9.0")},
			parity.Confirmed, tenant, "",
		},
		{
			"development build", today,
			confirmations{tenant: confirmedBy("patmock (devel)")},
			parity.Confirmed, tenant, "",
		},
		{
			"present development build", devel,
			confirmations{tenant: confirmedBy("patmock v0.9.0")},
			parity.Confirmed, tenant, "",
		},
		{
			"rehearsed", today,
			confirmations{"127.0.0.1": confirmedAgo(day)},
			parity.Rehearsed, "127.0.0.1",
			"",
		},
		{
			"rehearsed too long ago", today,
			confirmations{"127.0.0.1": confirmedAgo(91 * day)},
			parity.Observed, "", "",
		},
		{
			"the latest of two", today,
			confirmations{tenant: confirmedAgo(2 * day), other: confirmedAgo(day)},
			parity.Confirmed, other, "",
		},
		{
			"the latest of two, listed first", today, confirmations{
				tenant: confirmedAgo(day), other: confirmedAgo(2 * day),
			}, parity.Confirmed, tenant, "",
		},
		{
			"a tenant before a later rehearsal", today, confirmations{
				"127.0.0.1": confirmedAgo(0), tenant: confirmedAgo(day),
			}, parity.Confirmed, tenant, "",
		},
		{
			"a stale confirmation before a rehearsal", today, confirmations{
				"127.0.0.1": confirmedAgo(0), tenant: confirmedAgo(91 * day),
			}, parity.Stale, tenant, parity.TooOld,
		},
		{
			"a valid one before a later stale one", today, confirmations{
				tenant: confirmedAgo(day), other: confirmedAgo(-day),
			}, parity.Confirmed, tenant, "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := parity.Scenario{
				ID: "create/a", Evidence: evidence.Observed, Versions: []version.Version{
					version.V3, version.V2026,
				},
			}
			l := &parity.Ledger{
				Scenarios: []parity.Scenario{s},
				Confirmations: map[parity.Key]parity.Confirmation{
					{Scenario: "create/b", Version: version.V2026, Target: tenant}: confirmedAgo(0),
				},
			}
			for target, c := range tt.has {
				l.Confirmations[parity.Key{
					Scenario: "create/a", Version: version.V2026, Target: target,
				}] = c
			}
			want := []parity.Row{
				{Scenario: s, Version: version.V3, State: parity.Observed},
				{
					Scenario: s, Version: version.V2026, State: tt.state, Target: tt.target,
					Confirmation: tt.has[tt.target], Stale: tt.stale,
				},
			}
			got := l.Rows(tt.today)
			if diff := cmp.Diff(want, got,
				cmpopts.IgnoreFields(parity.Row{}, "StaleReason")); diff != "" {
				t.Fatalf("rows (-want +got):\n%s", diff)
			}
			if tt.stale != "" {
				golden.Check(t, "testdata/messages.golden", "stale "+string(tt.stale),
					got[1].StaleReason)
			} else if got[1].StaleReason != "" {
				t.Errorf("stale reason is %q", got[1].StaleReason)
			}
		})
	}
}

// TestLedger_Rows_OpenQuestion checks that a confirmation of an open question has no effect.
func TestLedger_Rows_OpenQuestion(t *testing.T) {
	s := parity.Scenario{
		ID: "create/a", Evidence: evidence.Assumed, Question: true, Versions: []version.Version{""},
	}
	l := &parity.Ledger{
		Scenarios: []parity.Scenario{s}, Confirmations: map[parity.Key]parity.Confirmation{
			{Scenario: "create/a", Target: tenant}: confirmedAgo(day),
		},
	}
	want := []parity.Row{{Scenario: s, State: parity.Assumed}}
	if diff := cmp.Diff(want,
		l.Rows(parity.Conditions{
			Now: now, Documents: map[version.Version]string{"": hash},
		})); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestDocuments(t *testing.T) {
	got, err := parity.Documents()
	if err != nil {
		t.Fatal(err)
	}
	want := map[version.Version]string{}
	for name, v := range map[string]version.Version{
		"beta": version.Beta, "v3": version.V3, "v2024": version.V2024, "v2025": version.V2025,
		"v2026": version.V2026, "v1": version.V1, "oauth": "",
	} {
		d, err := spec.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		want[v] = d.Hash()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hashes (-want +got):\n%s", diff)
	}
}
