package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/schema"
)

// About describes a recording. It is stored in recording.json.
type About struct {
	// Schema is the version of the file format, see [schema.Version]. Zero means 1.
	Schema int `json:"schema"`
	// NormalForm is the version of the normal form of the cases, see [NormalForm].
	NormalForm int `json:"normalForm"`
	// Tool is the program with its version.
	Tool    string        `json:"tool"`
	Target  report.Target `json:"target"`
	Started time.Time     `json:"started"`
	// Documents has the hashes of the documents in effect, by name.
	Documents map[string]string `json:"documents"`
	// Interrupted reports whether the run was interrupted. Cases are missing then.
	Interrupted bool `json:"interrupted"`
	CaseCount   int  `json:"cases"`
}

// A Recording is a recording with its cases, sorted by scenario and version.
type Recording struct {
	About
	Cases []Case
}

// aboutFile is stored next to the files SCENARIO/VERSION.json of the cases.
const aboutFile = "recording.json"

// fileName returns the name of a case's file relative to the recording, with slashes.
func (c Case) fileName() string {
	version := string(c.Version)
	if version == "" {
		version = "any"
	}
	return path.Join(c.Scenario, version+".json")
}

var (
	// ErrNoRecording reports a directory that is not a recording.
	ErrNoRecording = errors.New("not a recording")
	// ErrNoParentDir reports a recording whose parent directory does not exist.
	ErrNoParentDir = errors.New("parent directory does not exist")
)

// Open reads a recording. The error is ErrNoRecording, a [FileError], or an error of the file
// system.
func Open(dir string) (*Recording, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // read only
	r, err := open(root.FS())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return r, nil
}

func open(dir fs.FS) (*Recording, error) {
	r := &Recording{}
	if err := checkSchema(dir); err != nil {
		return nil, err
	}
	if err := decodeFile(dir, aboutFile, &r.About); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing", ErrNoRecording, aboutFile)
	} else if err != nil {
		return nil, err
	}
	if r.NormalForm != NormalForm {
		return nil, fileError(aboutFile, FileNormalForm,
			"normal form is %d, expected %d: remove the recording, or record into "+
				"another directory",
			r.NormalForm, NormalForm)
	}
	r.Schema = schema.Version
	if err := r.readCases(dir); err != nil {
		return nil, err
	}
	if len(r.Cases) != r.CaseCount {
		return nil, fileError(aboutFile, FileCaseCount,
			"expected %s, got %d", plural(r.CaseCount, "case"), len(r.Cases))
	}
	return r, nil
}

func (r *Recording) readCases(dir fs.FS) error {
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == aboutFile {
			return err
		}
		if path.Ext(name) != ".json" {
			return fileError(name, FileUnexpected, "not part of a recording")
		}
		var c Case
		if err := decodeFile(dir, name, &c); err != nil {
			return err
		}
		if c.fileName() != name {
			return fileError(name, FileWrongCase, "contains the case %s", c.Name())
		}
		for question, i := range c.DialectEntries {
			if i < 0 || i >= len(c.Exchanges) {
				return fileError(name, FileNoExchange,
					"dialectEntries.%s: exchange %d does not exist", question, i)
			}
		}
		r.Cases = append(r.Cases, c)
		return nil
	})
	slices.SortFunc(r.Cases, func(a, b Case) int {
		return strings.Compare(a.fileName(), b.fileName())
	})
	return err
}

// checkSchema returns an error if the recording has another schema.
func checkSchema(dir fs.FS) error {
	var about struct {
		Schema *int `json:"schema"`
	}
	text, _ := fs.ReadFile(dir, aboutFile) // decodeFile reports other errors
	if json.Unmarshal(text, &about) == nil && about.Schema != nil {
		if err := schema.Check(*about.Schema); err != nil {
			return fileError(aboutFile, FileSchema, "%s", err)
		}
	}
	return nil
}

// decodeFile decodes a file with one JSON value. It rejects unknown fields.
func decodeFile(dir fs.FS, name string, into any) error {
	text, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	d.UseNumber()
	err = schema.Explain(d.Decode(into), into)
	kind, offset := FileSyntax, d.InputOffset()
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	typed, isTyped := errors.AsType[*json.UnmarshalTypeError](err)
	unknown, isUnknown := errors.AsType[*schema.UnknownFieldError](err)
	switch {
	case isSyntax:
		offset = syntax.Offset
	case isTyped:
		kind, offset = FileType, typed.Offset
		err = fmt.Errorf("%s: expected %s, got %s", typed.Field, typed.Type, typed.Value)
	case isUnknown:
		kind, offset = FileUnknownField,
			int64(bytes.Index(text, []byte(strconv.Quote(unknown.Field))))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		kind, offset, err = FileTruncated, int64(len(text)), errors.New("unexpected end of file")
	case err == nil:
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		kind, err = FileTrailing, errors.New("trailing data after top-level value")
	}
	line := 1 + bytes.Count(text[:max(0, min(offset, int64(len(text))))], []byte("\n"))
	return &FileError{name, line, kind, strings.TrimPrefix(err.Error(), "json: ")}
}

// encode writes JSON, on one line if indent is empty.
func encode(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(value)
	return b.Bytes(), err
}

// checkDir returns an error unless a recording may be written to dir. Its parent must exist, and it
// must be new, empty or a recording.
func checkDir(dir string) (previous *Recording, err error) {
	parent := filepath.Dir(dir)
	if info, err := os.Stat(parent); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%w: %s", ErrNoParentDir, parent)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil, nil
	case err != nil:
		return nil, err
	}
	if previous, err = Open(dir); err != nil {
		return nil, fmt.Errorf("cannot be replaced: %w", err)
	}
	return previous, nil
}
