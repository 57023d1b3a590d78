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

// About is what a recording is of: its file recording.json.
type About struct {
	// Schema is the version of the form of the files, see [schema.Version]. Zero means 1.
	Schema int `json:"schema"`
	// NormalForm is that of its transcripts, see [NormalForm].
	NormalForm int `json:"normalForm"`
	// Tool is the program with its version.
	Tool string `json:"tool"`
	// Target is what answered.
	Target report.Target `json:"target"`
	// Started is when the run began.
	Started time.Time `json:"started"`
	// Documents are the hashes of the effective documents that the run was held against, by the names of the documents.
	Documents map[string]string `json:"documents"`
	// Interrupted tells that the run was stopped: cases are missing.
	Interrupted bool `json:"interrupted"`
	// CaseCount is the number of cases.
	CaseCount int `json:"cases"`
}

// A Recording is a folder of transcripts that was read.
type Recording struct {
	About
	// Cases by scenario and version.
	Cases []Case
}

// aboutFile says what a recording is of. Beside it is a file for each case: SCENARIO/VERSION.json.
const aboutFile = "recording.json"

// file of a transcript in the folder of its recording, with slashes.
func (t Case) file() string {
	version := string(t.Version)
	if version == "" {
		version = "any"
	}
	return path.Join(t.Scenario, version+".json")
}

// ErrNoRecording tells that a folder is none, ErrNoFolder that there is none for a recording.
var (
	ErrNoRecording = errors.New("no recording")
	ErrNoFolder    = errors.New("there is no folder")
)

// Open reads the recording in a folder. Its error is ErrNoRecording, a [FileError], or one of the file system.
func Open(dir string) (*Recording, error) {
	folder, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }() // it is only read
	r := &Recording{}
	if err := checkSchema(folder.FS()); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if err := read(folder.FS(), aboutFile, &r.About); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: it has no %s", dir, ErrNoRecording, aboutFile)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if r.NormalForm != NormalForm {
		wrong := fileError(aboutFile, FileNormalForm, "the normal form is %d, and this program knows %d: remove it, or record into another folder", r.NormalForm, NormalForm)
		return nil, fmt.Errorf("%s: %w", dir, wrong)
	}
	r.Schema = schema.Version
	if err := r.readAll(folder.FS()); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(r.Cases) != r.CaseCount {
		wrong := fileError(aboutFile, FileCases, "expected %s, found %d", plural(r.CaseCount, "case"), len(r.Cases))
		return nil, fmt.Errorf("%s: %w", dir, wrong)
	}
	return r, nil
}

func (r *Recording) readAll(folder fs.FS) error {
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == aboutFile {
			return err
		}
		if path.Ext(name) != ".json" {
			return fileError(name, FileForeign, "it does not belong to a recording")
		}
		var t Case
		if err := read(folder, name, &t); err != nil {
			return err
		}
		if t.file() != name {
			return fileError(name, FileOtherCase, "it is of %s", t.Name())
		}
		for question, i := range t.Answers {
			if i < 0 || i >= len(t.Exchanges) {
				return fileError(name, FileNoExchange, "answers.%s: there is no exchange %d", question, i)
			}
		}
		r.Cases = append(r.Cases, t)
		return nil
	})
	slices.SortFunc(r.Cases, func(a, b Case) int { return strings.Compare(a.file(), b.file()) })
	return err
}

// checkSchema returns the error of a recording that another version of patmock made.
func checkSchema(folder fs.FS) error {
	var about struct {
		Schema *int `json:"schema"`
	}
	text, _ := fs.ReadFile(folder, aboutFile) // what is wrong with it is for read to find
	if json.Unmarshal(text, &about) == nil && about.Schema != nil {
		if err := schema.Check(*about.Schema); err != nil {
			return fileError(aboutFile, FileSchema, "%s", err)
		}
	}
	return nil
}

// read decodes a file of one JSON value, in which nothing is unknown.
func read(folder fs.FS, name string, into any) error {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	d.UseNumber()
	err = d.Decode(into)
	at := d.InputOffset() // behind the value
	kind := FileSyntax
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &typed):
		kind, at = FileType, typed.Offset
		err = fmt.Errorf("%s: expected %s, got %s", typed.Field, typed.Type, typed.Value)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		kind, at, err = FileTruncated, int64(len(text)), errors.New("it ends too early")
	case err != nil:
		var unknown *schema.UnknownFieldError
		if err = schema.Explain(err, into); errors.As(err, &unknown) {
			kind, at = FileField, int64(bytes.Index(text, []byte(strconv.Quote(unknown.Field))))
		}
	default:
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		kind, err = FileTrailing, errors.New("something stands behind the end")
	}
	line := 1 + bytes.Count(text[:max(0, min(at, int64(len(text))))], []byte("\n"))
	return &FileError{name, line, kind, strings.TrimPrefix(err.Error(), "json: ")}
}

// encode writes JSON, on one line where there is no indent.
func encode(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(value)
	return b.Bytes(), err
}

// check tells whether a recording may be written to a folder: to a new one, an empty one, or in place of a recording. The
// folder around it has to be there.
func check(dir string) (former *Recording, err error) {
	around := filepath.Dir(dir)
	if info, err := os.Stat(around); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%w %s", ErrNoFolder, around)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil, nil
	case err != nil:
		return nil, err
	}
	if former, err = Open(dir); err != nil {
		return nil, fmt.Errorf("it is not replaced: %w", err)
	}
	return former, nil
}
