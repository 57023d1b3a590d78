package file

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// pageSize is the page size of every file, independent of the machine that created it. A file may
// be moved to another machine.
const pageSize = 4096

// lockTimeout is the maximum time to wait for another process to release the file.
const lockTimeout = 200 * time.Millisecond

// open inspects the file and then opens it for writing.
func open(path string, log *slog.Logger) (*bbolt.DB, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := createFile(path); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCreate, err)
		}
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, ErrDirectory
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file: choose another file")
	case info.Size() == 0:
		return nil, ErrEmpty
	}
	result, err := inspect(path)
	if err != nil {
		return nil, err
	}
	db, err := openDB(path, bbolt.Options{})
	if errors.Is(err, fs.ErrPermission) {
		return nil,
			fmt.Errorf("%w: %w: make it writable for the user of patmock, or choose another file",
				ErrReadOnly, err)
	}
	if err != nil {
		return nil, err
	}
	if result.torn {
		log.Warn("the last change to " + path + " was not completely written and is dropped")
		// an empty change replaces the torn one
		if err := db.Update(func(*bbolt.Tx) error { return nil }); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if unused := result.size - result.used; unused < minUnusedBytes ||
		unused < result.used/unusedDivisor {
		return db, nil
	}
	realPath, err := filepath.EvalSymlinks(path)
	if err == nil {
		err = compact(db, realPath)
	}
	if err != nil {
		log.Warn("state file " + path + " cannot be compacted: " + err.Error())
		return db, nil //nolint:nilerr // the file is usable as it is
	}
	if err := errors.Join(syncDir(filepath.Dir(realPath)), db.Close()); err != nil {
		return nil, err
	}
	return openDB(path, bbolt.Options{})
}

// A file is compacted if its unused bytes are at least minUnusedBytes and at least the used bytes
// divided by unusedDivisor.
const (
	minUnusedBytes = 1 << 20
	unusedDivisor  = 10
)

// compact replaces a file with a copy without free pages. Later writes to db are lost.
func compact(db *bbolt.DB, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	temp, err := createTemp(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }()
	dst, err := openDB(temp, bbolt.Options{PageSize: pageSize, NoSync: true})
	if err != nil {
		return err
	}
	if err := errors.Join(bbolt.Compact(dst, db, compactTxBytes), dst.Sync(),
		dst.Close()); err != nil {
		return err
	}
	if err := os.Chmod(temp, info.Mode()); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// compactTxBytes is the maximum number of bytes that compact buffers in memory.
const compactTxBytes = 16 << 20

// createTemp creates an empty file in the directory of path, and returns its path.
func createTemp(path string) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

// createFile creates the file under a temporary name first, so that the file at path is always
// complete.
func createFile(path string) error {
	temp, err := createTemp(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }()
	db, err := openDB(temp, bbolt.Options{PageSize: pageSize})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(initialize), db.Close()); err != nil {
		return err
	}
	err = os.Link(temp, path)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was first
	}
	if err != nil { // some file systems have no hard links
		err = os.Rename(temp, path)
	}
	return errors.Join(err, syncDir(filepath.Dir(path)))
}

func initialize(tx *bbolt.Tx) error {
	server, err := tx.CreateBucket(serverBucket)
	if err != nil {
		return err
	}
	if _, err := tx.CreateBucket(namespacesBucket); err != nil {
		return err
	}
	return server.Put(formatKey, []byte(Format))
}

// syncDir syncs a directory, so that the name of a new file survives a power failure.
func syncDir(path string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced
		return nil
	}
	dir, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// openDB opens an existing file.
func openDB(path string, options bbolt.Options) (*bbolt.DB, error) {
	options.Timeout = lockTimeout
	var info os.FileInfo
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		//nolint:gosec // the operator names the file
		file, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		if err == nil {
			info, err = file.Stat()
		}
		return file, err
	}
	db, err := bbolt.Open(path, 0o600, &options)
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, ErrInUse
	}
	if err != nil {
		return nil, err
	}
	// another process replaced the file
	if current, err := os.Stat(path); err != nil || !os.SameFile(info, current) {
		return nil, errors.Join(ErrInUse, db.Close())
	}
	return db, nil
}
