package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// toolchain returns the version of Go in go.mod that builds releases.
func toolchain(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^toolchain (go\S+)$`).FindStringSubmatch(read(t,
		"../../go.mod"))
	if found == nil {
		t.Fatal("go.mod has no toolchain")
	}
	return found[1]
}

// A go command with GOTOOLCHAIN=local silently ignores the toolchain of go.mod.
func TestScripts_UseToolchain(t *testing.T) {
	entries, err := os.ReadDir("../../.ci")
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		scripts++
		if !strings.Contains(read(t, filepath.Join("../../.ci", entry.Name())),
			"\nexport GOTOOLCHAIN=auto\n") {
			t.Errorf(".ci/%s does not export GOTOOLCHAIN=auto", entry.Name())
		}
	}
	if scripts < 8 {
		t.Errorf("%d scripts in .ci, expected at least 8", scripts)
	}
	for file, line := range map[string]string{
		"../../Makefile": "export GOTOOLCHAIN := auto",
		"Dockerfile": "ARG BUILDER=golang:" + strings.TrimPrefix(toolchain(t), "go") +
			"-bookworm",
	} {
		if !slices.Contains(strings.Split(read(t, file), "\n"), line) {
			t.Errorf("%s has no line %q", file, line)
		}
	}
}

// The licences belong to the modules in an independent list of the binary's packages.
func TestLicenses_MatchPackages(t *testing.T) {
	for _, platform := range []string{"linux/amd64", "windows/arm64"} {
		t.Run(platform, func(t *testing.T) {
			dir := t.TempDir()
			if out, err := exec.Command("../../.ci/licenses", dir,
				platform).CombinedOutput(); err != nil {
				t.Fatalf(".ci/licenses: %v: %s", err, out)
			}
			if !strings.Contains(read(t, filepath.Join(dir, "LICENSE")), "MIT License") {
				t.Error("LICENSE is not patmock's own")
			}
			for _, text := range []string{
				"LICENSE", "PATENTS", "src/vendor/golang.org/x/net/LICENSE",
				"src/vendor/golang.org/x/crypto/LICENSE",
			} {
				if found, _ := filepath.Glob(filepath.Join(dir, "licenses/go@*",
					text)); len(found) != 1 {
					t.Errorf("%d texts %s of Go, expected 1", len(found), text)
				}
			}
			system, arch, _ := strings.Cut(platform, "/")
			t.Setenv("GOOS", system)
			t.Setenv("GOARCH", arch)
			t.Setenv("CGO_ENABLED", "0")
			modules := goList(t, "-deps", "-f",
				"{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}{{end}}{{end}}", ".")
			slices.Sort(modules)
			for _, module := range slices.Compact(modules) {
				if found, _ := filepath.Glob(filepath.Join(dir, "licenses", module,
					"*")); len(found) == 0 {
					t.Errorf("no licence of %s", module)
				}
			}
		})
	}
}
