package recording

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"example.com/patmock/spec/schema"
)

// A Writer writes a recording beside the directory that it is for, and moves it there when it is
// complete.
type Writer struct {
	dir, tempDir string
	previous     *Recording // the one that it replaces, or nil
	cases        int
}

// Create begins a recording. An existing directory must be empty or a recording, which is not
// changed until Close: else the error is [ErrNoFolder] or that of [Open]. Symbolic links to a
// directory stay.
func Create(dir string) (*Writer, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	previous, err := checkDir(dir)
	if err != nil {
		return nil, err
	}
	exists := false
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir, exists = target, true
	}
	tempDir, err := os.MkdirTemp(filepath.Dir(dir), tempPattern)
	if exists && cannotRename(err) { // a container may mount this directory, and no other
		tempDir, err = os.MkdirTemp("", tempPattern)
	}
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, tempDir: tempDir, previous: previous}
	return w, os.Chmod(tempDir, 0o755) //nolint:gosec // it has no secrets
}

// tempPattern is that of the names of recordings that are not complete.
const tempPattern = ".patmock-recording-*"

// Add writes a case.
func (w *Writer) Add(c Case) error {
	name := filepath.Join(w.tempDir, filepath.FromSlash(c.fileName()))
	err := os.MkdirAll(filepath.Dir(name), 0o755) //nolint:gosec // it has no secrets
	if err != nil {
		return err
	}
	w.cases++
	return write(name, c)
}

func write(name string, value any) error {
	text, err := encode(value, "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644) //nolint:gosec // it has no secrets
}

// Close moves the recording into its directory, and returns which that is: an interrupted recording
// does not replace a complete one, but is written beside it. Close sets Schema, NormalForm and
// CaseCount of about.
func (w *Writer) Close(about About) (dir string, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Discard())
		}
	}()
	about.Schema, about.NormalForm, about.CaseCount = schema.Version, NormalForm, w.cases
	if err := write(filepath.Join(w.tempDir, aboutFile), about); err != nil {
		return "", err
	}
	dir = w.dir
	if about.Interrupted && w.previous != nil && !w.previous.Interrupted {
		dir += ".interrupted"
		if _, err := checkDir(dir); err != nil {
			return "", err
		}
	}
	return dir, replaceDir(dir, w.tempDir)
}

// Discard removes what was written.
func (w *Writer) Discard() error { return os.RemoveAll(w.tempDir) }

// replaceDir moves a directory to the place of another, which it puts back on an error. A directory
// that cannot be replaced, since it is mounted, gets the content of the new one.
func replaceDir(dir, newDir string) error {
	backup := newDir + "-former"
	switch err := os.Rename(dir, backup); {
	case errors.Is(err, os.ErrNotExist):
		return os.Rename(newDir, dir)
	case cannotRename(err):
		return errors.Join(replaceContent(dir, newDir), os.RemoveAll(newDir))
	case err != nil:
		return err
	}
	if err := os.Rename(newDir, dir); err != nil {
		return errors.Join(err, os.Rename(backup, dir))
	}
	return os.RemoveAll(backup)
}

// cannotRename reports whether a directory cannot be replaced, although it may be writable.
func cannotRename(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// replaceContent replaces the content of a directory by a copy of another's.
func replaceContent(dir, newDir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return os.CopyFS(dir, os.DirFS(newDir))
}
