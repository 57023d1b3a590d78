package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	link := func(target, name string) {
		if err := os.Symlink(target, file(name)); err != nil {
			t.Fatal(err)
		}
	}
	link("new", "relative")
	link(file("relative"), "absolute")
	link("itself", "itself")
	for _, tt := range []struct {
		name, path string
		// file has the content afterwards. It is empty if the path is rejected.
		file string
	}{
		{"a new file", "old", "old"},
		{"a file that exists", "old", "old"},
		{"links to a new file", "absolute", "new"},
		{"links to a file that exists", "absolute", "new"},
		{"a link to itself", "itself", ""},
		{"a folder", ".", ""},
		{"in no folder", "nowhere/file", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Write(file(tt.path), 0o640, []byte(tt.name))
			if rejected := tt.file == ""; rejected != (err != nil) {
				t.Fatalf("error %v", err)
			}
			if tt.file == "" {
				return
			}
			if got := read(t, file(tt.file)); got != tt.name {
				t.Errorf("the file contains %q", got)
			}
			if info, err := os.Lstat(file(tt.file)); err != nil || !info.Mode().IsRegular() {
				t.Errorf("%v, %v", info.Mode(), err)
			}
		})
	}
	if target, err := os.Readlink(file("relative")); err != nil || target != "new" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if left, err := filepath.Glob(file(".patmock-*")); err != nil || len(left) > 0 {
		t.Errorf("there is %v, %v", left, err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
