// Package strictyaml reads the YAML and JSON files of patmock, and reports all that is wrong with
// one at once, with lines and columns.
//
// Unknown and repeated keys are errors, but for keys that begin with x-, which are skipped.
// Anchors, aliases and merge keys are read, other tags are not. Numbers mean what YAML 1.2 says;
// those with a leading zero are errors, because YAML 1.1 reads them as octal.
package strictyaml

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"example.com/patmock/spec/rule"
)

// Options of a file.
type Options struct {
	// MaxBytes bounds its size. TooLarge says what to do about a larger one.
	MaxBytes int
	TooLarge string
	// Empty is the message of the error of an empty file. Without it, a file may be empty.
	Empty string
	// Entries are the keys that the mapping of a file may have that is decoded into a map. Nil
	// allows all.
	Entries []string
	// Rules that errors break, by kind.
	Rules map[Kind]rule.ID
	// Flag reports whether errors at a field with that text end with a hint, which Hint returns.
	Flag func(text string) bool
	Hint func(field string) string
}

// File is a file that is read, with the errors found so far.
type File struct {
	source  string
	data    []byte
	isJSON  bool
	options Options
	ctx     context.Context //nolint:containedctx // of the one call that reads the file

	pending []pendingError
	omitted int // errors that are only counted
	// present has a bit for each field with a value, by list and entry. The file is the one entry
	// of "".
	present map[string][]uint64
	shapes  map[reflect.Type]*shape
	flagged map[string]bool
	// the tree of a file that is read as one part, which is costly to make again
	singlePart *yaml.Node
	seen       []seenKey // in the mappings that are decoded, from the outside to the inside
	values     int       // decoded, those of aliases each time
	lineOffset int       // in front of the part that is decoded
	incomplete bool
	stopped    bool // nothing more can be said about the file
}

// Open prepares a file for reading. The context ends it. Source names the file in errors.
func Open(ctx context.Context, source string, data []byte, options Options) *File {
	f := &File{
		source: source, options: options, ctx: ctx,
		present: map[string][]uint64{}, shapes: map[reflect.Type]*shape{},
		flagged: map[string]bool{},
	}
	if maxBytes := options.MaxBytes; len(data) > maxBytes {
		f.stop(failure{
			Size,
			position{1, 1},
			fmt.Sprintf("expected a file of at most %d bytes, got %d%s", maxBytes, len(data),
				options.TooLarge),
		})
		return f
	}
	f.data = normalize(data)
	f.isJSON = json.Valid(f.data)
	if pos, message := findInvalidText(f.data); message != "" {
		f.stop(failure{Syntax, pos, message})
	}
	return f
}

// place is a position in a file. Both count from 1, columns in characters.
type position struct{ line, column int }

// failure ends the reading of a file.
type failure struct {
	kind     Kind
	position position
	message  string
}

// stop reports the one error of a file that cannot be read further.
func (f *File) stop(e failure) {
	f.Report(e.kind, "", "%s", e.message)
	if len(f.pending) > 0 {
		f.pending[len(f.pending)-1].position = e.position
	}
	f.incomplete, f.stopped = true, true
}

// Complete reports whether every value of the file was decoded.
func (f *File) Complete() bool { return !f.incomplete }

// Done reports whether nothing more needs to be found.
func (f *File) Done() bool { return f.stopped || f.ctx.Err() != nil }

// Flagged returns the fields with a text that Options.Flag found, sorted.
func (f *File) FlaggedFields() []string {
	var fields []string
	for field := range f.flagged {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return fields
}

var byteOrderMark = []byte("\ufeff")

// normalize removes what would be counted wrongly, and a %YAML directive that the library does not
// take: a byte order mark and Windows line ends.
func normalize(data []byte) []byte {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	if bytes.HasPrefix(data, []byte("%YAML 1.")) {
		data = append([]byte("#"), data[1:]...)
	}
	return data
}

// findBadText finds what YAML cannot have: bytes that are not UTF-8, and control characters.
func findInvalidText(data []byte) (pos position, message string) {
	control := func(c byte) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }
	if utf8.Valid(data) && !slices.ContainsFunc(data, control) {
		return position{}, ""
	}
	pos = position{1, 1}
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return pos, "expected UTF-8 text, got another encoding"
		}
		if control(data[0]) {
			return pos, "not YAML: it has the control character " + strconv.Quote(string(r))
		}
		pos.column++
		if r == '\n' {
			pos = position{pos.line + 1, 1}
		}
		data = data[size:]
	}
	return position{}, ""
}
