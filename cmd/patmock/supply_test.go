package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// toolchain returns the version of Go that go.mod names for what is released.
func toolchain(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^toolchain (go\S+)$`).FindStringSubmatch(read(t, "../../go.mod"))
	if found == nil {
		t.Fatal("go.mod has no toolchain")
	}
	return found[1]
}

// A go command whose GOTOOLCHAIN is local ignores the toolchain of go.mod, and says nothing.
func TestScriptsUseTheToolchain(t *testing.T) {
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
		if !strings.Contains(read(t, filepath.Join("../../.ci", entry.Name())), "\nexport GOTOOLCHAIN=auto\n") {
			t.Errorf(".ci/%s does not export GOTOOLCHAIN=auto", entry.Name())
		}
	}
	if scripts < 7 {
		t.Errorf("%d scripts in .ci, expected at least 7", scripts)
	}
	for file, line := range map[string]string{
		"../../Makefile": "export GOTOOLCHAIN := auto",
		"Dockerfile":     "ARG BUILDER=golang:" + strings.TrimPrefix(toolchain(t), "go") + "-bookworm",
	} {
		if !slices.Contains(strings.Split(read(t, file), "\n"), line) {
			t.Errorf("%s has no line %q", file, line)
		}
	}
}
