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
		t.Errorf("mode is %o, want 600", got)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	checkError(t, nil, err)
	if len(entries) != 1 {
		t.Errorf("the folder holds %v, want the file alone", entries)
	}
}

// The layout is a promise to the files that there are: a change to it needs another format number.
func TestFile_Layout(t *testing.T) {
	f, path, s := newStore(t)
	at := time.Date(2026, 3, 1, 12, 30, 0, 7_000_000, time.UTC)
	checkError(t, nil, s.Replace(t.Context(), pat.Tenant{
		ID: "t", Name: "acme", Pod: "eu", UserLevels: map[string][]string{"READER": {"read"}},
		Identities: []pat.Identity{
			{ID: "ann", Name: "Ann", UserLevels: []string{"USER"}, Login: "1"},
		},
		APIClients: []pat.APIClient{{ID: "c", Secret: "s", Name: "ci"}},
		Tokens: []*pat.Token{pat.NewToken(pat.TokenData{
			ID: "1", Secret: "x", Name: "one", Scope: []string{"a"}, Owner: ann, Created: at,
			AccessTokenValiditySeconds: 60,
			FormerScope:                []string{}, ScopeChanged: at,
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

// dump writes every value of a file as its path and what is behind its checksum.
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

// edit changes a closed file behind our back, with bbolt.
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
			checkError(t, nil, namespace(t, f, "default").Replace(t.Context(), pat.Tenant{
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
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{},
		},
		{
			"no namespaces", state(func(tx *bbolt.Tx) error {
				return tx.DeleteBucket([]byte("namespaces"))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{},
		},
		{
			"tally of the namespaces gone", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("namespaces")).SetSequence(0)
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{},
		},
		{
			"namespace gone", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("namespaces")).DeleteBucket([]byte("default"))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{},
		},
		{
			"value where a namespace should be", state(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("namespaces")).Put([]byte("x"), []byte("y"))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
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
			"token gone", inDefault(func(b *bbolt.Bucket) error {
				return b.Delete([]byte("tokens/a"))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{Namespace: "default"},
		},
		{
			"tenant gone", inDefault(func(b *bbolt.Bucket) error {
				return b.Delete([]byte("tenant"))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{Namespace: "default"},
		},
		{
			"tally gone", inDefault(func(b *bbolt.Bucket) error { return b.SetSequence(0) }),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{Namespace: "default"},
		},
		{
			"tokens gone", inDefault(func(b *bbolt.Bucket) error {
				return errors.Join(b.Delete([]byte("tokens/a")), b.Delete([]byte("tokens/b")))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{Namespace: "default"},
		},
		{
			"scope sets gone", inDefault(func(b *bbolt.Bucket) error {
				return b.Delete([]byte("scopeSets"))
			}),
			[]error{file.ErrDamaged, file.ErrMissing},
			file.ValueError{Namespace: "default"},
		},
		{
			"scope sets that are too short", inDefault(func(b *bbolt.Bucket) error {
				return b.Put([]byte("scopeSets"), []byte("x"))
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "scopeSets"},
		},
		{
			"value that is too short", inDefault(func(b *bbolt.Bucket) error {
				return b.Put([]byte("tokens/a"), []byte("x"))
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "tokens/a"},
		},
		{
			"bucket where a token should be", inDefault(func(b *bbolt.Bucket) error {
				_, err := b.CreateBucket([]byte("tokens/x"))
				return err
			}),
			[]error{file.ErrDamaged, file.ErrChecksum},
			file.ValueError{Namespace: "default", Key: "tokens/x"},
		},
		{
			"value that was exchanged for another", inDefault(func(b *bbolt.Bucket) error {
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
				t.Errorf("place (-want +got):\n%s", diff)
			}
			checkMessage(t, path, err)
			if warnings != "" {
				t.Errorf("warned beside an error: %s", warnings)
			}
			after, _ := os.ReadFile(path)
			if string(before) != string(after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpen_RejectsMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "state")
	_, _, err := tryOpen(path)
	checkError(t, file.ErrCreate, err)
	checkError(t, fs.ErrNotExist, err)
	checkText(t, err, path)
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
		checkMessage(t, path, err)
	})
	t.Run("folder", func(t *testing.T) {
		path := newPath(t)
		checkError(t, nil, os.Chmod(filepath.Dir(path), 0o500))
		var err error
		asUnprivileged(t, path, func() { _, _, err = tryOpen(path) })
		checkError(t, file.ErrCreate, err)
		checkError(t, fs.ErrPermission, err)
		checkText(t, err, path)
	})
}

// A second process gets an error at once, and the first one goes on.
func TestOpen_RejectsFileInUse(t *testing.T) {
	f, path, s := newStore(t)
	start := time.Now() //nolint:forbidigo // it is the time of this process that counts
	_, _, err := tryOpen(path)
	checkError(t, file.ErrInUse, err)
	checkMessage(t, path, err)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s to tell", took)
	}
	a := token("a", ann, 1)
	checkError(t, nil, s.Create(t.Context(), a, 0))
	checkFile(t, []*pat.Token{a}, f, path)
}

// Of several that make the same file at once, each other finds it in use or, afterwards, made.
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
				t.Errorf("there are %d namespaces, want those of the %d that had the file",
					len(names), opened)
			}
		})
	}
}
