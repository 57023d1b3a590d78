// Package strictyaml decodes the YAML and JSON files of patmock. It reports all errors of a file
// together, with lines and columns.
//
// Unknown and repeated keys are errors. Keys that begin with x- are skipped. Anchors, aliases and
// merge keys are supported, other tags are not. Numbers follow YAML 1.2. Numbers with a leading
// zero are errors, because YAML 1.1 reads them as octal.
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

// Options are the options of a file.
type Options struct {
	// MaxBytes is the maximum size of the file. TooLarge completes the error for a larger one with
	// a remedy.
	MaxBytes int
	TooLarge string
	// Empty is the error message for an empty file. If it is empty, so may be the file.
	Empty string
	// Entries are the valid keys of a file that is decoded into a map. Nil allows all.
	Entries []string
	// Rules are the rules that errors violate, by kind.
	Rules map[Kind]rule.ID
	// Flag reports whether a text needs a hint. Errors at the field of such a text end with the
	// result of Hint.
	Flag func(text string) bool
	Hint func(field string) string
}

// File is a file that is being decoded, with the errors found so far.
type File struct {
	source  string
	data    []byte
	isJSON  bool
	options Options
	ctx     context.Context //nolint:containedctx // used by one call

	pending []pendingError
	omitted int // number of errors beyond the limit
	// present has a bit for each field with a value, by list and entry. The list "" has one entry,
	// the file.
	present map[string][]uint64
	shapes  map[reflect.Type]*shape
	flagged map[string]bool
	// the tree of a file that consists of one part; parsing it again is expensive
	singlePart *yaml.Node
	seen       []seenKey // keys of the current mappings, from the outermost inwards
	values     int       // decoded so far, counting those of aliases at each use
	lineOffset int       // number of lines before the current part
	incomplete bool
	stopped    bool // the rest of the file cannot be read
}

// Open prepares a file for decoding, until ctx ends. Source names the file in errors.
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

// position is a position in a file. Line and column count from 1, columns in characters.
type position struct{ line, column int }

// failure is an error that ends the decoding of a file.
type failure struct {
	kind     Kind
	position position
	message  string
}

// stop reports an error after which the rest of the file cannot be read.
func (f *File) stop(e failure) {
	f.Report(e.kind, "", "%s", e.message)
	if len(f.pending) > 0 {
		f.pending[len(f.pending)-1].position = e.position
	}
	f.incomplete, f.stopped = true, true
}

// Complete reports whether all values of the file were decoded.
func (f *File) Complete() bool { return !f.incomplete }

// Done reports whether decoding has ended.
func (f *File) Done() bool { return f.stopped || f.ctx.Err() != nil }

// FlaggedFields returns the fields with a text that Options.Flag reports, sorted.
func (f *File) FlaggedFields() []string {
	var fields []string
	for field := range f.flagged {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return fields
}

var byteOrderMark = []byte("\ufeff")

// normalize removes a byte order mark and converts Windows line endings, because they would distort
// positions. It also turns a %YAML directive into a comment, because the library rejects it.
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

// findInvalidText returns the position of the first invalid text: bytes that are not UTF-8, or a
// control character.
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
