package tenantguard

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// MkdirPrivate makes a directory that only its owner can read, unless it exists. One that it makes,
// and one of the name .patmock, gets a .gitignore that leaves everything out, unless it has one.
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
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the directory that the person names
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString("*\n")
	return errors.Join(err, file.Close())
}

// syncDir makes the name of a new file survive a power cut.
func syncDir(path string) error {
	if runtime.GOOS == "windows" { // it cannot sync a directory
		return nil
	}
	dir, err := os.Open(path) //nolint:gosec // that of the ledger
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
