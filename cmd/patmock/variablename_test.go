package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
)

// podEnvironment has the variables that Kubernetes sets in a pod next to the services patmock,
// patmock-admin and patmock-control.
var podEnvironment = []string{
	"KUBERNETES_SERVICE_HOST=10.96.0.1", "KUBERNETES_SERVICE_PORT=443",
	"KUBERNETES_PORT=tcp://10.96.0.1:443",
	"HOSTNAME=patmock-6d9f7c5b6f-x2k8p", "HOME=/", "PATH=/usr/bin",
	"PATMOCK_SERVICE_HOST=10.96.12.7", "PATMOCK_SERVICE_PORT=17280",
	"PATMOCK_SERVICE_PORT_HTTP=17280",
	"PATMOCK_PORT=tcp://10.96.12.7:17280", "PATMOCK_PORT_17280_TCP=tcp://10.96.12.7:17280",
	"PATMOCK_PORT_17280_TCP_PROTO=tcp", "PATMOCK_PORT_17280_TCP_PORT=17280",
	"PATMOCK_PORT_17280_TCP_ADDR=10.96.12.7",
	"PATMOCK_ADMIN_SERVICE_HOST=10.96.9.1", "PATMOCK_ADMIN_SERVICE_PORT=8080",
	"PATMOCK_ADMIN_SERVICE_PORT_CONTROL_API=8080",
	"PATMOCK_ADMIN_PORT=tcp://10.96.9.1:8080", "PATMOCK_ADMIN_PORT_8080_TCP=tcp://10.96.9.1:8080",
	"PATMOCK_ADMIN_PORT_8080_TCP_PROTO=tcp", "PATMOCK_ADMIN_PORT_8080_TCP_PORT=8080",
	"PATMOCK_ADMIN_PORT_8080_TCP_ADDR=10.96.9.1",
	"PATMOCK_CONTROL_SERVICE_HOST=10.96.9.2", "PATMOCK_CONTROL_SERVICE_PORT=53",
	"PATMOCK_CONTROL_PORT=udp://10.96.9.2:53",
	"PATMOCK_CONTROL_PORT_53_UDP=udp://10.96.9.2:53", "PATMOCK_CONTROL_PORT_53_UDP_ADDR=10.96.9.2",
	"PATMOCK_CONTROL_PORT_53_UDP_PORT=53", "PATMOCK_CONTROL_PORT_53_UDP_PROTO=udp",
}

// linkEnvironment has the variables that Docker links set for containers with the aliases patmock
// and patmock_1.
var linkEnvironment = []string{
	"PATMOCK_NAME=/app/patmock", "PATMOCK_PORT=tcp://172.17.0.2:17280",
	"PATMOCK_PORT_17280_TCP=tcp://172.17.0.2:17280",
	"PATMOCK_PORT_17280_TCP_ADDR=172.17.0.2", "PATMOCK_PORT_17280_TCP_PORT=17280",
	"PATMOCK_PORT_17280_TCP_PROTO=tcp",
	"PATMOCK_ENV_PATMOCK_ADDR=0.0.0.0:17280", "PATMOCK_ENV_PATH=/bin",
	"PATMOCK_1_NAME=/app/patmock_1", "PATMOCK_1_PORT=tcp://172.17.0.3:17280",
	"PATMOCK_1_ENV_PATH=/bin",
}

// A mock starts without warnings about variables that other programs set for its name.
func TestServe_IgnoresVariablesOfServices(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
	}{
		{"pod", podEnvironment},
		{"links", linkEnvironment},
		{
			"other commands", []string{
				"PATMOCK_TARGET=env", "PATMOCK_URL=http://mock:1", "PATMOCK_SECOND_CLIENT_ID=a",
				"PATMOCK_USER=a",
			},
		},
		{
			"docker-compose.yml", []string{
				"PATMOCK_IMAGE=a", "PATMOCK_REPORTS=a", "PATMOCK_PERSISTENT_PORT=1",
				"PATMOCK_ALLOW_WRITES=a",
			},
		},
		{
			"CI", []string{
				"PATMOCK_PUBLISHED_DIR=a", "PATMOCK_SOAK=1m", "PATMOCK_FUZZTIME=1x",
				"PATMOCK_KILL_ROUNDS=1",
			},
		},
		{"no values", []string{"PATMOCK_PROFLE=", "PATMOCK_MISTAKE= "}},
		{"other programs", []string{"PATMOCKERY=a", "PATMOCK=a", "SAIL_BASE_URLS=a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			var stderr bytes.Buffer
			code := run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--log-level", "warn"},
				cli.Env{
					Stdout: interrupter{interrupt}, Stderr: &stderr,
					Lookup: lookupIn(tt.environ), Variables: func() []string { return tt.environ },
				})
			if code != cli.ExitOK || stderr.Len() > 0 {
				t.Errorf("exit code %d, %s", code, &stderr)
			}
		})
	}
}

// lookupIn looks up variables in an environment.
func lookupIn(environ []string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}

// A misspelt variable is an error of every command that reads variables.
func TestMisspeltVariable_IsUsageError(t *testing.T) {
	for _, tt := range []struct{ command, name, meant string }{
		{"serve", "PATMOCK_PROFLE", "PATMOCK_PROFILE"},
		{"serve", "PATMOCK_PROFLIE", "PATMOCK_PROFILE"},
		{"serve", "patmock_profile", "PATMOCK_PROFILE"},
		{"serve", "PATMOCK_profile", "PATMOCK_PROFILE"},
		{"serve", "PATMOCK_LOGLEVEL", "PATMOCK_LOG_LEVEL"},
		{"serve", "PATMOCK_ADRR", "PATMOCK_ADDR"},
		{"serve", "PATMOCK_ADR", "PATMOCK_ADDR"},
		{"serve", "PATMOCK_FIXTURES", "PATMOCK_FIXTURE"},
		{"serve", "PATMOCK_CONTROL_TOKENS", "PATMOCK_CONTROL_TOKEN"},
		{"exec -- true", "PATMOCK_RATE_LIMITS", "PATMOCK_RATE_LIMIT"},
		{"contract run", "PATMOCK_TARGETS", "PATMOCK_TARGET"},
		{"contract run", "PATMOCK_SECND_CLIENT_ID", "PATMOCK_SECOND_CLIENT_ID"},
		{"contract doctor", "PATMOCK_ADMIN_CLIENT_SECRET_FIL", "PATMOCK_ADMIN_CLIENT_SECRET_FILE"},
		{"check", "PATMOCK_ULR", "PATMOCK_URL"},
		{"control health", "PATMOCK_NAMESPCE", "PATMOCK_NAMESPACE"},
		{"env", "PATMOCK_USR", "PATMOCK_USER"},
		{"healthcheck", "PATMOCK_CONTROL_ADR", "PATMOCK_CONTROL_ADDR"},
	} {
		t.Run(tt.command+" "+tt.name, func(t *testing.T) {
			got := command(t.Context(), map[string]string{tt.name: "x"},
				strings.Fields(tt.command)...)
			got.check(t, cli.ExitUsage, tt.name)
			if !strings.Contains(got.stderr, "did you mean "+tt.meant+"?") {
				t.Errorf("it does not propose %s: %s", tt.meant, got.stderr)
			}
		})
	}
}

// Commands that run a mock or the contract warn about other unknown variables.
func TestUnknownVariable_Warns(t *testing.T) {
	set := map[string]string{
		"PATMOCK_SEED": "1", "PATMOCK_REPORT": "junit=a.xml", "PATMOCK_FIXTURE": "default",
	}
	for _, tt := range []struct {
		command string
		want    bool
	}{
		{"exec -- true", true},
		{"contract run --dry-run --run ^create/name-taken --versions v2026", true},
		{"env --fixture default", false},
		{"version", false},
	} {
		t.Run(tt.command, func(t *testing.T) {
			got := command(t.Context(), set, strings.Fields(tt.command)...)
			if got.code == cli.ExitUsage ||
				strings.Contains(got.stderr, "PATMOCK_REPORT, PATMOCK_SEED") != tt.want {
				t.Errorf("exit code %d, warns: want %v: %s", got.code, tt.want, got.stderr)
			}
			if strings.Contains(got.stderr, "PATMOCK_FIXTURE") {
				t.Errorf("it warns of a known variable: %s", got.stderr)
			}
		})
	}
}

// The error of an invalid value names the variable that it comes from.
func TestInvalidValue_NamesVariable(t *testing.T) {
	for _, tt := range []struct{ command, name, value string }{
		{"serve", "PATMOCK_ADDR", "nowhere"},
		{"serve", "PATMOCK_CONTROL_ADDR", "nowhere"},
		{"serve", "PATMOCK_FIXTURE", "defualt"},
		{"serve", "PATMOCK_PROFILE", "faithfull"},
		{"serve", "PATMOCK_VERSIONS", "v9"},
		{"serve", "PATMOCK_PUBLIC_URL", "x y"},
		{"serve", "PATMOCK_RATE_LIMIT", "many"},
		{"serve", "PATMOCK_TOKEN_LIMIT", "many"},
		{"serve", "PATMOCK_TOKEN_LIMIT", "-1"},
		{"serve", "PATMOCK_SCOPE_DELAY", "20"},
		{"serve", "PATMOCK_NEVER_EXPIRES_AS", "never"},
		{"serve", "PATMOCK_DIALECT", "missing.yaml"},
		{"serve", "PATMOCK_HOSTILE", "friendly"},
		{"serve", "PATMOCK_HOSTILE_RATE", "2"},
		{"serve", "PATMOCK_RANDOM_SEED", "x"},
		{"serve", "PATMOCK_MAX_NAMESPACES", "0"},
		{"serve", "PATMOCK_JOURNAL_SIZE", "0"},
		{"serve", "PATMOCK_MEMORY_BUDGET", "lots"},
		{"serve", "PATMOCK_FALLBACK", "x y"},
		{"serve", "PATMOCK_CORS", "yes"},
		{"serve", "PATMOCK_READ_TIMEOUT", "0s"},
		{"serve", "PATMOCK_VALIDATE_RESPONSES", "maybe"},
		{"serve", "PATMOCK_LOG_FORMAT", "xml"},
		{"serve", "PATMOCK_LOG_LEVEL", "loud"},
		{"exec -- true", "PATMOCK_USER", "nobody"},
		{"control health", "PATMOCK_URL", "x y"},
		{"check", "PATMOCK_NAMESPACE", ".."},
		{"env", "PATMOCK_URL", "x y"},
		{"healthcheck", "PATMOCK_ADDR", "nowhere"},
		{"contract run", "PATMOCK_TARGET", "x y"},
	} {
		t.Run(tt.command+" "+tt.name+" "+tt.value, func(t *testing.T) {
			flag := "--" +
				strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(tt.name, cli.VariablePrefix),
					"_", "-"))
			set := map[string]string{tt.name: tt.value}
			if tt.name == "PATMOCK_HOSTILE_RATE" {
				set["PATMOCK_PROFILE"] = "hostile"
			}
			if tt.name != "PATMOCK_ADDR" && tt.command == "serve" {
				set["PATMOCK_ADDR"] = "127.0.0.1:0"
			}
			got := command(t.Context(), set, strings.Fields(tt.command)...)
			got.check(t, cli.ExitUsage, tt.name)
			text, _, _ := strings.Cut(got.stderr, "\n")
			if !strings.Contains(text, tt.name) || strings.HasPrefix(text, "patmock: "+flag) {
				t.Errorf("want the name of the variable: %s", text)
			}
		})
	}
}

// The error names a flag of the command line, whatever the environment contains.
func TestInvalidValue_NamesFlag(t *testing.T) {
	got := command(t.Context(), map[string]string{"PATMOCK_PROFILE": "faithful"}, "serve",
		"--profile", "loud")
	got.check(t, cli.ExitUsage, "--profile")
	if strings.Contains(got.stderr, "PATMOCK_PROFILE") {
		t.Errorf("it names the variable: %s", got.stderr)
	}
}

// All variables of the repository's stacks, CI and tests are known.
func TestRepositoryVariables_AreKnown(t *testing.T) {
	const top = "../.."
	name := regexp.MustCompile(`\bPATMOCK_[A-Z_]*[A-Z]\b`)
	inGo := regexp.MustCompile(`(?:Getenv|LookupEnv)\("(PATMOCK_[A-Z_]+)"\)`)
	var environ []string
	add := func(names ...string) {
		for _, n := range names {
			environ = append(environ, n+"=x")
		}
	}
	for _, pattern := range []string{
		"docker-compose.yml", "Makefile", ".ci/*", "contracttests/ci/*", "cmd/patmock/Dockerfile",
		"contracttests/clients/schemathesis/*", ".env.example",
	} {
		files, err := filepath.Glob(filepath.Join(top, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				add(name.FindAllString(read(t, file), -1)...)
			}
		}
	}
	err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			for _, found := range inGo.FindAllStringSubmatch(read(t, path), -1) {
				add(found[1])
			}
		}
		if err == nil && d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(environ)
	environ = slices.Compact(environ)
	if len(environ) < 15 {
		t.Fatalf("%d variables, want all of the repository: %q", len(environ), environ)
	}
	if diff := cmp.Diff([]string(nil),
		cli.UnknownVariables(root.New(cli.Env{}, nil), environ)); diff != "" {
		t.Errorf("unknown, see otherVariables: %s", diff)
	}
}
