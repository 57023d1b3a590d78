package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// runUnprivileged calls f as a user other than root, who can be denied access.
func runUnprivileged(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	runtime.LockOSThread() // the identity belongs to a thread
	defer runtime.UnlockOSThread()
	const nobody = 65534
	if err := unix.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setfsuid(0); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

// The error of a denied write names the directory, its owner and its mode, for all commands.
func TestDeniedWrite_NamesDirectoryAndOwner(t *testing.T) {
	dir, err := os.MkdirTemp("", "denied") //nolint:usetesting // must be accessible
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // the system's temporary files
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	contract := []string{"contract", "run", "--run=^list/empty", "--versions=v3"}
	tenant := map[string]string{"SAIL_CLIENT_ID": "a", "SAIL_CLIENT_SECRET": "b"}
	for _, tt := range []struct {
		name      string
		variables map[string]string
		args      []string
	}{
		{"report", nil, append(contract, "--report=junit="+file)},
		{"record", nil, append(contract, "--record="+file)},
		{
			"ledger", tenant,
			append(contract, "--target=http://127.0.0.1:1", "--allow-writes=127.0.0.1:1",
				"--ledger="+file),
		},
		{
			"ledger in a folder", tenant,
			append(contract, "--target=http://127.0.0.1:1", "--allow-writes=127.0.0.1:1",
				"--ledger="+file+"/l"),
		},
		{
			"summary",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": file},
			contract,
		},
		{"env file", nil, []string{"serve", "--addr=127.0.0.1:0", "--env-file=" + file}},
		{"state", nil, []string{"serve", "--addr=127.0.0.1:0", "--state=" + file}},
		{"manual", nil, []string{"man", file}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got outcome
			runUnprivileged(t, func() { got = command(t.Context(), tt.variables, tt.args...) })
			want := fmt.Sprintf("%s belongs to %d:%d with mode 0555", dir,
				os.Getuid(), os.Getgid())
			if !strings.Contains(got.stderr, want) {
				t.Errorf("exit code %d, want %q in: %s", got.code, want, got.stderr)
			}
		})
	}
}
