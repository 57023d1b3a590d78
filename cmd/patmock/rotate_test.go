package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// requireRotation skips a test that runs docs/examples/rotate.sh without its programs. In CI it
// fails the test.
func requireRotation(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"sh", "curl", "python3"} {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("docs/examples/rotate.sh needs %s: apt-get install curl python3", tool)
		}
		t.Skipf("docs/examples/rotate.sh needs %s: apt-get install curl python3", tool)
	}
}

// docsBlocks returns the code blocks of a language in docs/stubs.md.
func docsBlocks(t *testing.T, language string) []string {
	t.Helper()
	var blocks []string
	block := regexp.MustCompile("(?s)\n```" + language + "\n(.*?)\n```\n")
	for _, match := range block.FindAllStringSubmatch(read(t, "../../docs/stubs.md"), -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

var (
	anyID   = regexp.MustCompile(`\b[0-9a-f]{32}\b`)
	anyTime = regexp.MustCompile(`\b\d{8}T\d{6}Z\b`)
)

// withoutValues replaces what differs between two runs.
func withoutValues(text string) string {
	return anyTime.ReplaceAllString(anyID.ReplaceAllString(text, "ID"), "TIME")
}

// The command of docs/stubs.md has the output that the page shows, and its client breaks no rule.
func TestRotate_AsDocumented(t *testing.T) {
	t.Parallel() // it mostly waits
	requireRotation(t)
	commands, outputs := docsBlocks(t, "sh"), docsBlocks(t, "text")
	if len(commands) != 2 || len(outputs) != 2 {
		t.Fatalf("docs/stubs.md has %d commands and %d outputs, want 2 of each", len(commands),
			len(outputs))
	}
	dir := t.TempDir()
	stdout := runDocumented(t, dir, commands[1])
	if diff := cmp.Diff(withoutValues(outputs[0]+"\n"), withoutValues(stdout)); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "sail.env"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a private file", info, err)
	}
}

// runDocumented runs a command of docs/stubs.md in a directory, and returns its output.
func runDocumented(t *testing.T, dir, command string) string {
	t.Helper()
	examples, err := filepath.Abs("../../docs/examples")
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c",
		strings.Replace(command, "docs/examples/", "$EXAMPLES/", 1))
	shell.Dir = dir
	shell.Env = append(os.Environ(), "EXAMPLES="+examples, "NO_PROXY=127.0.0.1",
		"no_proxy=127.0.0.1",
		"PATH="+filepath.Dir(program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stdout, stderr bytes.Buffer
	shell.Stdout, shell.Stderr = &stdout, &stderr
	if err := shell.Run(); err != nil {
		t.Fatalf("%v: %s%s", err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// The other commands and the fixture of docs/stubs.md work as they are.
func TestStubsPage(t *testing.T) {
	t.Parallel() // it mostly waits
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skipf("the commands need sh: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "events.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "commands.sh")
	if err := os.WriteFile(script, []byte("set -e\n"+docsBlocks(t, "sh")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := runDocumented(t, dir, "patmock exec -- sh commands.sh"); out == "" {
		t.Error("the commands print nothing")
	}
	tenant, err := fixtures.Parse("stubs.yaml", []byte(docsBlocks(t, "yaml")[0]))
	if err != nil || len(tenant.Stubs) != 1 {
		t.Errorf("got %v, %v, want a stub", tenant, err)
	}
}

// rotation is a mock with the stubs of the search, and a run of the script as its administrator.
type rotation struct {
	*testing.T
	mock           *mockserver.Server
	url            string
	id, secret     string
	file           string
	code           int
	stdout, stderr string
}

var searchStubs = []control.Stub{
	{
		ID: "search", Method: "POST", Path: "/v2025/search/events",
		Scope: []string{"sp:search:read"}, Body: `[{"id":"e1"}]`,
	},
	{
		ID: "count", Method: "POST", Path: "/v2025/search/count",
		Scope: []string{"sp:search:read"}, Status: 204,
		Header: map[string]string{"X-Total-Count": "1"},
	},
}

func newRotation(t *testing.T, stubs ...control.Stub) *rotation {
	t.Helper()
	requireRotation(t)
	r := &rotation{T: t, file: filepath.Join(t.TempDir(), "new.env")}
	var err error
	if r.mock, err = mockserver.New(mockserver.Config{
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r.mock)
	t.Cleanup(server.Close)
	r.url = server.URL
	credentials, err := r.mock.Control().Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.id, r.secret = credentials.Users[0].ClientID, credentials.Users[0].ClientSecret
	for _, s := range stubs {
		if _, err := r.mock.Control().AddStub(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func (r *rotation) run() {
	r.Helper()
	r.runUntil(func(*os.Process) {})
}

// runUntil runs the script, and calls do with its process.
func (r *rotation) runUntil(do func(*os.Process)) {
	r.Helper()
	script := exec.CommandContext(r.Context(), "../../docs/examples/rotate.sh", r.file)
	script.Env = append(os.Environ(), "SAIL_BASE_URL="+r.url, "SAIL_CLIENT_ID="+r.id,
		"SAIL_CLIENT_SECRET="+r.secret, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var stdout, stderr bytes.Buffer
	script.Stdout, script.Stderr = &stdout, &stderr
	if err := script.Start(); err != nil {
		r.Fatal(err)
	}
	do(script.Process)
	_ = script.Wait() // the exit code says the same
	r.code, r.stdout, r.stderr = script.ProcessState.ExitCode(), stdout.String(), stderr.String()
	for _, secret := range []string{r.secret, "Bearer "} {
		if strings.Contains(r.stdout+r.stderr, secret) {
			r.Errorf("the script prints a secret: %s%s", r.stdout, r.stderr)
		}
	}
}

// tokens returns the ids of the administrator's tokens, sorted.
func (r *rotation) tokens() []string {
	r.Helper()
	encoded, err := r.mock.Control().State(r.Context(), control.StateOptions{})
	var state struct{ Tokens []struct{ ID, Owner string } }
	if err == nil {
		err = json.Unmarshal(encoded, &state)
	}
	if err != nil {
		r.Fatal(err)
	}
	var ids []string
	for _, token := range state.Tokens {
		if token.Owner == "admin" {
			ids = append(ids, token.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// sent returns the requests to the API, without queries and ids.
func (r *rotation) sent() []string {
	r.Helper()
	journal, err := r.mock.Control().Requests(r.Context(), control.Match{}, 0)
	if err != nil {
		r.Fatal(err)
	}
	var lines []string
	for _, request := range journal.Requests {
		lines = append(lines, request.Method+" "+anyID.ReplaceAllString(request.Path, "ID"))
	}
	return lines
}

func TestRotate_ReplacesToken(t *testing.T) {
	t.Parallel() // it mostly waits
	r := newRotation(t, searchStubs...)
	before := r.tokens()
	if r.run(); r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	const tokens = "/v2025/personal-access-tokens"
	if diff := cmp.Diff([]string{
		"POST /oauth/token", "GET " + tokens, "POST " + tokens, "POST /oauth/token",
		"POST /v2025/search/events", "POST /v2025/search/count", "DELETE " + tokens + "/ID",
	}, r.sent()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	after := r.tokens()
	if len(after) != len(before) || slices.Contains(after, r.id) {
		t.Errorf("tokens %q became %q", before, after)
	}
	stubs, err := r.mock.Control().Stubs(t.Context())
	if err != nil || len(stubs) != 2 || stubs[0].Hits != 1 || stubs[1].Hits != 1 {
		t.Errorf("got %v, %v, want a hit of each stub", stubs, err)
	}
	// the stored credentials serve the next rotation
	variables := map[string]string{}
	for line := range strings.Lines(read(t, r.file)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		variables[name] = value
	}
	r.id, r.secret = variables["SAIL_CLIENT_ID"], variables["SAIL_CLIENT_SECRET"]
	if r.run(); r.code != 0 {
		t.Errorf("second rotation: exit code %d: %s", r.code, r.stderr)
	}
}

// A new token that does not work is deleted, and the old one stays in use.
func TestRotate_RollsBack(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, test := range []struct {
		name  string
		stubs []control.Stub
		fault *control.Fault
	}{
		{name: "no stubs"},
		{name: "no stub of the count", stubs: searchStubs[:1]},
		{name: "no stub of the search", stubs: searchStubs[1:]},
		{
			name: "search without a list", stubs: append(slices.Clone(searchStubs), control.Stub{
				Path: "/v2025/search/events", Body: "{}",
			}),
		},
		{
			name: "count without a number", stubs: append(slices.Clone(searchStubs), control.Stub{
				Path: "/v2025/search/count", Status: http.StatusNoContent,
			}),
		},
		{
			name: "search is forbidden", stubs: append(slices.Clone(searchStubs), control.Stub{
				Path: "/v2025/search/events", Status: http.StatusForbidden, Body: "{}",
			}),
		},
		{
			name: "search without a response", stubs: searchStubs,
			fault: &control.Fault{Operation: "stub", Effect: "reset"},
		},
		{
			name: "login of the new token", stubs: searchStubs,
			fault: &control.Fault{Operation: "token", Status: 401, After: 1, Times: 5},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRotation(t, test.stubs...)
			if test.fault != nil {
				if _, err := r.mock.Control().AddFault(t.Context(), *test.fault); err != nil {
					t.Fatal(err)
				}
			}
			before := r.tokens()
			if r.run(); r.code != 1 {
				t.Errorf("exit code %d, want 1: %s", r.code, r.stderr)
			}
			if diff := cmp.Diff(before, r.tokens()); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
			if _, err := os.Stat(r.file); !os.IsNotExist(err) {
				t.Errorf("unexpected file %s: %v", r.file, err)
			}
			if !strings.Contains(r.stderr, "rolled back") {
				t.Errorf("unexpected output: %s", r.stderr)
			}
		})
	}
}

// A script that is ended during the search rolls back as well.
func TestRotate_RollsBackWhenEnded(t *testing.T) {
	t.Parallel() // it mostly waits
	r := newRotation(t, searchStubs...)
	if _, err := r.mock.Control().AddFault(t.Context(), control.Fault{
		Operation: "stub", Latency: "3s",
	}); err != nil {
		t.Fatal(err)
	}
	before := r.tokens()
	r.runUntil(func(p *os.Process) {
		logins := 2
		result, err := r.mock.Control().Verify(t.Context(), control.VerifyRequest{
			Expect: []control.Expectation{
				{Match: control.Match{Operation: "token", Status: 200}, Times: &logins},
			}, Timeout: "20s",
		})
		if err != nil || !result.Verified {
			t.Errorf("the script does not log in with the new token: %v, %v", result, err)
		}
		if err := p.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	})
	if r.code != 143 {
		t.Errorf("exit code %d, want 143: %s", r.code, r.stderr)
	}
	if diff := cmp.Diff(before, r.tokens()); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// Once the new credentials are stored, they stay in use.
func TestRotate_KeepsStoredToken(t *testing.T) {
	t.Parallel() // it mostly waits
	r := newRotation(t, searchStubs...)
	if _, err := r.mock.Control().AddFault(t.Context(), control.Fault{
		Operation: "delete", Status: http.StatusServiceUnavailable,
	}); err != nil {
		t.Fatal(err)
	}
	before := r.tokens()
	if r.run(); r.code != 1 {
		t.Errorf("exit code %d, want 1: %s", r.code, r.stderr)
	}
	if after := r.tokens(); len(after) != len(before)+1 || !slices.Contains(after, r.id) {
		t.Errorf("tokens %q became %q", before, after)
	}
	if _, err := os.Stat(r.file); err != nil {
		t.Error(err)
	}
}

// Without a login, nothing is created.
func TestRotate_RejectedLogin(t *testing.T) {
	t.Parallel() // it mostly waits
	r := newRotation(t, searchStubs...)
	r.secret = strings.Repeat("0", 64)
	if r.run(); r.code != 1 {
		t.Errorf("exit code %d, want 1: %s", r.code, r.stderr)
	}
	if diff := cmp.Diff([]string{"POST /oauth/token"}, r.sent()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
