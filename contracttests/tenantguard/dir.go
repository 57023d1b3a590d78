package tenantguard

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// MkdirPrivate creates a directory for the current user only, unless it exists. It adds a
// .gitignore for all files to a new directory, and to any directory with the name .patmock.
func MkdirPrivate(path string) error {
	_, err := os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	if isNew {
		err = os.MkdirAll(path, 0o700)
	}
	if err != nil || !isNew && filepath.Base(path) != ".patmock" {
		return err
	}
	name := filepath.Join(path, ".gitignore")
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	file, err := os.OpenFile(name, flags, 0o600) //nolint:gosec // the user's own directory
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString("*\n")
	return errors.Join(err, file.Close())
}

// syncDir makes the name of a new file survive a power failure.
func syncDir(path string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced
		return nil
	}
	dir, err := os.Open(path) //nolint:gosec // directory of the ledger
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
