package clients_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver"
)

// steps are what every driver does in every version that its SDK has.
var steps = []string{
	"token", "create-minimal", "create-all-fields", "create-never-expiring", "list-me", "list-all",
	"list-filtered",
	"patch-name", "patch-scope", "patch-date", "patch-acknowledgement", "rename-taken", "delete",
	"delete-again",
	"unauthorized", "forbidden", "not-found", "rate-limited", "namespace", "trailing-slash",
	"environment",
}

// A driver is a program that takes an SDK through the steps.
type driver struct {
	// language is what the driver calls its client, in lower case, and sdk the version of the
	// package.
	language, pkg, sdk string
	// versions are all that the SDK has.
	versions []string
	// folder is where command runs, after check has passed; nil is nothing.
	folder         string
	command, check []string
	// needs are files of the folder, or tools where there is no slash, and get is what brings them.
	needs []string
	get   string
	// limits are what the SDK cannot do.
	limits []limit
}

// A limit is what an SDK cannot do: these steps in these versions, where nil stands for all of
// them.
type limit struct {
	steps, versions []string
	// reason goes on where a sentence began with the SDK.
	reason string
}

var drivers = []driver{
	{
		language: "TypeScript", pkg: "sailpoint-api-client", sdk: "1.4.15", versions: []string{
			"beta", "v3", "v2024",
		},
		folder: "typescript", command: []string{"node", "driver.js"}, check: []string{
			"node", "node_modules/typescript/bin/tsc",
		},
		needs: []string{
			"node", "node_modules/sailpoint-api-client", "node_modules/typescript/bin/tsc",
		}, get: "npm ci",
		limits: []limit{
			{
				[]string{"create-all-fields"},
				nil,
				"has no `expirationDate` in its types, though it sends what it is given",
			},
			{
				[]string{"unauthorized"},
				nil,
				"does not log in again after 401, and loses the answer to a refused login",
			},
			{
				[]string{"rate-limited"},
				nil,
				"leaves 429 to the caller, and does not read `Retry-After`: a GET that meets 503 " +
					"is sent again at once",
			},
		},
	},
	{
		language: "Python", pkg: "sailpoint", sdk: "1.4.2", versions: []string{
			"beta", "v3", "v2024", "v2025", "v2026",
		},
		folder: "python", command: []string{".venv-1/bin/python", "-m", "driver"},
		needs: []string{".venv-1/installed.txt"}, get: "./install",
		limits: slices.Concat(ofPython, []limit{
			{
				[]string{"create-never-expiring"},
				[]string{"v2025"},
				"drops `userAwareTokenNeverExpires`, and is refused with 400",
			},
			{
				[]string{"patch-acknowledgement"},
				[]string{"v2025"},
				"leaves null out of a patch, and `userAwareTokenNeverExpires` out of the answer",
			},
			{nil, []string{"v2026"}, "has no API of personal access tokens"},
		}),
	},
	{
		language: "Python", pkg: "sailpoint", sdk: "2.1.72", versions: []string{"v1"},
		folder: "python", command: []string{".venv-2/bin/python", "-m", "driver"},
		needs: []string{".venv-2/installed.txt"}, get: "./install",
		limits: slices.Concat(ofPython, []limit{
			{
				[]string{"create-never-expiring"},
				nil,
				"raises `ValidationError` on `expirationDate: null`, although the token was made",
			},
			{
				[]string{"patch-acknowledgement"},
				nil,
				"leaves null out of a patch, which patmock takes for null",
			},
		}),
	},
}

// ofPython is what neither of Python's SDKs can do.
var ofPython = []limit{
	{
		[]string{"patch-scope"},
		nil,
		"takes no list as the value of a patch: `ValueError` before anything is sent",
	},
	{
		[]string{"unauthorized"},
		nil,
		"only prints that a login was refused, then raises `TypeError`, and does not log in " +
			"again " +
			"after 401",
	},
	{
		[]string{"rate-limited"},
		nil,
		"waits after 429 when it lists or deletes; create and patch raise it",
	},
}

func TestDrivers(t *testing.T) {
	for _, d := range drivers {
		t.Run(d.client()+"-"+d.sdk, func(t *testing.T) {
			t.Parallel()
			d.ready(t)
			if d.check != nil {
				t.Run("check", func(t *testing.T) { d.run(t, d.check) })
			}
			results := parse(t, d.run(t, d.command, surroundings(t)...))
			for _, version := range d.versions {
				for _, step := range steps {
					t.Run(version+"/"+step, func(t *testing.T) {
						own := of(results, version, step)
						if wrong := d.judge(version, step, own); wrong != "" {
							t.Fatal(wrong)
						}
						if own[0].Outcome == "limit" {
							t.Log(own[0].Detail)
						}
					})
				}
			}
			for _, stray := range d.strays(results) {
				t.Errorf("not expected: %+v", stray)
			}
		})
	}
}

func (d driver) client() string { return strings.ToLower(d.language) }

// ready skips the test of a driver that was not installed, or fails it in CI, where it should have
// been.
func (d driver) ready(t *testing.T) {
	t.Helper()
	for _, need := range d.needs {
		var err error
		if strings.Contains(need, "/") {
			_, err = os.Stat(filepath.Join(d.folder, need))
		} else {
			_, err = exec.LookPath(need)
		}
		switch {
		case err == nil:
		case os.Getenv("CI") == "true":
			t.Fatalf("%v: in contracttests/clients/%s run: %s", err, d.folder, d.get)
		default:
			t.Skipf("%v: in contracttests/clients/%s run: %s", err, d.folder, d.get)
		}
	}
}

// surroundings are the variables that a driver needs, those of a mock among them.
func surroundings(t *testing.T) []string {
	t.Helper()
	mock := mockserver.Start(t, mockserver.Config{
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	id, secret := mock.Credentials("jane.doe")
	return []string{
		"NO_PROXY=127.0.0.1", "PATMOCK_URL=" + mock.URL,
		"SAIL_BASE_URL=" + mock.URL, "SAIL_CLIENT_ID=" + id, "SAIL_CLIENT_SECRET=" + secret,
	}
}

// run runs a command in the driver's folder, with these variables and no others of the caller but
// PATH, and returns what it wrote. What it told on standard error is logged if the test fails.
func (d driver) run(t *testing.T, command []string, variables ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = d.folder, &stderr, 5*time.Second
	cmd.Env = slices.Concat([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, variables)
	out, err := cmd.Output()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%q told on standard error:\n%s", command, &stderr)
		}
	})
	if err != nil {
		t.Fatalf("%q: %v, after it wrote\n%s", command, errors.Join(err, ctx.Err()), out)
	}
	return string(out)
}
