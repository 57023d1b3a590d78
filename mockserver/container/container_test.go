package container_test

import (
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

// tenant is one that no image has.
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

// file writes a file that nobody else may read, and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tenant.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The tenant that an option chooses is the one that answers.
func TestFixtures(t *testing.T) {
	for _, test := range []struct {
		name   string
		option testcontainers.ContainerCustomizer
		user   string
		want   []string
	}{
		{
			"none", testcontainers.WithEnv(nil), "jane.doe", []string{
				"laptop", "login", "token report",
			},
		},
		{"built in", container.WithFixture("empty"), "jane.doe", []string{"login"}},
		{"a file", container.WithFixtureFile(file(t, tenant)), "ann.other", []string{"of a file"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := run(t, test.option)
			got := slices.Sorted(slices.Values(m.names(m.as(test.user))))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tokens of %s (-want +got):\n%s", test.user, diff)
			}
		})
	}
}

// A faithful mock refuses the eleventh token of an owner, a friendly one does not.
func TestWithProfile(t *testing.T) {
	for _, test := range []struct {
		profile string
		want    int
	}{
		{"friendly", http.StatusOK},
		{"faithful", http.StatusBadRequest},
	} {
		t.Run(test.profile, func(t *testing.T) {
			m := run(t, container.WithFixture("empty"), container.WithProfile(test.profile))
			jane := m.as("jane.doe") // with the first
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

func TestWithRandomSeed(t *testing.T) {
	made := func(seed uint64) token {
		m := run(t, container.WithRandomSeed(seed))
		_, one := m.create(m.as("jane.doe"), "seeded")
		return one
	}
	seven := made(7)
	if diff := cmp.Diff(seven, made(7)); diff != "" {
		t.Errorf("the same seed (-first +second):\n%s", diff)
	}
	if eight := made(8); eight.ID == seven.ID || eight.Secret == seven.Secret {
		t.Error("another seed makes the same token")
	}
}

// What is wrong with an option is in the error, and the container that failed can be removed.
func TestMistakes(t *testing.T) {
	broken := file(t, strings.Replace(tenant, "owner: ann.other", "owner: ann.ohter", 1))
	for _, test := range []struct {
		name   string
		option testcontainers.ContainerCustomizer
		want   []string // the place, and the value
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
			c, err := tryToRun(t, test.option)
			for _, part := range test.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v, want %q in it", err, part)
				}
			}
			if c == nil {
				t.Fatal("no container is returned")
			}
			if err := c.Terminate(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := c.State(t.Context()); err == nil {
				t.Error("the container is still there")
			}
		})
	}
}

// fixtureContent is the setting that a changed file of the fixture is reported as.
const fixtureContent = "content of the fixture file"

// A container that is reused keeps its first fixture, and rejects others.
func TestReuse(t *testing.T) {
	needImage(t)
	name := fmt.Sprintf("patmock-reuse-%d", os.Getpid())
	first, other := file(t, tenant), file(t, strings.Replace(tenant, "of a file", "of another", 1))
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
			"a profile and a token", []testcontainers.ContainerCustomizer{
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
					of(t, c).names(of(t, c).as("ann.other"))); diff != "" {
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

// A file that cannot be read is told before an engine is asked for anything.
func TestNoFixtureFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent.yaml")
	c, err := container.Run(t.Context(), img, container.WithFixtureFile(path))
	testcontainers.CleanupContainer(t, c)
	if err == nil || !strings.Contains(err.Error(), path) || c != nil {
		t.Errorf("container %v, error %v, want %s in it", c, err, path)
	}
}

// A wait strategy of the caller's wins, and the log tells how far the mock came.
func TestNotHealthy(t *testing.T) {
	// in the first line of the log
	const address = "http://127.0.0.1:17280"
	// since it listens
	never := wait.ForLog("a line that no mock writes").WithStartupTimeout(time.Second)
	c, err := tryToRun(t, testcontainers.WithWaitStrategy(wait.ForLog(address), never))
	if err == nil || !strings.Contains(err.Error(), address+"\n") {
		t.Errorf("error %v, want the log in it", err)
	}
	if c == nil {
		t.Error("no container is returned")
	}
}

func TestTwoSideBySide(t *testing.T) {
	one, other := run(t), run(t)
	if one.url == other.url {
		t.Fatalf("both listen on %s", one.url)
	}
	if status, _ := one.create(one.as("jane.doe"), "of one"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for name, m := range map[string]mock{"one": one, "other": other} {
		if got, want := slices.Contains(m.names(m.as("jane.doe")), "of one"),
			name == "one"; got != want {
			t.Errorf("%s has the token: %t, want %t", name, got, want)
		}
	}
}

func TestControlMovesTheClock(t *testing.T) {
	m := run(t)
	build, err := m.controls().AddToken(t.Context(), control.NewToken{
		Owner: "jane.doe", Name: "build", ExpirationDate: "+30d",
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := m.login(build.ClientID, build.ClientSecret); status != http.StatusOK {
		t.Errorf("before it expires: status %d", status)
	}
	if _, err := m.controls().Advance(t.Context(), 31*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if status, _ := m.login(build.ClientID, build.ClientSecret); status != http.StatusUnauthorized {
		t.Errorf("after it has expired: status %d, want 401", status)
	}
}

// A namespace is a tenant of its own behind the same port.
func TestNamespace(t *testing.T) {
	m := run(t, container.WithFixture("empty"))
	apart := of(t, m.Namespace("apart"))
	if want := m.url + "/t/apart"; apart.url != want {
		t.Errorf("base URL %s, want %s", apart.url, want)
	}
	build := control.NewToken{Owner: "jane.doe", Name: "build"}
	if _, err := apart.controls().AddToken(t.Context(), build); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		mock mock
		want []string
	}{
		{"apart", apart, []string{"build", "login"}},
		{"default", m, []string{"login"}},
	} {
		got := slices.Sorted(slices.Values(test.mock.names(test.mock.as("jane.doe"))))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("tokens in %s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestCredentials(t *testing.T) {
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

func TestUnknownUserError(t *testing.T) {
	for name, users := range map[string][]string{"some": {"admin", "jane.doe"}, "none": nil} {
		t.Run(name, func(t *testing.T) {
			err := &container.UnknownUserError{Name: "jane.deo", Users: users}
			golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
		})
	}
}

// A control token in the environment is demanded of everybody, and sent by Run, Control and
// Credentials.
func TestControlToken(t *testing.T) {
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
				t.Errorf("a stranger is answered %d, want %d: %s", got, test.want, text)
			}
			if _, err := m.controls().Clock(t.Context()); err != nil {
				t.Error(err)
			}
			if _, _, err := m.Namespace("apart").Credentials(t.Context(), "jane.doe"); err != nil {
				t.Error(err)
			}
			m.as("jane.doe")
		})
	}
}

// The image asks itself for its health.
func TestImageIsHealthy(t *testing.T) {
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

func TestExamples(t *testing.T) {
	needImage(t)
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
			if diff := cmp.Diff(test.prints, printed(t, test.run)); diff != "" {
				t.Errorf("it prints (-want +got):\n%s", diff)
			}
		})
	}
}

// printed is what a function writes to standard output.
func printed(t *testing.T, run func()) string {
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
