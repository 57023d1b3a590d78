package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// sweepTest is a tenant-like target with the state that the sweep command needs.
type sweepTest struct {
	t         *testing.T
	control   *control.Client
	host      string
	ledger    string
	started   time.Time
	variables map[string]string
	// before is called with each request to the tenant. It reports whether it has responded.
	before func(w http.ResponseWriter, r *http.Request) bool
}

func newSweepTest(t *testing.T) *sweepTest {
	t.Helper()
	mock, err := mockserver.New(mockserver.Config{
		SeparateControl: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	x := &sweepTest{
		t: t, started: time.Now(), control: mock.Control(),
		ledger: filepath.Join(t.TempDir(), "ledger.jsonl"),
		before: func(http.ResponseWriter, *http.Request) bool { return false },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !x.before(w, r) {
			mock.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	x.host = strings.TrimPrefix(server.URL, "http://")
	who, err := x.control.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x.variables = map[string]string{"SAIL_BASE_URL": server.URL}
	for _, u := range who.Users {
		if prefix := map[string]string{
			"jane.doe": "SAIL_", "john.roe": "PATMOCK_SECOND_", "admin": "PATMOCK_ADMIN_",
		}[u.Name]; prefix != "" {
			x.variables[prefix+"CLIENT_ID"], x.variables[prefix+"CLIENT_SECRET"] = u.ClientID,
				u.ClientSecret
		}
	}
	return x
}

// name returns the nth name of a run.
func (x *sweepTest) name(n int64) string {
	return tenantguard.Name(x.started, "0123456789abcdef", n)
}

func (x *sweepTest) add(owner, name string) (id string) {
	x.t.Helper()
	user, err := x.control.AddToken(x.t.Context(), control.NewToken{Owner: owner, Name: name})
	if err != nil {
		x.t.Fatal(err)
	}
	return user.ClientID
}

// sweep returns the outcome of the command. It fails if output or files contain a secret.
func (x *sweepTest) sweep(ctx context.Context, args ...string) outcome {
	x.t.Helper()
	args = append([]string{
		"contract", "sweep", "--target", "env", "--ledger", x.ledger, "--by-name",
	}, args...)
	got := command(ctx, x.variables, args...)
	ledger, _ := os.ReadFile(x.ledger) // there may be none
	written := got.stdout + got.stderr + string(ledger)
	for name, value := range x.variables {
		if strings.HasSuffix(name, "_SECRET") && strings.Contains(written, value) {
			x.t.Errorf("it prints %s:\n%s", name, written)
		}
	}
	if found := regexp.MustCompile(`eyJ[\w-]{8}`).FindString(written); found != "" {
		x.t.Errorf("it prints an access token: %s", found)
	}
	return got
}

// result returns the result that a command printed as JSON, without dates and reasons.
func (x *sweepTest) result(got outcome) tenantguard.SweepResult {
	x.t.Helper()
	var result tenantguard.SweepResult
	if err := json.Unmarshal([]byte(got.stdout), &result); err != nil {
		x.t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
	}
	for _, all := range [][]tenantguard.SweepToken{
		result.Deleted, result.WouldDelete, result.Remaining,
	} {
		for i := range all {
			all[i].Created, all[i].Detail = "", ""
		}
	}
	return result
}

// checkMessage compares standard error with the golden file.
func (x *sweepTest) checkMessage(key string, got outcome) {
	x.t.Helper()
	checkMessage(x.t, key, strings.ReplaceAll(got.stderr, filepath.Dir(x.ledger), "FOLDER"))
}

// names returns the names of the existing tokens.
func (x *sweepTest) names() string {
	x.t.Helper()
	raw, err := x.control.State(x.t.Context(), control.StateOptions{})
	if err != nil {
		x.t.Fatal(err)
	}
	var state struct {
		Tokens []struct{ Owner, Name string }
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		x.t.Fatal(err)
	}
	var names []string
	for _, token := range state.Tokens {
		if strings.Contains(token.Name, "patmock") {
			names = append(names, token.Owner+" "+token.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func TestContractSweep(t *testing.T) {
	x := newSweepTest(t)
	a, b := x.add("jane.doe", x.name(1)), x.add("john.roe", x.name(2))
	x.add("helpdesk", x.name(3)) // a user who does not log in
	got := x.sweep(t.Context(), "--allow-writes", x.host, "--yes", "--format", "json")
	got.check(t, cli.ExitOK, "")
	x.checkMessage(golden.Key(t), got)
	want := tenantguard.SweepResult{
		Deleted: []tenantguard.SweepToken{
			{
				ID: a, Name: x.name(1), Owner: "facedadafacedadafacedadafacedada",
				Reason: tenantguard.RunName,
			},
			{
				ID: b, Name: x.name(2), Owner: "beaddadabeaddadabeaddadabeaddada",
				Reason: tenantguard.RunName,
			},
		},
		WouldDelete: []tenantguard.SweepToken{}, Remaining: []tenantguard.SweepToken{},
	}
	if diff := cmp.Diff(want, x.result(got)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if left := x.names(); left != "helpdesk "+x.name(3) {
		t.Errorf("left: %s", left)
	}
}

// A sweep does not delete a token of the ledger that is used to log in.
func TestContractSweep_KeepsLogins(t *testing.T) {
	x := newSweepTest(t)
	x.variables["PATMOCK_ADMIN_CLIENT_ID"] = x.add("admin", x.name(1))
	raw, err := x.control.State(t.Context(), control.StateOptions{Secrets: true})
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"id": *"` + x.variables["PATMOCK_ADMIN_CLIENT_ID"] +
		`", *"secret": *"([^"]+)"`).FindSubmatch(compact(t, raw))
	if found == nil {
		t.Fatalf("no secret in %s", raw)
	}
	x.variables["PATMOCK_ADMIN_CLIENT_SECRET"] = string(found[1])
	got := x.sweep(t.Context(), "--allow-writes", x.host, "--yes", "--format", "json")
	got.check(t, cli.ExitOK, "")
	nothing := tenantguard.SweepResult{
		Deleted: []tenantguard.SweepToken{}, WouldDelete: []tenantguard.SweepToken{},
		Remaining: []tenantguard.SweepToken{},
	}
	if diff := cmp.Diff(nothing, x.result(got)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if left := x.names(); left != "admin "+x.name(1) {
		t.Errorf("left: %s", left)
	}
}

func compact(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestContractSweep_Interrupted(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, test := range []struct {
		name, method string
		left         int // in the result, which is missing before the first one
	}{
		{"before the first", http.MethodGet, 0},
		{"in the middle", http.MethodDelete, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweepTest(t)
			x.add("jane.doe", x.name(1))
			x.add("jane.doe", x.name(2))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			x.before = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method != test.method || !strings.HasPrefix(r.URL.Path, "/v2026") {
					return false
				}
				cancel()
				<-r.Context().Done() // the client has disconnected
				return true
			}
			got := x.sweep(ctx, "--allow-writes", x.host, "--yes", "--format", "json")
			got.check(t, cli.ExitInterrupted, "")
			x.checkMessage(golden.Key(t), got)
			switch {
			case test.left == 0 && got.stdout != "":
				t.Errorf("stdout %s, want nothing", got.stdout)
			case test.left > 0:
				if result := x.result(got); len(result.Remaining) != test.left ||
					len(result.Deleted) != 0 {
					t.Errorf("result %+v, want %d left", result, test.left)
				}
			}
			if left := x.names(); left != "jane.doe "+x.name(1)+", jane.doe "+x.name(2) {
				t.Errorf("left: %s", left)
			}
		})
	}
}

// A tenant that echoes requests in its responses cannot make the command print a secret.
func TestContractSweep_PrintsNoSecret(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, test := range []struct {
		name   string
		before func(x *sweepTest, w http.ResponseWriter, r *http.Request) bool
		code   int
	}{
		{"login", func(x *sweepTest, w http.ResponseWriter, _ *http.Request) bool {
			http.Error(w, x.variables["SAIL_CLIENT_SECRET"], http.StatusUnauthorized)
			return true
		}, cli.ExitUnreachable},
		{"list", func(x *sweepTest, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				http.Error(w, x.variables["SAIL_CLIENT_SECRET"]+r.Header.Get("Authorization"),
					http.StatusForbidden)
			}
			return r.Method == http.MethodGet
		}, cli.ExitUnreachable},
		{"delete", func(x *sweepTest, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodDelete {
				http.Error(w, x.variables["SAIL_CLIENT_SECRET"]+r.Header.Get("Authorization"),
					http.StatusForbidden)
			}
			return r.Method == http.MethodDelete
		}, cli.ExitLeftovers},
		{"names", func(x *sweepTest, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				_, _ = strings.NewReplacer("SECRET", x.variables["SAIL_CLIENT_SECRET"], "BEARER",
					r.Header.Get("Authorization")).
					WriteString(w,
						`[{"id":"SECRET","name":"patmock-a-1","created":"BEARER",`+
							`"owner":{"id":"facedadafacedadafacedadafacedada","name":"SECRET"}},`+
							`{"id":"1","name":"SECRET BEARER","created":"SECRET",`+
							`"owner":{"id":"facedadafacedadafacedadafacedada"}}]`)
			}
			return r.Method == http.MethodGet
		}, cli.ExitLeftovers},
		{"redirect", func(x *sweepTest, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/elsewhere/"+x.variables["SAIL_CLIENT_SECRET"],
				http.StatusTemporaryRedirect)
			return true
		}, cli.ExitUnreachable},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweepTest(t)
			x.add("jane.doe", x.name(1))
			if err := os.WriteFile(x.ledger,
				[]byte(`{"time":"2026-01-31T12:00:00Z","event":"created","target":"`+x.host+
					`","run":"a","id":"1"}`+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			x.before = func(w http.ResponseWriter, r *http.Request) bool {
				return test.before(x, w, r)
			}
			got := x.sweep(t.Context(), "--allow-writes", x.host, "--yes")
			if got.code != test.code || got.stdout+got.stderr == "" {
				t.Errorf("exit code %d, want %d: %s%s", got.code, test.code, got.stdout, got.stderr)
			}
		})
	}
}

// An invalid ledger is rejected before any request is sent.
func TestContractSweep_RejectsInvalidLedger(t *testing.T) {
	x := newSweepTest(t)
	x.add("jane.doe", x.name(1))
	x.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			t.Errorf("%s is sent", r.URL.Path)
		}
		return false
	}
	dir := filepath.Dir(x.ledger)
	if err := os.WriteFile(filepath.Join(dir, "damaged"), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"unknown event": "damaged", "file for a folder": "damaged/ledger.jsonl", "folder": ".",
	} {
		x.ledger = filepath.Join(dir, filepath.FromSlash(path))
		got := x.sweep(t.Context(), "--allow-writes", x.host, "--yes")
		got.check(t, cli.ExitUsage, "--ledger")
		checkMessage(t, golden.Key(t)+"/"+name, strings.ReplaceAll(got.stderr, dir, "FOLDER"))
	}
}
