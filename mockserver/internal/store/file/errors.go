package file

import (
	"errors"
	"fmt"
)

// Errors of [Open] and of writes. Their texts are about the file, whose path the caller adds.
var (
	ErrInUse = errors.New("it is in use by another process: stop that process, or choose " +
		"another file")
	ErrForeign = errors.New("it is not a state file of patmock and was not changed: choose " +
		"another file")
	ErrDirectory = errors.New("it is a directory: choose a file in it")
	ErrEmpty     = errors.New("it is empty, but a state file is never empty: delete it to start " +
		"from the fixture, or restore a copy")
	ErrCreate   = errors.New("it cannot be created")
	ErrReadOnly = errors.New("it cannot be written")
	ErrStopped  = errors.New("nothing is written until patmock is restarted, because a change " +
		"failed halfway")

	// ErrDamaged is the error for a file that was once complete. It wraps the reason, such as one
	// of the errors below.
	ErrDamaged  = errors.New("the state file is damaged")
	ErrCutOff   = errors.New("it is truncated")
	ErrChecksum = errors.New("the checksum is wrong")
	ErrStale    = errors.New("values are missing or outdated")
)

// WriteError reports that a change could not be written, for example because the disk is full or
// read-only. The state in memory is unchanged.
type WriteError struct {
	Path string // of the state file
	Err  error
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("state file %s cannot be written, and nothing was changed: %v", e.Path,
		e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }

// UnwritablePath returns the path of the file.
func (e *WriteError) UnwritablePath() string { return e.Path }

// FormatError reports that another version of patmock wrote the file.
type FormatError struct{ Format string }

func (e FormatError) Error() string {
	return fmt.Sprintf("its format is %q, and this patmock reads %s: read it with the patmock "+
		"that wrote it, or choose another file", e.Format, Format)
}

// ValueError reports the location of an invalid value, or of an invalid namespace if Key is empty.
// Namespace is empty for values of the server itself.
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

// newDamageError returns an ErrDamaged that wraps reason.
func newDamageError(reason error) error { return &damageError{reason} }

type damageError struct{ reason error }

func (e *damageError) Error() string {
	return fmt.Sprintf("it is damaged and was not changed: %v: move it away to start from the "+
		"fixture, or restore a copy", e.reason)
}

func (e *damageError) Unwrap() []error { return []error{ErrDamaged, e.reason} }
