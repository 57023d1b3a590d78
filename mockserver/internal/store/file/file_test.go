package file_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

var _ pat.Store = (*file.Store)(nil)

var (
	ann = pat.Owner{ID: "ann", Name: "Ann"}
	ben = pat.Owner{ID: "ben", Name: "Ben"}
)

// token returns a token created at the given second on 1 March 2026, named after its id.
func token(id string, owner pat.Owner, second int) *pat.Token {
	return pat.NewToken(pat.TokenData{
		ID: id, Secret: "secret of " + id, Name: id, Owner: owner, Scope: []string{"sp:scopes:all"},
		Created: time.Date(2026, 3, 1, 0, 0, second, 0, time.UTC), AccessTokenValiditySeconds: 60,
	})
}

// renameChange returns the change that renames t.
func renameChange(t *pat.Token, name string) pat.Change {
	next := pat.NewToken(t.TokenData)
	next.Name = name
	return pat.Change{Old: t, New: next}
}

func newPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state")
}

// open opens the file and closes it when the test ends. It fails the test if opening logs a
// warning.
func open(t testing.TB, path string) *file.File {
	t.Helper()
	f, warnings := openWithWarnings(t, path)
	if warnings != "" {
		t.Errorf("unexpected warnings: %s", warnings)
	}
	return f
}

// openWithWarnings is like open, but returns the warnings.
func openWithWarnings(t testing.TB, path string) (f *file.File, warnings string) {
	t.Helper()
	f, warnings, err := tryOpen(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { checkError(t, nil, f.Close()) })
	return f, warnings
}

func tryOpen(path string) (*file.File, string, error) {
	var warnings strings.Builder
	f, err := file.Open(path,
		slog.New(slog.NewTextHandler(&warnings, &slog.HandlerOptions{ReplaceAttr: withoutTime})))
	return f, warnings.String(), err
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// reopen closes f and opens the file at path again, as after a restart of the process.
func reopen(t testing.TB, f *file.File, path string) *file.File {
	t.Helper()
	checkError(t, nil, f.Close())
	return open(t, path)
}

// openNamespace opens the namespace, and creates it if it does not exist.
func openNamespace(t testing.TB, f *file.File, name string) *file.Store {
	t.Helper()
	s, err := f.Namespace(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newStore creates a file with a namespace that holds the given tokens. It returns the file, its
// path and the namespace's store.
func newStore(t testing.TB, tokens ...*pat.Token) (f *file.File, path string, s *file.Store) {
	t.Helper()
	path = newPath(t)
	f = open(t, path)
	s = namespaceWithUsers(t, f, "default")
	for _, token := range tokens {
		checkError(t, nil, s.Create(t.Context(), token, 0))
	}
	return f, path, s
}

// users are the owners of the tokens in the tests.
var users = []pat.Identity{{ID: "ann", Name: "Ann"}, {ID: "ben", Name: "Ben"}}

// namespaceWithUsers creates a namespace with users added as identities.
func namespaceWithUsers(t testing.TB, f *file.File, name string) *file.Store {
	t.Helper()
	s := openNamespace(t, f, name)
	for _, i := range users {
		checkError(t, nil, s.AddIdentity(t.Context(), i, nil))
	}
	return s
}

func checkError(t testing.TB, want, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error = %v, want %v", err, want)
	}
}

// checkGolden compares the text of err with the golden file.
func checkGolden(t testing.TB, path string, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	checkContains(t, err, path)
	golden.Check(t, "testdata/errors.golden", golden.Key(t),
		strings.ReplaceAll(err.Error(), path, "FILE"))
}

// locationOf returns the namespace and key of the innermost ValueError in err.
func locationOf(err error) (location file.ValueError) {
	for inner := (*file.ValueError)(nil); errors.As(err, &inner); err = inner.Err {
		location = file.ValueError{Namespace: inner.Namespace, Key: inner.Key}
	}
	return location
}

// checkContains checks that the text of err contains each of the given parts.
func checkContains(t testing.TB, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one containing %q", want)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
}

// comparableTenant is a tenant whose tokens can be compared with cmp.
type comparableTenant struct {
	Tenant pat.Tenant
	Tokens []pat.TokenData
}

func toComparable(t pat.Tenant) comparableTenant {
	c := comparableTenant{Tenant: t}
	for _, token := range t.Tokens {
		c.Tokens = append(c.Tokens, token.TokenData)
	}
	c.Tenant.Tokens = nil
	return c
}

// loadTenant loads the tenant from the file and returns a snapshot of it.
func loadTenant(t testing.TB, s *file.Store) pat.Tenant {
	t.Helper()
	ok, err := s.Load()
	if err != nil || !ok {
		t.Fatalf("Load() = %t, %v, want true, nil", ok, err)
	}
	tenant, err := s.Snapshot(t.Context())
	checkError(t, nil, err)
	return tenant
}

// checkTokens compares the results of AllTokens, Count and Token with the expected tokens, oldest
// first.
func checkTokens(t testing.TB, want []*pat.Token, s *file.Store) {
	t.Helper()
	wantFields, got := toComparable(pat.Tenant{Tokens: want}).Tokens, pat.Tenant{}
	got.Tokens, _ = s.AllTokens(t.Context())
	if diff := cmp.Diff(wantFields, toComparable(got).Tokens); diff != "" {
		t.Errorf("AllTokens (-want +got):\n%s", diff)
	}
	if n, err := s.Count(t.Context(), ""); n != len(want) || err != nil {
		t.Errorf("Count() = %d, %v, want %d, nil", n, err, len(want))
	}
	for _, w := range want {
		got, err := s.Token(t.Context(), w.ID)
		if err != nil {
			t.Errorf("Token(%q): %v", w.ID, err)
		} else if diff := cmp.Diff(w.TokenData, got.TokenData); diff != "" {
			t.Errorf("Token(%q) (-want +got):\n%s", w.ID, diff)
		}
	}
}

// checkFile reopens the file and compares its tokens with want.
func checkFile(t testing.TB, want []*pat.Token, f *file.File, path string) {
	t.Helper()
	s := openNamespace(t, reopen(t, f, path), "default")
	if _, err := s.Load(); err != nil {
		t.Fatal(err)
	}
	checkTokens(t, want, s)
}

func TestNamespaces(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	check := func(want ...string) {
		t.Helper()
		got, err := f.Namespaces()
		checkError(t, nil, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Namespaces (-want +got):\n%s", diff)
		}
	}
	check()
	names := []string{"default", "patmock", "namespaces", "b/\x00ä", "a"}
	for _, name := range names {
		openNamespace(t, f, name)
	}
	check("a", "b/\x00ä", "default", "namespaces", "patmock")
	f = reopen(t, f, path)
	check("a", "b/\x00ä", "default", "namespaces", "patmock")
	for _, name := range names[1:] {
		checkError(t, nil, f.Delete(name))
	}
	check("default")
	f = reopen(t, f, path)
	check("default")
	t.Run("empty name", func(t *testing.T) {
		_, err := f.Namespace("")
		checkError(t, berrors.ErrBucketNameRequired, err)
		checkContains(t, err, `""`, path)
	})
}

func TestNamespace_ReturnsSameStore(t *testing.T) {
	f, _, s := newStore(t)
	if second := openNamespace(t, f, "default"); second != s {
		t.Errorf("second Namespace returned %p, want %p", second, s)
	}
}

func TestNamespace_IsIsolated(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	a, b := namespaceWithUsers(t, f, "a"), namespaceWithUsers(t, f, "b")
	checkError(t, nil, a.Create(t.Context(), token("1", ann, 1), 0))
	checkError(t, nil, b.Create(t.Context(), token("1", ben, 2), 0))
	checkError(t, nil, b.Create(t.Context(), token("2", ben, 3), 0))
	checkError(t, nil, a.PutRecord("clock", []byte("of a")))
	f = reopen(t, f, path)
	a, b = openNamespace(t, f, "a"), openNamespace(t, f, "b")
	loadTenant(t, a)
	loadTenant(t, b)
	checkTokens(t, []*pat.Token{token("1", ann, 1)}, a)
	checkTokens(t, []*pat.Token{token("1", ben, 2), token("2", ben, 3)}, b)
	got, err := b.Record("clock")
	if got != nil || err != nil {
		t.Errorf("Record() of the other namespace = %q, %v, want nil, nil", got, err)
	}
}

func TestDelete(t *testing.T) {
	f, path, s := newStore(t, token("1", ann, 1))
	checkError(t, nil, s.PutRecord("clock", []byte("noon")))
	checkError(t, nil, f.Delete("default"))
	checkError(t, nil, f.Delete("default"))

	// The deleted store works in memory only, and does not affect a new namespace of that name.
	checkError(t, nil, s.Create(t.Context(), token("2", ann, 2), 0))
	checkError(t, nil, s.AddIdentity(t.Context(), pat.Identity{ID: "cem", Name: "Cem"}, nil))
	checkError(t, nil, s.PutRecord("clock", []byte("midnight")))
	checkTokens(t, []*pat.Token{token("1", ann, 1), token("2", ann, 2)}, s)

	next := openNamespace(t, f, "default")
	if next == s {
		t.Fatal("Namespace returned the deleted store")
	}
	checkError(t, nil, s.Create(t.Context(), token("3", ann, 3), 0))
	checkError(t, nil, s.PutRecord("clock", []byte("midnight")))
	checkError(t, nil, next.PutRecord("clock", []byte("morning")))
	record, err := s.Record("clock")
	if record != nil || err != nil {
		t.Errorf("Record() of the deleted namespace = %q, %v, want nil, nil", record, err)
	}
	if ok, err := s.Load(); ok || err != nil {
		t.Errorf("Load() of the deleted namespace = %t, %v, want false, nil", ok, err)
	}
	f = reopen(t, f, path)
	next = openNamespace(t, f, "default")
	if ok, err := next.Load(); ok || err != nil {
		t.Errorf("Load() of the new namespace = %t, %v, want false, nil", ok, err)
	}
	record, err = next.Record("clock")
	checkError(t, nil, err)
	if diff := cmp.Diff("morning", string(record)); diff != "" {
		t.Errorf("Record (-want +got):\n%s", diff)
	}
}

func TestDelete_UnopenedNamespace(t *testing.T) {
	f, path, _ := newStore(t, token("1", ann, 1))
	f = reopen(t, f, path)
	checkError(t, nil, f.Delete("default"))
	f = reopen(t, f, path)
	names, err := f.Namespaces()
	if names != nil || err != nil {
		t.Errorf("Namespaces() = %q, %v, want nil, nil", names, err)
	}
}

func TestKey(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	calls := 0
	generate := func() ([]byte, error) {
		calls++
		return []byte{0, 255, byte(calls)}, nil
	}
	check := func() {
		t.Helper()
		got, err := f.Key(generate)
		checkError(t, nil, err)
		if diff := cmp.Diff([]byte{0, 255, 1}, got); diff != "" {
			t.Errorf("Key (-want +got):\n%s", diff)
		}
	}
	errNoEntropy := errors.New("no entropy")
	got, err := f.Key(func() ([]byte, error) { return []byte("x"), errNoEntropy })
	checkError(t, errNoEntropy, err)
	if got != nil {
		t.Errorf("Key() = %x, want nil on error", got)
	}
	check()
	check()
	f = reopen(t, f, path)
	check()
}

func TestFile_FailsAfterClose(t *testing.T) {
	f, path, s := newStore(t, token("1", ann, 1))
	checkError(t, nil, f.Close())
	operations := []struct {
		name string
		run  func() error
	}{
		{"key", func() error {
			_, err := f.Key(func() ([]byte, error) { return nil, nil })
			return err
		}},
		{"namespaces", func() error { _, err := f.Namespaces(); return err }},
		{"namespace", func() error { _, err := f.Namespace("new"); return err }},
		{"delete", func() error { return f.Delete("default") }},
		{"load", func() error { _, err := s.Load(); return err }},
		{"record", func() error { _, err := s.Record("clock"); return err }},
		{"put record", func() error { return s.PutRecord("clock", []byte("noon")) }},
		{"create", func() error { return s.Create(t.Context(), token("2", ann, 2), 0) }},
	}
	for _, operation := range operations {
		t.Run(operation.name, func(t *testing.T) {
			err := operation.run()
			checkError(t, berrors.ErrDatabaseNotOpen, err)
			checkContains(t, err, path)
		})
	}
	t.Run("second close", func(t *testing.T) { checkError(t, nil, f.Close()) })
}
