//go:build !windows

package contract

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Files that root creates get the owner of the parent directory, as reports do.
func TestEnsureParentDir_SetsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	theirs := t.TempDir()
	if err := os.Chown(theirs, 1234, 1235); err != nil {
		t.Fatal(err)
	}
	p := parityUpdateFlags{file: filepath.Join(theirs, localDir, "parity.yaml")}
	release, err := p.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir(theirs, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		found++
		info, err := d.Info()
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 1234 || owner.Gid != 1235 {
			t.Errorf("%s belongs to %d:%d", name, owner.Uid, owner.Gid)
		}
		return err
	})
	if err != nil || found != 4 { // their parent, .patmock, .gitignore and the lock
		t.Errorf("%d files, %v", found, err)
	}
}

// The error of a file that cannot be locked does not mention another run.
func TestParityLock_ReportsError(t *testing.T) {
	p := parityUpdateFlags{file: filepath.Join(t.TempDir(), "parity.yaml")}
	if err := os.Mkdir(p.file+".lock", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(p.file+".lock", 0); err != nil {
		t.Fatal(err)
	}
	_, err := p.lock(t.Context())
	var failed *fs.PathError
	if !errors.As(err, &failed) || failed.Path != p.file+".lock" {
		t.Errorf("error %v, want one of %s.lock", err, p.file)
	}
}
