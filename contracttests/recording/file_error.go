package recording

import "fmt"

// A FileErrorKind is what is wrong with a file of a recording.
type FileErrorKind string

// The kinds.
const (
	FileSyntax       FileErrorKind = "syntax"
	FileTruncated    FileErrorKind = "truncated"
	FileType         FileErrorKind = "type"
	FileUnknownField FileErrorKind = "unknown-field"
	FileTrailing     FileErrorKind = "trailing"
	// FileUnexpected does not belong to a recording.
	FileUnexpected FileErrorKind = "unexpected"
	// FileWrongCase has another case than its name says.
	FileWrongCase FileErrorKind = "wrong-case"
	// FileNoExchange refers to an exchange that it does not have.
	FileNoExchange FileErrorKind = "no-exchange"
	FileSchema     FileErrorKind = "schema"
	FileNormalForm FileErrorKind = "normal-form"
	// FileCaseCount has another number of cases than there are.
	FileCaseCount FileErrorKind = "case-count"
)

// A FileError reports what is wrong with a file of a recording.
type FileError struct {
	File    string // in the directory, with slashes
	Line    int    // from 1, or 0 if the file as a whole is wrong
	Kind    FileErrorKind
	Message string
}

// Error returns the place and the message on one line.
func (e *FileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Message)
}

func fileError(file string, kind FileErrorKind, format string, args ...any) error {
	return &FileError{File: file, Kind: kind, Message: fmt.Sprintf(format, args...)}
}
