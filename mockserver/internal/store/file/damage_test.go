package file_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

const pageSize = 4096

// A sample is a closed file with every kind of page, before and after its last change.
type sample struct {
	path          string
	bytes, before []byte
	// content is the decoded content of bytes, and contentBefore the decoded content of before.
	content, contentBefore map[string]comparableTenant
}

func newSample(t *testing.T) sample {
	t.Helper()
	path := newPath(t)
	f := open(t, path)
	tenant := pat.Tenant{
		Name: "acme", Identities: []pat.Identity{{ID: "ann"}, {ID: "ben"}},
		APIClients: []pat.APIClient{{ID: "ci"}}, ScopeSets: scopeSets(0, 2),
	}
	for i := range 60 { // enough for a page of branches
		tenant.Tokens = append(tenant.Tokens, token(fmt.Sprintf("token-%02d", i), ann, i%60))
	}
	s := openNamespace(t, f, "default")
	checkError(t, nil, s.Replace(t.Context(), tenant))
	checkError(t, nil, s.PutRecord("large", bytes.Repeat([]byte("of several pages "), 600)))
	checkError(t, nil,
		openNamespace(t, f, "small").AddIdentity(t.Context(), pat.Identity{ID: "ann", Name: "ann"},
			nil))
	_, err := f.Key(func() ([]byte, error) { return []byte("key"), nil })
	checkError(t, nil, err)
	m := sample{path: path, contentBefore: contentOfFile(t, f)}
	m.before, err = os.ReadFile(path)
	checkError(t, nil, err)
	last, err := s.Token(t.Context(), "token-30")
	checkError(t, nil, err)
	checkError(t, nil, s.Swap(t.Context(), renameChange(last, "last")))
	m.content = contentOfFile(t, f)
	checkError(t, nil, f.Close())
	m.bytes, err = os.ReadFile(path)
	checkError(t, nil, err)
	return m
}

// contentOfFile maps each namespace to its tenant, "NAMESPACE/RECORD" to a record and "" to the
// key. Records and the key are returned as names of tenants.
func contentOfFile(t *testing.T, f *file.File) map[string]comparableTenant {
	t.Helper()
	names, err := f.Namespaces()
	checkError(t, nil, err)
	contents := map[string]comparableTenant{}
	for _, name := range names {
		s := openNamespace(t, f, name)
		_, err := s.Load()
		checkError(t, nil, err)
		tenant, err := s.Snapshot(t.Context())
		checkError(t, nil, err)
		contents[name] = toComparable(tenant)
		for _, record := range []string{"large", "clock"} {
			data, err := s.Record(record)
			checkError(t, nil, err)
			contents[name+"/"+record] = comparableTenant{Tenant: pat.Tenant{Name: string(data)}}
		}
	}
	key, err := f.Key(func() ([]byte, error) { return []byte("another key"), nil })
	checkError(t, nil, err)
	contents[""] = comparableTenant{Tenant: pat.Tenant{Name: string(key)}}
	return contents
}

// An outcome is the result of opening a damaged file. Any other result is a test failure.
type outcome string

const (
	rejected outcome = "rejected"
	intact   outcome = "intact" // complete content, no warning
	dropped  outcome = "dropped"
)

// try opens a file with the given content.
func (m sample) try(t *testing.T, data []byte) (outcome, error) {
	t.Helper()
	checkError(t, nil, os.WriteFile(m.path, data, 0o600))
	f, warnings, err := tryOpen(m.path)
	if err != nil {
		after, _ := os.ReadFile(m.path)
		if !bytes.Equal(data, after) {
			t.Errorf("rejected file was changed: %v", err)
		}
		return rejected, err
	}
	got := contentOfFile(t, f)
	checkError(t, nil, f.Close())
	want, result := m.content, intact
	if warnings != "" {
		if !strings.HasPrefix(warnings, "level=WARN ") || !strings.Contains(warnings, m.path) {
			t.Errorf("warned %q, want a warning about the file", warnings)
		}
		golden.Check(t, "testdata/log.golden", "torn change",
			strings.ReplaceAll(warnings, m.path, "FILE"))
		result = dropped
		if !reflect.DeepEqual(want, got) {
			want = m.contentBefore
		}
	}
	if !reflect.DeepEqual(want, got) { // a hundred times as fast as cmp.Diff
		t.Errorf("content (-want +got):\n%s", cmp.Diff(want, got))
	}
	return result, nil
}

// modify returns a changed copy of the sample's bytes.
func (m sample) modify(change func([]byte)) []byte {
	data := bytes.Clone(m.bytes)
	change(data)
	return data
}

// newestMeta returns the offset of the newest meta page.
func newestMeta(file []byte) int {
	if binary.NativeEndian.Uint64(file[64:]) > binary.NativeEndian.Uint64(file[pageSize+64:]) {
		return 0
	}
	return pageSize
}

// end returns the number of the first unused page. bbolt reserves some pages.
func (m sample) end() int {
	return int(binary.NativeEndian.Uint64(m.bytes[newestMeta(m.bytes)+56:]))
}

func TestOpen_AcceptsIntactFile(t *testing.T) {
	m := newSample(t)
	got, err := m.try(t, m.bytes)
	checkError(t, nil, err)
	if got != intact {
		t.Errorf("outcome = %s, want intact", got)
	}
}

// Both meta pages are valid in a closed file. A torn one belongs to the last change. That change
// was not acknowledged.
func TestOpen_DropsTornChange(t *testing.T) {
	m := newSample(t)
	last := newestMeta(m.bytes)
	zero := func(from, to int) func([]byte) { return func(b []byte) { clear(b[from:to]) } }
	flip := func(offset int) func([]byte) { return func(b []byte) { b[offset] ^= 0x10 } }
	tests := []struct {
		name   string
		change func([]byte)
		want   outcome
	}{
		{"all of the page", zero(last, last+pageSize), dropped},
		{"first sector", zero(last, last+512), dropped},
		{"second half", zero(last+40, last+pageSize), dropped},
		{"magic number", flip(last + 16), dropped},
		{"page size", flip(last + 24), dropped},
		{"root", flip(last + 32), dropped},
		{"number of the change", flip(last + 64), dropped},
		{"checksum", flip(last + 72), dropped},
		{"unused end of the page", zero(last+80, last+pageSize), intact},
		{"other meta page", flip(pageSize - last + 72), dropped},
		{"both", func(b []byte) { b[72] ^= 1; b[pageSize+72] ^= 1 }, rejected},
		{"all of both", zero(0, 2*pageSize), rejected},
		{"header alone", flip(last + 8), rejected},
		{"id alone", flip(last), rejected},
		{"torn change and a page that is both free and in use", func(b []byte) {
			clear(b[last : last+pageSize])
			other := b[pageSize-last:]
			root, freelist := binary.NativeEndian.Uint64(other[32:]),
				binary.NativeEndian.Uint64(other[48:])
			copy(b[freelist*pageSize+16:], binary.NativeEndian.AppendUint64(nil, root))
		}, rejected},
		{
			"torn change and a damaged page", func(b []byte) {
				clear(b[last : last+pageSize])
				clear(b[2*pageSize : 20*pageSize])
			}, rejected,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := m.try(t, m.modify(test.change)); got != test.want {
				t.Errorf("outcome = %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

// A torn change causes only one warning. Later writes succeed.
func TestWrite_AfterTornChange(t *testing.T) {
	m := newSample(t)
	last := newestMeta(m.bytes)
	checkError(t, nil,
		os.WriteFile(m.path, m.modify(func(b []byte) { clear(b[last : last+pageSize]) }), 0o600))
	f, warnings := openWithWarnings(t, m.path)
	if warnings == "" {
		t.Error("got no warning")
	}
	f = reopen(t, f, m.path)
	s := openNamespace(t, f, "default")
	loadTenant(t, s)
	checkError(t, nil, s.Create(t.Context(), token("new", ben, 1), 0))
	f = reopen(t, f, m.path)
	if got := loadTenant(t, openNamespace(t, f, "default")); len(got.Tokens) != 61 {
		t.Errorf("got %d tokens, want 61", len(got.Tokens))
	}
}

// isRejection reports whether err is one of the errors of a rejected file.
func isRejection(err error) bool {
	return errors.Is(err, file.ErrDamaged) || errors.Is(err, file.ErrForeign) ||
		errors.As(err, new(file.FormatError))
}

// A wrong bit in any used byte of a page is detected. The process never crashes.
func TestOpen_DetectsFlippedBits(t *testing.T) {
	m := newSample(t)
	random := rand.New(rand.NewPCG(1, 2))
	count := map[outcome]int{}
	exhaustive := os.Getenv("PATMOCK_FLIP_ALL") != "" // takes minutes
	for page := range len(m.bytes) / pageSize {
		for i := 0; i < pageSize; i++ {
			// only a sample after the header and the first elements
			if !exhaustive && (i >= 48 || page >= m.end()) {
				i += random.IntN(pageSize / 8)
			}
			offset := page*pageSize + min(i, pageSize-1)
			bit := byte(1) << random.IntN(8)
			got, err := m.try(t, m.modify(func(b []byte) { b[offset] ^= bit }))
			count[got]++
			if got == dropped && page > 1 || got == rejected && !isRejection(err) {
				t.Errorf("unexpected outcome %s (%v)", got, err)
			}
			if t.Failed() {
				t.Fatalf("with bit %08b of byte %d of page %d flipped", bit, i, page)
			}
		}
	}
	t.Log(count)
	for _, outcome := range []outcome{rejected, intact, dropped} {
		if count[outcome] == 0 {
			t.Errorf("no case has the outcome %s", outcome)
		}
	}
}

// Opening a thousand randomly damaged files neither hangs nor crashes the process.
func TestOpen_SurvivesRandomDamage(t *testing.T) {
	const files = 1000
	m := newSample(t)
	random := rand.New(rand.NewPCG(3, 4))
	count := map[outcome]int{}
	for i := range files {
		from := random.IntN(m.end() * pageSize)
		length := min(1<<random.IntN(14), len(m.bytes)-from)
		got, err := m.try(t, m.modify(func(b []byte) {
			for at := range length {
				b[from+at] = byte(random.Uint32())
			}
		}))
		count[got]++
		if got == dropped && from >= 2*pageSize || got == rejected && !isRejection(err) {
			t.Errorf("unexpected outcome %s (%v)", got, err)
		}
		if t.Failed() {
			t.Fatalf("file %d, with %d other bytes from %d on", i, length, from)
		}
	}
	t.Log(count)
	if count[rejected] < files/4 {
		t.Errorf("%d files of %d were rejected: the test has a gap", count[rejected], files)
	}
}

// A page is detected if it is lost, outdated, or has the content of another page.
func TestOpen_DetectsMisplacedPages(t *testing.T) {
	m := newSample(t)
	pages := len(m.bytes) / pageSize
	page := func(b []byte, i int) []byte { return b[i*pageSize : (i+1)*pageSize] }
	copies := []struct {
		name   string
		source func(i int) []byte
	}{
		{"zeros", func(int) []byte { return make([]byte, pageSize) }},
		{"ones", func(int) []byte { return bytes.Repeat([]byte{0xFF}, pageSize) }},
		{"text", func(int) []byte { return bytes.Repeat([]byte("tokens:\n"), pageSize/8) }},
		{"before the last change", func(i int) []byte {
			if (i+1)*pageSize > len(m.before) {
				return make([]byte, pageSize)
			}
			return page(m.before, i)
		}},
		{"page before it", func(i int) []byte { return page(m.bytes, max(i-1, 2)) }},
		{"page after it", func(i int) []byte { return page(m.bytes, min(i+1, pages-1)) }},
	}
	for _, c := range copies {
		t.Run(c.name, func(t *testing.T) {
			count := map[outcome]int{}
			for i := 2; i < pages; i++ {
				got, _ := m.try(t, m.modify(func(b []byte) { copy(page(b, i), c.source(i)) }))
				count[got]++
				if got == dropped {
					t.Errorf("page %d: a change was dropped", i)
				}
			}
			if count[rejected] == 0 {
				t.Error("rejected no file")
			}
		})
	}
}

// branch returns the number of a branch page that is in use.
func (m sample) branch(t *testing.T) int {
	t.Helper()
	for page := 2; page < m.end(); page++ {
		if header := m.bytes[page*pageSize:]; binary.NativeEndian.Uint64(header) != uint64(page) ||
			header[8] != 1 {
			continue
		}
		if got, _ := m.try(t,
			m.modify(func(b []byte) {
				clear(b[page*pageSize+16 : page*pageSize+
					32])
			})); got == rejected {
			return page
		}
	}
	t.Fatal("sample contains no branch page")
	return 0
}

// bbolt would follow a cycle forever, and read past the end of the file.
func TestOpen_RejectsInvalidPagePointers(t *testing.T) {
	m := newSample(t)
	branch := m.branch(t)
	child := branch*pageSize + 16 + 8
	second := binary.NativeEndian.Uint64(m.bytes[child+16:])
	for _, target := range []uint64{
		uint64(branch), 0, 1, second, 1 << 20, 1 << 40, 1<<64 - 1, uint64(m.end()),
	} {
		t.Run(fmt.Sprint(target), func(t *testing.T) {
			got, err := m.try(t, m.modify(func(b []byte) {
				binary.NativeEndian.PutUint64(b[child:], target)
			}))
			if got != rejected {
				t.Fatalf("outcome = %s, want rejected", got)
			}
			checkError(t, file.ErrDamaged, err)
			if !errors.As(err, new(*file.PageError)) {
				t.Errorf("error %v does not mention a page", err)
			}
		})
	}
}

// If a branch has a wrong key, no page is missing, but lookups would fail.
func TestOpen_RejectsInvalidBranchKey(t *testing.T) {
	m := newSample(t)
	element := m.branch(t)*pageSize + 16 + 16 // the second
	key := element + int(binary.NativeEndian.Uint32(m.bytes[element:]))
	got, err := m.try(t, m.modify(func(b []byte) { b[key]++ }))
	if got != rejected {
		t.Fatalf("outcome = %s, want rejected", got)
	}
	checkError(t, file.ErrDamaged, err)
	checkContains(t, err, "key") // bbolt's wording
}

func TestOpen_RejectsTruncatedFile(t *testing.T) {
	m := newSample(t)
	end := m.end() * pageSize
	lengths := []int{
		0, 1, 79, 80, 81, 4095, 4096, 4097, 4175, 4176, 8191, 8192, 8193, 3 * pageSize, end / 2,
		end - pageSize, end - 1, end, end + 1, len(m.bytes) - 1, len(m.bytes),
	}
	for _, length := range lengths {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			want := rejected
			if length >= end {
				want = intact
			}
			got, err := m.try(t, m.bytes[:length])
			if got != want {
				t.Errorf("outcome = %s (%v), want %s", got, err, want)
			}
			if length > 80 && length < end {
				checkError(t, file.ErrDamaged, err)
				checkError(t, file.ErrCutOff, err)
			}
		})
	}
}
