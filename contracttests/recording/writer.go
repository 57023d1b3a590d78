package recording

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"example.com/patmock/spec/schema"
)

// A Writer makes a recording beside the folder it is for, and puts it there when it is complete.
type Writer struct {
	dir, temporary string
	former         *Recording // what it replaces, nil for nothing
	cases          int
}

// Create begins a recording. A folder that is there has to be empty or a recording, which is left as it is until Close:
// else the error is [ErrNoFolder] or that of [Open]. Symbolic links to a folder stay.
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
	if exists && irreplaceable(err) { // a container may mount this folder, and no other
		temporary, err = os.MkdirTemp("", temporaryPattern)
	}
	if err != nil {
		return nil, err
	}
	return &Writer{dir: dir, temporary: temporary, former: former}, os.Chmod(temporary, 0o755) //nolint:gosec // nothing in it is secret
}

// Add writes a transcript.
func (w *Writer) Add(t Case) error {
	name := filepath.Join(w.temporary, filepath.FromSlash(t.file()))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // nothing in it is secret
		return err
	}
	w.cases++
	return write(name, t)
}

func write(name string, value any) error {
	text, err := encode(value, "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644) //nolint:gosec // nothing in it is secret
}

// Close puts the recording into its folder, and tells which that is: one that was interrupted does not replace one that
// was not, but goes beside it. Schema, NormalForm and CaseCount of about are filled in.
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

// Discard leaves nothing behind.
func (w *Writer) Discard() error { return os.RemoveAll(w.temporary) }

// temporaryPattern is that of the names of recordings that are not complete.
const temporaryPattern = ".patmock-recording-*"

// replace puts a folder in place of another, which is put back where that fails. A folder that
// cannot be replaced, since it is mounted, gets the content of the new one.
func replace(dir, with string) error {
	former := with + "-former"
	switch err := os.Rename(dir, former); {
	case errors.Is(err, os.ErrNotExist):
		return os.Rename(with, dir)
	case irreplaceable(err):
		return errors.Join(refill(dir, with), os.RemoveAll(with))
	case err != nil:
		return err
	}
	if err := os.Rename(with, dir); err != nil {
		return errors.Join(err, os.Rename(former, dir))
	}
	return os.RemoveAll(former)
}

// irreplaceable reports whether an error says that a folder cannot be replaced by another, although
// it may be writable.
func irreplaceable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// refill replaces what a folder has by a copy of what another one has.
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
