package file

import (
	"errors"
	"fmt"

	"example.com/patmock/spec/schema"
)

// Errors of [Open] and of changes.
var (
	ErrInUse     = errors.New("it is in use by another process: stop that one, or name another file")
	ErrForeign   = errors.New("it is no state file of patmock, and is left as it is: name another file")
	ErrDirectory = errors.New("it is a directory: name a file in it")
	ErrEmpty     = errors.New("it is empty, which a state file never is: delete it, and it is made anew, or put a copy of it in its place")
	ErrCreate    = errors.New("it cannot be made")
	ErrReadOnly  = errors.New("it cannot be written")
	ErrStopped   = errors.New("nothing is written any more until patmock is restarted, since a change failed half way")

	// ErrDamaged is the error of a file that was complete once. One of the errors below says what is wrong,
	// unless bbolt does.
	ErrDamaged  = errors.New("the state file is damaged")
	ErrCutOff   = errors.New("it was cut off")
	ErrNoFormat = errors.New("the version of its form is no number")
	ErrChecksum = errors.New("the checksum is wrong")
	ErrKey      = errors.New("the key is no number")
	// ErrMissing is the error of namespaces or values that a tally counts and that are not there.
	ErrMissing = errors.New("something is missing")
)

// WriteError is the error of a change that the disk did not take: it is full or read-only, for example.
// Memory is as it was.
type WriteError struct {
	// Path of the state file.
	Path string
	Err  error
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("state file %s cannot be written, and nothing was changed: %v", e.Path, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }

// Unwritable returns the path of the file.
func (e *WriteError) Unwritable() string { return e.Path }

// FormatError is the error of a file in the form of another version of patmock.
type FormatError struct{ Format int }

func (e FormatError) Error() string {
	return (&schema.VersionError{Schema: e.Format}).Error() + ", or name another file"
}

// PageError is the error of pages that do not make up a tree.
type PageError struct{ Err error }

func (e *PageError) Error() string { return e.Err.Error() }

func (e *PageError) Unwrap() error { return e.Err }

// PlaceError is the error of a value, or of a namespace if Key is empty. The server's own values have no
// namespace, and a namespace's own values have no kind.
type PlaceError struct {
	Namespace, Kind, Key string
	Err                  error
}

func (e *PlaceError) Error() string {
	return place{e.Namespace, e.Kind, e.Key}.String() + ": " + e.Err.Error()
}

func (e *PlaceError) Unwrap() error { return e.Err }

// damaged returns an ErrDamaged that says why.
func damaged(why error) error { return &damageError{why} }

type damageError struct{ why error }

func (e *damageError) Error() string {
	return fmt.Sprintf("it is damaged, and is left as it is: %v: move it away to start from the fixture, or put a copy of it in its place", e.why)
}

func (e *damageError) Unwrap() []error { return []error{ErrDamaged, e.why} }

// missingError is an ErrMissing that says what is missing.
type missingError string

func (e missingError) Error() string { return string(e) }

func (e missingError) Unwrap() error { return ErrMissing }
