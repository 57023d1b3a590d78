package file_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// asUnprivileged calls f without the right to write all files. If the test runs as root, it changes
// to another user, who owns the path and its directories.
func asUnprivileged(t *testing.T, path string, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	const uid = 65534
	for _, name := range []string{path, filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		if err := os.Chown(name, uid, uid); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread() // the file system uid belongs to a thread
	defer runtime.UnlockOSThread()
	if err := unix.Setfsuid(uid); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setfsuid(0); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}
