// Package atomicfile writes files completely or not at all, and explains denied access.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Write writes a file completely or not at all. A new file gets mode and, if root writes it, the
// owner of its directory. An existing file keeps its mode, its owner and the symbolic links to it.
// A file that cannot be replaced, such as a bind mount of a container, is written in place. So are
// a FIFO and a character device. Write rejects other kinds of files.
func Write(path string, mode fs.FileMode, content []byte) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if path, err = LinkTarget(path); err != nil {
			return err
		}
		return replaceFile(path, mode, nil, content)
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return writeSpecial(path, info.Mode(), content)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	if err = replaceFile(path, info.Mode().Perm(), info, content); !cannotReplace(err) {
		return err
	}
	return writeInPlace(path, os.O_WRONLY|os.O_TRUNC, content)
}

// cannotReplace reports whether err means that a file cannot be replaced. It may still be writable.
func cannotReplace(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// replaceFile renames a new file to path. old is nil if there is no file yet.
func replaceFile(path string, mode fs.FileMode, old fs.FileInfo, content []byte) error {
	dir := filepath.Dir(path)
	temporary, err := os.CreateTemp(dir, ".patmock-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	// The mode is set first. Root with few capabilities cannot change it after the owner.
	err = errors.Join(err, temporary.Chmod(mode), setOwner(temporary, dir, old),
		temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

// setOwner sets the owner of a new file to that of the old file, or else of its directory.
func setOwner(file *os.File, dir string, old fs.FileInfo) error {
	if old == nil {
		return ChownToParent(file, dir)
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	uid, gid, known := OwnerOf(old)
	if newUID, newGID, _ := OwnerOf(info); !known || uid == newUID && gid == newGID {
		return nil
	}
	return file.Chown(uid, gid)
}

// writeSpecial writes to a FIFO or a character device.
func writeSpecial(path string, mode fs.FileMode, content []byte) error {
	switch {
	case mode.IsDir():
		return &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	case mode&fs.ModeNamedPipe != 0:
		return writeFIFO(path, content)
	case mode&fs.ModeCharDevice != 0:
		return writeInPlace(path, os.O_WRONLY, content)
	}
	return fmt.Errorf("%s is not a regular file (%s): expected a file, a FIFO or a character "+
		"device", path,
		mode.Type())
}

func writeInPlace(path string, flag int, content []byte) error {
	file, err := os.OpenFile(path, flag, 0) //nolint:gosec // named by the user
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// readerTimeout limits the wait of writeFIFO for a reader.
const readerTimeout = 5 * time.Second

// writeFIFO writes to a FIFO. It waits at most readerTimeout for a reader, so that a run always
// ends.
func writeFIFO(path string, content []byte) error {
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := writeInPlace(path, os.O_WRONLY|syscall.O_NONBLOCK, content)
		switch {
		case !errors.Is(err, syscall.ENXIO):
			return err
		case time.Since(start) > readerTimeout:
			return fmt.Errorf("no process reads from the FIFO %s: start its reader first", path)
		}
	}
}

// LinkTarget follows symbolic links from path to a file that does not exist yet.
func LinkTarget(path string) (string, error) {
	const maxLinks = 40
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil { // not a link
			return path, nil //nolint:nilerr // the end of the links
		}
		if !filepath.IsAbs(target) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", err
			}
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
}
