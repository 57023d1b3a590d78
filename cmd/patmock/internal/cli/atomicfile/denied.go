package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ExplainDenied explains a denied access: the user and group of this process, the owner and mode of
// the file, and a remedy. It returns "" for other errors.
func ExplainDenied(err error) string {
	path, reason := deniedPath(err)
	if path == "" {
		return ""
	}
	location, info := nearestExisting(path)
	if info == nil {
		return ""
	}
	if errors.Is(reason, syscall.EROFS) {
		return fmt.Sprintf("%s is on a read-only file system: mount a volume or a tmpfs there, or "+
			"name a file elsewhere", location)
	}
	owner, group, known := OwnerOf(info)
	if !known {
		return ""
	}
	uid, gid := os.Geteuid(), os.Getegid()
	text := fmt.Sprintf("this process runs as %d:%d, but %s belongs to %d:%d with mode %04o:\n",
		uid, gid, location, owner, group, info.Mode().Perm())
	if uid == owner || uid == 0 {
		return text +
			"change the mode, or check ACLs, capabilities and SELinux (mount with :z)"
	}
	return text +
		fmt.Sprintf("run as its owner (docker run --user %d:%d), or change the owner (chown %d:%d "+
			"%s)", owner, group, uid, gid, location)
}

// deniedPath returns the path and the cause of the first denied access in a tree of errors.
func deniedPath(err error) (path string, reason error) {
	switch e := err.(type) { //nolint:errorlint // each error of the tree is visited by itself
	case *fs.PathError:
		if e.Op == "fork/exec" { // exec.Start: the file is not executable
			return "", nil
		}
		path, reason = e.Path, e.Err
	case *os.LinkError:
		path, reason = filepath.Dir(e.New), e.Err // a rename needs write access to the directory
	case interface{ Unwrap() error }:
		return deniedPath(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, child := range e.Unwrap() {
			if path, reason = deniedPath(child); path != "" {
				return path, reason
			}
		}
	}
	if errors.Is(reason, fs.ErrPermission) || errors.Is(reason, syscall.EROFS) {
		return path, reason
	}
	return "", nil
}

// nearestExisting returns path, or its nearest parent that exists and is accessible.
func nearestExisting(path string) (existing string, info fs.FileInfo) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", nil
	}
	for {
		if info, err = os.Stat(path); err == nil {
			return path, info
		}
		parent := filepath.Dir(path)
		if parent == path {
			return "", nil
		}
		path = parent
	}
}
