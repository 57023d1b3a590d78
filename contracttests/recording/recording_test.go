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

// record writes a recording and returns its directory.
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

// fileNames returns the names of the files in a directory, including hidden ones.
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

func TestWriter_RoundTrip(t *testing.T) {
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

// TestWriter_ReplacesRecording checks that an interrupted recording never replaces a complete one.
func TestWriter_ReplacesRecording(t *testing.T) {
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
		t.Errorf("the first interrupted recording is in %s", recordedDir)
	}
	record(t, dir, about(), cases()...)
	if got := open(dir); got.Interrupted || got.CaseCount != 3 {
		t.Errorf("an interrupted recording was not replaced: %+v", got.About)
	}
	for range 2 {
		if recordedDir := record(t, dir, stopped, cases()[0]); recordedDir != dir+".interrupted" ||
			open(recordedDir).CaseCount != 1 || open(dir).CaseCount != 3 {
			t.Errorf("the interrupted recording after a complete one is in %s", recordedDir)
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
			t.Errorf("%s was not removed", name)
		}
	}
	if open(dir).CaseCount != 3 {
		t.Error("a recording was replaced by a discarded one")
	}
}

func TestCreate_RejectsDirectory(t *testing.T) {
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
		if test.dir != "file" { // its error is from the operating system
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

// TestOpen_WithoutSchema checks that a recording without a schema has schema 1.
func TestOpen_WithoutSchema(t *testing.T) {
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

func TestOpen_ReportsPosition(t *testing.T) {
	for _, test := range []struct {
		name, file, from, to string
		line                 int // 0 for the entire file
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
		{"trailing value", "recording.json", "\n}\n", "\n}{}\n", 16, recording.FileTrailing},
		{"another case", "create/a/v2026.json", `"v2026"`, `"v3"`, 0, recording.FileWrongCase},
		{
			"dialect entry without exchange", "create/a/v2026.json", `"exchanges"`,
			`"dialectEntries": {"token-limit": 7}, "exchanges"`, 0, recording.FileNoExchange,
		},
		{
			"newer schema", "recording.json", `"schema": 1,`,
			`"schema": 2, "flavour": "new",`, 0, recording.FileSchema,
		},
		{
			"invalid schema", "recording.json", `"schema": 1,`, `"schema": 0,`, 0,
			recording.FileSchema,
		},
		{
			"misspelt schema", "recording.json", `"schema"`, `"shcema"`, 2,
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
		t.Errorf("empty directory: %v", err)
	}
	if _, err := recording.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err,
		fs.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
}
