package main

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver"
)

// The session of the README runs unchanged against a mock on a free port.
func TestReadme_Session(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the session needs %s: %v", tool, err)
		}
	}
	session := readmeBlock(t, "A session", "sh")
	mock, err := mockserver.New(mockserver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mock)
	t.Cleanup(server.Close)

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", session)
	shell.Dir = filepath.Join("..", "..")
	// curl prefers the latter
	shell.Env = append(os.Environ(), "PATMOCK_URL="+server.URL, "NO_PROXY=127.0.0.1",
		"no_proxy=127.0.0.1")
	output, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for _, want := range []string{
		`"name":"login"`, `rule expiry-never, published`, `"secret":"`, `"lastUsed":null`,
		`"name":"nightly build"`, "\n204\n404\n",
	} {
		if !strings.Contains(string(output), want) {
			t.Errorf("the session does not show %s:\n%s", want, output)
		}
	}
}

// readmeBlock returns the first code block of a language below a heading of the README.
func readmeBlock(t *testing.T, heading, language string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, "../../README.md"), "\n## "+heading+"\n")
	rest, _, _ = strings.Cut(rest, "\n## ")
	_, rest, fenced := strings.Cut(rest, "\n```"+language+"\n")
	block, _, closed := strings.Cut(rest, "\n```\n")
	if !found || !fenced || !closed {
		t.Fatalf("README.md has no block of %s below %q", language, heading)
	}
	return block
}
