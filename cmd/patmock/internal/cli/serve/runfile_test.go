package serve

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// The file is written to the first writable directory, and removed when the mock stops.
func TestRunFile_UsesFirstWritableDir(t *testing.T) {
	missing, writable := filepath.Join(t.TempDir(), "missing"), t.TempDir()
	want := runFile{
		PID: 7, Control: "http://127.0.0.1:8089", TokenFile: "/run/secrets/token", Addr: "a",
		ControlAddr: "b", Container: true, PIDNamespace: "c",
	}
	remove, err := want.write([]string{missing, writable, t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	paths := runFilesIn(writable)
	if len(paths) != 1 {
		t.Fatalf("files %v, want one", paths)
	}
	got, running, err := readRunFile(paths[0])
	if err != nil || !running || got != want {
		t.Errorf("read %+v, running %t, error %v, want %+v", got, running, err, want)
	}
	remove()
	if left := runFilesIn(writable); len(left) != 0 {
		t.Errorf("files %v are left", left)
	}
	if _, err := want.write([]string{missing}); err == nil {
		t.Error("no error although no folder takes the file")
	}
}

func TestReadRunFile_RejectsFilesOfOthers(t *testing.T) {
	for name, mode := range map[string]os.FileMode{
		"readable by others": 0o644, "writable by the group": 0o620,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "patmock-serve-1.json")
			if err := os.WriteFile(path, []byte(`{"control":"http://127.0.0.1:1"}`),
				0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := readRunFile(path); err != nil {
				t.Fatalf("error %v before its mode is changed", err)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, _, err := readRunFile(path); err == nil {
				t.Error("no error")
			}
		})
	}
}

// In a container, the mock of its main process is selected.
func TestHealthcheck_PrefersTheContainersMock(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	env := cli.Env{Lookup: func(string) (string, bool) { return "", false }}
	for _, r := range []runFile{
		{Control: "http://127.0.0.1:8089", Container: true, PIDNamespace: pidNamespace()},
		{Control: cli.DefaultURL, PIDNamespace: pidNamespace()},
		{Control: "http://127.0.0.1:3", Container: true, PIDNamespace: "of another container"},
	} {
		remove, err := r.write([]string{os.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(remove)
	}
	r, found, err := healthFlags{addr: cli.DefaultAddr}.findRunFile(env)
	if err != nil || !found || r.Control != "http://127.0.0.1:8089" {
		t.Errorf("%+v, found %t, error %v", r, found, err)
	}
}
