package recording_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWriter_ReplacesInPlace checks directories that cannot be renamed: one behind a symbolic link
// and a mount point.
func TestWriter_ReplacesInPlace(t *testing.T) {
	targetDir := filepath.Join(t.TempDir(), "target")
	if err := os.Mkdir(targetDir, 0o700); err != nil {
		t.Fatal(err)
	}
	all := cases()
	twice := func(t *testing.T, dir string) {
		t.Helper()
		record(t, dir, about(), all...)
		record(t, dir, about(), all[0])
		if diff := cmp.Diff([]string{"create/a/v2026.json", "recording.json"},
			fileNames(t, targetDir)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	}
	t.Run("link", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(targetDir, link); err != nil {
			t.Fatal(err)
		}
		twice(t, link)
		if target, err := os.Readlink(link); err != nil || target != targetDir {
			t.Errorf("the link leads to %q, %v", target, err)
		}
	})
	t.Run("mount", func(t *testing.T) {
		if os.Getuid() != 0 {
			t.Skip("only root can mount")
		}
		mounted := filepath.Join(t.TempDir(), "mounted")
		if err := os.Mkdir(mounted, 0o700); err != nil {
			t.Fatal(err)
		}
		err := syscall.Mount(targetDir, mounted, "", syscall.MS_BIND, "")
		if errors.Is(err, syscall.EPERM) {
			t.Skipf("this root cannot mount: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(mounted, 0); err != nil {
				t.Error(err)
			}
		})
		twice(t, mounted)
		if files := fileNames(t, filepath.Dir(mounted)); len(files) != 2 {
			t.Errorf("there is %v", files)
		}
	})
}
