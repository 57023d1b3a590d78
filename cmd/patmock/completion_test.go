package main

import (
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// A shell completes the values of flags and arguments. Each case has the complete list.
func TestComplete(t *testing.T) {
	formatted := func(formats []string) []string {
		var all []string
		for _, f := range formats {
			all = append(all, f+"=")
		}
		return all
	}
	var ids []string
	for _, s := range scenarios.All() {
		ids = append(ids, s.ID)
	}
	var needs []string
	for _, n := range contracttests.Features() {
		needs = append(needs, string(n))
	}
	versions := []string{"beta", "v3", "v2024", "v2025", "v2026", "v1"}
	for _, tt := range []struct {
		line string // a trailing blank starts another word
		want []string
	}{
		{"serve --fixture ", fixtures.Names()},
		{"env --fixture ", fixtures.Names()},
		{"control namespace create a --fixture ", fixtures.Names()},
		{"serve --profile ", mockserver.Profiles()},
		{"exec --profile fai", []string{"faithful"}},
		{"serve --versions ", versions},
		{
			"serve --versions v3,v1,", []string{
				"v3,v1,beta", "v3,v1,v2024", "v3,v1,v2025", "v3,v1,v2026",
			},
		},
		{"contract run --versions v20", []string{"v2024", "v2025", "v2026"}},
		{"serve --hostile ", append([]string{"all", "none"}, mockserver.HostileBehaviors()...)},
		{"serve --log-level ", []string{"debug", "info", "warn", "error"}},
		{"serve --log-format ", []string{"text", "json"}},
		{"serve --validate-responses ", []string{"on", "off"}},
		{"serve --never-expires-as ", []string{"null", "far-date"}},
		{"check --allow ", control.FindingKinds()},
		{"control requests list --finding ", control.FindingKinds()},
		{"control verify --finding ", control.FindingKinds()},
		{"env --format ", credentials.FormatNames()},
		{"control health --format ", []string{"text", "json"}},
		{"control state get --format ", []string{"yaml", "json"}},
		{"spec dialect --format ", []string{"yaml", "json"}},
		{"contract run --report ", formatted(report.Formats())},
		{"check --report ju", []string{"junit="}},
		{"check --report junit=", []string{"junit=-"}},
		{"contract run --run ", ids},
		{"contract list --skip ", ids},
		{"contract run --run ^create/name-taken-is-4", []string{"^create/name-taken-is-400"}},
		{"contract run --evidence published,", []string{"published,observed", "published,assumed"}},
		{"contract run --require ", needs},
		{"contract run --fail-on ", []string{"skip", "warning", "provisional"}},
		{
			"contract parity --fail-on ", []string{
				"stale", "rehearsed", "published", "observed", "assumed",
			},
		},
		{"contract run --target ", []string{"mock", "env"}},
		{"contract diff ", []string{"mock", "env"}},
		{
			"control fault add --operation ", []string{
				"token", "list", "create", "patch", "delete", "bulk", "publicIdentities",
				"identities", "identity", "stub",
			},
		},
		{"control fault add --effect ", []string{
			"reset", "hang", "html", "truncated-json", "wrong-content-type", "empty-body",
		}},
		{"exec --user ", []string{"admin", "jane.doe", "john.roe", "helpdesk"}},
		{"exec --fixture documentation --user jane", []string{"jane.doe"}},
		{"env --fixture default --user j", []string{"jane.doe", "john.roe"}},
		{"env --fixture missing --user ", nil},
		{"completion ", []string{"bash", "fish", "powershell", "zsh"}},
		{"spec show v20", []string{"v2024", "v2025", "v2026"}},
		{"serve ", nil},
		{"contract propose ", nil},
	} {
		t.Run(tt.line, func(t *testing.T) {
			got := complete(t, nil, strings.Split(tt.line, " ")...)
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			if last := tt.line[strings.LastIndex(tt.line, " ")+1:]; last != "" {
				got = slices.DeleteFunc(got, func(s string) bool {
					return !strings.HasPrefix(s, last)
				})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Users, namespaces, fault rules and requests come from the running mock. Completion does not
// change it.
func TestComplete_FromMock(t *testing.T) {
	tenant, err := fixtures.Load("crowded")
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockserver.New(mockserver.Config{
		Tenant: tenant, ControlToken: "sesame", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mock)
	t.Cleanup(server.Close)
	ctl := mock.Control()
	for _, name := range []string{"test-1", "test-2"} {
		if _, err := ctl.WithNamespace(name).PutNamespace(t.Context(), control.NewNamespace{
			Fixture: "default",
		}); err != nil {
			t.Fatal(err)
		}
	}
	for namespace, id := range map[string]string{"default": "busy", "test-1": "slow"} {
		if _, err := ctl.WithNamespace(namespace).AddFault(t.Context(), control.Fault{
			ID: id, Status: 503,
		}); err != nil {
			t.Fatal(err)
		}
	}
	var crowd []string
	for _, u := range tenant.Identities {
		crowd = append(crowd, u.Name)
	}
	few := []string{"admin", "jane.doe", "john.roe", "helpdesk"}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"PATMOCK_URL": server.URL, cli.ControlToken: "sesame"}
	for _, tt := range []struct {
		name, line string
		variables  map[string]string
		want       []string
	}{
		{
			"namespaces", "control health --namespace ", variables, []string{
				"default", "test-1", "test-2",
			},
		},
		{
			"namespaces of check", "check --namespace ", variables, []string{
				"default", "test-1", "test-2",
			},
		},
		{
			"namespaces of env", "env --namespace ", variables, []string{
				"default", "test-1", "test-2",
			},
		},
		{
			"namespace to remove", "control namespace rm ", variables, []string{
				"default", "test-1", "test-2",
			},
		},
		{"no second namespace", "control namespace rm default ", variables, nil},
		{
			"mock of flags",
			"control --url " + server.URL + " --control-token @" + token + " health --namespace ",
			nil,
			[]string{"default", "test-1", "test-2"},
		},
		{"users", "env --user ", variables, crowd},
		{"users of a namespace", "env --namespace test-1 --user ", variables, few},
		{
			"users of a namespace that does not exist", "env --namespace test-9 --user ", variables,
			nil,
		},
		{"owners", "control token add --owner ", variables, crowd},
		{"fault rules", "control fault rm ", variables, []string{"busy"}},
		{
			"fault rules of a namespace", "control --namespace test-1 requests list --fault ",
			variables,
			[]string{"slow"},
		},
		{"no request", "control requests show ", variables, nil},
		{
			"wrong token", "control health --namespace ", map[string]string{
				"PATMOCK_URL": server.URL, cli.ControlToken: "wrong",
			}, nil,
		},
		{
			"bad address", "control health --namespace ",
			map[string]string{"PATMOCK_URL": "x y"},
			nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := complete(t, tt.variables, strings.Split(tt.line, " ")...)
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(tt.want)), got); diff != "" {
				t.Error(diff)
			}
		})
	}
	namespaces, err := ctl.Namespaces(t.Context())
	if err != nil || len(namespaces) != 3 {
		t.Errorf("%d namespaces, %v, want the three of before", len(namespaces), err)
	}
}

// If no mock responds, a shell quickly gets an empty list and no error.
func TestComplete_WithoutMock(t *testing.T) {
	t.Parallel() // it mostly waits
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it accepts no connection
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for name, listener := range map[string]net.Listener{"none": closed, "silent": silent} {
		for _, line := range []string{
			"control health --namespace ", "env --user ", "control fault rm ",
		} {
			t.Run(name+" "+line, func(t *testing.T) {
				begin := time.Now()
				set := map[string]string{"PATMOCK_URL": "http://" + listener.Addr().String()}
				got := command(t.Context(), set,
					append([]string{"__complete"}, strings.Split(line, " ")...)...)
				if got.code != cli.ExitOK || got.stdout != ":4\n" ||
					strings.Contains(got.stderr, "patmock:") {
					t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
				}
				if d := time.Since(begin); d > 5*time.Second {
					t.Errorf("it took %s", d)
				}
			})
		}
	}
}
