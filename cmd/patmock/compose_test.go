//go:build !windows

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// composeCommands are the supported commands for docker-compose.yml.
var composeCommands = map[string][]string{"v2": {"docker", "compose"}, "v1": {"docker-compose"}}

// compose is a project of docker-compose.yml.
type compose struct {
	*testing.T
	command []string
	dir     string
	env     []string
	reports string
}

// newCompose creates a project that is removed at the end of the test. It skips a missing version
// of compose, but one version is required.
func newCompose(t *testing.T, version string) *compose {
	t.Helper()
	needImage(t)
	command := composeCommands[version]
	if out, err := exec.Command(command[0],
		append(command[1:], "version")...).CombinedOutput(); err != nil {
		t.Skipf("%s is not here: %v: %s", strings.Join(command, " "), err, out)
	}
	c := &compose{T: t, command: command, dir: filepath.Join("..", ".."), reports: t.TempDir()}
	c.env = append(
		slices.DeleteFunc(os.Environ(), func(v string) bool {
			return strings.HasPrefix(v, "SAIL_") || strings.HasPrefix(v, "PATMOCK_")
		}),
		fmt.Sprintf("COMPOSE_PROJECT_NAME=patmock-test-%s-%d", version, os.Getpid()),
		"PATMOCK_IMAGE="+imageName(),
		"PATMOCK_PORT="+freePort(t), "PATMOCK_PERSISTENT_PORT="+freePort(t),
		"PATMOCK_REPORTS="+c.reports,
	)
	t.Cleanup(func() {
		c.mustRun("--profile", "persistent", "--profile", "contract", "down", "--volumes",
			"--timeout", "5")
	})
	return c
}

// freePort returns an unused port outside the ephemeral range. No connection and no listener of
// another test can take it while the service is down.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(10000))
		if listener, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = listener.Close() // nothing listens
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// run runs a compose command and returns its exit code and output.
func (c *compose) run(args ...string) (code int, output string) {
	c.Helper()
	command := exec.Command(c.command[0], slices.Concat(c.command[1:], args)...)
	command.Dir, command.Env = c.dir, c.env
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(out)
}

func (c *compose) mustRun(args ...string) string {
	c.Helper()
	code, output := c.run(args...)
	if code != 0 {
		c.Fatalf("%s ended with %d: %s", strings.Join(args, " "), code, output)
	}
	return output
}

// container returns the ID of a service's container.
func (c *compose) container(service string) string {
	c.Helper()
	return strings.TrimSpace(c.mustRun("--profile", "persistent", "ps", "-q", service))
}

// containerInfo has the inspected properties of a container.
type containerInfo struct {
	State struct {
		StartedAt time.Time
		Health    struct {
			Status string
			Log    []struct {
				End      time.Time
				ExitCode int
			}
		}
	}
	HostConfig struct {
		ReadonlyRootfs bool
		CapDrop        []string
		SecurityOpt    []string
		Memory         int64
		PidsLimit      int64
	}
	NetworkSettings struct {
		Ports map[string][]struct{ HostIP, HostPort string }
	}
}

func (c *compose) inspect(service string) containerInfo {
	c.Helper()
	out, err := exec.Command("docker", "inspect", c.container(service)).Output()
	if err != nil {
		c.Fatal(err)
	}
	var all []containerInfo
	if err := json.Unmarshal(out, &all); err != nil || len(all) != 1 {
		c.Fatalf("%v: %s", err, out)
	}
	return all[0]
}

// up starts a service and returns its mock when it is healthy.
func (c *compose) up(service string) *persistentMock {
	c.Helper()
	c.mustRun("up", "--detach", "--no-build", service)
	deadline := time.Now().Add(patience)
	for {
		now := c.inspect(service)
		for _, try := range now.State.Health.Log {
			took := try.End.Sub(now.State.StartedAt)
			if took < 0 || try.ExitCode != 0 { // from the previous run, or too early
				continue
			}
			c.Logf("%s is healthy %s after its start", service, took.Round(time.Millisecond))
			return &persistentMock{
				url: "http://127.0.0.1:" + now.NetworkSettings.Ports["17280/tcp"][0].HostPort,
				kill: func() error {
					return exec.Command("docker", "kill", c.container(service)).Run()
				},
			}
		}
		if time.Now().After(deadline) {
			c.Fatalf("%s is %s after %s: %s", service, now.State.Health.Status, patience,
				c.mustRun("logs", service))
		}
		<-time.After(50 * time.Millisecond)
	}
}

func TestComposeFile(t *testing.T) {
	for version := range composeCommands {
		t.Run(version, func(t *testing.T) {
			t.Run("the mock starts clean, behind a door of this machine", func(t *testing.T) {
				composeMock(newCompose(t, version))
			})
			t.Run("the persistent one loses nothing when it is killed", func(t *testing.T) {
				composePersistent(newCompose(t, version))
			})
			t.Run("the contract sets the exit code and writes reports for the caller",
				func(t *testing.T) { composeContract(newCompose(t, version)) })
			t.Run("the stack of the README starts in order", func(t *testing.T) {
				composeReadme(newCompose(t, version))
			})
			t.Run("the tenant is that of the environment", func(t *testing.T) {
				composeTenant(newCompose(t, version))
			})
		})
	}
	if _, old := exec.LookPath("docker-compose"); old != nil &&
		exec.Command("docker", "compose", "version").Run() != nil {
		skipMissing(t, "neither docker compose nor docker-compose is here")
	}
}

func composeMock(c *compose) {
	mock := c.up("mock")
	bearer := mock.login(c.T)
	before := mock.list(c.T, bearer)
	made, err := mock.create(c.Context(), bearer, "here")
	if err != nil {
		c.Fatal(err)
	}
	mock.check(c.T, bearer, map[string]bool{made: true})
	c.mustRun("stop", "mock")
	mock = c.up("mock")
	if diff := cmp.Diff(before, mock.list(c.T, mock.login(c.T))); diff != "" {
		c.Errorf("the second up does not start as the first one did (-first +second):\n%s", diff)
	}

	now := c.inspect("mock")
	if bound := now.NetworkSettings.Ports["17280/tcp"]; len(bound) != 1 ||
		bound[0].HostIP != "127.0.0.1" {
		c.Errorf("the port is bound to %v, want 127.0.0.1 alone", bound)
	}
	h := now.HostConfig
	if !h.ReadonlyRootfs || !slices.Equal(h.CapDrop, []string{"ALL"}) || len(h.SecurityOpt) != 1 ||
		h.Memory == 0 || h.PidsLimit == 0 {
		c.Errorf("the container may do more than it needs: %+v", h)
	}
}

func composePersistent(c *compose) {
	mock := c.up("persistent")
	bearer := mock.login(c.T)
	acknowledged := map[string]bool{}
	for round := range 3 {
		for _, id := range mock.createUntilKilled(c.T, bearer,
			time.Duration(100+70*round)*time.Millisecond) {
			acknowledged[id] = true
		}
		mock = c.up("persistent")
		mock.check(c.T, bearer, acknowledged)
	}
	c.Logf("%d acknowledged tokens, killed three times", len(acknowledged))
	if len(acknowledged) < 3 {
		c.Errorf("%d tokens show nothing", len(acknowledged))
	}
}

func composeContract(c *compose) {
	if os.Geteuid() == 0 {
		// the container does not know the user name of the caller
		if err := os.Chown(c.reports, 1234, 1234); err != nil {
			c.Fatal(err)
		}
	}
	output := c.mustRun("--profile", "contract", "run", "--rm", "contract")
	c.Log(lastLine(output))
	for _, name := range []string{"contract.xml", "contract.html", "contract.json"} {
		info, err := os.Stat(filepath.Join(c.reports, name))
		if err != nil {
			c.Fatal(err)
		}
		dir, err := os.Stat(c.reports)
		if err != nil {
			c.Fatal(err)
		}
		if got, want := info.Sys().(*syscall.Stat_t).Uid,
			dir.Sys().(*syscall.Stat_t).Uid; got != want {
			c.Errorf("%s belongs to %d, the folder to %d", name, got, want)
		}
	}

	// friendly has no limit
	for args, want := range map[string]int{
		"--run=^ratelimit/ --fail-on=skip": 1, "--run=^nothing/": 2,
	} {
		inService := []string{"--profile", "contract", "run", "--rm", "contract"}
		command := strings.Fields("contract run --target=http://mock:17280 --mock " + args)
		if code, out := c.run(append(inService, command...)...); code != want {
			c.Errorf("%s ended with %d, want %d: %s", args, code, want, out)
		}
	}
}

func composeTenant(c *compose) {
	for _, tt := range []struct{ variable, want string }{ // each one on top of the previous ones
		{"SAIL_BASE_URL=", "SAIL_BASE_URL"}, // it is missing
		{"SAIL_BASE_URL=https://example.com", "SAIL_CLIENT_ID"},
		{"PATMOCK_ALLOW_WRITES=example.org", "example.org"}, // it is another host
	} {
		c.env = append(c.env, tt.variable)
		if code, out := c.run("--profile", "tenant", "run", "--rm",
			"tenant"); code != cli.ExitUsage || !strings.Contains(out, tt.want) {
			c.Errorf("with %q the contract ended with %d, want %d and %q: %s", tt.variable, code,
				cli.ExitUsage, tt.want, out)
		}
	}
}

// The service of the README is the contract here. It fails if the mock is not ready yet.
func composeReadme(c *compose) {
	stack := readmeBlock(c.T, "In docker-compose beside your service", "yaml")
	service := "image: registry.example.com/acme/app:latest\n"
	if !strings.Contains(stack, service) || !strings.Contains(stack, "image: patmock:latest") {
		c.Fatalf("the stack has no service, or no mock:\n%s", stack)
	}
	stack = strings.Replace(stack, "image: patmock:latest", "image: "+imageName(), 1)
	stack = strings.Replace(stack, service,
		"image: "+imageName()+
			"\n    command: [contract, run, --target=http://mock:17280, --mock, --run=^token/]\n",
		1)
	c.dir = c.TempDir()
	if err := os.WriteFile(filepath.Join(c.dir, "docker-compose.yml"), []byte(stack),
		0o600); err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() {
		c.mustRun("down", "--timeout", "5")
		c.dir = filepath.Join("..", "..")
	})
	c.Log(lastLine(c.mustRun("run", "--rm", "app")))
	for args, want := range map[string]string{
		// requests of a contract run are not judged
		"env --user jane.doe":                 "export SAIL_BASE_URL=",
		"check --allow-empty --report json=-": `"fail": 0`,
	} {
		if out := c.mustRun(append([]string{"exec", "-T", "mock", "/patmock"},
			strings.Fields(args)...)...); !strings.Contains(out, want) {
			c.Errorf("patmock %s in the mock: %s", args, out)
		}
	}
}
