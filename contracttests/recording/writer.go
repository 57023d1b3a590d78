package recording

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"example.com/patmock/spec/schema"
)

// A Writer writes a recording to a temporary directory, and moves it to its target when it is
// complete.
type Writer struct {
	dir, tempDir string
	previous     *Recording // the recording to replace, or nil
	cases        int
}

// Create starts a recording. An existing directory must be empty or a recording. It does not change
// until Close. Otherwise the error is [ErrNoParentDir] or an error of [Open]. Symbolic links to a
// directory are kept.
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
	if exists && cannotRename(err) { // the directory may be the only mounted one
		tempDir, err = os.MkdirTemp("", tempPattern)
	}
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, tempDir: tempDir, previous: previous}
	return w, os.Chmod(tempDir, 0o755) //nolint:gosec // it has no secrets
}

// tempPattern is the name pattern of incomplete recordings.
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

// Close moves the recording to its directory and returns that directory. An interrupted recording
// does not replace a complete one. Its directory has the suffix .interrupted instead. Close sets
// Schema, NormalForm and CaseCount of about.
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

// Discard removes the temporary directory.
func (w *Writer) Discard() error { return os.RemoveAll(w.tempDir) }

// replaceDir moves newDir to dir. It restores dir on an error. If dir cannot be renamed because it
// is mounted, replaceDir copies the content instead.
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

// cannotRename reports whether a directory cannot be renamed, although it may be writable.
func cannotRename(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// replaceContent replaces the content of a directory by a copy of newDir.
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
