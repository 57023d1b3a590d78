package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
)

func TestControlExitCodes(t *testing.T) {
	const sent = "POST /_mock/reset"
	rejected := func(name string, status, code int, rule string) controlTest {
		body := fmt.Sprintf(`{"type":"urn:problem-type:patmock:%[1]s","title":"T","status":%[2]d,`+
			`"detail":"D","rule":"%[1]s"}`, rule, status)
		return controlTest{
			name: name, args: "reset", status: status, body: body, sent: sent, code: code,
			about: rule,
		}
	}
	testControl(t, []controlTest{
		rejected("another token is wanted", 401, 3, "unauthorized"),
		rejected("the mock fails", 500, 3, "bug"),
		rejected("too many namespaces", 503, 3, "too-many-namespaces"),
		rejected("refused", 409, 2, "name-taken"),
		{
			name: "another server", args: "reset", status: 404, body: "{}", sent: sent, code: 3,
			about: "not-patmock",
		},
		{name: "an argument", args: "reset now", code: 2, about: "ARGUMENT"},
		{name: "no command", args: "clokc", code: 2, about: "COMMAND"},
		{name: "unknown subcommand", args: "clock advnace", code: 2, about: "COMMAND"},
		{name: "no address", args: "reset --url mock", code: 2, about: "--url"},
	})
}

func TestControl_NoMock(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	got := runControl(t, nil, "reset --url "+gone.URL)
	got.check(t, cli.ExitUnreachable, "no-mock")
	checkMessage(t, golden.Key(t), got.stderr)
}

func TestControlToken(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, content := range map[string]string{"token": "from-file\n", "empty": " \n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, flag, variable string
		want                 string // the expected request
		about                string // subject of the error
	}{
		{name: "none"},
		{name: "a variable", variable: "from-variable", want: "Bearer from-variable"},
		{name: "a file", flag: " --control-token @token", want: "Bearer from-file"},
		{
			name: "both", flag: " --control-token @token", variable: "from-variable",
			want: "Bearer from-file",
		},
		{name: "a secret", flag: " --control-token hunter2", about: "--control-token"},
		{name: "an empty file", flag: " --control-token @empty", about: "--control-token"},
		{name: "no file", flag: " --control-token @nowhere", about: "--control-token"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := &fakeControl{t: t, status: http.StatusNoContent}
			server := httptest.NewServer(fake)
			defer server.Close()
			got := runControl(t, map[string]string{
				"PATMOCK_URL": server.URL, "PATMOCK_CONTROL_TOKEN": test.variable,
			}, "reset"+test.flag)
			if diff := cmp.Diff(test.want, fake.authorization); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			code := cli.ExitOK
			if test.about != "" {
				code = cli.ExitUsage
				checkMessage(t, golden.Key(t), got.stderr)
			}
			got.check(t, code, test.about)
			if strings.Contains(got.stderr, "hunter2") {
				t.Errorf("the secret is shown: %s", got.stderr)
			}
		})
	}
}

// Variables select the mock. Variables that configure a mock, such as its fixture, do not change
// the request.
func TestControl_ReadsVariables(t *testing.T) {
	fake := &fakeControl{t: t, status: http.StatusOK, body: fakeNamespace}
	server := httptest.NewServer(fake)
	defer server.Close()
	got := runControl(t, map[string]string{
		"PATMOCK_URL": server.URL, "PATMOCK_NAMESPACE": "b", "PATMOCK_FIXTURE": "crowded",
		"PATMOCK_FORMAT": "nonsense",
	}, "namespace list")
	if diff := cmp.Diff("GET /t/b/_mock/namespaces", fake.sent); diff != "" || got.code != 0 {
		t.Errorf("exit code %d, %s%s", got.code, got.stderr, diff)
	}
	got = runControl(t, map[string]string{"PATMOCK_URL": server.URL, "PATMOCK_FIXTURE": "crowded"},
		"namespace create a")
	if diff := cmp.Diff("PUT /t/a/_mock/namespace {}", fake.sent); diff != "" || got.code != 0 {
		t.Errorf("exit code %d, %s%s", got.code, got.stderr, diff)
	}
}

func TestControl_RejectsInvalidFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"rule.json": `{"operation": "list", "status": 503}`,
		"slip.json": `{"opertion": "list"}`,
		"name.json": `{"operation": "lits"}`,
		"two.json":  `{"status": 503} {"status": 500}`,
		"expect.json": `{"expect": [{"match": {"body": {"n": 12345678901234567890}}}], ` +
			`"inOrder": true, "timeout": "10ms"}`,
		"unknown.json": `{"expect": [{"match": {"finding": "no-wiat"}}]}`,
		"state.yaml":   "identities: []\n",
		"wrong.yaml":   "identities:\n- {id: cafe, name: ann}\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testControl(t, []controlTest{
		{
			name: "a rule", args: "fault add @rule.json --format json", status: 201,
			body: `{"id":"f1"}`,
			sent: `POST /_mock/faults {"operation":"list","status":503}`,
		},
		{name: "unknown field", args: "fault add @slip.json", code: 2, about: "FILE"},
		{
			name: "misspelt operation", args: "fault add @name.json", code: 2,
			about: "--operation",
		},
		{name: "two rules", args: "fault add @two.json", code: 2, about: "FILE"},
		{
			name: "expectations", args: "verify @expect.json --format json", status: 200,
			body: `{"verified":true,"outcomes":[],"dropped":0}`,
			sent: `POST /_mock/verify {"expect":[{"match":{"body":{"n":12345678901234567890}}}],` +
				`"inOrder":true,"timeout":"10ms"}`,
		},
		{
			name: "misspelt finding", args: "verify @unknown.json", code: 2,
			about: "--finding",
		},
		{
			name: "a state", args: "state put state.yaml", status: 204,
			sent: "PUT /_mock/state identities: []",
		},
		{name: "no state", args: "state put nowhere.yaml", code: 2, about: "FILE"},
		{
			name: "invalid fixture", args: "namespace create a --fixture wrong.yaml", code: 2,
			about: "--fixture",
		},
	})
}

// A fixture file is read locally and sent completely, because the mock may have no access to it.
func TestControlNamespace_SendsFixtureFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("mine.yaml",
		[]byte("identities:\n- {id: cafedadacafedadacafedadacafedada, name: ann}\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	fake := &fakeControl{t: t, status: http.StatusOK, body: fakeNamespace}
	server := httptest.NewServer(fake)
	defer server.Close()
	got := runControl(t, map[string]string{"PATMOCK_URL": server.URL},
		"namespace create a --fixture mine.yaml")
	want := `"identities":[{"id":"cafedadacafedadacafedadacafedada","name":"ann"`
	if got.code != 0 || !strings.HasPrefix(fake.sent, `PUT /t/a/_mock/namespace {"tenant":{`) ||
		!strings.Contains(fake.sent, want) {
		t.Errorf("exit code %d, %s, sent %s", got.code, got.stderr, fake.sent)
	}
}

// A shell evaluates the address, so an address with special characters is not printed.
func TestControlLogin_RejectsUnsafeAddress(t *testing.T) {
	fake := &fakeControl{t: t, status: http.StatusCreated, body: fakeUser, base: "http://mock/$(x)"}
	server := httptest.NewServer(fake)
	defer server.Close()
	got := runControl(t, map[string]string{"PATMOCK_URL": server.URL}, "identity add ann")
	got.check(t, cli.ExitUnreachable, "")
	if got.stdout != "" {
		t.Errorf("stdout %s", got.stdout)
	}
	checkMessage(t, golden.Key(t), got.stderr)
}
