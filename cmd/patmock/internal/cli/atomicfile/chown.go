//go:build !windows

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

// ChownToParent sets the owner of file to that of dir when running as root. Otherwise users on the
// host could not remove the files that a container writes. It does nothing if root lacks the
// capability.
func ChownToParent(file *os.File, dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if uid, gid, known := OwnerOf(info); known {
		err = file.Chown(uid, gid)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
