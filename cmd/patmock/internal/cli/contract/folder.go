package contract

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/contracttests/tenantguard"
)

// ensureParentDir makes the folder of a file of patmock's own, where there is none, out of the reach of git.
func ensureParentDir(file string) error {
	folder := filepath.Dir(file)
	_, missing := os.Stat(folder)
	err := tenantguard.MkdirPrivate(folder)
	if err != nil || missing == nil {
		return err
	}
	return chownTree(folder)
}

// chownTree gives a folder that root wrote to whom the folder around it belongs to.
func chownTree(dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file, err := os.Open(name) //nolint:gosec // it was just written
		if err != nil {
			return err
		}
		return errors.Join(atomicfile.ChownToParent(file, filepath.Dir(dir)), file.Close())
	})
}
