package clients_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/patmock/contracttests/report"
)

// A recipe of the README in a language, as patmock exec --check runs it.
type recipe struct {
	name, dir, file string
	needs           []string
	// command runs the file, whose folder follows.
	command []string
	// broken is a test of a client that sends a property that no document has.
	broken string
}

var recipes = []recipe{
	{
		"TypeScript", "typescript", "recipes.test.ts",
		[]string{"node", "node_modules/vitest/vitest.mjs"},
		[]string{
			"node", "node_modules/vitest/vitest.mjs", "run", "--environment", "node", "--root",
		},
		`
it('sends an unknown property', async () => {
  const body = { name: 'x', colour: 'red' } as unknown as { name: string }
  await pats().createPersonalAccessToken({ createPersonalAccessTokenRequestV2024: body } as never)
})
it('begins with a reset', () => {})
`,
	},
	{
		"Python", "python", "test_recipes.py",
		[]string{".venv-2/bin/python", ".venv-2/bin/pytest"},
		[]string{".venv-2/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider"},
		`

def test_an_unknown_property_is_sent():
    base, form = os.environ["SAIL_BASE_URL"], {"grant_type": "client_credentials"}
    form["client_id"] = os.environ["SAIL_CLIENT_ID"]
    form["client_secret"] = os.environ["SAIL_CLIENT_SECRET"]
    login = urllib.request.urlopen(base + "/oauth/token", urlencode(form).encode())
    token = json.load(login)["access_token"]
    date = "2099-01-01T00:00:00Z"
    body = json.dumps({"name": "x", "colour": "red", "expirationDate": date}).encode()
    header = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    url = base + "/v2026/personal-access-tokens"
    urllib.request.urlopen(urllib.request.Request(url, body, header))


def test_that_begins_with_a_reset():
    pass
`,
	},
}

// The recipes of the README pass a check because their requests were judged and break no rule. A
// client that breaks one fails it, although each test begins with a reset.
func TestRecipes_Check(t *testing.T) {
	binary := buildPatmock(t)
	for _, r := range recipes {
		t.Run(r.name, func(t *testing.T) {
			driver{dir: r.dir, needs: r.needs, get: "npm ci, or ./install"}.require(t)
			text, err := os.ReadFile(filepath.Join("../../cmd/patmock/testdata/recipes", r.file))
			if err != nil {
				t.Fatal(err)
			}
			good, code := r.check(t, binary, string(text))
			if code != 0 || good.Counts[report.Fail] > 0 || good.Judged == nil ||
				good.Judged.Requests < 5 {
				t.Errorf("exit code %d, counts %v, judged %+v, want 0 and no failure of 5 "+
					"requests or more", code, good.Counts, good.Judged)
			}
			bad, code := r.check(t, binary, string(text)+r.broken)
			if code != 1 || bad.Counts[report.Fail] != 1 {
				t.Errorf("a broken client: exit code %d, counts %v, want 1 and one failure", code,
					bad.Counts)
			}
			for _, result := range bad.Results {
				failed := result.Outcome == report.Fail
				if failed != (result.ID == "client/unknown-property") {
					t.Errorf("a broken client: %s is %s", result.ID, result.Outcome)
				}
			}
		})
	}
}

// check runs a recipe under patmock exec --check, and returns the report and the exit code.
func (r recipe) check(t *testing.T, binary, text string) (judged report.Report, code int) {
	t.Helper()
	dir, err := os.MkdirTemp(r.dir, "recipes-") // beside what it imports
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	for name, content := range map[string]string{
		r.file: text, "vitest.config.js": "export default {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written := filepath.Join(t.TempDir(), "report.json")
	arguments := append([]string{
		"exec", "--check", "--log-level", "error", "--report", "json=" + written, "--",
	}, r.command...)
	command := exec.CommandContext(t.Context(), binary, append(arguments, filepath.Base(dir))...)
	command.Dir, command.Env = r.dir,
		append(os.Environ(), "NO_COLOR=1", "CI=true", "PYTHONDONTWRITEBYTECODE=1")
	out, err := command.CombinedOutput()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	encoded, err := os.ReadFile(written)
	if err == nil {
		err = json.Unmarshal(encoded, &judged)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s", out)
	return judged, code
}
