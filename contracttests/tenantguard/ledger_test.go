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

// intent returns an object that is about to be made.
func intent(name string) tenantguard.Entry {
	return tenantguard.Entry{Target: host, Run: "r", Name: name}
}

func writeMade(l *tenantguard.Ledger, target, run, name, id, owner string) error {
	return l.Write(tenantguard.EventCreated, tenantguard.Entry{
		Target: target, Run: run, Name: name, ID: id, Owner: owner,
	})
}

func writeRefused(l *tenantguard.Ledger, target, run, name string) error {
	return l.Write(tenantguard.EventRejected, tenantguard.Entry{
		Target: target, Run: run, Name: name,
	})
}

func writeDeleted(l *tenantguard.Ledger, target, run, id string) error {
	return l.Write(tenantguard.EventDeleted, tenantguard.Entry{Target: target, Run: run, ID: id})
}

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// openLedger opens a ledger, which is closed when the test ends.
func openLedger(t *testing.T, path string) *tenantguard.Ledger {
	t.Helper()
	l, err := tenantguard.OpenLedger(path, atNoon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // it may be closed already
	return l
}

func checkObjects(t *testing.T, path string, want ...tenantguard.Entry) {
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

func TestLedger(t *testing.T) {
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
		{"intended by an identity, at a time of the target", func(l *tenantguard.Ledger) []error {
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
				l.Write(tenantguard.EventIntend, intent("a")), writeRefused(l, host, "r", "a"),
			}
		}, nil},
		{"made", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")),
				writeMade(l, host, "r", "a", "1", "me"),
			}
		}, []tenantguard.Entry{known}},
		{"made and deleted", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")),
				writeMade(l, host, "r", "a", "1", "me"),
				writeDeleted(l, host, "other", "1"),
			}
		}, nil},
		{
			"deleted before another process said that it was made",
			func(l *tenantguard.Ledger) []error {
				return []error{
					writeDeleted(l, host, "r", "1"), writeMade(l, host, "r", "a", "1", "me"),
				}
			}, nil,
		},
		{"made twice, as two processes tell it", func(l *tenantguard.Ledger) []error {
			return []error{
				writeMade(l, host, "r", "a", "1", "me"), writeMade(l, host, "r", "a", "1", "me"),
			}
		}, []tenantguard.Entry{known}},
		{"twice the name, one refused", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")),
				l.Write(tenantguard.EventIntend, intent("a")), writeRefused(l, host, "r", "a"),
			}
		}, []tenantguard.Entry{unknown}},
		{"of another run, target and name", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("a")), writeRefused(l, host, "other", "a"),
				writeRefused(l, "other", "r", "a"), writeRefused(l, host, "r", "b"),
				writeDeleted(l, "other", "r", "1"),
			}
		}, []tenantguard.Entry{unknown}},
		{"deleted elsewhere", func(l *tenantguard.Ledger) []error {
			return []error{
				writeMade(l, host, "r", "a", "1", "me"), writeDeleted(l, "other", "r", "1"),
			}
		}, []tenantguard.Entry{known}},
		{"a host in capitals", func(l *tenantguard.Ledger) []error {
			return []error{writeMade(l, strings.ToUpper(host), "r", "a", "1", "me")}
		}, []tenantguard.Entry{known}},
		{
			"a name of two lines",
			func(l *tenantguard.Ledger) []error {
				return []error{l.Write(tenantguard.EventIntend, intent("a\nb\"}"))}
			},
			[]tenantguard.Entry{
				{Target: host, Run: "r", Name: "a\nb\"}", Time: noon},
			},
		},
		{"a name like a secret", func(l *tenantguard.Ledger) []error {
			return []error{l.Write(tenantguard.EventIntend, intent("client_secret=hunter2"))}
		}, []tenantguard.Entry{
			{Target: host, Run: "r", Name: "client_secret=[redacted]", Redacted: true, Time: noon},
		}},
		{"an id and an owner like secrets", func(l *tenantguard.Ledger) []error {
			return []error{
				writeMade(l, host, "r", "a", "client_secret=hunter2", "client_secret=hunter2"),
			}
		}, []tenantguard.Entry{
			{
				Target: host, Run: "r", Name: "a", ID: "client_secret=[redacted]",
				Owner: "client_secret=[redacted]", Time: noon,
			},
		}},
		{"a name like a secret, made", func(l *tenantguard.Ledger) []error {
			return []error{
				l.Write(tenantguard.EventIntend, intent("client_secret=hunter2")),
				writeMade(l, host, "r", "client_secret=hunter2", "1", "me"),
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
			checkObjects(t, path, test.want...)
			text, err := os.ReadFile(path)
			if must(t, err); strings.Contains(string(text), "hunter2") {
				t.Errorf("it tells a secret: %s", text)
			}
		})
	}
}

// The form of the file stands in the documentation of the type, and others may read it.
func TestLedgerForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	l := openLedger(t, path)
	must(t,
		l.Write(tenantguard.EventIntend, tenantguard.Entry{Target: host, Run: "mk3", Name: "a"}),
		writeMade(l, host, "mk3", "a", "1", "me"), writeDeleted(l, host, "mk3", "1"),
		writeRefused(l, host, "mk3", "password=x"))
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

func TestLedgerIsPrivate(t *testing.T) {
	for _, test := range []struct {
		name, there, path string // there is the folder that there is
		ignored           bool
	}{
		{"a new folder", "", "work/patmock/ledger.jsonl", true},
		{
			"the default, in a folder of another tool", "work/.patmock",
			"work/.patmock/ledger.jsonl", true,
		},
		{"a folder of somebody", "work", "work/ledger.jsonl", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			must(t, os.MkdirAll(filepath.Join(root, test.there), 0o755))
			path := filepath.Join(root, filepath.FromSlash(test.path))
			l := openLedger(t, path)
			must(t, l.Write(tenantguard.EventIntend, intent("a")))
			openLedger(t, path) // which changes nothing
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

// A .gitignore that is there belongs to somebody.
func TestLedgerKeepsGitignore(t *testing.T) {
	folder := filepath.Join(t.TempDir(), ".patmock")
	ignore := filepath.Join(folder, ".gitignore")
	must(t, os.Mkdir(folder, 0o700), os.WriteFile(ignore, []byte("!parity.yaml\n"), 0o600))
	openLedger(t, filepath.Join(folder, "ledger.jsonl"))
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

// A line that was cut off anywhere is left out, and what is written next is not lost with it,
// whoever writes it.
func TestTornLedger(t *testing.T) {
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
		checkObjects(t, path, want...)
		first, second := openLedger(t, path), openLedger(t, path)
		must(t, first.Write(tenantguard.EventIntend, intent("c")),
			second.Write(tenantguard.EventIntend, intent("d")))
		checkObjects(t, path, append(want, c, d)...)
		must(t, writeRefused(openLedger(t, path), host, "r", "d"))
		checkObjects(t, path, append(want, c)...)
	}
}

// What follows a line without its end may be cut off itself, behind the mark, and the line is still
// there.
func TestLedgerTornTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	must(t, os.WriteFile(path, []byte(lineA+" #torn"), 0o600))
	a := tenantguard.Entry{Target: host, Run: "r", Name: "a", Time: noon}
	b := a
	b.Name = "b"
	checkObjects(t, path, a)
	must(t, openLedger(t, path).Write(tenantguard.EventIntend, intent("b")))
	checkObjects(t, path, a, b)
}

func TestDamagedLedger(t *testing.T) {
	for _, test := range []struct {
		name, content string
		line          int
		kind          tenantguard.LedgerErrorKind
		field         string
	}{
		{"no JSON", lineA + "\nnonsense\n" + lineB + "\n", 2, tenantguard.Malformed, ""},
		{
			"half a line in the middle", lineA + "\n" + lineB[:40] + "\n" + lineB + "\n", 2,
			tenantguard.Malformed, "",
		},
		{"an empty line", lineA + "\n\n", 2, tenantguard.Malformed, ""},
		{"two in a line", lineA + lineB + "\n", 1, tenantguard.TrailingText, ""},
		{"a list", "[]\n", 1, tenantguard.Malformed, ""},
		{"another object", "{}\n", 1, tenantguard.UnknownValue, "event"},
		{
			"an unknown event", strings.Replace(lineA, "intend", "hope", 1) + "\n", 1,
			tenantguard.UnknownValue, "event",
		},
		{
			"an unknown field", strings.Replace(lineA, "name", "naem", 1) + "\n", 1,
			tenantguard.UnknownField, "naem",
		},
		{
			"an unknown field in a line without an end",
			lineA + "\n" + strings.Replace(lineB, "name", "naem", 1), 2, tenantguard.UnknownField,
			"naem",
		},
		{
			"newer, of which nothing else is known",
			lineA + "\n" + `{"schema":2,"flavour":1}` + "\n", 2, tenantguard.OtherSchema, "schema",
		},
		{
			"newer, without an end", lineA + "\n" + `{"schema":2,"flavour":1}`, 2,
			tenantguard.OtherSchema, "schema",
		},
		{
			"a schema that never was", strings.Replace(lineA, "{", `{"schema":0,`, 1) + "\n", 1,
			tenantguard.OtherSchema, "schema",
		},
		{"no target", strings.Replace(lineA, host, "", 1) + "\n", 1, tenantguard.Missing, "target"},
		{
			"made without an id", strings.Replace(lineA, "intend", "created", 1) + "\n", 1,
			tenantguard.Missing, "id",
		},
		{
			"no date", strings.Replace(lineA, "2026-01-31T12:00:00Z", "today", 1) + "\n", 1,
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

func TestNoLedger(t *testing.T) {
	folder := t.TempDir()
	checkObjects(t, filepath.Join(folder, "ledger.jsonl"))
	if _, err := tenantguard.ReadLedger(folder); err == nil {
		t.Error("a folder is read")
	}
	if _, err := tenantguard.OpenLedger(folder, atNoon); err == nil {
		t.Error("a folder is opened")
	}
}

// What cannot be read again is not written.
func TestLedgerRefusesLines(t *testing.T) {
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
		{"no id, made", writeMade(l, host, "r", "a", "", "me"), "id"},
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
	checkObjects(t, path)
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
		// What can be read can be written on, and loses nothing.
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
