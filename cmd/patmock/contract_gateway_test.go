package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
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
	"example.com/patmock/mockserver"
)

// A proxiedTenant is a mock without a control API behind a proxy that the test controls.
type proxiedTenant struct {
	t         *testing.T
	address   string
	variables map[string]string
	parity    string
	// disturb responds to the nth request in place of the API, or returns false.
	disturb func(n int64, w http.ResponseWriter, r *http.Request) bool
}

// newProxiedTenant starts a tenant whose clock is ahead of the local clock by skew.
func newProxiedTenant(t *testing.T, skew time.Duration) *proxiedTenant {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Now().Add(skew) }
	mock, err := mockserver.New(mockserver.Config{
		Profile: profile, SeparateControl: true, Now: now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	p := &proxiedTenant{t: t, parity: filepath.Join(t.TempDir(), "parity.yaml")}
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		if strings.HasPrefix(r.URL.Path, "/_mock/") || p.disturb == nil ||
			!p.disturb(n.Add(1), w, r) {
			mock.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	seed, err := fixtures.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	login, err := seed.LoginToken("jane.doe")
	if err != nil {
		t.Fatal(err)
	}
	p.address = server.URL
	p.variables = map[string]string{"SAIL_CLIENT_ID": login.ID, "SAIL_CLIENT_SECRET": login.Secret}
	return p
}

// run runs scenarios with --update-parity and returns the report.
func (p *proxiedTenant) run(scenarios string, more ...string) (outcome, *report.Report) {
	p.t.Helper()
	args := append([]string{
		"contract", "run", "--target", p.address, "--allow-writes",
		strings.TrimPrefix(p.address, "http://"), "--versions", "v2026",
		"--ledger", filepath.Join(filepath.Dir(p.parity), "ledger.jsonl"),
		"--consistency-timeout", "1s",
		"--run", scenarios, "--update-parity", "--parity", p.parity, "--report", "json=-",
	}, more...)
	got := command(p.t.Context(), p.variables, args...)
	var r report.Report
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		p.t.Fatalf("exit code %d, %v: %s%s", got.code, err, got.stdout, got.stderr)
	}
	return got, &r
}

// confirmed returns the names of the confirmed scenarios.
func (p *proxiedTenant) confirmed() map[parity.Key]bool {
	all := map[parity.Key]bool{}
	for k := range readParity(p.t, p.parity) {
		all[k] = true
	}
	return all
}

// gatewayPage responds with a status in the way of a gateway.
func gatewayPage(status int) func(int64, http.ResponseWriter, *http.Request) bool {
	return func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
		hostileStatus(status, "text/html", "<html>maintenance</html>")(w, nil)
		return true
	}
}

func isWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && strings.Contains(r.URL.Path, "personal-access-tokens")
}

// A disturbing proxy changes no confirmation and fails no promise. The run reports that it was not
// complete.
func TestContractRun_DisturbedRunConfirmsNothing(t *testing.T) {
	t.Parallel() // it mostly waits
	const chosen = "^(create/(secret-is-shown-once|created-is-now|name-taken)|delete/|list/own)"
	everySecond := func(pick func(*http.Request) bool,
		then func(int64, http.ResponseWriter, *http.Request) bool) func(int64, http.ResponseWriter,
		*http.Request) bool {
		var n int64
		return func(_ int64, w http.ResponseWriter, r *http.Request) bool {
			if !pick(r) {
				return false
			}
			n++
			return n%2 == 0 && then(n, w, r)
		}
	}
	drop := func(int64, http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }
	tests := []struct {
		name    string
		disturb func(int64, http.ResponseWriter, *http.Request) bool
		code    int
	}{
		{"503 to every second write", everySecond(isWrite, gatewayPage(503)), cli.ExitUnreachable},
		{"502 to every second write", everySecond(isWrite, gatewayPage(502)), cli.ExitUnreachable},
		{"504 to every second write", everySecond(isWrite, gatewayPage(504)), cli.ExitUnreachable},
		{"dropped connections", everySecond(isWrite, drop), cli.ExitUnreachable},
		{"delays", everySecond(isWrite, func(int64, http.ResponseWriter, *http.Request) bool {
			time.Sleep(50 * time.Millisecond) // the proxy is slow on purpose
			return false
		}), cli.ExitOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProxiedTenant(t, 0)
			if got, r := p.run(chosen); got.code != cli.ExitOK || r.Counts[report.Pass] == 0 {
				t.Fatalf("undisturbed: exit code %d, %v: %s", got.code, r.Counts, got.stderr)
			}
			before := p.confirmed()
			p.disturb = tt.disturb
			got, r := p.run(chosen)
			if got.code != tt.code || r.Counts[report.Fail] > 0 {
				t.Errorf("exit code %d, want %d, with %v: %s", got.code, tt.code, r.Counts,
					got.stderr)
			}
			if (r.Counts[report.Error] > 0) != (tt.code != cli.ExitOK) {
				t.Errorf("counts %v", r.Counts)
			}
			if diff := cmp.Diff(before, p.confirmed()); diff != "" {
				t.Errorf("parity (-before +after):\n%s", diff)
			}
			t.Logf("exit code %d, %v, parity %d before and %d after", got.code, r.Counts,
				len(before), len(p.confirmed()))
		})
	}
}

// An aborted run, and a run that could not delete its tokens, leave the file unchanged.
func TestContractRun_UnfinishedRunConfirmsNothing(t *testing.T) {
	t.Parallel() // it mostly waits
	const chosen = "^(create/(secret-is-shown-once|created-is-now|name-taken)|token/|list/own)"
	tests := []struct {
		name    string
		disturb func(n int64, w http.ResponseWriter, r *http.Request) bool
		code    int
	}{
		{"aborted", func(n int64, w http.ResponseWriter, r *http.Request) bool {
			return n > 30 && gatewayPage(500)(n, w, r)
		}, cli.ExitUnreachable},
		{"not cleaned", func(n int64, w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodDelete && gatewayPage(503)(n, w, r)
		}, cli.ExitUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProxiedTenant(t, 0)
			if got, _ := p.run("^create/secret-is-shown-once"); got.code != cli.ExitOK {
				t.Fatalf("exit code %d: %s", got.code, got.stderr)
			}
			before := read(t, p.parity)
			p.disturb = tt.disturb
			got, r := p.run(chosen)
			if got.code != tt.code || r.Counts[report.Error] == 0 {
				t.Errorf("exit code %d, want %d, with %v: %s", got.code, tt.code, r.Counts,
					got.stderr)
			}
			if diff := cmp.Diff(before, read(t, p.parity)); diff != "" {
				t.Errorf("parity (-before +after):\n%s", diff)
			}
			if !strings.Contains(got.stderr, p.parity) {
				t.Errorf("nothing says that the file is left as it was: %s", got.stderr)
			}
		})
	}
}

// The dates of a run follow the target's clock. Confirmations do not depend on the difference
// between the clocks.
func TestContractRun_FollowsTargetClock(t *testing.T) {
	const chosen = "^(create/created-is-now|expiry/past-date-is-rejected|" +
		"delete/returns-204-without-body)"
	for _, ahead := range []time.Duration{
		0, 10 * time.Minute, -10 * time.Minute, 2 * time.Hour, -2 * time.Hour,
	} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			p := newProxiedTenant(t, ahead)
			got, r := p.run(chosen)
			if got.code != cli.ExitOK || r.Counts[report.Pass] != 3 || len(p.confirmed()) != 3 {
				t.Errorf("exit code %d, %v: %s", got.code, r.Counts, got.stderr)
			}
			warned := len(r.Warnings) == 1 && r.Warnings[0].Kind == report.WarnClockSkew
			if warned != (ahead != 0) {
				t.Errorf("warnings %v", r.Warnings)
			}
			diagnosed := command(t.Context(), p.variables, "contract", "doctor", "--target",
				p.address, "--run", chosen, "--versions", "v2026", "--format", "json")
			var d diagnosis
			if err := json.Unmarshal([]byte(diagnosed.stdout), &d); err != nil {
				t.Fatalf("%v: %s%s", err, diagnosed.stdout, diagnosed.stderr)
			}
			if differs := time.Duration(
				d.Clock*float64(time.Second)) - ahead; differs.Abs() > 2*time.Second {
				t.Errorf("doctor says that the clock is %gs ahead, want %s", d.Clock, ahead)
			}
			t.Logf("exit code %d, %v, %d confirmed", got.code, r.Counts, len(p.confirmed()))
		})
	}
}
