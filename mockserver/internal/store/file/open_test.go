package file_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

func TestOpen_CreatesPrivateFile(t *testing.T) {
	path := newPath(t)
	open(t, path)
	info, err := os.Stat(path)
	checkError(t, nil, err)
	if got := info.Mode().Perm(); got != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode = %o, want 600", got)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	checkError(t, nil, err)
	if len(entries) != 1 {
		t.Errorf("directory contains %v, want only the file", entries)
	}
}

// Existing files must stay readable. A change of the layout requires another format name.
func TestFile_Layout(t *testing.T) {
	f, path, s := newStore(t)
	created := time.Date(2026, 3, 1, 12, 30, 0, 7_000_000, time.UTC)
	checkError(t, nil, s.Replace(t.Context(), pat.Tenant{
		ID: "t", Name: "acme", Pod: "eu", UserLevels: map[string][]string{"READER": {"read"}},
		Identities: []pat.Identity{
			{ID: "ann", Name: "Ann", UserLevels: []string{"USER"}, Login: "1"},
		},
		APIClients: []pat.APIClient{{ID: "c", Secret: "s", Name: "ci"}},
		Tokens: []*pat.Token{pat.NewToken(pat.TokenData{
			ID: "1", Secret: "x", Name: "one", Scope: []string{"a"}, Owner: ann, Created: created,
			AccessTokenValiditySeconds: 60,
			FormerScope:                []string{}, ScopeChanged: created,
		})},
	}))
	putScopeSets(t, s, []pat.ScopeSet{pat.NewScopeSet([]string{"a", "b"})})
	checkError(t, nil, s.PutRecord("clock", []byte("noon")))
	_, err := f.Key(func() ([]byte, error) { return []byte("key"), nil })
	checkError(t, nil, err)
	checkError(t, nil, f.Close())
	want := []string{
		`namespaces/default/identities/00000000 {"id":"ann","name":"Ann","userLevels":["USER"],` +
			`"login":"1"}`,
		`namespaces/default/records/clock noon`,
		`namespaces/default/scopeSets [{"hash":"cA39GSwfqIE6IBGfYPrGm9r4-9OFILT6Wwoh0AYh1Zs",` +
			`"scopes":["a","b"]}]`,
		`namespaces/default/tenant {"id":"t","name":"acme","pod":"eu",` +
			`"userLevels":{"READER":["read"]},"apiClients":[{"id":"c","secret":"s","name":"ci"}]}`,
		`namespaces/default/tokens/1 {"id":"1","secret":"x","name":"one","scope":["a"],` +
			`"owner":{"id":"ann","name":"Ann"},` +
			`"created":"2026-03-01T12:30:00.007Z","accessTokenValiditySeconds":60,` +
			`"formerScope":[],"scopeChanged":"2026-03-01T12:30:00.007Z"}`,
		`patmock/format patmock-state-2`,
		`patmock/key key`,
	}
	if diff := cmp.Diff(want, dump(t, path)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

// dump returns the path and the data of every value in a file.
func dump(t *testing.T, path string) []string {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { checkError(t, nil, db.Close()) }()
	var lines []string
	var walk func(bucket *bbolt.Bucket, prefix string) error
	walk = func(bucket *bbolt.Bucket, prefix string) error {
		return bucket.ForEach(func(key, value []byte) error {
			name := string(key)
			switch {
			case value == nil:
				return walk(bucket.Bucket(key), prefix+name+"/")
			case name == "format":
				lines = append(lines, prefix+name+" "+string(value))
			default:
				lines = append(lines, prefix+name+" "+string(value[4:]))
			}
			return nil
		})
	}
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			return walk(bucket, string(name)+"/")
		})
	})
	checkError(t, nil, err)
	return lines
}

// edit changes a closed file directly with bbolt.
func edit(t *testing.T, path string, change func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkError(t, nil, db.Update(change))
	checkError(t, nil, db.Close())
}

func TestOpen_RejectsInvalidFiles(t *testing.T) {
	state := func(change func(*bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			f := open(t, path)
			checkError(t, nil, openNamespace(t, f, "default").Replace(t.Context(), pat.Tenant{
				Name: "acme", Tokens: []*pat.Token{token("a", ann, 1), token("b", ann, 2)},
				ScopeSets: scopeSets(0, 2),
			}))
			checkError(t, nil, f.Close())
			edit(t, path, change)
		}
	}
	text := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			checkError(t, nil, os.WriteFile(path, []byte(text), 0o600))
		}
	}
	inDefault := func(change func(*bbolt.Bucket) error) func(*testing.T, string) {
		return state(func(tx *bbolt.Tx) error {
			return change(tx.Bucket([]byte("namespaces")).Bucket([]byte("default")))
		})
	}
	format := func(name string) func(*testing.T, string) {
		return state(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("patmock")).Put([]byte("format"), []byte(name))
		})
	}
	tests := []struct {
		name string
		make func(*testing.T, string)
		want []error
		at   file.ValueError
	}{
		{
			"directory", func(t *testing.T, path string) {
				checkError(t, nil, os.Mkdir(path, 0o700))
			}, []error{file.ErrDirectory}, file.ValueError{},
		},
		{"empty file", text(""), []error{file.ErrEmpty}, file.ValueError{}},
		{"short text", text("name: acme\n"), []error{file.ErrForeign}, file.ValueError{}},
		{
			"long text", text(strings.Repeat("tokens:\n", 10000)),
			[]error{file.ErrForeign},
			file.ValueError{},
		},
		{"zeros", text(strings.Repeat("\x00", 1<<16)), []error{file.ErrForeign}, file.ValueError{}},
		{"store of another program", func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket([]byte("kubernetes"))
				return err
			})
		}, []error{file.ErrForeign}, file.ValueError{}},
		{
			"older format", format("1"),
			[]error{file.FormatError{Format: "1"}},
			file.ValueError{},
		},
		{
			"later format", format("patmock-state-3"),
			[]error{file.FormatError{Format: "patmock-state-3"}},
			file.ValueError{},
		},
		{
			"no format", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("patmock")).Delete([]byte("format"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{},
		},
		{
			"no namespaces", state(func(tx *bbolt.Tx) error {
				return tx.DeleteBucket([]byte("namespaces"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{},
		},
		{
			"sequence of the namespaces missing", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("namespaces")).SetSequence(0)
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{},
		},
		{
			"namespace missing", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("namespaces")).DeleteBucket([]byte("default"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{},
		},
		{
			"value instead of a namespace", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("namespaces")).Put([]byte("x"), []byte("y"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{Namespace: "x"},
		},
		{
			"wrong key", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("patmock")).Put([]byte("key"), []byte("abcdefg"))
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Key: "key"},
		},
		{
			"token missing", inDefault(func(b *bbolt.Bucket) error {
				return b.Delete([]byte("tokens/a"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{Namespace: "default"},
		},
		{
			"tenant missing", inDefault(func(b *bbolt.Bucket) error {
				return b.Delete([]byte("tenant"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{Namespace: "default"},
		},
		{
			"sequence missing", inDefault(func(b *bbolt.Bucket) error { return b.SetSequence(0) }),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{Namespace: "default"},
		},
		{
			"all tokens missing", inDefault(func(b *bbolt.Bucket) error {
				return errors.Join(b.Delete([]byte("tokens/a")), b.Delete([]byte("tokens/b")))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{Namespace: "default"},
		},
		{
			"scope sets missing", inDefault(func(b *bbolt.Bucket) error {
				return b.Delete([]byte("scopeSets"))
			}),
			[]error{file.ErrDamaged, file.ErrStale},
			file.ValueError{Namespace: "default"},
		},
		{
			"scope sets too short", inDefault(func(b *bbolt.Bucket) error {
				return b.Put([]byte("scopeSets"), []byte("x"))
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "scopeSets"},
		},
		{
			"value too short", inDefault(func(b *bbolt.Bucket) error {
				return b.Put([]byte("tokens/a"), []byte("x"))
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "tokens/a"},
		},
		{
			"bucket instead of a token", inDefault(func(b *bbolt.Bucket) error {
				_, err := b.CreateBucket([]byte("tokens/x"))
				return err
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "tokens/x"},
		},
		{
			"value of another key", inDefault(func(b *bbolt.Bucket) error {
				return b.Put([]byte("tokens/a"), append([]byte{}, b.Get([]byte("tokens/b"))...))
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "tokens/a"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := newPath(t)
			test.make(t, path)
			before, _ := os.ReadFile(path)
			f, warnings, err := tryOpen(path)
			if err == nil {
				checkError(t, nil, f.Close())
			}
			for _, want := range test.want {
				checkError(t, want, err)
			}
			if diff := cmp.Diff(test.at, locationOf(err)); diff != "" {
				t.Errorf("location (-want +got):\n%s", diff)
			}
			checkGolden(t, path, err)
			if warnings != "" {
				t.Errorf("warning in addition to an error: %s", warnings)
			}
			after, _ := os.ReadFile(path)
			if string(before) != string(after) {
				t.Error("file was changed")
			}
		})
	}
}

func TestOpen_RejectsMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "state")
	_, _, err := tryOpen(path)
	checkError(t, file.ErrCreate, err)
	checkError(t, fs.ErrNotExist, err)
	checkContains(t, err, path)
}

func TestOpen_RejectsUnwritableFile(t *testing.T) {
	t.Run("file", func(t *testing.T) {
		f, path, _ := newStore(t)
		checkError(t, nil, f.Close())
		checkError(t, nil, os.Chmod(path, 0o400))
		var err error
		asUnprivileged(t, path, func() { _, _, err = tryOpen(path) })
		checkError(t, file.ErrReadOnly, err)
		checkError(t, fs.ErrPermission, err)
		checkGolden(t, path, err)
	})
	t.Run("directory", func(t *testing.T) {
		path := newPath(t)
		checkError(t, nil, os.Chmod(filepath.Dir(path), 0o500))
		var err error
		asUnprivileged(t, path, func() { _, _, err = tryOpen(path) })
		checkError(t, file.ErrCreate, err)
		checkError(t, fs.ErrPermission, err)
		checkContains(t, err, path)
	})
}

// A second open fails within the lock timeout, and the first file stays usable.
func TestOpen_RejectsFileInUse(t *testing.T) {
	f, path, s := newStore(t)
	start := time.Now() //nolint:forbidigo // measures real time
	_, _, err := tryOpen(path)
	checkError(t, file.ErrInUse, err)
	checkGolden(t, path, err)
	if elapsed := time.Since(start); elapsed > 5*time.Second {
		t.Errorf("error response took %s", elapsed)
	}
	a := token("a", ann, 1)
	checkError(t, nil, s.Create(t.Context(), a, 0))
	checkFile(t, []*pat.Token{a}, f, path)
}

// Concurrent opens of a new file succeed one after the other, or fail with ErrInUse.
func TestOpen_Concurrent(t *testing.T) {
	for round := range 5 {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			path := newPath(t)
			errs := make([]error, workers)
			runConcurrently(func(worker int) {
				f, _, err := tryOpen(path)
				if err != nil {
					errs[worker] = err
					return
				}
				_, err = f.Namespace(fmt.Sprint(worker))
				checkError(t, nil, err)
				checkError(t, nil, f.Close())
			})
			opened := 0
			for _, err := range errs {
				if err == nil {
					opened++
				} else {
					checkError(t, file.ErrInUse, err)
				}
			}
			names, err := open(t, path).Namespaces()
			checkError(t, nil, err)
			if len(names) != opened {
				t.Errorf("got %d namespaces, want one for each of %d successful opens",
					len(names), opened)
			}
		})
	}
}
