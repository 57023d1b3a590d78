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

// steps has the steps of every driver, in every version of its SDK.
var steps = []string{
	"token", "create-minimal", "create-all-fields", "create-never-expiring", "list-me", "list-all",
	"list-filtered",
	"patch-name", "patch-scope", "patch-date", "patch-acknowledgement", "rename-taken", "delete",
	"delete-again",
	"unauthorized", "forbidden", "not-found", "rate-limited", "namespace", "trailing-slash",
	"environment",
}

// A driver is a program that runs the steps with an SDK.
type driver struct {
	// language is the lower-case name of the client in the driver's results, and sdk the version of
	// the package.
	language, pkg, sdk string
	// versions has the versions of the SDK.
	versions []string
	// folder is the working directory of command. Command runs if check passes. A nil check is
	// skipped.
	dir            string
	command, check []string
	// needs has required files of the folder, or tools if there is no slash. Get is the command to
	// install them.
	needs []string
	get   string
	// build compiles the driver again, with the packages that get has compiled. A nil build is
	// skipped.
	build []string
	// limits has the limits of the SDK.
	limits []limit
}

// A limit is a list of steps and versions that an SDK does not support. Nil means all of them.
type limit struct {
	steps, versions []string
	// reason completes a sentence that begins with the SDK.
	reason string
}

var drivers = []driver{
	{
		language: "Go", pkg: "github.com/sailpoint-oss/golang-sdk/v2", sdk: "2.7.106",
		versions: []string{"beta", "v3", "v2024", "v2025", "v2026"},
		dir:      "golang", command: []string{"./.bin/driver"},
		needs: []string{"go", ".bin/driver"}, get: "go build -o .bin/ ./driver",
		build:  []string{"go", "build", "-o", ".bin/", "./driver"},
		limits: goLimits,
	},
	{
		language: "TypeScript", pkg: "sailpoint-api-client", sdk: "1.4.15", versions: []string{
			"beta", "v3", "v2024",
		},
		dir: "typescript", command: []string{"node", "driver.js"}, check: []string{
			"node", "node_modules/typescript/bin/tsc",
		},
		needs: []string{
			"node", "node_modules/sailpoint-api-client", "node_modules/typescript/bin/tsc",
		}, get: "npm ci",
		limits: []limit{
			{
				[]string{"create-all-fields"},
				nil,
				"lacks `expirationDate` in its types, but sends it",
			},
			{
				[]string{"unauthorized"},
				nil,
				"does not log in again after 401, and loses the response to a rejected login",
			},
			{
				[]string{"rate-limited"},
				nil,
				"leaves 429 to the caller, and does not read `Retry-After`: it retries a GET " +
					"at once after 503",
			},
		},
	},
	{
		language: "Python", pkg: "sailpoint", sdk: "1.4.2", versions: []string{
			"beta", "v3", "v2024", "v2025", "v2026",
		},
		dir: "python", command: []string{".venv-1/bin/python", "-m", "driver"},
		needs: []string{".venv-1/installed.txt"}, get: "./install",
		limits: slices.Concat(pythonLimits, []limit{
			{
				[]string{"create-never-expiring"},
				[]string{"v2025"},
				"drops `userAwareTokenNeverExpires`, and gets 400",
			},
			{
				[]string{"patch-acknowledgement"},
				[]string{"v2025"},
				"omits null from a patch, and `userAwareTokenNeverExpires` from the response",
			},
			{nil, []string{"v2026"}, "has no API of personal access tokens"},
		}),
	},
	{
		language: "Python", pkg: "sailpoint", sdk: "2.1.72", versions: []string{"v1"},
		dir: "python", command: []string{".venv-2/bin/python", "-m", "driver"},
		needs: []string{".venv-2/installed.txt"}, get: "./install",
		limits: slices.Concat(pythonLimits, []limit{
			{
				[]string{"create-never-expiring"},
				nil,
				"raises `ValidationError` on `expirationDate: null`, although the token " +
					"was created",
			},
			{
				[]string{"patch-acknowledgement"},
				nil,
				"omits null from a patch; patmock reads the missing value as null",
			},
		}),
	},
}

// goLimits has the limits of the Go SDK.
var goLimits = []limit{
	{
		[]string{"patch-acknowledgement"},
		[]string{"v2025", "v2026"},
		"omits null from a patch; patmock reads the missing value as null",
	},
	{
		[]string{"unauthorized"},
		nil,
		"hides the error of a login, keeps the token after it expired, and cannot decode 401",
	},
	{
		[]string{"rate-limited"},
		nil,
		"waits after 429 and repeats every request four times, then loses the response",
	},
}

// pythonLimits has the common limits of both Python SDKs.
var pythonLimits = []limit{
	{
		[]string{"patch-scope"},
		nil,
		"rejects a list as the value of a patch with `ValueError`, and sends no request",
	},
	{
		[]string{"unauthorized"},
		nil,
		"only prints that a login was rejected, then raises `TypeError`, and does not log in " +
			"again after 401",
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
			d.require(t)
			d.compile(t)
			if d.check != nil {
				t.Run("check", func(t *testing.T) { d.run(t, d.check) })
			}
			results := parse(t, d.run(t, d.command, newEnv(t)...))
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
			for _, stray := range d.unexpected(results) {
				t.Errorf("unexpected result: %+v", stray)
			}
		})
	}
}

func (d driver) client() string { return strings.ToLower(d.language) }

// require skips the test of a driver that is not installed. In CI it fails the test.
func (d driver) require(t *testing.T) {
	t.Helper()
	for _, need := range d.needs {
		var err error
		if strings.Contains(need, "/") {
			_, err = os.Stat(filepath.Join(d.dir, need))
		} else {
			_, err = exec.LookPath(need)
		}
		switch {
		case err == nil:
		case os.Getenv("CI") == "true":
			t.Fatalf("%v: in contracttests/clients/%s run: %s", err, d.dir, d.get)
		default:
			t.Skipf("%v: in contracttests/clients/%s run: %s", err, d.dir, d.get)
		}
	}
}

// offline has the variables of go commands in the directory of a driver.
var offline = []string{"GOWORK=off", "GOPROXY=off"}

// compile runs the build of a driver. It has the environment of the test, for the build cache.
func (d driver) compile(t *testing.T) {
	t.Helper()
	if d.build == nil {
		return
	}
	build := exec.CommandContext(t.Context(), d.build[0], d.build[1:]...)
	build.Dir, build.Env = d.dir, append(os.Environ(), offline...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: in contracttests/clients/%s run: %s\n%s", err, d.dir, d.get, out)
	}
}

// newEnv starts a mock and returns the environment of a driver.
func newEnv(t *testing.T, config ...mockserver.Config) []string {
	t.Helper()
	var c mockserver.Config
	if len(config) > 0 {
		c = config[0]
	}
	c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	mock := mockserver.Start(t, c)
	id, secret := mock.Credentials("jane.doe")
	return []string{
		"NO_PROXY=127.0.0.1", "PATMOCK_URL=" + mock.URL,
		"SAIL_BASE_URL=" + mock.URL, "SAIL_CLIENT_ID=" + id, "SAIL_CLIENT_SECRET=" + secret,
	}
}

// run runs a command in the driver's folder and returns its standard output. The command has these
// variables and PATH. Its standard error is logged if the test fails.
func (d driver) run(t *testing.T, command []string, variables ...string) string {
	t.Helper()
	out, err := d.output(t, command, variables...)
	if err != nil {
		t.Fatalf("%q: %v, after it wrote\n%s", command, err, out)
	}
	return out
}

// output is like run, but returns the error of the command.
func (d driver) output(t *testing.T, command []string, variables ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = d.dir, &stderr, 5*time.Second
	cmd.Env = slices.Concat([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, variables)
	out, err := cmd.Output()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("standard error of %q:\n%s", command, &stderr)
		}
	})
	if err != nil {
		err = errors.Join(err, ctx.Err())
	}
	return string(out), err
}
