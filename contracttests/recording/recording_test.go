package recording_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

func about() recording.About {
	return recording.About{
		Tool: "patmock test", Target: report.Target{Name: base, RealTenant: true},
		Started:   time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC),
		Documents: map[string]string{"v2026": "abc"},
	}
}

func cases() []recording.Case {
	one := normalize(createExchange("{}"))
	two := recording.Case{
		Scenario: "token/basic", Outcome: report.Skip, Exchanges: []recording.Step{},
	}
	three := normalize(createExchange("{}"))
	three.Version = version.Beta
	return []recording.Case{one, two, three}
}

// record writes a recording, and returns the folder it went to.
func record(t *testing.T, dir string, about recording.About, all ...recording.Case) string {
	t.Helper()
	w, err := recording.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if err := w.Add(one); err != nil {
			t.Fatal(err)
		}
	}
	recordedDir, err := w.Close(about)
	if err != nil {
		t.Fatal(err)
	}
	return recordedDir
}

// fileNames are those of the files in a folder, hidden ones, too.
func fileNames(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if short, _ := filepath.Rel(dir, name); err == nil && !entry.IsDir() {
			all = append(all, filepath.ToSlash(short))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRecording(t *testing.T) {
	parent := t.TempDir()
	dir := record(t, filepath.Join(parent, "recording"), about(), cases()...)
	want := []string{
		"recording/create/a/beta.json", "recording/create/a/v2026.json", "recording/recording.json",
		"recording/token/basic/any.json",
	}
	if diff := cmp.Diff(want, fileNames(t, parent)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	got, err := recording.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := cases()
	wantRecording := recording.Recording{
		About: about(), Cases: []recording.Case{all[2], all[0], all[1]},
	}
	wantRecording.Schema, wantRecording.NormalForm, wantRecording.CaseCount = 1,
		recording.NormalForm, 3
	if diff := cmp.Diff(&wantRecording, got); diff != "" {
		t.Errorf("recording (-want +got):\n%s", diff)
	}
}

// A recording is replaced when another is complete, and one that was interrupted goes beside it.
func TestReplace(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "recording")
	stopped := about()
	stopped.Interrupted = true
	open := func(dir string) *recording.Recording {
		t.Helper()
		r, err := recording.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if recordedDir := record(t, dir, stopped, cases()[0]); recordedDir != dir ||
		!open(dir).Interrupted {
		t.Errorf("where there was nothing an interrupted recording went to %s", recordedDir)
	}
	record(t, dir, about(), cases()...)
	if got := open(dir); got.Interrupted || got.CaseCount != 3 {
		t.Errorf("an interrupted recording was not replaced by %+v", got.About)
	}
	for range 2 {
		if recordedDir := record(t, dir, stopped, cases()[0]); recordedDir != dir+".interrupted" ||
			open(recordedDir).CaseCount != 1 || open(dir).CaseCount != 3 {
			t.Errorf("beside a whole one an interrupted recording went to %s", recordedDir)
		}
	}
	w, err := recording.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Add(cases()[0]), w.Discard()); err != nil {
		t.Fatal(err)
	}
	for _, name := range fileNames(t, parent) {
		if !strings.HasPrefix(name, "recording/") &&
			!strings.HasPrefix(name, "recording.interrupted/") {
			t.Errorf("%s was left", name)
		}
	}
	if open(dir).CaseCount != 3 {
		t.Error("a recording was replaced by one that was not finished")
	}
}

func TestCreateRefuses(t *testing.T) {
	parent := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(parent, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755),
			os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("thesis/chapter.txt", "x")
	write("file", "x")
	record(t, filepath.Join(parent, "mixed"), about(), cases()...)
	write("mixed/notes.txt", "x")
	for _, test := range []struct {
		dir string
		is  func(err error) bool
	}{
		{"thesis", func(err error) bool { return errors.Is(err, recording.ErrNoRecording) }},
		{"mixed", func(err error) bool {
			wrong, ok := errors.AsType[*recording.FileError](err)
			return ok && wrong.File == "notes.txt" && wrong.Kind == recording.FileUnexpected
		}},
		{"file", func(err error) bool {
			wrong, ok := errors.AsType[*fs.PathError](err)
			return ok && wrong.Path == filepath.Join(parent, "file")
		}},
		{"no/such", func(err error) bool { return errors.Is(err, recording.ErrNoParentDir) }},
	} {
		before := fileNames(t, parent)
		_, err := recording.Create(filepath.Join(parent, test.dir))
		if err == nil || !test.is(err) {
			t.Errorf("%s: error %v", test.dir, err)
			continue
		}
		if test.dir != "file" { // whose error is that of the system
			checkMessage(t, test.dir, strings.ReplaceAll(err.Error(), parent, "AROUND"))
		}
		if diff := cmp.Diff(before, fileNames(t, parent)); diff != "" {
			t.Errorf("%s: files (-before +after):\n%s", test.dir, diff)
		}
	}
	if err := os.Mkdir(filepath.Join(parent, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	record(t, filepath.Join(parent, "empty"), about(), cases()...)
}

// A recording that was made before files had a schema is of schema 1.
func TestOpenWithoutSchema(t *testing.T) {
	dir := record(t, filepath.Join(t.TempDir(), "recording"), about(), cases()...)
	name := filepath.Join(dir, "recording.json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(text), "  \"schema\": 1,\n", "", 1)),
		0o644); err != nil {
		t.Fatal(err)
	}
	got, err := recording.Open(dir)
	if err != nil || got.Schema != 1 || strings.Count(string(text), "schema") != 1 {
		t.Errorf("schema %v, %v, of\n%s", got, err, text)
	}
}

func TestOpenNamesThePlace(t *testing.T) {
	for _, test := range []struct {
		name, file, from, to string
		line                 int // 0 for the file as a whole
		kind                 recording.FileErrorKind
	}{
		{
			"no JSON", "create/a/v2026.json", `"outcome": "pass",`, `"outcome": pass,`, 4,
			recording.FileSyntax,
		},
		{
			"another type", "create/a/v2026.json", `"status": 200`, `"status": "200"`, 22,
			recording.FileType,
		},
		{
			"unknown field", "create/a/v2026.json", `"outcome"`, `"outcame"`, 4,
			recording.FileUnknownField,
		},
		{"cut off", "create/a/v2026.json", "\n}\n", "", 48, recording.FileTruncated},
		{"two of them", "recording.json", "\n}\n", "\n}{}\n", 16, recording.FileTrailing},
		{"another case", "create/a/v2026.json", `"v2026"`, `"v3"`, 0, recording.FileWrongCase},
		{
			"answer without exchange", "create/a/v2026.json", `"exchanges"`,
			`"answers": {"token-limit": 7}, "exchanges"`, 0, recording.FileNoExchange,
		},
		{
			"schema that is newer", "recording.json", `"schema": 1,`,
			`"schema": 2, "flavour": "new",`, 0, recording.FileSchema,
		},
		{
			"schema that never was", "recording.json", `"schema": 1,`, `"schema": 0,`, 0,
			recording.FileSchema,
		},
		{
			"schema that is misspelt", "recording.json", `"schema"`, `"shcema"`, 2,
			recording.FileUnknownField,
		},
		{
			"normal form", "recording.json", `"normalForm": 1`, `"normalForm": 7`, 0,
			recording.FileNormalForm,
		},
		{
			"a case is missing", "recording.json", `"cases": 3`, `"cases": 4`, 0,
			recording.FileCaseCount,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := record(t, filepath.Join(t.TempDir(), "recording"), about(), cases()...)
			name := filepath.Join(dir, test.file)
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(text), test.from, test.to, 1)
			if changed == string(text) {
				t.Fatalf("there is no %s in\n%s", test.from, text)
			}
			if err := os.WriteFile(name, []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err = recording.Open(dir)
			wrong, ok := errors.AsType[*recording.FileError](err)
			if !ok || wrong.File != test.file || wrong.Line != test.line ||
				wrong.Kind != test.kind {
				t.Fatalf("error %v, want the kind %s in line %d of %s", err, test.kind, test.line,
					test.file)
			}
			checkMessage(t, "", strings.ReplaceAll(err.Error(), dir, "DIR"))
		})
	}
	if _, err := recording.Open(t.TempDir()); !errors.Is(err, recording.ErrNoRecording) {
		t.Errorf("of an empty folder: %v", err)
	}
	if _, err := recording.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err,
		fs.ErrNotExist) {
		t.Errorf("of no folder: %v", err)
	}
}
