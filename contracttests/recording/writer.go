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
	dir, temporary string
	former         *Recording // the one that it replaces, or nil
	cases          int
}

// Create begins a recording. An existing directory must be empty or a recording, which is not
// changed until Close: else the error is [ErrNoFolder] or that of [Open]. Symbolic links to a
// directory stay.
func Create(dir string) (*Writer, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	former, err := check(dir)
	if err != nil {
		return nil, err
	}
	exists := false
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir, exists = target, true
	}
	temporary, err := os.MkdirTemp(filepath.Dir(dir), temporaryPattern)
	if exists && isIrreplaceable(err) { // a container may mount this directory, and no other
		temporary, err = os.MkdirTemp("", temporaryPattern)
	}
	if err != nil {
		return nil, err
	}
	return &Writer{dir: dir, temporary: temporary, former: former}, os.Chmod(temporary, 0o755) //nolint:gosec // it has no secrets
}

// temporaryPattern is that of the names of recordings that are not complete.
const temporaryPattern = ".patmock-recording-*"

// Add writes a case.
func (w *Writer) Add(c Case) error {
	name := filepath.Join(w.temporary, filepath.FromSlash(c.file()))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // it has no secrets
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
	if err := write(filepath.Join(w.temporary, aboutFile), about); err != nil {
		return "", err
	}
	dir = w.dir
	if about.Interrupted && w.former != nil && !w.former.Interrupted {
		dir += ".interrupted"
		if _, err := check(dir); err != nil {
			return "", err
		}
	}
	return dir, replace(dir, w.temporary)
}

// Discard removes what was written.
func (w *Writer) Discard() error { return os.RemoveAll(w.temporary) }

// replace moves a directory to the place of another, which it puts back on an error. A directory
// that cannot be replaced, since it is mounted, gets the content of the new one.
func replace(dir, with string) error {
	former := with + "-former"
	switch err := os.Rename(dir, former); {
	case errors.Is(err, os.ErrNotExist):
		return os.Rename(with, dir)
	case isIrreplaceable(err):
		return errors.Join(refill(dir, with), os.RemoveAll(with))
	case err != nil:
		return err
	}
	if err := os.Rename(with, dir); err != nil {
		return errors.Join(err, os.Rename(former, dir))
	}
	return os.RemoveAll(former)
}

// isIrreplaceable reports whether a directory cannot be replaced, although it may be writable.
func isIrreplaceable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// refill replaces the content of a directory by a copy of another's.
func refill(dir, with string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return os.CopyFS(dir, os.DirFS(with))
}
