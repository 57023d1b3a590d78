package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/patmock/fixtures/golden"
)

func TestExplainDenied(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	mine := fmt.Sprintf("uid %d and gid %d", os.Geteuid(), os.Getegid())
	for _, tt := range []struct {
		name string
		err  error
		want string // the location
	}{
		{
			"file that is not there", &os.PathError{
				Op: "open", Path: dir + "/a/b", Err: unix.EACCES,
			}, dir,
		},
		{"file that is there", &os.PathError{Op: "open", Path: file, Err: unix.EPERM}, file},
		{"rename over a file", &os.LinkError{Op: "rename", New: file, Err: unix.EACCES}, dir},
		{
			"read-only",
			fmt.Errorf("--report: %w", &os.PathError{
				Op: "open", Path: dir + "/a", Err: unix.EROFS,
			}), dir,
		},
		{"another error", &os.PathError{Op: "open", Path: dir, Err: unix.ENOSPC}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ExplainDenied(tt.err)
			if tt.want == "" {
				if got != "" {
					t.Errorf("got %q, want nothing", got)
				}
				return
			}
			text := strings.NewReplacer(tt.want+" ", "PLACE ", mine, "MINE").Replace(got)
			golden.Check(t, "testdata/messages.golden", golden.Key(t), text)
		})
	}
}

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
