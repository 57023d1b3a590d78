package parity_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/parity"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
)

// With -update, TestPublished_MatchesContract writes the published ledger as well.
func TestMain(m *testing.M) { golden.Main(m) }

// contract returns the expected scenarios of the ledger.
func contract() []parity.Scenario {
	var all []parity.Scenario
	for _, s := range scenarios.All() {
		row := parity.Scenario{ID: s.ID, Evidence: s.Evidence, Question: s.OpenQuestion}
		for _, c := range contracttests.Select([]contracttests.Scenario{s},
			contracttests.Options{}) {
			row.Versions = append(row.Versions, c.Version)
		}
		all = append(all, row)
	}
	return all
}

func published(t testing.TB) *parity.Ledger {
	t.Helper()
	l, err := parity.Read("parity.yaml", fixtures.Parity())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestPublished_MatchesContract checks that the published ledger has exactly the scenarios of the
// contract, in the format of YAML.
func TestPublished_MatchesContract(t *testing.T) {
	want := &parity.Ledger{Scenarios: contract()}
	text := want.YAML()
	if golden.Update() {
		if err := os.WriteFile(filepath.Join("..", "..", "fixtures", "parity.yaml"), text,
			0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("written: run again without -update")
	}
	if diff := cmp.Diff(want.Scenarios, published(t).Scenarios); diff != "" {
		t.Fatalf("the ledger (-contract +ledger; go test ./contracttests/parity -update writes "+
			"it):\n%s", diff)
	}
	if diff := cmp.Diff(string(text), string(fixtures.Parity())); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
}

// TestPublished_HasNoConfirmations checks that patmock ships without confirmations. No real tenant
// was tested.
func TestPublished_HasNoConfirmations(t *testing.T) {
	if confirmed := published(t).Confirmations; len(confirmed) > 0 {
		t.Errorf("the published ledger has %d confirmations", len(confirmed))
	}
}
