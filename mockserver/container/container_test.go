package container_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/container"
	"example.com/patmock/mockserver/control"
)

func TestMain(m *testing.M) { golden.Main(m) }

// tenant is a tenant that no image has.
const tenant = `
identities:
  - id: abadcafeabadcafeabadcafeabadcafe
    name: ann.other
    userLevels: [USER]
tokens:
  - id: acedfaceacedfaceacedfaceacedface
    secret: acedfaceacedfaceacedfaceacedfaceacedfaceacedfaceacedfaceacedface
    owner: ann.other
    name: of a file
    scope: [sp:scopes:all]
    created: -1d
`

// writeFile writes a private file and returns its path.
func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tenant.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWithFixture_LoadsTenant(t *testing.T) {
	for _, test := range []struct {
		name   string
		option testcontainers.ContainerCustomizer
		user   string
		want   []string
	}{
		{
			"no option", testcontainers.WithEnv(nil), "jane.doe", []string{
				"laptop", "login", "token report",
			},
		},
		{"built-in fixture", container.WithFixture("empty"), "jane.doe", []string{"login"}},
		{
			"file", container.WithFixtureFile(writeFile(t, tenant)), "ann.other", []string{
				"of a file",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := run(t, test.option)
			got := slices.Sorted(slices.Values(m.names(m.mustLogin(test.user))))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tokens of %s (-want +got):\n%s", test.user, diff)
			}
		})
	}
}

// A faithful mock rejects the eleventh token of an owner, unlike a friendly one.
func TestWithProfile_SetsTokenLimit(t *testing.T) {
	for _, test := range []struct {
		profile string
		want    int
	}{
		{"friendly", http.StatusOK},
		{"faithful", http.StatusBadRequest},
	} {
		t.Run(test.profile, func(t *testing.T) {
			m := run(t, container.WithFixture("empty"), container.WithProfile(test.profile))
			jane := m.mustLogin("jane.doe") // the login is the first token
			for n := 2; n <= 10; n++ {
				if status, _ := m.create(jane, fmt.Sprint("token ", n)); status != http.StatusOK {
					t.Fatalf("token %d: status %d", n, status)
				}
			}
			if got, _ := m.create(jane, "token 11"); got != test.want {
				t.Errorf("status %d, want %d", got, test.want)
			}
		})
	}
}

func TestWithRandomSeed_RepeatsTokens(t *testing.T) {
	tokens := func(seed uint64) token {
		m := run(t, container.WithRandomSeed(seed))
		_, one := m.create(m.mustLogin("jane.doe"), "seeded")
		return one
	}
	seven := tokens(7)
	if diff := cmp.Diff(seven, tokens(7)); diff != "" {
		t.Errorf("the same seed (-first +second):\n%s", diff)
	}
	if eight := tokens(8); eight.ID == seven.ID || eight.Secret == seven.Secret {
		t.Error("another seed creates the same token")
	}
}

// The error names the invalid option, and the failed container can be removed.
func TestRun_RejectsInvalidOptions(t *testing.T) {
	broken := writeFile(t, strings.Replace(tenant, "owner: ann.other", "owner: ann.ohter", 1))
	for _, test := range []struct {
		name   string
		option testcontainers.ContainerCustomizer
		want   []string // parts of the error
	}{
		{
			"fixture file", container.WithFixtureFile(broken), []string{
				"/fixtures/tenant.yaml:9:5: tokens[0].owner: ", `"ann.ohter"`,
			},
		},
		{"fixture", container.WithFixture("emtpy"), []string{`"emtpy"`}},
		{"profile", container.WithProfile("fiendly"), []string{"PATMOCK_PROFILE", `"fiendly"`}},
		{
			"random seed", container.WithRandomSeed(1 << 60), []string{
				"PATMOCK_RANDOM_SEED", `"1152921504606846976"`,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := tryRun(t, test.option)
			for _, part := range test.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v, want %q in it", err, part)
				}
			}
			if c == nil {
				t.Fatal("no container")
			}
			if err := c.Terminate(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := c.State(t.Context()); err == nil {
				t.Error("the container still exists")
			}
		})
	}
}

// fixtureContent is the setting for the content of the fixture file.
const fixtureContent = "content of the fixture file"

func TestRun_RejectsReuseWithOtherSettings(t *testing.T) {
	requireImage(t)
	name := fmt.Sprintf("patmock-reuse-%d", os.Getpid())
	first, other := writeFile(t, tenant),
		writeFile(t, strings.Replace(tenant, "of a file", "of another", 1))
	token := testcontainers.WithEnv(map[string]string{"PATMOCK_CONTROL_TOKEN": "another"})
	run(t, testcontainers.WithReuseByName(name), container.WithFixtureFile(first))
	for _, test := range []struct {
		name    string
		options []testcontainers.ContainerCustomizer
		want    []string // nil if it is reused
	}{
		{"the same", []testcontainers.ContainerCustomizer{container.WithFixtureFile(first)}, nil},
		{
			"another content", []testcontainers.ContainerCustomizer{
				container.WithFixtureFile(other),
			}, []string{fixtureContent},
		},
		{
			"another fixture", []testcontainers.ContainerCustomizer{
				container.WithFixture("crowded"),
			}, []string{"PATMOCK_FIXTURE", fixtureContent},
		},
		{"no fixture", nil, []string{"PATMOCK_FIXTURE", fixtureContent}},
		{
			"profile and token", []testcontainers.ContainerCustomizer{
				container.WithFixtureFile(first), container.WithProfile("faithful"), token,
			}, []string{"PATMOCK_CONTROL_TOKEN", "PATMOCK_PROFILE"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := container.Run(t.Context(), img,
				append(test.options, testcontainers.WithReuseByName(name))...)
			if test.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{"of a file"},
					of(t, c).names(of(t, c).mustLogin("ann.other"))); diff != "" {
					t.Errorf("tokens (-want +got):\n%s", diff)
				}
				return
			}
			reused, _ := errors.AsType[*container.ReuseError](err)
			if reused == nil || c != nil {
				t.Fatalf("container %v, error %v", c, err)
			}
			if diff := cmp.Diff(test.want, reused.Settings); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			golden.Check(t, "testdata/errors.golden", golden.Key(t),
				strings.ReplaceAll(reused.Error(), name, "NAME"))
		})
	}
}

// A missing file is an error before any call to the engine.
func TestWithFixtureFile_RejectsMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent.yaml")
	c, err := container.Run(t.Context(), img, container.WithFixtureFile(path))
	testcontainers.CleanupContainer(t, c)
	if err == nil || !strings.Contains(err.Error(), path) || c != nil {
		t.Errorf("container %v, error %v, want %s in it", c, err, path)
	}
}

// A wait strategy of the caller takes precedence. The error has the log of the container.
func TestRun_ReportsLogOfUnhealthyContainer(t *testing.T) {
	// in the first line of the log
	const address = "http://127.0.0.1:17280"
	// since it listens
	never := wait.ForLog("a line that no mock writes").WithStartupTimeout(time.Second)
	c, err := tryRun(t, testcontainers.WithWaitStrategy(wait.ForLog(address), never))
	if err == nil || !strings.Contains(err.Error(), address+"\n") {
		t.Errorf("error %v, want the log in it", err)
	}
	if c == nil {
		t.Error("no container")
	}
}

func TestRun_IsolatesContainers(t *testing.T) {
	one, other := run(t), run(t)
	if one.url == other.url {
		t.Fatalf("both listen on %s", one.url)
	}
	if status, _ := one.create(one.mustLogin("jane.doe"), "of one"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for name, m := range map[string]mock{"one": one, "other": other} {
		if got, want := slices.Contains(m.names(m.mustLogin("jane.doe")), "of one"),
			name == "one"; got != want {
			t.Errorf("%s has the token: %t, want %t", name, got, want)
		}
	}
}

func TestControl_AdvancesClock(t *testing.T) {
	m := run(t)
	build, err := m.mustControl().AddToken(t.Context(), control.NewToken{
		Owner: "jane.doe", Name: "build", ExpirationDate: "+30d",
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := m.login(build.ClientID, build.ClientSecret); status != http.StatusOK {
		t.Errorf("before it expires: status %d", status)
	}
	if _, err := m.mustControl().Advance(t.Context(), 31*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if status, _ := m.login(build.ClientID, build.ClientSecret); status != http.StatusUnauthorized {
		t.Errorf("after it has expired: status %d, want 401", status)
	}
}

func TestNamespace_IsolatesTenants(t *testing.T) {
	m := run(t, container.WithFixture("empty"))
	other := of(t, m.Namespace("apart"))
	if want := m.url + "/t/apart"; other.url != want {
		t.Errorf("base URL %s, want %s", other.url, want)
	}
	build := control.NewToken{Owner: "jane.doe", Name: "build"}
	if _, err := other.mustControl().AddToken(t.Context(), build); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		mock mock
		want []string
	}{
		{"apart", other, []string{"build", "login"}},
		{"default", m, []string{"login"}},
	} {
		got := slices.Sorted(slices.Values(test.mock.names(test.mock.mustLogin("jane.doe"))))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("tokens in %s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestCredentials_RejectsUnknownUser(t *testing.T) {
	m := run(t)
	_, _, err := m.Credentials(t.Context(), "jane.deo")
	var unknown *container.UnknownUserError
	if !errors.As(err, &unknown) {
		t.Fatalf("error %v, want one about the user", err)
	}
	want := &container.UnknownUserError{
		Name: "jane.deo", Users: []string{"admin", "jane.doe", "john.roe", "helpdesk"},
	}
	if diff := cmp.Diff(want, unknown); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestUnknownUserError_ListsUsers(t *testing.T) {
	for name, users := range map[string][]string{"some": {"admin", "jane.doe"}, "none": nil} {
		t.Run(name, func(t *testing.T) {
			err := &container.UnknownUserError{Name: "jane.deo", Users: users}
			golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
		})
	}
}

// The mock requires the control token from its environment. Run, Control and Credentials send it.
func TestControlToken_IsRequired(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		want int
	}{
		{"without", nil, http.StatusOK},
		{
			"with",
			map[string]string{"PATMOCK_CONTROL_TOKEN": " of this test\n"},
			http.StatusUnauthorized,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := run(t, testcontainers.WithEnv(test.env))
			if got, text := m.send(http.MethodGet, "/_mock/health", "", "", ""); got != test.want {
				t.Errorf("status without a token %d, want %d: %s", got, test.want, text)
			}
			if _, err := m.mustControl().Clock(t.Context()); err != nil {
				t.Error(err)
			}
			if _, _, err := m.Namespace("apart").Credentials(t.Context(), "jane.doe"); err != nil {
				t.Error(err)
			}
			m.mustLogin("jane.doe")
		})
	}
}

func TestImage_HasHealthCheck(t *testing.T) {
	m := run(t)
	inspected, err := m.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if inspected.Config.Healthcheck == nil {
		t.Fatalf("%s has no health check", img)
	}
	if err := wait.ForHealthCheck().WithStartupTimeout(time.Minute).WaitUntilReady(t.Context(),
		m); err != nil {
		state, _ := m.State(t.Context()) // nil where that fails, too
		encoded, _ := json.Marshal(state)
		t.Errorf("%v: %s", err, encoded)
	}
}

func TestExamples_PrintOutput(t *testing.T) {
	requireImage(t)
	for _, test := range []struct {
		name   string
		run    func()
		prints string
	}{
		{"Run", ExampleRun, "true facefacefacefacefacefacefaceface 64\n"},
		{"Run with variables", ExampleRun_withEnv, "ok 5/10s <nil>\n"},
		{"Control", ExampleContainer_Control, "401 Unauthorized\n"},
		{"Namespace", ExampleContainer_Namespace, "create +1h0m0s <nil>\nrename +1h0m0s <nil>\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.prints, captureOutput(t, test.run)); diff != "" {
				t.Errorf("it prints (-want +got):\n%s", diff)
			}
		})
	}
}

// captureOutput returns the standard output of a function.
func captureOutput(t *testing.T, run func()) string {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	terminal := os.Stdout
	os.Stdout = out
	defer func() { os.Stdout = terminal }()
	run()
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWithTLS_ServesHTTPS(t *testing.T) {
	m := run(t, container.WithTLS())
	base, err := m.BaseURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: m.RootCAs()}, ForceAttemptHTTP2: true,
	}}
	defer client.CloseIdleConnections()
	resp, err := client.Get(base + "/oauth/info")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 || len(m.CA()) == 0 {
		t.Errorf("%s: %s, status %d, CA %s", base, resp.Proto, resp.StatusCode, m.CA())
	}
	if id, secret, err := m.Credentials(t.Context(), "jane.doe"); err != nil || id == "" ||
		secret == "" {
		t.Errorf("credentials: %v", err)
	}
}
