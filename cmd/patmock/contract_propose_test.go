package main

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/version"
)

// otherDialect is a dialect that differs from the mock's default in every response.
var otherDialect = dialect.Dialect{
	dialect.DuplicateName: {
		Status: 409, DetailCode: "409 Conflict", Text: "A token with that name already exists.",
	},
	dialect.TokenLimit: {
		Status: 403, DetailCode: "403 Forbidden", Text: "No more of them.",
	},
	dialect.UnknownScope: {
		Status: 400, DetailCode: "400.1.3 Illegal value", Text: "No such scope.",
	},
	dialect.BadFilter: {
		Status: 400, DetailCode: "400.1.1 Illegal filter",
		Text: "No such field: it is \"not\" one of ours #1.",
	},
	dialect.PastDate: {
		Status: 422, DetailCode: "422 Unprocessable", Text: "That is over.",
	},
	dialect.UnknownOwner: {Status: 404, DetailCode: "404 Not Found", Text: "No such owner."},
	dialect.UnpatchablePath: {
		Status: 403, DetailCode: "403 Forbidden", Text: "Illegal attempt to modify the field.",
	},
	dialect.PatchContentType: {Status: 200},
	dialect.CreateContentType: {
		Status: 406, DetailCode: "406 Not acceptable", Text: "Not like this.",
	},
	dialect.EmptyPatch: {
		Status: 400, DetailCode: "400.1 Bad request content", Text: "Nothing to do.",
	},
	dialect.LoginExpired: {Status: 403, Error: "token_expired", Description: "It is over"},
	dialect.LoginDeleted: {Status: 400, Error: "invalid_grant", Description: "It went"},
	dialect.UnsupportedGrant: {
		Status: 401, Error: "unauthorized_client", Description: "Not that grant",
	},
	dialect.MissingGrant: {
		Status: 401, Error: "unauthorized",
		Description: "Full authentication is required to access this resource",
	},
	dialect.AccessTokenOfDeleted: {Status: 401, Text: "JWT validation failed: JWT is revoked"},
	dialect.HelpdeskListAll:      {Status: 200},
	dialect.OwnIDWithMyRead:      {Status: 200},
	dialect.DeleteOfAnothers: {
		Status: 404, DetailCode: "404 Not Found",
		Text: "The server did not find a current representation for the target resource.",
	},
	dialect.NeverExpiringResponse: {Value: dialect.FarDate, Flag: dialect.Present},
	dialect.NeverUsedUnderLe:      {Value: dialect.Included},
	dialect.QuotedTimestamp: {
		Status: 400, DetailCode: "400.1.3 Illegal value", Text: "No quotes.",
	},
	dialect.Limit251: {
		Status: 400, DetailCode: "400.1.3 Illegal value", Text: "Too many.",
	},
	dialect.BulkFlag:          {Value: dialect.Present},
	dialect.ListPaging:        {Value: dialect.Paged},
	dialect.NameCase:          {Value: dialect.Same},
	dialect.NameBlanks:        {Value: dialect.Same},
	dialect.NameNormalization: {Value: dialect.Same},
	dialect.MaxNameLength:     {Value: "255"},
	dialect.MaxScopeLength:    {Value: "128"},
	dialect.MaxScopes:         {Value: "50"},
	dialect.EmptyDate:         {Status: 422, DetailCode: "422 Unprocessable", Text: "No date."},
	dialect.TestOfFixedField:  {Status: 200},
	dialect.FlagAfterDate:     {Value: dialect.Cleared},
	dialect.PasswordGrant: {
		Status: 400, Error: "invalid_grant", Description: "Bad Credentials",
	},
}

// restrictedDialect omits the date from the response to create, and rejects requests without the
// experimental header.
var restrictedDialect = map[string]dialect.Dialect{
	"no date": {
		dialect.NeverExpiringResponse: {Value: dialect.Absent, Flag: dialect.Absent},
	},
	"experimental header": {
		dialect.ExperimentalHeader: {
			Status: 412, DetailCode: "412 Precondition failed",
			Text: "Send X-SailPoint-Experimental.",
		},
	},
}

// manualClock is the clock of a target and of the run. Waiting advances it.
type manualClock struct {
	mu  sync.Mutex
	now time.Time
}

func (m *manualClock) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *manualClock) wait(_ context.Context, d time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return nil
}

// dateTransport sets the Date header of responses to the movable clock.
type dateTransport struct {
	http.RoundTripper
	clock *manualClock
}

func (d dateTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Header.Set("Date", d.clock.Now().UTC().Format(http.TimeFormat))
	}
	return response, err
}

// record returns the recording of a mock with a dialect after writing and reading it.
func record(t *testing.T, d dialect.Dialect, live bool, run string) string {
	t.Helper()
	clock := &manualClock{now: time.Date(2026, time.August, 31, 12, 0, 0, 0, time.UTC)}
	mock, err := mockserver.New(mockserver.Config{
		Dialect: d, Profile: mockserver.Profile{TokenLimit: 10}, Now: clock.Now,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	target := contracttests.Target{
		Name: "mock", BaseURL: "http://mock", HTTP: &http.Client{
			Transport: dateTransport{mock.Transport(), clock},
		}, Control: mock.Control(),
	}
	if live {
		who, err := mock.Control().Credentials(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		target.Name, target.Control = target.BaseURL, nil
		for _, u := range who.Users {
			credentials := contracttests.Credentials{
				ClientID: u.ClientID, ClientSecret: u.ClientSecret,
			}
			switch u.Name {
			case "admin":
				target.Admin = credentials
			case "jane.doe":
				target.Owner = credentials
			case "helpdesk":
				target.Second = credentials
			}
		}
	}
	about := recording.About{
		Tool: "patmock test", Target: report.Target{
			Name: target.Name, RealTenant: live, Version: "test",
		}, Started: clock.Now(),
	}
	var cases []recording.Case
	options := contracttests.Options{
		Now: clock.Now, Wait: clock.wait, Run: regexp.MustCompile(run),
		Observe: func(o contracttests.Observation) {
			c := recording.RawCase{
				Scenario: o.Case.Scenario.ID, Version: o.Case.Version, Outcome: o.Result.Outcome,
				Exchanges: o.Exchanges, DialectEntries: o.DialectEntries,
			}
			cases = append(cases, recording.Normalize(c, target.BaseURL, live))
		},
	}
	runner, err := contracttests.NewRunner(target, options)
	if err != nil {
		t.Fatal(err)
	}
	runner.Run(t.Context(), contracttests.Select(scenarios.All(), options))
	return writeRecording(t, about, cases)
}

// writeRecording returns the directory of a recording.
func writeRecording(t *testing.T, about recording.About, cases []recording.Case) string {
	t.Helper()
	w, err := recording.Create(filepath.Join(t.TempDir(), "recording"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if err := w.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := w.Close(about)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// scenarioPattern returns a regular expression for the scenarios that test the entries of a
// dialect.
func scenarioPattern(d dialect.Dialect) string {
	var all []string
	for _, e := range dialect.Entries() {
		if _, requested := d[e.ID]; requested {
			all = append(all, "^"+regexp.QuoteMeta(e.Scenario)+"(/|$)")
		}
	}
	return strings.Join(all, "|")
}

func propose(t *testing.T, args ...string) outcome {
	t.Helper()
	return command(t.Context(), nil, append([]string{"contract", "propose"}, args...)...)
}

// proposed returns the dialect that a command printed.
func proposed(t *testing.T, got outcome) dialect.Dialect {
	t.Helper()
	d, err := dialect.Parse("proposal", []byte(got.stdout))
	if err != nil || got.code != cli.ExitOK {
		t.Fatalf("exit code %d, %v: %s%s", got.code, err, got.stderr, got.stdout)
	}
	return d
}

// The responses of a tenant are recorded, proposed, and then returned by a mock with the proposed
// dialect.
func TestContractPropose_ReproducesTarget(t *testing.T) {
	t.Parallel() // it mostly waits
	dialects := map[string]dialect.Dialect{"foreign": otherDialect}
	for name, source := range restrictedDialect {
		dialects[name] = source
	}
	for name, source := range dialects {
		for _, live := range []bool{true, false} {
			t.Run(name+map[bool]string{true: "/live", false: "/patmock"}[live], func(t *testing.T) {
				got := propose(t, record(t, source, live, scenarioPattern(source)))
				want := source.NonDefault()
				if live {
					delete(want, dialect.TokenLimit) // a real tenant is never filled with tokens
				}
				if diff := cmp.Diff(want, proposed(t, got)); diff != "" {
					t.Errorf("(-target +proposal):\n%s\n%s", diff, got.stdout)
				}
			})
		}
	}
}

// A target that responds like the mock yields an empty proposal, and every response with --all.
func TestContractPropose_OmitsDefaults(t *testing.T) {
	every := dialect.Dialect{}
	for _, e := range dialect.Entries() {
		every[e.ID] = e.Default
	}
	dir := record(t, nil, false, scenarioPattern(every))
	output := propose(t, dir)
	if got := proposed(t, output); len(got) > 0 {
		t.Errorf("proposes %v\n%s", got, output.stdout)
	}
	if !strings.Contains(output.stdout, strings.Join(dialect.IDs(), ", ")) {
		t.Errorf("does not list the defaults of the mock:\n%s", output.stdout)
	}
	got := proposed(t, propose(t, dir, "--all"))
	if len(got) != len(every) {
		t.Errorf("--all: %v", got)
	}
	for _, e := range dialect.Entries() { // some responses leave the text open
		a := got[e.ID]
		if e.Default.Text == "" {
			a.Text = ""
		}
		if e.Default.Description == "" {
			a.Description = ""
		}
		got[e.ID] = a
	}
	if diff := cmp.Diff(dialect.Dialect{}, got.NonDefault()); diff != "" {
		t.Errorf("--all differs from the defaults (-want +got):\n%s", diff)
	}
}

// Every entry names the scenario that tests it.
func TestDialectEntries_HaveScenarios(t *testing.T) {
	for _, e := range dialect.Entries() {
		asks := slices.ContainsFunc(scenarios.All(), func(s contracttests.Scenario) bool {
			return (s.ID == e.Scenario || strings.HasPrefix(s.ID, e.Scenario+"/")) && s.OpenQuestion
		})
		if !asks {
			t.Errorf("%s: there is no question %s", e.ID, e.Scenario)
		}
	}
}

// a case of a handmade recording.
func recordedCase(scenario, v, question string, status int, body any) recording.Case {
	r := recording.Response{Status: status}
	if body != nil {
		r.Body = &recording.Body{Format: recording.JSON, Value: body}
	}
	return recording.Case{
		Scenario: scenario, Version: version.Version(v), Outcome: "provisional",
		Exchanges: []recording.Step{
			{Request: recording.Request{Method: "GET", Path: "/"}, Response: r},
		}, DialectEntries: map[string]int{question: 0},
	}
}

func sailPointError(code, text string) map[string]any {
	return map[string]any{"detailCode": code, "messages": []any{
		map[string]any{"localeOrigin": "REQUEST", "text": "in another language"}, map[string]any{
			"localeOrigin": "DEFAULT", "text": text,
		},
	}}
}

func TestContractPropose(t *testing.T) {
	conflict := sailPointError("409 Conflict", "Taken.")
	const (
		taken   = "create/name-taken-is-400"
		deleted = "lifecycle/question-login-of-a-deleted-token"
	)
	one := func(id string, resp dialect.Response) dialect.Dialect {
		return dialect.Dialect{id: resp}
	}
	tests := []struct {
		name  string
		about recording.About
		cases []recording.Case
		all   bool
		want  dialect.Dialect
	}{
		{
			name: "versions agree",
			cases: []recording.Case{
				recordedCase(taken, "v3", "duplicate-name", 409, conflict),
				recordedCase(taken, "v2026", "duplicate-name", 409, conflict),
			},
			want: one("duplicate-name", dialect.Response{
				Status: 409, DetailCode: "409 Conflict", Text: "Taken.",
			}),
		},
		{
			name: "versions disagree",
			cases: []recording.Case{
				recordedCase(taken, "v3", "duplicate-name", 409, conflict),
				recordedCase(taken, "v1", "duplicate-name", 400, sailPointError("400.1 x", "y")),
				recordedCase(taken, "beta", "duplicate-name", 409, conflict),
			},
		},
		{
			name: "unsupported response",
			cases: []recording.Case{
				recordedCase(deleted, "v3", "login-deleted", 200, map[string]any{
					"access_token": "x",
				}),
			},
		},
		{
			name:  "the target was away",
			cases: []recording.Case{recordedCase(taken, "v3", "duplicate-name", 503, nil)},
		},
		{
			name: "unknown version",
			cases: []recording.Case{
				recordedCase("token/question-missing-grant", "", "missing-grant", 401,
					map[string]any{
						"error": "unauthorized", "error_description": "Who?",
					}),
			},
			want: one("missing-grant", dialect.Response{
				Status: 401, Error: "unauthorized", Description: "Who?",
			}),
		},
		{
			name: "the published 401",
			cases: []recording.Case{
				recordedCase("lifecycle/x", "v3", "access-token-of-deleted", 401, map[string]any{
					"error": "JWT is revoked",
				}),
			},
			want: one("access-token-of-deleted", dialect.Response{
				Status: 401, Text: "JWT is revoked",
			}),
		},
		{
			name:  "an error without a body",
			cases: []recording.Case{recordedCase(taken, "v3", "duplicate-name", 409, nil)},
			want:  one("duplicate-name", dialect.Response{Status: 409}),
		},
		{
			name: "a date",
			cases: []recording.Case{
				recordedCase("expiry/x", "v1", "never-expiring-response", 200, map[string]any{
					"expirationDate": "a date",
				}),
			},
			want: one("never-expiring-response", dialect.Response{
				Value: dialect.FarDate, Flag: dialect.Absent,
			}),
		},
		{
			name: "no token",
			cases: []recording.Case{
				recordedCase(
					"expiry/x", "v1", "never-expiring-response", 400,
					sailPointError("400.1 x", "y"),
				),
			},
		},
		{
			name: "default, and untested entries",
			cases: []recording.Case{
				recordedCase("list/x", "v3", "limit-251", 200, []any{}),
				recordedCase(
					"list/y", "v3", "unknown-owner", 404,
					sailPointError("404 Not found", "No such owner."),
				),
			},
			want: one("unknown-owner", dialect.Response{
				Status: 404, DetailCode: "404 Not found", Text: "No such owner.",
			}),
		},
		{
			name: "all", all: true,
			cases: []recording.Case{recordedCase("list/x", "v3", "limit-251", 200, []any{})},
			want:  one("limit-251", dialect.Response{Status: 200}),
		},
		{
			name:  "an interrupted run",
			about: recording.About{Interrupted: true},
			cases: []recording.Case{recordedCase(taken, "v3", "duplicate-name", 409, nil)},
			want:  one("duplicate-name", dialect.Response{Status: 409}),
		},
		{
			name:  "a patmock",
			about: recording.About{Target: report.Target{Name: "mock", Version: "v1"}},
			cases: []recording.Case{recordedCase(taken, "v3", "duplicate-name", 409, nil)},
			want:  one("duplicate-name", dialect.Response{Status: 409}),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			about := test.about
			about.Tool = "patmock v1"
			about.Started = time.Date(2026, time.November, 22, 15, 5, 0, 0,
				time.FixedZone("CET", 3600))
			if about.Target.Name == "" {
				about.Target = report.Target{Name: "https://acme", RealTenant: true}
			}
			args := []string{writeRecording(t, about, test.cases)}
			if test.all {
				args = append(args, "--all")
			}
			got := propose(t, args...)
			if diff := cmp.Diff(test.want, proposed(t, got), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkMessage(t, golden.Key(t), got.stdout)
		})
	}
}

func TestContractPropose_RejectsInput(t *testing.T) {
	about := recording.About{Target: report.Target{Name: "https://acme", RealTenant: true}}
	unasked := writeRecording(t, about, []recording.Case{
		recordedCase("token/question-signature", "", "signature", 200, nil),
	})
	tempDir := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"no open question", []string{unasked}},
		{"no recording", []string{tempDir}},
		{"no folder", []string{"nowhere"}},
		{"no argument", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := propose(t, tt.args...)
			got.check(t, cli.ExitUsage, "DIR")
			checkMessage(t, golden.Key(t), strings.ReplaceAll(got.stderr, tempDir, "FOLDER"))
		})
	}
}
