package tenantguard

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// MakeFolder makes a folder that only its owner can read, where there is none. One that it makes, and one of the name .patmock,
// gets a .gitignore that leaves everything out, unless it has one.
func MakeFolder(path string) error {
	_, err := os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	if isNew {
		err = os.MkdirAll(path, 0o700)
	}
	if err != nil || !isNew && filepath.Base(path) != ".patmock" {
		return err
	}
	ignore, err := os.OpenFile(filepath.Join(path, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the folder that the person names
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = ignore.WriteString("*\n")
	return errors.Join(err, ignore.Close())
}

// syncFolder makes the name of a new file outlive a power cut.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which has no such thing
		return nil
	}
	folder, err := os.Open(path) //nolint:gosec // that of the ledger
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
