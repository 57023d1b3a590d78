package parity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/patmock/contracttests/parity"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

func TestKey_IsRehearsal(t *testing.T) {
	tests := []struct {
		target string
		want   bool
	}{
		{"127.0.0.1", true},
		{"127.9.9.9", true},
		{"::1", true},
		{"localhost", true},
		{"LOCALHOST", true},
		{"mock.localhost", true},
		{"192.0.2.7", true},
		{"2001:db8::7", true},
		{"mock", true},
		{"mock.", true},
		{"host.docker.internal", true},
		{"patmock.local", true},
		{"acme.TEST", true},
		{tenant, false},
		{tenant + ".", false},
		{"acme.identitynow-demo.com", false},
		{"localhost.acme.com", false},
		{"127.0.0.1.acme.com", false},
	}
	for _, tt := range tests {
		if got := (parity.Key{Target: tt.target}).IsRehearsal(); got != tt.want {
			t.Errorf("IsRehearsal of %s is %t, want %t", tt.target, got, tt.want)
		}
	}
}

func TestLedger_UnknownKeys(t *testing.T) {
	base := &parity.Ledger{
		Scenarios: []parity.Scenario{
			{ID: "create/a", Evidence: evidence.Assumed, Versions: []version.Version{version.V3}},
		},
	}
	own := &parity.Ledger{Confirmations: map[parity.Key]parity.Confirmation{
		{Scenario: "create/a", Version: version.V3, Target: tenant}:   {},
		{Scenario: "create/a", Version: version.V1, Target: tenant}:   {},
		{Scenario: "create/b", Version: "", Target: tenant}:           {},
		{Scenario: "create/a", Version: "v2027", Target: "127.0.0.1"}: {},
	}}
	want := []parity.Key{
		{Scenario: "create/a", Version: version.V1, Target: tenant},
		{Scenario: "create/a", Version: "v2027", Target: "127.0.0.1"},
		{Scenario: "create/b", Version: "", Target: tenant},
	}
	got := own.UnknownKeys(base)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	for _, k := range got {
		golden.Check(t, "testdata/messages.golden",
			fmt.Sprintf("%s/%s in %q", golden.Key(t), k.Scenario, k.Version), k.UnknownWarning())
	}
}

// Generators of the values of a ledger.
var (
	ids      = rapid.StringMatching(`[a-z]{1,8}/[a-z0-9][a-z0-9-]{0,12}`)
	versions = rapid.SampledFrom([]version.Version{
		"", version.Beta, version.V3, version.V2024, version.V2025, version.V2026, version.V1,
	})
	targets = rapid.SampledFrom([]string{
		tenant, "other.api.identitynow.com", "127.0.0.1", "::1", "localhost", "1e3", "no", "null",
	})
	tools = rapid.SampledFrom([]string{
		"patmock v1.2.3", "patmock (devel)", "1.0", "true", "a: b # c", `"`, "- x", "~",
	})
	hashes = rapid.StringMatching(`[0-9a-f]{64}|[0-9]{64}|[0-9]{30}e[0-9]{33}`)
)

func drawScenarios(t *rapid.T) []parity.Scenario {
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) parity.Scenario {
		return parity.Scenario{
			ID: ids.Draw(t, "id"),
			Evidence: rapid.SampledFrom([]evidence.Level{
				evidence.Published, evidence.Observed, evidence.Assumed,
			}).Draw(t, "evidence"),
			Question: rapid.Bool().Draw(t, "question"),
			Versions: rapid.SliceOfNDistinct(versions, 1, 4, rapid.ID).Draw(t, "versions"),
		}
	}), 1, 5, func(s parity.Scenario) string { return s.ID }).Draw(t, "scenarios")
}

// drawOwn draws a ledger that is partly about the scenarios.
func drawOwn(t *rapid.T, about []parity.Scenario) *parity.Ledger {
	l := &parity.Ledger{Confirmations: map[parity.Key]parity.Confirmation{}}
	for range rapid.IntRange(0, 8).Draw(t, "confirmations") {
		k := parity.Key{
			Scenario: ids.Draw(t, "scenario"), Version: versions.Draw(t, "version"),
			Target: targets.Draw(t, "target"),
		}
		if len(about) > 0 && rapid.Bool().Draw(t, "known") {
			s := rapid.SampledFrom(about).Draw(t, "about")
			k.Scenario, k.Version = s.ID, rapid.SampledFrom(s.Versions).Draw(t, "in")
		}
		l.Confirmations[k] = parity.Confirmation{
			Date:     time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "date"), 0).UTC(),
			Document: hashes.Draw(t, "document"), Tool: tools.Draw(t, "tool"),
		}
	}
	return l
}

// TestLedger_RoundTrip checks that written ledgers are read and written unchanged.
func TestLedger_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := &parity.Ledger{Scenarios: drawScenarios(t)}
		own := drawOwn(t, base.Scenarios)
		checkRoundTrip(t, own, parity.ReadOwn)
		checkRoundTrip(t, own.WithBase(base), parity.Read)
	})
}

func checkRoundTrip(
	t rapid.TB, l *parity.Ledger, read func(string, []byte) (*parity.Ledger, error),
) {
	t.Helper()
	text := l.YAML()
	again, err := read("again.yaml", text)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	if diff := cmp.Diff(l, again); diff != "" {
		t.Errorf("ledger after reading (-want +got):\n%s\n%s", diff, text)
	}
	if second := again.YAML(); string(second) != string(text) {
		t.Errorf("second text:\n%s\nwant\n%s", second, text)
	}
	for line := range strings.Lines(string(text)) {
		if entry := strings.TrimSpace(line); entry != "" && !strings.HasPrefix(entry, "#") &&
			!strings.HasPrefix(entry, "- {") && entry != "schema: 1" &&
			!strings.Contains(entry, "s:") {
			t.Errorf("an entry has more than one line: %q", line)
		}
	}
}

// TestLedger_WithBase checks that the scenarios are those of the base, that no confirmation is
// lost, that the own ones take precedence, and that WithBase is idempotent.
func TestLedger_WithBase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := &parity.Ledger{Scenarios: drawScenarios(t)}
		base.Confirmations = drawOwn(t, base.Scenarios).Confirmations
		own := drawOwn(t, base.Scenarios)
		both := own.WithBase(base)
		if diff := cmp.Diff(both, own.WithBase(both)); diff != "" {
			t.Errorf("once and twice (-once +twice):\n%s", diff)
		}
		if diff := cmp.Diff(base.Scenarios, both.Scenarios); diff != "" {
			t.Errorf("scenarios (-base +both):\n%s", diff)
		}
		for k, c := range base.Confirmations {
			want := c
			if upper, over := own.Confirmations[k]; over {
				want = upper
			}
			if both.Confirmations[k] != want {
				t.Errorf("%v is %v, want %v", k, both.Confirmations[k], want)
			}
		}
		for k, c := range own.Confirmations {
			if both.Confirmations[k] != c {
				t.Errorf("%v is %v, want %v", k, both.Confirmations[k], c)
			}
		}
	})
}
