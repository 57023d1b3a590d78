package recording

import "fmt"

// A FileErrorKind is the kind of a FileError.
type FileErrorKind string

// The kinds.
const (
	FileSyntax       FileErrorKind = "syntax"
	FileTruncated    FileErrorKind = "truncated"
	FileType         FileErrorKind = "type"
	FileUnknownField FileErrorKind = "unknown-field"
	FileTrailing     FileErrorKind = "trailing"
	// FileUnexpected is a file that is not part of a recording.
	FileUnexpected FileErrorKind = "unexpected"
	// FileWrongCase is a file whose case does not match its name.
	FileWrongCase FileErrorKind = "wrong-case"
	// FileNoExchange is a reference to a missing exchange.
	FileNoExchange FileErrorKind = "no-exchange"
	FileSchema     FileErrorKind = "schema"
	FileNormalForm FileErrorKind = "normal-form"
	// FileCaseCount is a recording with an unexpected number of cases.
	FileCaseCount FileErrorKind = "case-count"
)

// A FileError describes an invalid file of a recording.
type FileError struct {
	File    string // in the directory, with slashes
	Line    int    // from 1, or 0 for the entire file
	Kind    FileErrorKind
	Message string
}

// Error returns the position and the message on one line.
func (e *FileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Message)
}

func fileError(file string, kind FileErrorKind, format string, args ...any) error {
	return &FileError{File: file, Kind: kind, Message: fmt.Sprintf(format, args...)}
}
