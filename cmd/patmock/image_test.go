package main

import (
	"archive/tar"
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// imageName returns the name of the image under test.
func imageName() string {
	if name := os.Getenv("PATMOCK_IMAGE"); name != "" {
		return name
	}
	return "patmock:latest"
}

// skipMissing skips a test because a requirement is missing. In CI it fails the test.
func skipMissing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// needImage requires a container engine with the image.
func needImage(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("docker", "image", "inspect",
		imageName()).CombinedOutput(); err != nil {
		skipMissing(t,
			"no image %s: start a container engine and run make image, or name an image that it "+
				"has in PATMOCK_IMAGE: %v: %s", imageName(), err, out)
	}
}

// docker runs a command of the engine and returns its output.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("docker", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// startContainer runs a container of the image until the test ends, and returns its ID.
func startContainer(t *testing.T, options ...string) string {
	t.Helper()
	id := docker(t, append(append([]string{"run", "--detach"}, options...), imageName())...)
	t.Cleanup(func() { docker(t, "rm", "--force", "--volumes", id) })
	return id
}

func TestImage(t *testing.T) {
	needImage(t)
	t.Run("small, and set up by its environment", imageConfig)
	t.Run("nothing in it but the program and licences", imageFiles)
	t.Run("healthy soon", imageHealth)
	t.Run("healthy however it is set", imageHealthOfFlags)
	t.Run("any user of group 0 writes", imageGroup)
	t.Run("warns on loopback", imageLoopback)
	t.Run("keeps a state", imageState)
	t.Run("holds the contract", imageContract)
}

func imageConfig(t *testing.T) {
	var all []struct {
		Size   int64
		Config struct {
			User         string
			Env          []string
			ExposedPorts map[string]any
			Entrypoint   []string
			Cmd          []string
			Labels       map[string]string
			Healthcheck  struct{ Test []string }
		}
	}
	if err := json.Unmarshal([]byte(docker(t, "image", "inspect", imageName())),
		&all); err != nil ||
		len(all) != 1 {
		t.Fatal(err)
	}
	c := all[0].Config
	t.Logf("%s: %.1f MB", imageName(), float64(all[0].Size)/1e6)
	if all[0].Size > 19.5e6 {
		t.Errorf("the image has %d bytes, want at most 19.5 MB", all[0].Size)
	}
	got := map[string]any{
		"user": c.User, "entrypoint": c.Entrypoint, "cmd": c.Cmd, "health": c.Healthcheck.Test,
		"ports": len(c.ExposedPorts),
	}
	want := map[string]any{
		"user": "65532:65532", "entrypoint": []string{"/patmock"}, "cmd": []string{"serve"},
		"health": []string{"CMD", "/patmock", "healthcheck"}, "ports": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(strings.Join(c.Env, "\n"), "PATMOCK_ADDR=0.0.0.0:17280") {
		t.Errorf("environment: %v", c.Env)
	}
	for _, label := range []string{"title", "description", "licenses", "version", "revision"} {
		if c.Labels["org.opencontainers.image."+label] == "" {
			t.Errorf("no label %s: %v", label, c.Labels)
		}
	}
}

func imageFiles(t *testing.T) {
	id := docker(t, "create", imageName())
	t.Cleanup(func() { docker(t, "rm", id) })
	exported, err := exec.Command("docker", "export", id).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	var program []byte
	var licenses []string
	for files := tar.NewReader(bytes.NewReader(exported)); ; {
		file, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		regular := file.Typeflag == tar.TypeReg && file.Size > 0
		switch name := strings.TrimSuffix(file.Name, "/"); {
		case name == "patmock" || name == "state" || name == "reports" || name == "tmp" ||
			name == "LICENSE" || strings.HasSuffix(name, ".crt"):
			got[name] = fmt.Sprintf("%s %d:%d", file.FileInfo().Mode(), file.Uid, file.Gid)
			if name == "patmock" {
				if program, err = io.ReadAll(files); err != nil {
					t.Fatal(err)
				}
			}
		case regular && strings.HasPrefix(name, "licenses/"):
			licenses = append(licenses, name)
		case regular:
			t.Errorf("%s is in the image", file.Name)
		}
	}
	want := map[string]string{
		"patmock": "-rwxr-xr-x 0:0", "LICENSE": "-rw-r--r-- 0:0",
		"etc/ssl/certs/ca-certificates.crt": "-rw-r--r-- 0:0",
		"state":                             "drwxrwxr-x 65532:0", "reports": "drwxrwxr-x 65532:0",
		"tmp": "dtrwxrwxrwx 0:0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkBuild(t, program, licenses)
}

// checkBuild compares the build information of a program with the toolchain of go.mod, and its
// modules with the included licences.
func checkBuild(t *testing.T, program []byte, licenses []string) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	if want := "\ntoolchain " + info.GoVersion +
		"\n"; !strings.Contains(read(t, "../../go.mod"), want) {
		t.Errorf("built with %s, which is not the toolchain of go.mod: run make image again",
			info.GoVersion)
	}
	modules := []string{"go@" + info.GoVersion}
	for _, module := range info.Deps {
		modules = append(modules, module.Path+"@"+module.Version)
	}
	for _, module := range modules {
		if !slices.ContainsFunc(licenses,
			func(name string) bool { return strings.HasPrefix(name, "licenses/"+module+"/") }) {
			t.Errorf("no licence of %s", module)
		}
	}
}

func imageHealth(t *testing.T) {
	id := startContainer(t, "--read-only", "--cap-drop=ALL")
	began := time.Now()
	eventually(t, func() bool {
		return docker(t, "inspect", "-f", "{{.State.Health.Status}}", id) == "healthy"
	})
	t.Logf("healthy %s after docker run", time.Since(began).Round(time.Millisecond))
}

// The health check finds the mock without flags, even on a read-only root file system.
func imageHealthOfFlags(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte("open-sesame\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	token := "--volume=" + secret + ":/run/secrets/token:ro"
	for name, arguments := range map[string][]string{
		"another port":    {imageName(), "serve", "--addr", "0.0.0.0:8089"},
		"port 0":          {imageName(), "serve", "--addr", "0.0.0.0:0"},
		"control address": {imageName(), "serve", "--control-addr", "127.0.0.1:9090"},
		"control token":   {token, imageName(), "serve", "--control-token", "@/run/secrets/token"},
		"all of it": {
			token, imageName(), "serve", "--addr=:8089", "--control-addr=:0",
			"--control-token=@/run/secrets/token",
		},
		"read-only": {"--read-only", imageName(), "serve", "--addr", "0.0.0.0:8089"},
		"read-only, tmpfs": {
			"--read-only", "--tmpfs=/tmp", "--ipc=none", imageName(), "serve", "--addr",
			"0.0.0.0:8089",
		},
		"read-only, other uid": {
			"--read-only", "--user=1000700000:0", "--cap-drop=ALL", imageName(), "serve", "--addr",
			"0.0.0.0:8089",
		},
		"TLS":            {"--env=PATMOCK_TLS=true", imageName()},
		"read-only, TLS": {"--read-only", imageName(), "serve", "--tls", "--addr", "0.0.0.0:8089"},
		"an init":        {"--init", imageName(), "serve", "--addr", "0.0.0.0:8089"},
	} {
		t.Run(name, func(t *testing.T) {
			id := docker(t, append([]string{"run", "--detach"}, arguments...)...)
			t.Cleanup(func() { docker(t, "rm", "--force", "--volumes", id) })
			eventually(t, func() bool {
				return docker(t, "inspect", "-f", "{{.State.Health.Status}}", id) == "healthy"
			})
		})
	}
}

// OpenShift runs containers with an arbitrary user in group 0.
func imageGroup(t *testing.T) {
	user := "--user=1000700000:0"
	id := startContainer(t, user, "--read-only", "--env", "PATMOCK_STATE=/state/patmock.db",
		"--mount", "type=volume,destination=/state")
	eventually(t, func() bool { return strings.Contains(logs(t, id), bannerPart) })
	docker(t, "run", "--rm", user, imageName(), "contract", "run", "--run=^list/",
		"--report=junit=/reports/contract.xml")
	out, err := exec.Command("docker", "run", "--rm", "--user=1000:1000", imageName(), "contract",
		"run", "--run=^list/", "--report=junit=/reports/contract.xml").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "runs as 1000:1000") ||
		!strings.Contains(string(out), "belongs to 65532:0") {
		t.Errorf("error %v of another group, want its user and the owner of the directory: %s",
			err, out)
	}
}

// bannerPart is a part of the banner of a mock.
const bannerPart = "SAIL_BASE_URL="

func imageLoopback(t *testing.T) {
	advice := "PATMOCK_ADDR=0.0.0.0:17280"
	id := startContainer(t, "--env", "PATMOCK_ADDR=127.0.0.1:17280")
	eventually(t, func() bool { return strings.Contains(logs(t, id), advice) })
	id = startContainer(t)
	eventually(t, func() bool { return strings.Contains(logs(t, id), bannerPart) })
	if text := logs(t, id); strings.Contains(text, advice) {
		t.Error(text)
	}
}

func imageState(t *testing.T) {
	id := startContainer(t, "--env", "PATMOCK_STATE=/state/patmock.db", "--mount",
		"type=volume,destination=/state", "--read-only")
	eventually(t, func() bool { return strings.Contains(logs(t, id), bannerPart) })
	docker(t, "exec", id, "/patmock", "healthcheck")
	docker(t, "restart", id)
	eventually(t, func() bool { return strings.Count(logs(t, id), bannerPart) == 2 })
	if text := logs(t, id); strings.Count(text, "/state/patmock.db") != 2 { // a new image, and read
		t.Error(text)
	}
}

func imageContract(t *testing.T) {
	for selection, want := range map[string]int{
		"--run=.": cli.ExitOK, "--run=^nothing/": cli.ExitUsage,
	} {
		run := exec.Command("docker", "run", "--rm", "--network=none", "--read-only", imageName(),
			"contract", "run", selection)
		out, err := run.CombinedOutput()
		if run.ProcessState == nil {
			t.Fatal(err)
		}
		if code := run.ProcessState.ExitCode(); code != want {
			t.Errorf("contract run %s ended with %d, want %d: %s", selection, code, want, out)
		}
		t.Logf("exit code %d: %s", want, lastLine(string(out)))
	}
}

func logs(t *testing.T, id string) string {
	t.Helper()
	out, err := exec.Command("docker", "logs", id).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// eventually waits until a condition is true.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("not so after %s", patience)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
