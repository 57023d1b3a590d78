package tenantguard_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/tenantguard"
)

const host = "acme.api.identitynow.com"

// intent returns an entry for a create that is not sent yet.
func intent(name string) tenantguard.Entry {
	return tenantguard.Entry{Target: host, Run: "r", Name: name}
}

func writeCreated(l *tenantguard.Ledger, target, run, name, id, owner string) error {
	return l.Write(tenantguard.EventCreated, tenantguard.Entry{
		Target: target, Run: run, Name: name, ID: id, Owner: owner,
	})
}

func writeRejected(l *tenantguard.Ledger, target, run, name string) error {
	return l.Write(tenantguard.EventRejected, tenantguard.Entry{
		Target: target, Run: run, Name: name,
	})
}

func writeDeleted(l *tenantguard.Ledger, target, run, id string) error {
	return l.Write(tenantguard.EventDeleted, tenantguard.Entry{Target: target, Run: run, ID: id})
}

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// openLedger opens a ledger until the end of the test.
func openLedger(t *testing.T, path string) *tenantguard.Ledger {
	t.Helper()
	l, err := tenantguard.OpenLedger(path, atNoon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // it may be closed already
	return l
}

func checkEntries(t *testing.T, path string, want ...tenantguard.Entry) {
	t.Helper()
	got, err := tenantguard.ReadLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadLedger_ReturnsEntries(t *testing.T) {
	known := tenantguard.Entry{Target: host, Run: "r", Name: "a", ID: "1", Owner: "me", Time: noon}
	unknown := tenantguard.Entry{Target: host, Run: "r", Name: "a", Time: noon}
	for _, test := range []struct {
		name  string
		write func(l *tenantguard.Ledger) []error
		want  []tenantguard.Entry
	}{
		{"nothing", func(*tenantguard.Ledger) []error { return nil }, nil},
		{
			"intended", func(l *tenantguard.Ledger) []error {
				return []error{l.Write(tenantguard.EventIntend, intent("a"))}
			}, []tenantguard.Entry{unknown},
		},
		{"intent with owner and target time", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, tenantguard.Entry{
					Target: host, Run: "r", Name: "a", Owner: "me", TargetTime: noon.Add(time.Hour),
				}),
			}
		}, []tenantguard.Entry{
			{
				Target: host, Run: "r", Name: "a", Owner: "me", Time: noon,
				TargetTime: noon.Add(time.Hour),
			},
		}},
		{"refused", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")), writeRejected(l, host, "r", "a"),
			}
		}, nil},
		{"made", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")),
				writeCreated(l, host, "r", "a", "1", "me"),
			}
		}, []tenantguard.Entry{known}},
		{"created and deleted", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")),
				writeCreated(l, host, "r", "a", "1", "me"),
				writeDeleted(l, host, "other", "1"),
			}
		}, nil},
		{
			"deleted before the line of the create",
			func(l *tenantguard.Ledger) []error {
				return []error{
					writeDeleted(l, host, "r", "1"), writeCreated(l, host, "r", "a", "1", "me"),
				}
			}, nil,
		},
		{"created in lines of two processes", func(l *tenantguard.Ledger) []error {
			return []error{
				writeCreated(l, host, "r", "a", "1", "me"),
				writeCreated(l, host, "r", "a", "1", "me"),
			}
		}, []tenantguard.Entry{known}},
		{"same name twice, one rejected", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")),
				l.Write(tenantguard.EventIntend, intent("a")), writeRejected(l, host, "r", "a"),
			}
		}, []tenantguard.Entry{unknown}},
		{"of another run, target and name", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")), writeRejected(l, host, "other", "a"),
				writeRejected(l, "other", "r", "a"), writeRejected(l, host, "r", "b"),
				writeDeleted(l, "other", "r", "1"),
			}
		}, []tenantguard.Entry{unknown}},
		{"deleted elsewhere", func(l *tenantguard.Ledger) []error {
			return []error{
				writeCreated(l, host, "r", "a", "1", "me"), writeDeleted(l, "other", "r", "1"),
			}
		}, []tenantguard.Entry{known}},
		{"host in capitals", func(l *tenantguard.Ledger) []error {
			return []error{writeCreated(l, strings.ToUpper(host), "r", "a", "1", "me")}
		}, []tenantguard.Entry{known}},
		{
			"name with a line break",
			func(l *tenantguard.Ledger) []error {
				return []error{l.Write(tenantguard.EventIntend, intent("a\nb\"}"))}
			},
			[]tenantguard.Entry{
				{Target: host, Run: "r", Name: "a\nb\"}", Time: noon},
			},
		},
		{"name like a secret", func(l *tenantguard.Ledger) []error {
			return []error{l.Write(tenantguard.EventIntend, intent("client_secret=hunter2"))}
		}, []tenantguard.Entry{
			{Target: host, Run: "r", Name: "client_secret=[redacted]", Redacted: true, Time: noon},
		}},
		{"id and owner like secrets", func(l *tenantguard.Ledger) []error {
			return []error{
				writeCreated(l, host, "r", "a", "client_secret=hunter2", "client_secret=hunter2"),
			}
		}, []tenantguard.Entry{
			{
				Target: host, Run: "r", Name: "a", ID: "client_secret=[redacted]",
				Owner: "client_secret=[redacted]", Time: noon,
			},
		}},
		{"name like a secret, created", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("client_secret=hunter2")),
				writeCreated(l, host, "r", "client_secret=hunter2", "1", "me"),
			}
		}, []tenantguard.Entry{
			{
				Target: host, Run: "r", Name: "client_secret=[redacted]", Redacted: true, ID: "1",
				Owner: "me", Time: noon,
			},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.jsonl")
			l := openLedger(t, path)
			must(t, test.write(l)...)
			must(t, l.Close())
			checkEntries(t, path, test.want...)
			text, err := os.ReadFile(path)
			if must(t, err); strings.Contains(string(text), "hunter2") {
				t.Errorf("it has a secret: %s", text)
			}
		})
	}
}

// The format is documented in the comment of the type, so other programs may read it.
func TestLedger_WritesJSONLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	l := openLedger(t, path)
	must(t,
		l.Write(tenantguard.EventIntend, tenantguard.Entry{Target: host, Run: "mk3", Name: "a"}),
		writeCreated(l, host, "mk3", "a", "1", "me"), writeDeleted(l, host, "mk3", "1"),
		writeRejected(l, host, "mk3", "password=x"))
	const head = `{"schema":1,"time":"2026-01-31T12:00:00Z","event":`
	const target = `,"target":"acme.api.identitynow.com","run":"mk3",`
	want := head + `"intend"` + target + `"name":"a"}` + "\n" +
		head + `"created"` + target + `"name":"a","id":"1","owner":"me"}` + "\n" +
		head + `"deleted"` + target + `"id":"1"}` + "\n" +
		head + `"rejected"` + target + `"name":"password=[redacted]","redacted":true}` + "\n"
	got, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

func TestLedger_IsPrivate(t *testing.T) {
	for _, test := range []struct {
		name, there, path string // there is the existing directory
		ignored           bool
	}{
		{"new directory", "", "work/patmock/ledger.jsonl", true},
		{
			"default in an existing directory", "work/.patmock",
			"work/.patmock/ledger.jsonl", true,
		},
		{"existing directory", "work", "work/ledger.jsonl", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			must(t, os.MkdirAll(filepath.Join(root, test.there), 0o755))
			path := filepath.Join(root, filepath.FromSlash(test.path))
			l := openLedger(t, path)
			must(t, l.Write(tenantguard.EventIntend, intent("a")))
			openLedger(t, path) // opening it again changes nothing
			if got := mode(t, path); got != 0o600 {
				t.Errorf("the file has the rights %o", got)
			}
			if got := mode(t, filepath.Dir(path)); test.there == "" && got != 0o700 {
				t.Errorf("the folder has the rights %o", got)
			}
			ignore, err := os.ReadFile(filepath.Join(filepath.Dir(path), ".gitignore"))
			if test.ignored && string(ignore) != "*\n" || !test.ignored && err == nil {
				t.Errorf(".gitignore: %q, %v", ignore, err)
			}
		})
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Mode().Perm()
}

// An existing .gitignore is not changed.
func TestLedger_KeepsGitignore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".patmock")
	ignore := filepath.Join(dir, ".gitignore")
	must(t, os.Mkdir(dir, 0o700), os.WriteFile(ignore, []byte("!parity.yaml\n"), 0o600))
	openLedger(t, filepath.Join(dir, "ledger.jsonl"))
	if got, err := os.ReadFile(ignore); err != nil || string(got) != "!parity.yaml\n" {
		t.Errorf("%q, %v", got, err)
	}
}

const (
	lineA = `{"time":"2026-01-31T12:00:00Z","event":"intend","target":"acme.api.identitynow.com",` +
		`"run":"r","name":"a"}`
	lineB = `{"time":"2026-01-31T12:00:00Z","event":"intend","target":"acme.api.identitynow.com",` +
		`"run":"r","name":"b"}`
)

// An incomplete line is ignored, and the next line of any process is complete.
func TestLedger_SurvivesTornLine(t *testing.T) {
	a := tenantguard.Entry{Target: host, Run: "r", Name: "a", Time: noon}
	b, c, d := a, a, a
	b.Name, c.Name, d.Name = "b", "c", "d"
	for cut := range len(lineB) + 1 {
		path := filepath.Join(t.TempDir(), "ledger.jsonl")
		must(t, os.WriteFile(path, []byte(lineA+"\n"+lineB[:cut]), 0o600))
		want := []tenantguard.Entry{a}
		if cut == len(lineB) { // only the end of the line is missing
			want = append(want, b)
		}
		checkEntries(t, path, want...)
		first, second := openLedger(t, path), openLedger(t, path)
		must(t, first.Write(tenantguard.EventIntend, intent("c")),
			second.Write(tenantguard.EventIntend, intent("d")))
		checkEntries(t, path, append(want, c, d)...)
		must(t, writeRejected(openLedger(t, path), host, "r", "d"))
		checkEntries(t, path, append(want, c)...)
	}
}

// The line after an incomplete line may be incomplete as well. The next line is complete.
func TestLedger_SurvivesTwoTornLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	must(t, os.WriteFile(path, []byte(lineA+" #torn"), 0o600))
	a := tenantguard.Entry{Target: host, Run: "r", Name: "a", Time: noon}
	b := a
	b.Name = "b"
	checkEntries(t, path, a)
	must(t, openLedger(t, path).Write(tenantguard.EventIntend, intent("b")))
	checkEntries(t, path, a, b)
}

func TestReadLedger_RejectsDamage(t *testing.T) {
	for _, test := range []struct {
		name, content string
		line          int
		kind          tenantguard.LedgerErrorKind
		field         string
	}{
		{"no JSON", lineA + "\nnonsense\n" + lineB + "\n", 2, tenantguard.Malformed, ""},
		{
			"incomplete line in the middle", lineA + "\n" + lineB[:40] + "\n" + lineB + "\n", 2,
			tenantguard.Malformed, "",
		},
		{"empty line", lineA + "\n\n", 2, tenantguard.Malformed, ""},
		{"two objects in a line", lineA + lineB + "\n", 1, tenantguard.TrailingText, ""},
		{"array", "[]\n", 1, tenantguard.Malformed, ""},
		{"empty object", "{}\n", 1, tenantguard.UnknownValue, "event"},
		{
			"unknown event", strings.Replace(lineA, "intend", "hope", 1) + "\n", 1,
			tenantguard.UnknownValue, "event",
		},
		{
			"unknown field", strings.Replace(lineA, "name", "naem", 1) + "\n", 1,
			tenantguard.UnknownField, "naem",
		},
		{
			"unknown field in an incomplete line",
			lineA + "\n" + strings.Replace(lineB, "name", "naem", 1), 2, tenantguard.UnknownField,
			"naem",
		},
		{
			"newer schema with unknown fields",
			lineA + "\n" + `{"schema":2,"flavour":1}` + "\n", 2, tenantguard.OtherSchema, "schema",
		},
		{
			"newer schema in an incomplete line", lineA + "\n" + `{"schema":2,"flavour":1}`, 2,
			tenantguard.OtherSchema, "schema",
		},
		{
			"schema 0", strings.Replace(lineA, "{", `{"schema":0,`, 1) + "\n", 1,
			tenantguard.OtherSchema, "schema",
		},
		{"no target", strings.Replace(lineA, host, "", 1) + "\n", 1, tenantguard.Missing, "target"},
		{
			"created without an id", strings.Replace(lineA, "intend", "created", 1) + "\n", 1,
			tenantguard.Missing, "id",
		},
		{
			"invalid time", strings.Replace(lineA, "2026-01-31T12:00:00Z", "today", 1) + "\n", 1,
			tenantguard.Malformed, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.jsonl")
			must(t, os.WriteFile(path, []byte(test.content), 0o600))
			_, read := tenantguard.ReadLedger(path)
			_, opened := tenantguard.OpenLedger(path, atNoon)
			for _, err := range []error{read, opened} {
				damage, ok := errors.AsType[*tenantguard.LedgerError](err)
				if !ok || damage.Path != path || damage.Line != test.line ||
					damage.Kind != test.kind || damage.Field != test.field {
					t.Fatalf("got %v, want line %d, %s, field %q", err, test.line, test.kind,
						test.field)
				}
				checkMessage(t, err.Error(), path)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != test.content {
				t.Errorf("the file was changed: %q, %v", got, err)
			}
		})
	}
}

func TestReadLedger_MissingFile(t *testing.T) {
	dir := t.TempDir()
	checkEntries(t, filepath.Join(dir, "ledger.jsonl"))
	if _, err := tenantguard.ReadLedger(dir); err == nil {
		t.Error("a folder is read")
	}
	if _, err := tenantguard.OpenLedger(dir, atNoon); err == nil {
		t.Error("a folder is opened")
	}
}

// Lines that cannot be read are not written.
func TestLedger_RejectsInvalidLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	l := openLedger(t, path)
	for _, test := range []struct {
		name  string
		err   error
		field string
	}{
		{
			"no target",
			l.Write(tenantguard.EventIntend, tenantguard.Entry{Target: "", Run: "r", Name: "a"}),
			"target",
		},
		{"no id, created", writeCreated(l, host, "r", "a", "", "me"), "id"},
		{"no id, deleted", writeDeleted(l, host, "r", ""), "id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wrong, ok := errors.AsType[*tenantguard.LedgerError](test.err)
			if !ok || wrong.Kind != tenantguard.Missing || wrong.Field != test.field {
				t.Fatalf("error %v, want a missing field %s", test.err, test.field)
			}
			checkMessage(t, test.err.Error())
		})
	}
	must(t, l.Close())
	if err := l.Write(tenantguard.EventIntend, intent("a")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a closed ledger takes a line: %v", err)
	}
	checkEntries(t, path)
}

func FuzzReadLedger(f *testing.F) {
	f.Add([]byte(lineA + "\n" + lineB[:30]))
	f.Add([]byte(lineA + "\n" + lineB[:30] + " #torn\n" + lineB + "\n"))
	f.Add([]byte(strings.Replace(lineA, "intend", "deleted", 1)))
	f.Add([]byte(lineA + " #torn"))
	f.Add([]byte("\x00\x00"))
	path := filepath.Join(f.TempDir(), "ledger.jsonl")
	f.Fuzz(func(t *testing.T, content []byte) {
		must(t, os.WriteFile(path, content, 0o600))
		before, err := tenantguard.ReadLedger(path)
		if err != nil {
			if damage, ok := errors.AsType[*tenantguard.LedgerError](err); !ok ||
				damage.Path != path || damage.Line < 1 {
				t.Errorf("no place in %v", err)
			}
			return
		}
		// a readable ledger can be continued without loss
		l, err := tenantguard.OpenLedger(path, atNoon)
		must(t, err)
		must(t,
			l.Write(tenantguard.EventIntend, tenantguard.Entry{
				Target: "another.example", Run: "r", Name: "last",
			}), l.Close())
		after, err := tenantguard.ReadLedger(path)
		must(t, err)
		if diff := cmp.Diff(append(before, tenantguard.Entry{
			Target: "another.example", Run: "r", Name: "last", Time: noon,
		}), after); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
	})
}
