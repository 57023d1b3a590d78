package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestControlExitCodes(t *testing.T) {
	problem := func(status, detail string) string {
		return `{"type":"urn:problem-type:patmock:some","title":"Some","status":` + status + `,"detail":"` + detail + `"}`
	}
	testControl(t, []controlTest{
		{
			name: "another token is wanted", args: "reset", status: 401, body: problem("401", "a control token is wanted"), sent: "POST /_mock/reset",
			stderr: "patmock: a control token is wanted; give the control token with --control-token @FILE, or in PATMOCK_CONTROL_TOKEN\n", code: 3,
		},
		{name: "the mock fails", args: "reset", status: 500, body: problem("500", "a bug"), sent: "POST /_mock/reset", stderr: "patmock: a bug\n", code: 3},
		{name: "too many namespaces", args: "reset", status: 503, body: problem("503", "too many"), sent: "POST /_mock/reset", stderr: "patmock: too many\n", code: 3},
		{name: "refused", args: "reset", status: 409, body: problem("409", "no"), sent: "POST /_mock/reset", stderr: "patmock: no\n", code: 2},
		{name: "no patmock", args: "reset", status: 404, body: "{}", sent: "POST /_mock/reset", stderr: "that is no patmock", code: 3},
		{name: "an argument", args: "reset now", stderr: `unknown command or argument "now" for "patmock control reset"`, code: 2},
		{name: "no command", args: "clokc", stderr: "did you mean clock?", code: 2},
		{name: "no command of a group", args: "clock advnace", stderr: "did you mean advance?", code: 2},
		{name: "no address", args: "reset --url mock", stderr: `--url "mock": expected an address such as http://mock:17280`, code: 2},
	})
}

func TestControlWithoutAMock(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, stderr, code := runControl(t, nil, "reset --url "+gone.URL)
	want := "POST " + gone.URL + "/_mock/reset: no mock answers there: start one with patmock serve"
	if code != 3 || !strings.Contains(stderr, want) || !strings.Contains(stderr, "; --url (PATMOCK_URL) says where the mock is\n") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestControlToken(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for name, content := range map[string]string{"token": "from-file\n", "empty": " \n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, flag, variable string
		want                 string // what is sent
		stderr               string
	}{
		{name: "none"},
		{name: "a variable", variable: "from-variable", want: "Bearer from-variable"},
		{name: "a file", flag: " --control-token @token", want: "Bearer from-file"},
		{name: "both", flag: " --control-token @token", variable: "from-variable", want: "Bearer from-file"},
		{name: "a secret", flag: " --control-token hunter2", stderr: "patmock: --control-token: a secret does not belong on a command line: write @FILE, or set PATMOCK_CONTROL_TOKEN\n"},
		{name: "an empty file", flag: " --control-token @empty", stderr: "--control-token: empty is empty"},
		{name: "no file", flag: " --control-token @nowhere", stderr: "--control-token: open nowhere"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := &fakeControl{t: t, status: http.StatusNoContent}
			server := httptest.NewServer(fake)
			defer server.Close()
			_, stderr, code := runControl(t, map[string]string{"PATMOCK_URL": server.URL, "PATMOCK_CONTROL_TOKEN": test.variable}, "reset"+test.flag)
			if diff := cmp.Diff(test.want, fake.authorization); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if !strings.Contains(stderr, test.stderr) || (code != 0) != (test.stderr != "") {
				t.Errorf("exit code %d, %s, want %s", code, stderr, test.stderr)
			}
			if strings.Contains(stderr, "hunter2") {
				t.Errorf("the secret is shown: %s", stderr)
			}
		})
	}
}

// Variables say where the mock is. What they set for a mock, such as its fixture, is no part of what is asked.
func TestControlVariables(t *testing.T) {
	fake := &fakeControl{t: t, status: http.StatusOK, body: fakeNamespace}
	server := httptest.NewServer(fake)
	defer server.Close()
	_, stderr, code := runControl(t, map[string]string{
		"PATMOCK_URL": server.URL, "PATMOCK_NAMESPACE": "b", "PATMOCK_FIXTURE": "crowded", "PATMOCK_FORMAT": "nonsense",
	}, "namespace list")
	if diff := cmp.Diff("GET /t/b/_mock/namespaces", fake.sent); diff != "" || code != 0 {
		t.Errorf("exit code %d, %s%s", code, stderr, diff)
	}
	_, stderr, code = runControl(t, map[string]string{"PATMOCK_URL": server.URL, "PATMOCK_FIXTURE": "crowded"}, "namespace create a")
	if diff := cmp.Diff("PUT /t/a/_mock/namespace {}", fake.sent); diff != "" || code != 0 {
		t.Errorf("exit code %d, %s%s", code, stderr, diff)
	}
}

func TestControlFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"rule.json":    `{"operation": "list", "status": 503}`,
		"slip.json":    `{"opertion": "list"}`,
		"name.json":    `{"operation": "lits"}`,
		"two.json":     `{"status": 503} {"status": 500}`,
		"expect.json":  `{"expect": [{"match": {"body": {"n": 12345678901234567890}}}], "inOrder": true, "timeout": "10ms"}`,
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
			name: "a rule", args: "fault add @rule.json --format json", status: 201, body: `{"id":"f1"}`,
			sent: `POST /_mock/faults {"operation":"list","status":503}`, stdout: "{\n  \"id\": \"f1\"\n}\n",
		},
		{name: "a rule with a slip", args: "fault add @slip.json", stderr: `slip.json: json: unknown field "opertion"`, code: 2},
		{name: "a rule with a wrong name", args: "fault add @name.json", stderr: `did you mean list?`, code: 2},
		{name: "two rules", args: "fault add @two.json", stderr: "two.json: expected one JSON object, got more", code: 2},
		{
			name: "expectations", args: "verify @expect.json", status: 200, body: `{"verified":true,"outcomes":[]}`,
			sent: `POST /_mock/verify {"expect":[{"match":{"body":{"n":12345678901234567890}}}],"inOrder":true,"timeout":"10ms"}`,
		},
		{name: "an expectation with a wrong name", args: "verify @unknown.json", stderr: "did you mean no-wait?", code: 2},
		{name: "a state", args: "state put state.yaml", status: 204, sent: "PUT /_mock/state identities: []"},
		{name: "no state", args: "state put nowhere.yaml", stderr: "open nowhere.yaml", code: 2},
		{name: "a wrong fixture", args: "namespace create a --fixture wrong.yaml", stderr: "wrong.yaml:2", code: 2},
	})
}

// A fixture's file is read here and sent whole: the mock may run where there is no such file.
func TestControlNamespaceFromFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("mine.yaml", []byte("identities:\n- {id: cafedadacafedadacafedadacafedada, name: ann}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fake := &fakeControl{t: t, status: http.StatusOK, body: fakeNamespace}
	server := httptest.NewServer(fake)
	defer server.Close()
	_, stderr, code := runControl(t, map[string]string{"PATMOCK_URL": server.URL}, "namespace create a --fixture mine.yaml")
	want := `"identities":[{"id":"cafedadacafedadacafedadacafedada","name":"ann"`
	if code != 0 || !strings.HasPrefix(fake.sent, `PUT /t/a/_mock/namespace {"tenant":{`) || !strings.Contains(fake.sent, want) {
		t.Errorf("exit code %d, %s, sent %s", code, stderr, fake.sent)
	}
}

// A shell is going to read the address: one with anything else in it is not printed.
func TestControlLoginAtAStrangeAddress(t *testing.T) {
	fake := &fakeControl{t: t, status: http.StatusCreated, body: fakeUser, base: "http://mock/$(x)"}
	server := httptest.NewServer(fake)
	defer server.Close()
	stdout, stderr, code := runControl(t, map[string]string{"PATMOCK_URL": server.URL}, "identity add ann")
	if stdout != "" || code != 3 || !strings.Contains(stderr, "an address or credentials with characters that none have") {
		t.Errorf("exit code %d, %s, %s", code, stderr, stdout)
	}
}
