//go:build !windows

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver/control"
)

// A tenantLike is a mock with the faithful profile whose control API is unreachable, so that it
// counts as a real tenant.
type tenantLike struct {
	t       *testing.T
	program string
	dir     string
	base    string
	control *control.Client
	env     []string
}

func newTenantLike(t *testing.T) *tenantLike {
	t.Helper()
	x := &tenantLike{t: t, program: program(t), dir: t.TempDir()}
	serve := exec.Command(x.program, "serve", "--addr", "127.0.0.1:0", "--control-addr",
		"127.0.0.1:0", "--profile", "faithful", "--log-level", "error", "--journal-size", "100000")
	serve.Stderr = os.Stderr
	output, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serve.Process.Kill()
		_ = serve.Wait() // killed
	})
	lines := bufio.NewReader(output)
	x.base = x.addressIn(lines)
	x.control = control.New(control.Config{URL: x.addressIn(lines)})
	who, err := x.control.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x.env = []string{"HOME=" + x.dir, "SAIL_BASE_URL=" + x.base}
	prefixes := map[string]string{
		"jane.doe": "SAIL_", "john.roe": "PATMOCK_SECOND_", "admin": "PATMOCK_ADMIN_",
	}
	for _, u := range who.Users {
		if prefix := prefixes[u.Name]; prefix != "" {
			x.env = append(x.env, prefix+"CLIENT_ID="+u.ClientID,
				prefix+"CLIENT_SECRET="+u.ClientSecret)
		}
	}
	return x
}

// addressIn returns the address in the next line of the mock's output.
func (x *tenantLike) addressIn(lines *bufio.Reader) string {
	x.t.Helper()
	line, err := lines.ReadString('\n')
	address := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || address == "" {
		x.t.Fatalf("the mock says %q, %v", line, err)
	}
	return address
}

func (x *tenantLike) host() string {
	u, err := url.Parse(x.base)
	if err != nil {
		x.t.Fatal(err)
	}
	return u.Host
}

// command returns patmock contract with arguments, in a new directory and with the credentials in
// the environment.
func (x *tenantLike) command(args ...string) *exec.Cmd {
	c := exec.Command(x.program, append([]string{"contract"}, args...)...)
	c.Dir, c.Env = x.dir, x.env
	return c
}

// run returns the exit code and the output. It fails if the output contains a secret.
func (x *tenantLike) run(args ...string) outcome {
	x.t.Helper()
	var stdout, stderr bytes.Buffer
	process := x.command(args...)
	process.Stdout, process.Stderr = &stdout, &stderr
	err := process.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		x.t.Fatal(err)
	}
	x.checkSecrets(strings.Join(args, " "), append(stdout.Bytes(), stderr.Bytes()...))
	return outcome{
		code: process.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(),
	}
}

// report runs the contract and returns its JSON report.
func (x *tenantLike) report(args ...string) (outcome, *report.Report) {
	x.t.Helper()
	got := x.run(append([]string{"run", "--report", "json=-"}, args...)...)
	r, err := report.Read(strings.NewReader(got.stdout))
	if err != nil {
		x.t.Fatalf("exit code %d, %v: %s", got.code, err, got.stderr)
	}
	return got, r
}

// foundBySweep reports whether a sweep found a token of a run.
func (x *tenantLike) foundBySweep(got outcome) bool {
	x.t.Helper()
	var result tenantguard.SweepResult
	if err := json.Unmarshal([]byte(got.stdout), &result); err != nil {
		x.t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
	}
	return len(result.Deleted)+len(result.WouldDelete)+len(result.Remaining) > 0
}

// lacksWrites reports whether a run skipped a scenario because writes are not allowed.
func lacksWrites(r *report.Report) bool {
	return slices.ContainsFunc(r.Results, func(result report.Result) bool {
		return slices.Contains(result.Missing, string(contracttests.Writes))
	})
}

func (x *tenantLike) checkSecrets(what string, text []byte) {
	x.t.Helper()
	for _, variable := range x.env {
		if name, secret, _ := strings.Cut(variable, "="); strings.HasSuffix(name, "_SECRET") &&
			bytes.Contains(text, []byte(secret)) {
			x.t.Errorf("%s contains %s", what, name)
		}
	}
}

// state returns the state of the tenant, without the times at which the tokens in use were last
// used.
func (x *tenantLike) state() map[string]any {
	x.t.Helper()
	raw, err := x.control.State(x.t.Context(), control.StateOptions{Secrets: true})
	if err != nil {
		x.t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(raw, &state); err != nil {
		x.t.Fatal(err)
	}
	tokens, ok := state["tokens"].([]any)
	if !ok || len(tokens) == 0 {
		x.t.Fatalf("no tokens in %s", raw)
	}
	for _, token := range tokens {
		token := token.(map[string]any)
		if strings.Contains(strings.Join(x.env, "\n"), fmt.Sprint("CLIENT_ID=", token["id"])) {
			delete(token, "lastUsed")
		}
	}
	return state
}

// checkUnchanged compares the current state with an earlier one.
func (x *tenantLike) checkUnchanged(before map[string]any) {
	x.t.Helper()
	if diff := cmp.Diff(before, x.state()); diff != "" {
		x.t.Errorf("the tenant is not as it was (-before +after):\n%s", diff)
	}
}

// rejectedRequests returns the number of responses with status 429.
func (x *tenantLike) rejectedRequests() int {
	x.t.Helper()
	journal, err := x.control.Requests(x.t.Context(), control.Match{Status: 429}, 0)
	if err != nil {
		x.t.Fatal(err)
	}
	if journal.Dropped > 0 || journal.Stored == 0 {
		x.t.Fatalf("the journal holds %d requests and lost %d", journal.Stored, journal.Dropped)
	}
	return journal.Matched
}

// writeScenarios selects scenarios that create, change and delete tokens with few requests.
const writeScenarios = "^(create/(secret|name-is-free)|patch/(name|scope)|delete/|" +
	"auth/delete-of-anothers|crossversion/(made|deleted))"

// A run with writes leaves a tenant unchanged and never exceeds the rate limit.
func TestContractRun_LeavesTenantUnchanged(t *testing.T) {
	t.Parallel() // it mostly waits for the rate limit
	x := newTenantLike(t)
	before := x.state()
	versions := strings.Join(sample.Of(t, 1, []string{"v3", "v1"}), ",")
	got, r := x.report("--target", "env", "--allow-writes", x.host(), "--run", writeScenarios,
		"--versions", versions)
	if got.code != cli.ExitOK || r.Counts[report.Pass] == 0 || lacksWrites(r) {
		t.Fatalf("exit code %d, %v: %s", got.code, r.Counts, got.stderr)
	}
	x.checkUnchanged(before)
	if n := x.rejectedRequests(); n > 0 {
		t.Errorf("%d requests were over the limit", n)
	}
	if got := x.run("sweep", "--target", "env", "--dry-run"); got.code != cli.ExitOK {
		t.Errorf("a sweep ends with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	ledger, err := os.ReadFile(filepath.Join(x.dir, ".patmock", "ledger.jsonl"))
	if err != nil || !bytes.Contains(ledger, []byte("patmock-")) {
		t.Errorf("the ledger: %v, %d bytes", err, len(ledger))
	}
	x.checkSecrets("the ledger", ledger)
}

// A tenant is read-only unless --allow-writes names its host.
func TestContractRun_WritesOnlyWhenAllowed(t *testing.T) {
	t.Parallel() // it mostly waits for the rate limit
	x := newTenantLike(t)
	before := x.state()
	got, r := x.report("--target", "env", "--versions", "v2026", "--run",
		"^(list|filter|errors|token)/")
	if got.code != cli.ExitOK || r.Counts[report.Pass] == 0 || !lacksWrites(r) {
		t.Errorf("exit code %d, %v: %s", got.code, r.Counts, got.stderr)
	}
	if got := x.run("run", "--target", "env", "--allow-writes",
		"127.0.0.1"); got.code != cli.ExitUsage {
		t.Errorf("another host: exit code %d: %s", got.code, got.stderr)
	}
	if got := x.run("doctor", "--target", "env", "--allow-writes",
		x.host()); got.code != cli.ExitOK {
		t.Errorf("doctor: exit code %d: %s", got.code, got.stderr)
	}
	x.checkUnchanged(before)
	journal, err := x.control.Requests(t.Context(), control.Match{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range journal.Requests {
		if r.Method != "GET" && r.Method != "HEAD" && !strings.HasPrefix(r.Path, "/oauth/") {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

// A sweep deletes the tokens of a killed run by its ledger.
func TestContractSweep_DeletesTokensOfKilledRun(t *testing.T) {
	t.Parallel() // it mostly waits for the rate limit
	x := newTenantLike(t)
	before := x.state()
	// the created token exists when the run is killed
	slow, err := x.control.AddFault(t.Context(), control.Fault{
		Operation: "delete", Effect: "hang", Rate: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	process := x.command("run", "--target", "env", "--allow-writes", x.host(), "--run",
		writeScenarios)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	x.waitForToken(before)
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait() // killed
	if cmp.Equal(before, x.state()) {
		t.Fatal("nothing was left: the test shows nothing")
	}
	if err := x.control.RemoveFault(t.Context(), slow.ID); err != nil {
		t.Fatal(err)
	}
	got := x.run("sweep", "--target", "env", "--dry-run", "--format", "json")
	if got.code != cli.ExitLeftovers || !x.foundBySweep(got) {
		t.Errorf("a dry run ends with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	if got := x.run("sweep", "--target", "env"); got.code != cli.ExitUsage {
		t.Errorf("without writes a sweep ends with %d: %s", got.code, got.stderr)
	}
	if got := x.run("sweep", "--target", "env", "--allow-writes",
		x.host()); got.code != cli.ExitOK {
		t.Errorf("a sweep ends with %d: %s", got.code, got.stderr)
	}
	x.checkUnchanged(before)
}

// An interrupted run deletes its tokens.
func TestContractRun_CleansUpWhenInterrupted(t *testing.T) {
	t.Parallel() // it mostly waits for the rate limit
	x := newTenantLike(t)
	before := x.state()
	process := x.command("run", "--target", "env", "--allow-writes", x.host(), "--run",
		writeScenarios)
	var out bytes.Buffer
	process.Stdout, process.Stderr = &out, &out
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	x.waitForToken(before)
	if err := process.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := process.Wait(); !errors.As(err, &exit) || exit.ExitCode() != cli.ExitInterrupted {
		t.Errorf("it ends with %v: %s", err, out.String())
	}
	x.checkUnchanged(before)
}

// A token that cannot be deleted is reported by the run and by every sweep until a sweep deletes
// it.
func TestContract_ReportsLeftovers(t *testing.T) {
	t.Parallel()
	x := newTenantLike(t)
	before := x.state()
	rule, err := x.control.AddFault(t.Context(), control.Fault{
		Operation: "delete", Status: 500, Rate: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	left := func(what string, got outcome, code int) {
		t.Helper()
		if got.code != code || !strings.Contains(got.stderr, "patmock-") { // the name of a token
			t.Errorf("a %s ends with %d, want %d: %s", what, got.code, code, got.stderr)
		}
		checkMessage(t, golden.Key(t)+"/"+what, got.stderr)
	}
	write := []string{"--target", "env", "--allow-writes", x.host()}
	args := append(slices.Clone(write), "--run", "^create/secret-is-shown-once/v3", "--record",
		"before")
	got, _ := x.report(args...)
	left("run", got, cli.ExitFailed)
	// If no promise is broken, the leftovers set the exit code: an open question fails no run.
	got, _ = x.report(append(write, "--run", "^create/name-taken-is-400/v3")...)
	left("run that breaks no promise", got, cli.ExitLeftovers)
	// A comparison without differences also reports leftovers.
	got = x.run("diff", "before", x.base, "--allow-writes", x.host(), "--run",
		"^create/secret-is-shown-once/v3", "--format", "json")
	left("comparison", got, cli.ExitLeftovers)
	var compared recording.Comparison
	if err := json.Unmarshal([]byte(got.stdout), &compared); err != nil || compared.Compared != 1 ||
		len(compared.Differences) > 0 {
		t.Errorf("%v: %s", err, got.stdout)
	}
	sweep := append([]string{"sweep"}, write...)
	got = x.run(append(sweep, "--format", "json")...)
	if got.code != cli.ExitLeftovers || !x.foundBySweep(got) {
		t.Errorf("a sweep ends with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	if err := x.control.RemoveFault(t.Context(), rule.ID); err != nil {
		t.Fatal(err)
	}
	if got := x.run(sweep...); got.code != cli.ExitOK {
		t.Errorf("a sweep ends with %d: %s", got.code, got.stderr)
	}
	x.checkUnchanged(before)
}

// A token that a scenario fails to delete is deleted when the run ends.
func TestContractRun_CleansUpAfterFailedDelete(t *testing.T) {
	t.Parallel()
	x := newTenantLike(t)
	before := x.state()
	// once
	if _, err := x.control.AddFault(t.Context(), control.Fault{
		Operation: "delete", Status: 500,
	}); err != nil {
		t.Fatal(err)
	}
	got, _ := x.report("--target", "env", "--allow-writes", x.host(), "--run",
		"^create/secret-is-shown-once/v3")
	x.checkLeavesNothing(got, cli.ExitFailed)
	x.checkUnchanged(before)
}

// A run whose output is closed also cleans up.
func TestContractRun_CleansUpWithClosedOutput(t *testing.T) {
	t.Parallel()
	x := newTenantLike(t)
	before := x.state()
	// once; it is reported on standard error
	if _, err := x.control.AddFault(t.Context(), control.Fault{
		Operation: "delete", Status: 500,
	}); err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	process := x.command("run", "--target", "env", "--allow-writes", x.host(), "--run",
		"^create/secret-is-shown-once/v3")
	process.Stdout, process.Stderr = writer, writer
	if err := process.Run(); err == nil {
		t.Error("a run whose report is not read succeeds")
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	x.checkUnchanged(before)
}

// A run that deleted all its tokens succeeds even if it cannot check for others.
func TestContractRun_SucceedsWithoutFinalCheck(t *testing.T) {
	t.Parallel()
	x := newTenantLike(t)
	before := x.state()
	const logins = 3 // of the identities, when the run begins
	if _, err := x.control.AddFault(t.Context(), control.Fault{
		Operation: "token", Status: 500, After: logins, Times: 1000,
	}); err != nil {
		t.Fatal(err)
	}
	got, _ := x.report("--target", "env", "--allow-writes", x.host(), "--run",
		"^create/secret-is-shown-once/v3")
	if got.code != cli.ExitOK {
		t.Errorf("a run ends with %d: %s", got.code, got.stderr)
	}
	checkMessage(t, golden.Key(t), got.stderr)
	x.checkUnchanged(before)
}

// A token whose response is lost is found by its name and deleted when the run ends.
func TestContractRun_DeletesTokenOfLostResponse(t *testing.T) {
	t.Parallel()
	for _, effect := range []string{"empty-body", "truncated-json", "wrong-content-type"} {
		t.Run(effect, func(t *testing.T) {
			t.Parallel()
			x := newTenantLike(t)
			before := x.state()
			// once
			if _, err := x.control.AddFault(t.Context(), control.Fault{
				Operation: "create", Effect: effect,
			}); err != nil {
				t.Fatal(err)
			}
			got, _ := x.report("--target", "env", "--allow-writes", x.host(), "--run",
				"^create/secret-is-shown-once/v3", "--consistency-timeout", "1s")
			x.checkLeavesNothing(got, cli.ExitFailed)
			x.checkUnchanged(before)
			journal, err := x.control.Requests(t.Context(), control.Match{Operation: "create"}, 0)
			if err != nil || journal.Matched == 0 || journal.Requests[0].Status != 200 {
				t.Errorf("nothing was made: %+v, %v", journal, err)
			}
		})
	}
}

// timeHint matches the message about the timeout of a run.
var timeHint = regexp.MustCompile(`patmock: the run ends after \S+ at the latest \(--timeout\)\n`)

// checkLeavesNothing checks that a run left no tokens, ended with the exit code of its scenarios,
// and printed no other message.
func (x *tenantLike) checkLeavesNothing(got outcome, code int) {
	x.t.Helper()
	// leftovers would be reported
	if got.code != code || strings.Contains(timeHint.ReplaceAllString(got.stderr, ""), "patmock:") {
		x.t.Errorf("a run ends with %d, want %d: %s", got.code, code, got.stderr)
	}
}

// waitForToken waits until a run has created a token.
func (x *tenantLike) waitForToken(before map[string]any) {
	x.t.Helper()
	had := len(before["tokens"].([]any))
	for deadline := time.Now().Add(patience); len(x.state()["tokens"].([]any)) <= had; {
		if time.Now().After(deadline) {
			x.t.Fatal("the run has made no token")
		}
	}
}
