package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// program returns the path of patmock, which is built once for all tests.
func program(t testing.TB) string {
	t.Helper()
	path, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var programFolder string

var buildOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "patmock")
	if err != nil {
		return "", err
	}
	programFolder = dir
	path := filepath.Join(dir, "patmock")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// removeProgram removes the files that program built.
func removeProgram() {
	if programFolder != "" {
		_ = os.RemoveAll(programFolder)
	}
}
