package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/parity"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

const tenantHost = "acme.api.identitynow.com"

// writeParity writes a local ledger.
func writeParity(t *testing.T, confirmations map[parity.Key]parity.Confirmation) string {
	t.Helper()
	text := (&parity.Ledger{Confirmations: confirmations}).YAML()
	path := filepath.Join(t.TempDir(), "parity.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readParity(t *testing.T, path string) map[parity.Key]parity.Confirmation {
	t.Helper()
	l, err := parity.ReadOwn(path, []byte(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	return l.Confirmations
}

// Confirmations under the current documents count, for parity and for the reports of runs.
func TestContractParity_CountsConfirmations(t *testing.T) {
	documents, err := parity.Documents()
	if err != nil {
		t.Fatal(err)
	}
	const id = "create/secret-is-shown-once"
	ago := func(age time.Duration) parity.Confirmation {
		return parity.Confirmation{
			Date: time.Now().Add(-age), Document: documents[version.V3], Tool: "patmock v1.2.3",
		}
	}
	key := func(v version.Version) parity.Key {
		return parity.Key{Scenario: id, Version: v, Target: tenantHost}
	}
	path := writeParity(t, map[parity.Key]parity.Confirmation{
		// under the document of v3
		key(version.V3): ago(24 * time.Hour), key(version.V2026): ago(24 * time.Hour),
	})
	got := command(t.Context(), nil, "contract", "parity", "--parity", path, "--run", "^"+id,
		"--versions", "v3,v2026,v1", "--format", "json")
	var output struct {
		Counts map[string]map[string]int
		Rows   []struct {
			Version, State, Why string
			Confirmation        *struct{ Target, Document, Tool string }
		}
	}
	if err := json.Unmarshal([]byte(got.stdout), &output); err != nil || got.code != cli.ExitOK {
		t.Fatalf("exit code %d, %v: %s%s", got.code, err, got.stdout, got.stderr)
	}
	states := map[string]string{}
	for _, row := range output.Rows {
		states[row.Version] = row.State
		if (row.State == "published") != (row.Confirmation == nil) ||
			row.Confirmation != nil && row.Confirmation.Target != tenantHost {
			t.Errorf("%s is %s by %v", row.Version, row.State, row.Confirmation)
		}
	}
	if diff := cmp.Diff(map[string]string{"v3": "confirmed", "v2026": "stale", "v1": "published"},
		states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	want := map[string]int{
		"confirmed": 1, "stale": 1, "rehearsed": 0, "published": 1, "observed": 0, "assumed": 0,
	}
	if diff := cmp.Diff(want, output.Counts["all"]); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if got := command(t.Context(), nil, "contract", "parity", "--parity", path, "--run",
		"^"+id+"/v3", "--max-age", "23h", "--fail-on", "stale"); got.code != cli.ExitFailed {
		t.Errorf("exit code %d of what is older than 23 hours, want %d: %s", got.code,
			cli.ExitFailed, got.stdout)
	}
	got = command(t.Context(), nil, "contract", "run", "--parity", path, "--run", "^"+id,
		"--versions", "v3,v2026,v1", "--report", "json=-")
	r, err := report.Read(strings.NewReader(got.stdout))
	if err != nil {
		t.Fatalf("%v: %s", err, got.stderr)
	}
	if diff := cmp.Diff(&report.Confirmed{Confirmed: 1, Unconfirmed: 2}, r.Confirmed); diff != "" {
		t.Errorf("proven (-want +got):\n%s", diff)
	}
}

// tenantLikeInProcess serves a tenant without a control API on loopback. It calls met with the
// number of each request, except the one that detects a patmock.
func tenantLikeInProcess(
	t *testing.T, met func(n int64),
) (address string, variables map[string]string) {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockserver.New(mockserver.Config{
		Profile: profile, SeparateControl: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_mock/health" {
			met(n.Add(1))
		}
		mock.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	tenant, err := fixtures.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	login, err := tenant.LoginToken("jane.doe")
	if err != nil {
		t.Fatal(err)
	}
	return server.URL, map[string]string{
		"SAIL_CLIENT_ID": login.ID, "SAIL_CLIENT_SECRET": login.Secret,
	}
}

// An interrupted run records the scenarios that it completed.
func TestContractRun_RecordsCompletedCasesWhenInterrupted(t *testing.T) {
	const chosen = "^token/(urlencoded-form|query|wrong-id|no-credentials|no-grant|" +
		"info-needs-no-login)"
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	target, variables := tenantLikeInProcess(t, func(n int64) {
		if n == 6 {
			interrupt()
		}
	})
	lost := parity.Key{Scenario: "token/info-needs-no-login", Target: "127.0.0.1"}
	before := parity.Confirmation{
		Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: strings.Repeat("0", 64),
		Tool: "patmock v1.2.3",
	}
	path := writeParity(t, map[parity.Key]parity.Confirmation{lost: before})
	got := command(ctx, variables, "contract", "run", "--target", target, "--run", chosen,
		"--update-parity", "--parity", path, "--report", "json=-")
	if got.code != cli.ExitInterrupted {
		t.Fatalf("exit code %d, want %d: %s", got.code, cli.ExitInterrupted, got.stderr)
	}
	r, err := report.Read(strings.NewReader(got.stdout))
	if err != nil {
		t.Fatal(err)
	}
	want, skipped := map[parity.Key]bool{lost: true}, 0
	for _, result := range r.Results {
		if result.Outcome == report.Skip {
			skipped++
		}
		if result.Outcome == report.Pass {
			want[parity.Key{
				Scenario: result.ID, Version: result.Version, Target: "127.0.0.1",
			}] = true
		}
	}
	if len(want) < 2 || skipped == 0 {
		t.Errorf("%d passed and %d were skipped, want some of both", len(want)-1, skipped)
	}
	confirmed := map[parity.Key]bool{}
	for k := range readParity(t, path) {
		confirmed[k] = true
	}
	if diff := cmp.Diff(want, confirmed); diff != "" {
		t.Errorf("confirmations (-done +written):\n%s", diff)
	}
	if again := readParity(t, path)[lost]; again != before {
		t.Errorf("what was not tried is now %v, want %v", again, before)
	}
}

// The exit code reports an interruption even if the report cannot be written.
func TestContractRun_InterruptedWithoutReport(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	target, variables := tenantLikeInProcess(t, func(n int64) {
		if n == 6 {
			_ = os.RemoveAll(dir)
			interrupt()
		}
	})
	got := command(ctx, variables, "contract", "run", "--target", target, "--run",
		"^token/(urlencoded-form|query|wrong-id|no-credentials|no-grant)", "--report",
		"json="+filepath.Join(dir, "report.json"))
	got.check(t, cli.ExitInterrupted, "")
	checkMessage(t, golden.Key(t), strings.ReplaceAll(got.stderr, dir, "FOLDER"))
}

// A ledger that cannot be written is reported before any request is sent.
func TestContractRun_ValidatesLedgerFirst(t *testing.T) {
	var requested atomic.Int64
	target, variables := tenantLikeInProcess(t, requested.Store)
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("confirmations: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := []string{"contract", "run", "--target", target, "--run", "^token/query"}
	for name, more := range map[string][]string{
		"wrong":          {"--parity", wrong},
		"wrong to write": {"--parity", wrong, "--update-parity"},
		"no folder": {
			"--parity", filepath.Join(wrong, "no", "parity.yaml"), "--update-parity",
		},
		"no file": {"--parity", filepath.Join(t.TempDir(), "none.yaml")},
	} {
		got := command(t.Context(), variables, append(base, more...)...)
		if got.code != cli.ExitUsage || got.stdout != "" || requested.Load() > 0 {
			t.Errorf("%s: exit code %d after %d requests, want %d after none: %s%s", name, got.code,
				requested.Load(), cli.ExitUsage, got.stdout, got.stderr)
		}
	}
	if got := command(t.Context(), variables, base...); got.code != cli.ExitOK ||
		requested.Load() == 0 {
		t.Errorf("exit code %d after %d requests: %s", got.code, requested.Load(), got.stderr)
	}
}

// Confirmations that another run adds during a run are kept.
func TestContractRun_KeepsConcurrentConfirmations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parity.yaml")
	other := parity.Key{
		Scenario: "create/secret-is-shown-once", Version: version.V3, Target: tenantHost,
	}
	confirmation := parity.Confirmation{
		Date: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Document: strings.Repeat("0", 64),
		Tool: "patmock v1.2.3",
	}
	target, variables := tenantLikeInProcess(t, func(n int64) {
		if n == 2 {
			text := (&parity.Ledger{
				Confirmations: map[parity.Key]parity.Confirmation{other: confirmation},
			}).YAML()
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Error(err)
			}
		}
	})
	got := command(t.Context(), variables, "contract", "run", "--target", target, "--run",
		"^token/query", "--update-parity", "--parity", path)
	if got.code != cli.ExitOK {
		t.Fatalf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
	}
	var keys []parity.Key
	for _, k := range []parity.Key{other, {Scenario: "token/query", Target: "127.0.0.1"}} {
		if _, there := readParity(t, path)[k]; there {
			keys = append(keys, k)
		}
	}
	if len(keys) != 2 {
		t.Errorf("of both runs there is %v", keys)
	}
}
