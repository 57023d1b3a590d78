package recording

import "fmt"

// A FileErrorKind says what is wrong with a file of a recording.
type FileErrorKind string

// The kinds.
const (
	// FileSyntax is no JSON, or not only one value.
	FileSyntax FileErrorKind = "syntax"
	// FileTruncated ends within its value.
	FileTruncated FileErrorKind = "truncated"
	// FileType has a value of another type than its place.
	FileType FileErrorKind = "type"
	// FileField has a field that it must not have.
	FileField FileErrorKind = "field"
	// FileTrailing goes on behind its value.
	FileTrailing FileErrorKind = "trailing"
	// FileForeign does not belong to a recording.
	FileForeign FileErrorKind = "foreign"
	// FileOtherCase has the transcript of another case than its name says.
	FileOtherCase FileErrorKind = "other-case"
	// FileNoExchange refers to an exchange that it does not have.
	FileNoExchange FileErrorKind = "no-exchange"
	// FileSchema is of a version that this patmock does not read.
	FileSchema FileErrorKind = "schema"
	// FileNormalForm is in another normal form than [NormalForm].
	FileNormalForm FileErrorKind = "normal-form"
	// FileCases says another number of cases than there are.
	FileCases FileErrorKind = "cases"
)

// A FileError says what is wrong with a file of a recording.
type FileError struct {
	// File is its name in the folder, with slashes.
	File string
	// Line counts from 1. It is 0 if the file as a whole is wrong.
	Line int
	Kind FileErrorKind
	// Message says what is wrong.
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
