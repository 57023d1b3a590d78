package parity_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/parity"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

func TestLedger_Update(t *testing.T) {
	base := &parity.Ledger{Scenarios: []parity.Scenario{
		{
			ID: "create/a", Evidence: evidence.Assumed, Versions: []version.Version{
				version.V3, version.V2026,
			},
		},
		{
			ID: "create/question", Evidence: evidence.Assumed, Question: true,
			Versions: []version.Version{version.V3},
		},
	}}
	key := func(scenario, target string) parity.Key {
		return parity.Key{Scenario: scenario, Version: version.V3, Target: target}
	}
	a, atOther, atHome, atHome6 := key("create/a", tenant), key("create/a", other),
		key("create/a", "127.0.0.1"), key("create/a", "::1")
	question := key("create/question", tenant)
	before := parity.Confirmation{Date: now.Add(-day), Document: hash, Tool: "patmock v1.2.3"}
	after := parity.Confirmation{Date: now, Document: hash, Tool: "patmock v1.9.0"}
	type confirmations map[parity.Key]parity.Confirmation
	tests := []struct {
		name    string
		target  string
		has     confirmations
		id      string
		outcome report.Outcome
		want    confirmations
		changes parity.Changes
	}{
		{
			"a pass", tenant, nil, "create/a", report.Pass, confirmations{a: after}, parity.Changes{
				Added: []parity.Key{a},
			},
		},
		{
			"a pass again", tenant,
			confirmations{a: before},
			"create/a", report.Pass,
			confirmations{a: after},
			parity.Changes{Renewed: []parity.Key{a}},
		},
		{
			"a pass at another target", tenant,
			confirmations{atOther: before, atHome: before},
			"create/a", report.Pass,
			confirmations{a: after, atOther: before, atHome: before},
			parity.Changes{Added: []parity.Key{a}},
		},
		{
			"a rehearsal", "127.0.0.1",
			confirmations{a: before},
			"create/a", report.Pass,
			confirmations{a: before, atHome: after},
			parity.Changes{Added: []parity.Key{atHome}},
		},
		{
			"a failure", tenant,
			confirmations{a: before},
			"create/a", report.Fail,
			confirmations{},
			parity.Changes{Removed: []parity.Key{a}},
		},
		{
			"a provisional result", tenant,
			confirmations{a: before},
			"create/a", report.Provisional,
			confirmations{},
			parity.Changes{Removed: []parity.Key{a}},
		},
		{
			"a failure without a confirmation", tenant, nil, "create/a", report.Fail,
			confirmations{},
			parity.Changes{},
		},
		{
			"a failure with confirmations by several tenants", tenant,
			confirmations{a: before, atOther: before, atHome: before},
			"create/a", report.Fail,
			confirmations{atHome: before},
			parity.Changes{Removed: []parity.Key{a, atOther}},
		},
		{
			"a failed rehearsal", "127.0.0.1",
			confirmations{a: before, atHome: before, atHome6: before},
			"create/a", report.Fail,
			confirmations{a: before},
			parity.Changes{Removed: []parity.Key{atHome, atHome6}},
		},
		{
			"a skip", tenant, confirmations{a: before}, "create/a", report.Skip, confirmations{
				a: before,
			}, parity.Changes{},
		},
		{
			"an error", tenant, confirmations{a: before}, "create/a", report.Error, confirmations{
				a: before,
			}, parity.Changes{},
		},
		{
			"a question", tenant, nil, "create/question", report.Provisional,
			confirmations{},
			parity.Changes{},
		},
		{
			"a question that passes", tenant, nil, "create/question", report.Pass,
			confirmations{},
			parity.Changes{},
		},
		{
			"a question with a confirmation", tenant,
			confirmations{question: before},
			"create/question", report.Pass,
			confirmations{question: before},
			parity.Changes{},
		},
		{
			"an unknown scenario", tenant,
			confirmations{a: before},
			"create/b",
			report.Pass,
			confirmations{a: before},
			parity.Changes{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			own := &parity.Ledger{Confirmations: map[parity.Key]parity.Confirmation{}}
			maps.Copy(own.Confirmations, tt.has)
			run := parity.Run{
				Target:    tt.target,
				Date:      now.Add(900 * time.Millisecond).In(time.FixedZone("", 3600)),
				Tool:      "patmock v1.9.0",
				Documents: map[version.Version]string{version.V3: hash},
			}
			changes := own.Update(base, run, []report.Result{
				{ID: tt.id, Version: version.V3, Outcome: tt.outcome},
			})
			if diff := cmp.Diff(tt.want, confirmations(own.Confirmations)); diff != "" {
				t.Errorf("confirmations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if none := len(tt.changes.Added)+len(tt.changes.Renewed)+
				len(tt.changes.Removed) == 0; changes.IsEmpty() != none {
				t.Errorf("IsEmpty is %t, want %t", changes.IsEmpty(), none)
			}
		})
	}
}
