package contracttests_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/version"
)

// simulation is a clock that advances when a runner or a guard waits.
type simulation struct {
	mu  sync.Mutex
	now time.Time
}

func (s *simulation) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *simulation) Wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
	return nil
}

// tenant is a mock without a control API in its target. The contract treats it as a real tenant.
type tenant struct {
	*simulation
	t    *testing.T
	mock *mockserver.Server
	// users has the credentials by user name.
	users map[string]contracttests.Credentials
	// rejected is the number of responses with 429.
	rejected atomic.Int64
}

// RoundTrip makes a request to the tenant. The response has the simulated date.
func (n *tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Context().Err() != nil { // like a real connection
		return nil, r.Context().Err()
	}
	response, err := n.mock.Transport().RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Header.Set("Date", n.Now().Format(http.TimeFormat))
	if response.StatusCode == http.StatusTooManyRequests {
		n.rejected.Add(1)
	}
	return response, nil
}

const tenantURL = "https://acme.api.example"

func newTenant(t *testing.T) *tenant {
	t.Helper()
	return newTenantWith(t, nil)
}

// newTenantWith returns a tenant with a dialect.
func newTenantWith(t *testing.T, dialect dialect.Dialect) *tenant {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	if err != nil {
		t.Fatal(err)
	}
	n := &tenant{
		t: t, simulation: &simulation{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)},
		users: map[string]contracttests.Credentials{},
	}
	n.mock, err = mockserver.New(mockserver.Config{
		Profile: profile, Dialect: dialect, SeparateControl: true, Now: n.Now, NamespaceTTL: -1,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.mock.Close(); err != nil {
			t.Error(err)
		}
	})
	credentials, err := n.mock.Control().Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range credentials.Users {
		n.users[u.Name] = contracttests.Credentials{
			ClientID: u.ClientID, ClientSecret: u.ClientSecret,
		}
	}
	return n
}

// target returns a target with three identities.
func (n *tenant) target() contracttests.Target {
	return contracttests.Target{
		Name: "tenant", BaseURL: tenantURL, HTTP: &http.Client{Transport: n},
		Owner: n.users["jane.doe"], Second: n.users["john.roe"], Admin: n.users["admin"],
	}
}

// options returns options with the simulated clock.
func (n *tenant) options() contracttests.Options {
	return contracttests.Options{Now: n.Now, Wait: n.Wait, ID: "run"}
}

// withGuard puts a guard in front of a target.
func (n *tenant) withGuard(target *contracttests.Target) *tenantguard.Guard {
	n.t.Helper()
	ledger, err := tenantguard.OpenLedger(filepath.Join(n.t.TempDir(), "ledger.jsonl"), n.Now)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() {
		if err := ledger.Close(); err != nil {
			n.t.Error(err)
		}
	})
	guard, err := tenantguard.NewGuard(tenantguard.Config{
		BaseURL: tenantURL, AllowWrites: !target.ReadOnly, Run: "run", Ledger: ledger,
		LoginIDs: []string{target.Owner.ClientID, target.Second.ClientID, target.Admin.ClientID},
		Next:     target.HTTP.Transport, Now: n.Now, Wait: n.Wait, Jitter: func() float64 {
			return 1
		},
	})
	if err != nil {
		n.t.Fatal(err)
	}
	target.HTTP = &http.Client{Transport: guard}
	return guard
}

// state returns the state of the tenant. It omits the lastUsed of the identities' tokens, since the
// run's logins change it.
func (n *tenant) state() map[string]any {
	n.t.Helper()
	text, err := n.mock.Control().State(context.WithoutCancel(n.t.Context()),
		control.StateOptions{})
	if err != nil {
		n.t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(text, &state); err != nil {
		n.t.Fatal(err)
	}
	delete(state, "scopeSets") // of access tokens, which remain valid
	tokens, _ := state["tokens"].([]any)
	if len(tokens) == 0 {
		n.t.Fatalf("the state has no tokens: %s", text)
	}
	for _, each := range tokens {
		token, _ := each.(map[string]any)
		for _, credentials := range n.users {
			if token["id"] == credentials.ClientID {
				delete(token, "lastUsed")
			}
		}
	}
	return state
}

// addTokens adds tokens to a user.
func (n *tenant) addTokens(owner string, tokens int) {
	n.t.Helper()
	for i := range tokens {
		if _, err := n.mock.Control().AddToken(n.t.Context(), control.NewToken{
			Owner: owner, Name: "in the way " + strconv.Itoa(i),
		}); err != nil {
			n.t.Fatal(err)
		}
	}
}

// contract runs cases against a target, all cases if none are given.
func (n *tenant) contract(
	target contracttests.Target, o contracttests.Options, cases ...contracttests.Case,
) *report.Report {
	n.t.Helper()
	runner, err := contracttests.NewRunner(target, o)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := runner.Preflight(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
	if len(cases) == 0 {
		cases = contracttests.Select(scenarios.All(), o)
	}
	return runner.Run(n.t.Context(), cases)
}

// A run leaves a real tenant unchanged, with any identities. Every scenario passes, is skipped for
// a missing feature, or is provisional as an open question. No request exceeds the rate limit.
func TestTenant_IsUnchanged(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(n *tenant, target *contracttests.Target, o *contracttests.Options)
		// missing are the features that the target lacks, in addition to tenantLacks.
		missing []string
		// minCases is the minimum number of cases to run.
		minCases int
	}{
		{
			"three identities", func(_ *tenant, _ *contracttests.Target, o *contracttests.Options) {
				o.Versions = twoVersions
			}, nil, 600,
		},
		{
			"three identities in every version",
			func(*tenant, *contracttests.Target, *contracttests.Options) {}, nil, 1800,
		},
		{
			"first identity only",
			func(_ *tenant, target *contracttests.Target, o *contracttests.Options) {
				target.Second, target.Admin, o.Versions = contracttests.Credentials{},
					contracttests.Credentials{}, twoVersions
			},
			[]string{"second-identity", "admin"},
			550,
		},
		{
			"administrator as first identity",
			func(n *tenant, target *contracttests.Target, o *contracttests.Options) {
				target.Owner, target.Admin, o.Versions = n.users["admin"],
					contracttests.Credentials{},
					twoVersions
			},
			[]string{"admin"},
			550,
		},
		{
			"administrator in two roles",
			func(n *tenant, target *contracttests.Target, o *contracttests.Options) {
				target.Owner, o.Run = n.users["admin"],
					regexp.MustCompile("^(auth|bulk|list|filter)/")
			}, nil, 300,
		},
		{
			"helpdesk as second identity",
			func(n *tenant, target *contracttests.Target, o *contracttests.Options) {
				target.Second, o.Run = n.users["helpdesk"], regexp.MustCompile("^(auth|list)/")
			}, nil, 200,
		},
		{
			"room for three tokens",
			func(n *tenant, target *contracttests.Target, o *contracttests.Options) {
				target.Owner, target.Second, o.Versions = n.users["john.roe"], n.users["jane.doe"],
					twoVersions
				n.addTokens("john.roe", 4)
			},
			[]string{string(tenantguard.OwnerFull)},
			550,
		},
		{
			"room for no token",
			func(n *tenant, target *contracttests.Target, _ *contracttests.Options) {
				target.Owner, target.Second = n.users["john.roe"], n.users["jane.doe"]
				n.addTokens("john.roe", 7)
			},
			[]string{string(tenantguard.OwnerFull)},
			450,
		},
		{
			"read-only", func(_ *tenant, target *contracttests.Target, _ *contracttests.Options) {
				target.ReadOnly = true
			}, []string{"writes"}, 450,
		},
		{
			"provoked rate limit",
			func(_ *tenant, _ *contracttests.Target, o *contracttests.Options) {
				o.ProvokeRateLimit, o.Run = true, regexp.MustCompile("^(ratelimit/|filter/agrees)")
			}, nil, 60,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.minCases > 1000 {
				sample.Skip(t, "it runs each case in every version")
			}
			n := newTenant(t)
			target, o := n.target(), n.options()
			test.change(n, &target, &o)
			guard := n.withGuard(&target)
			before := n.state()
			r := n.contract(target, o)
			tried := 0
			for i, c := range contracttests.Select(scenarios.All(), o) {
				if problem := unexpectedResult(c.Scenario, r.Results[i],
					test.missing); problem != "" {
					t.Errorf("%s: %s", c.Name(), problem)
				}
				if r.Results[i].Outcome != report.Skip {
					tried++
				}
			}
			if tried < test.minCases {
				t.Errorf("%d cases ran, want at least %d: %v", tried, test.minCases, r.Counts)
			}
			t.Logf("%d of %d cases ran, with %d requests", tried, len(r.Results),
				guard.Stats().Requests)
			if diff := cmp.Diff(before, n.state()); diff != "" {
				t.Errorf("the tenant has changed (-before +after):\n%s", diff)
			}
			if cleanupErr := guard.Leftovers(); len(cleanupErr) > 0 {
				t.Errorf("the guard has leftovers: %v", cleanupErr)
			}
			if over := n.rejected.Load(); over > 0 && !o.ProvokeRateLimit {
				t.Errorf("%d requests exceeded the rate limit", over)
			}
			if len(r.Warnings) > 0 {
				t.Errorf("warnings: %v", r.Warnings)
			}
		})
	}
}

// twoVersions cover most differences between versions.
var twoVersions = []version.Version{version.V3, version.V1}

// tenantLacks are the features that these real tenants lack.
var tenantLacks = []string{
	"clock", "faults", "seeds", "disposable", "unmetered", "scope-delay", "api-client",
	"rate-limit", "user-level",
}

// unexpectedResult returns why a result is unexpected for a correct real tenant, empty if it is
// not.
func unexpectedResult(s contracttests.Scenario, result report.Result, missing []string) string {
	switch result.Outcome {
	case report.Pass:
		return ""
	case report.Provisional:
		if s.OpenQuestion && result.Kind == report.KindOpenQuestion {
			return ""
		}
	case report.Skip:
		for _, lack := range result.Missing {
			if !slices.Contains(missing, lack) && !slices.Contains(tenantLacks, lack) {
				return "skipped: " + result.Message
			}
			if lack == "writes" && !slices.Contains(s.Features, contracttests.Writes) {
				return "it writes without the feature"
			}
		}
		return ""
	}
	return fmt.Sprintf("%s: %s", result.Outcome, result.Message)
}
