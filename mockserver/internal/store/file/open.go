package file

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/patmock/spec/schema"
)

// pageSize is that of every file, whatever machine it was made on: it may move to another.
const pageSize = 4096

// patience is how long another process is given to let go of the file.
const patience = 200 * time.Millisecond

// open looks at the file under a lock that it shares, and writes nothing, before bbolt opens it to write.
func open(path string, log *slog.Logger) (*bbolt.DB, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCreate, err)
		}
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, ErrDirectory
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file: name another one")
	case info.Size() == 0:
		return nil, ErrEmpty
	}
	torn, err := inspect(path)
	if err != nil {
		return nil, err
	}
	db, err := openDB(path, bbolt.Options{})
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: %w: give it to the user that patmock runs as, or name another file", ErrReadOnly, err)
	}
	if err != nil || !torn {
		return db, err
	}
	log.Warn("the last change to " + path + " was not completely written and is dropped")
	if err := db.Update(func(*bbolt.Tx) error { return nil }); err != nil { // a change of nothing, in the place of the torn one
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// create makes the file under another name first: what has its own name is always whole.
func create(path string) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	if err := temporary.Close(); err != nil {
		return err
	}
	db, err := openDB(temporary.Name(), bbolt.Options{PageSize: pageSize})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(initialize), db.Close()); err != nil {
		return err
	}
	err = os.Link(temporary.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was first
	}
	if err != nil { // not every file system has links
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func initialize(tx *bbolt.Tx) error {
	server, err := tx.CreateBucket(serverBucket)
	if err != nil {
		return err
	}
	if _, err := tx.CreateBucket(namespacesBucket); err != nil {
		return err
	}
	for _, key := range [][]byte{schemaKey, formatKey} {
		if err := server.Put(key, []byte(strconv.Itoa(schema.Version))); err != nil {
			return err
		}
	}
	return tally{}.put(server, place{key: string(namespacesKey)})
}

// syncFolder makes the name of a new file outlive a power cut.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which has no such thing
		return nil
	}
	folder, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// openDB opens a file that exists.
func openDB(path string, options bbolt.Options) (*bbolt.DB, error) {
	options.Timeout = patience
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		return os.OpenFile(name, flag&^os.O_CREATE, mode) //nolint:gosec // the operator names the file
	}
	db, err := bbolt.Open(path, 0o600, &options)
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, ErrInUse
	}
	return db, err
}
