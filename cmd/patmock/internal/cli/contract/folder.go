package contract

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/contracttests/tenantguard"
)

// makeFolderOf makes the folder of a file of patmock's own, where there is none, out of the reach of git.
func makeFolderOf(file string) error {
	folder := filepath.Dir(file)
	_, missing := os.Stat(folder)
	err := tenantguard.MkdirPrivate(folder)
	if err != nil || missing == nil {
		return err
	}
	return giveAwayAll(folder)
}

// giveAwayAll gives a folder that root wrote to whom the folder around it belongs to.
func giveAwayAll(dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file, err := os.Open(name) //nolint:gosec // it was just written
		if err != nil {
			return err
		}
		return errors.Join(atomicfile.GiveAway(file, filepath.Dir(dir)), file.Close())
	})
}
