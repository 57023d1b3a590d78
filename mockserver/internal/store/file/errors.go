package file

import (
	"errors"
	"fmt"
)

// Errors of [Open] and of changes.
var (
	ErrInUse = errors.New("it is in use by another process: stop that one, or name another " +
		"file")
	ErrForeign = errors.New("it is no state file of patmock, and is left as it is: name another " +
		"file")
	ErrDirectory = errors.New("it is a directory: name a file in it")
	ErrEmpty     = errors.New("it is empty, which a state file never is: delete it, and it is " +
		"made anew, or put a copy of it in its place")
	ErrCreate   = errors.New("it cannot be made")
	ErrReadOnly = errors.New("it cannot be written")
	ErrStopped  = errors.New("nothing is written any more until patmock is restarted, since a " +
		"change failed half way")

	// ErrDamaged is the error of a file that was complete once. One of the errors below says what
	// is wrong.
	ErrDamaged  = errors.New("the state file is damaged")
	ErrCutOff   = errors.New("it was cut off")
	ErrChecksum = errors.New("the checksum is wrong")
	ErrMissing  = errors.New("values are missing or older than they should be")
)

// WriteError is the error of a change that the disk did not take, because it is full or read-only,
// for example. Memory is as it was.
type WriteError struct {
	Path string // of the state file
	Err  error
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("state file %s cannot be written, and nothing was changed: %v", e.Path,
		e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }

// Unwritable returns the path of the file.
func (e *WriteError) Unwritable() string { return e.Path }

// FormatError is the error of a file that another version of patmock wrote.
type FormatError struct{ Format string }

func (e FormatError) Error() string {
	return fmt.Sprintf("its format is %q, and this patmock reads %s: read it with the patmock "+
		"that wrote it, or name another file", e.Format, Format)
}

// ValueError is the error of a value, or of a namespace if Key is empty. The server's own values
// have no namespace.
type ValueError struct {
	Namespace, Key string
	Err            error
}

func (e *ValueError) Error() string {
	switch {
	case e.Key == "":
		return fmt.Sprintf("namespace %q: %v", e.Namespace, e.Err)
	case e.Namespace == "":
		return fmt.Sprintf("value %q: %v", e.Key, e.Err)
	}
	return fmt.Sprintf("value %q in namespace %q: %v", e.Key, e.Namespace, e.Err)
}

func (e *ValueError) Unwrap() error { return e.Err }

// newDamageError returns an ErrDamaged that says why.
func newDamageError(reason error) error { return &damageError{reason} }

type damageError struct{ reason error }

func (e *damageError) Error() string {
	return fmt.Sprintf("it is damaged, and is left as it is: %v: move it away to start from the "+
		"fixture, or put a copy of it in its place", e.reason)
}

func (e *damageError) Unwrap() []error { return []error{ErrDamaged, e.reason} }
