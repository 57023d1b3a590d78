package file_test

import (
	"bytes"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

// A write is in memory and in the file when it returns.
func TestWrite(t *testing.T) {
	a, b, c := token("a", ann, 1), token("b", ann, 2), token("c", ben, 3)
	d := token("d", ann, 0)
	changes := []pat.Change{renameChange(a, "x"), renameChange(b, "a"), renameChange(c, "x")}
	toTakenName := renameChange(a, "b")
	tests := []struct {
		name    string
		write   func(*file.Store) error
		want    []*pat.Token
		wantErr error
	}{
		{
			"create", func(s *file.Store) error {
				return s.Create(t.Context(), d, 3)
			}, []*pat.Token{d, a, b, c}, nil,
		},
		{
			"create above the limit", func(s *file.Store) error {
				return s.Create(t.Context(), d, 2)
			}, []*pat.Token{a, b, c}, pat.ErrLimit,
		},
		{
			"create with an existing id", func(s *file.Store) error {
				return s.Create(t.Context(), token("a", ben, 9), 0)
			}, []*pat.Token{a, b, c}, pat.ErrConflict,
		},
		{
			"create with a taken name", func(s *file.Store) error {
				return s.Create(t.Context(), renameChange(d, "a").New, 0)
			}, []*pat.Token{a, b, c}, pat.ErrNameTaken,
		},
		{
			"swap", func(s *file.Store) error {
				return s.Swap(t.Context(), changes...)
			}, []*pat.Token{changes[0].New, changes[1].New, changes[2].New}, nil,
		},
		{
			"empty swap", func(s *file.Store) error {
				return s.Swap(t.Context())
			}, []*pat.Token{a, b, c}, nil,
		},
		{
			"swap of an outdated revision", func(s *file.Store) error {
				return s.Swap(t.Context(), renameChange(token("a", ann, 1), "x"))
			}, []*pat.Token{a, b, c}, pat.ErrConflict,
		},
		{
			"swap to a taken name", func(s *file.Store) error {
				return s.Swap(t.Context(), renameChange(c, "x"), toTakenName)
			}, []*pat.Token{a, b, c}, pat.ErrNameTaken,
		},
		{
			"delete", func(s *file.Store) error {
				return s.Delete(t.Context(), b)
			}, []*pat.Token{a, c}, nil,
		},
		{
			"delete of an outdated revision", func(s *file.Store) error {
				return s.Delete(t.Context(), token("b", ann, 2))
			}, []*pat.Token{a, b, c}, pat.ErrConflict,
		},
		{
			"empty delete", func(s *file.Store) error {
				return s.Delete(t.Context(), d)
			}, []*pat.Token{a, b, c}, pat.ErrNotFound,
		},
		{
			"replace", func(s *file.Store) error {
				return s.Replace(t.Context(), pat.Tenant{Tokens: []*pat.Token{c, d}})
			}, []*pat.Token{d, c}, nil,
		},
		{
			"replace by nothing", func(s *file.Store) error {
				return s.Replace(t.Context(), pat.Tenant{})
			}, nil, nil,
		},
		{
			"replace by an invalid tenant", func(s *file.Store) error {
				return s.Replace(t.Context(), pat.Tenant{Tokens: []*pat.Token{d, d}})
			}, []*pat.Token{a, b, c}, pat.ErrConflict,
		},
		{"identity", func(s *file.Store) error {
			return s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"}, nil)
		}, []*pat.Token{a, b, c}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, path, s := newStore(t, a, b, c)
			checkError(t, test.wantErr, test.write(s))
			checkTokens(t, test.want, s)
			checkFile(t, test.want, f, path)
		})
	}
}

var errDisk = errors.New("the disk is on fire")

// If a write does not reach the file, memory does not change. The store works again when the file
// does.
func TestWrite_FailingDisk(t *testing.T) {
	a, b, c := token("a", ann, 1), token("b", ann, 2), token("c", ann, 3)
	tests := []struct {
		name  string
		write func(*file.Store) error
	}{
		{"create", func(s *file.Store) error {
			return s.Create(t.Context(), token("d", ann, 4), 0)
		}},
		{"create, the first of an owner", func(s *file.Store) error {
			return s.Create(t.Context(), token("d", ben, 4), 0)
		}},
		{"swap", func(s *file.Store) error { return s.Swap(t.Context(), renameChange(a, "x")) }},
		{"swap that reuses names", func(s *file.Store) error {
			return s.Swap(t.Context(), renameChange(a, "x"), renameChange(b, "a"),
				renameChange(c, "b"))
		}},
		{"delete", func(s *file.Store) error { return s.Delete(t.Context(), b) }},
		{"replace", func(s *file.Store) error {
			return s.Replace(t.Context(), pat.Tenant{Tokens: []*pat.Token{token("d", ben, 4)}})
		}},
		{"identity", func(s *file.Store) error {
			return s.AddIdentity(t.Context(), pat.Identity{ID: "new", Name: "new"}, nil)
		}},
		{"record", func(s *file.Store) error { return s.PutRecord("clock", []byte("noon")) }},
	}
	failures := []struct {
		name string
		with func(update func(func(*bbolt.Tx) error) error, do func(*bbolt.Tx) error) error
	}{
		{"before", func(_ func(func(*bbolt.Tx) error) error, _ func(*bbolt.Tx) error) error {
			return errDisk
		}},
		{
			"in the middle",
			func(update func(func(*bbolt.Tx) error) error, do func(*bbolt.Tx) error) error {
				return update(func(tx *bbolt.Tx) error { return errors.Join(do(tx), errDisk) })
			},
		},
	}
	for _, test := range tests {
		for _, failure := range failures {
			t.Run(test.name+", "+failure.name, func(t *testing.T) {
				f, path, s := newStore(t, a, b, c)
				restore := f.BreakCommit(failure.with)
				err := test.write(s)
				checkError(t, errDisk, err)
				checkContains(t, err, `"default"`, path)
				for _, revision := range []*pat.Token{a, b, c} {
					if got, _ := s.Token(t.Context(), revision.ID); got != revision {
						t.Errorf("token %s is another revision", revision.ID)
					}
				}
				checkTokens(t, []*pat.Token{a, b, c}, s)
				restore()
				d := token("d", ben, 0)
				checkError(t, nil, s.Create(t.Context(), d, 0))
				s = openNamespace(t, reopen(t, f, path), "default")
				tenant := loadTenant(t, s)
				checkTokens(t, []*pat.Token{d, a, b, c}, s)
				if diff := cmp.Diff(users, tenant.Identities); diff != "" {
					t.Errorf("identities (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// If a failed change is in the file, memory and file differ. Therefore all later writes fail.
func TestWrite_StopsWhenFailedChangeIsInFile(t *testing.T) {
	a := token("a", ann, 1)
	f, path, s := newStore(t, a)
	other := namespaceWithUsers(t, f, "other")
	restore := f.BreakCommit(func(
		update func(func(*bbolt.Tx) error) error, do func(*bbolt.Tx) error,
	) error {
		return errors.Join(update(do), errDisk)
	})
	checkError(t, errDisk, s.Create(t.Context(), token("b", ann, 2), 0))
	restore()
	for _, store := range []*file.Store{s, other} {
		err := store.Create(t.Context(), token("b", ann, 3), 0)
		checkError(t, errDisk, err)
		checkError(t, file.ErrStopped, err)
	}
	checkTokens(t, []*pat.Token{a}, s)
	checkFile(t, []*pat.Token{a, token("b", ann, 2)}, f, path)
}

// A change of an uncommitted revision waits for the result of the first change.
func TestSwap_WaitsForEarlierChange(t *testing.T) {
	a := token("a", ann, 1)
	f, path, s := newStore(t, a)
	first := renameChange(a, "first")
	second := make(chan error, 1)
	restore := f.BreakCommit(func(func(func(*bbolt.Tx) error) error, func(*bbolt.Tx) error) error {
		go func() { second <- s.Swap(t.Context(), renameChange(first.New, "second")) }()
		for range 10000 { // give the other goroutine time to overtake
			runtime.Gosched()
		}
		return errDisk
	})
	checkError(t, errDisk, s.Swap(t.Context(), first))
	restore()
	checkError(t, pat.ErrConflict, <-second)
	checkTokens(t, []*pat.Token{a}, s)
	checkFile(t, []*pat.Token{a}, f, path)
}

func TestCreate_RejectsDateThatCannotBeEncoded(t *testing.T) {
	far := token("far", ann, 1)
	far.ExpirationDate = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	f, path, s := newStore(t)
	checkContains(t, s.Create(t.Context(), far, 0), "year")
	checkTokens(t, nil, s)
	checkError(t, nil, s.Create(t.Context(), token("near", ann, 1), 0))
	checkFile(t, []*pat.Token{token("near", ann, 1)}, f, path)
}

func TestRecord(t *testing.T) {
	f, path, s := newStore(t)
	check := func(name string, want []byte) {
		t.Helper()
		got, err := s.Record(name)
		checkError(t, nil, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("record %s (-want +got):\n%s", name, diff)
		}
	}
	check("clock", nil)
	checkError(t, nil, s.PutRecord("clock", []byte("noon\x00\xff")))
	checkError(t, nil, s.PutRecord("empty", []byte{}))
	checkError(t, nil, s.PutRecord("gone", []byte("x")))
	checkError(t, nil, s.PutRecord("gone", nil))
	checkError(t, nil, s.PutRecord("never there", nil))
	check("clock", []byte("noon\x00\xff"))
	checkError(t, nil, s.Replace(t.Context(), pat.Tenant{Name: "acme"}))
	checkError(t, nil, s.PutRecord("clock", []byte("later")))
	s = openNamespace(t, reopen(t, f, path), "default")
	check("clock", []byte("later"))
	check("empty", []byte{})
	check("gone", nil)
	check("never there", nil)
	t.Run("result belongs to the caller", func(t *testing.T) {
		// bbolt copies small values anyway
		large := bytes.Repeat([]byte("of several pages "), 600)
		checkError(t, nil, s.PutRecord("large", large))
		got, _ := s.Record("large")
		got[0] = 'O'
		check("large", large)
	})
}
