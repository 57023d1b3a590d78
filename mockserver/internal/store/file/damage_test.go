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

// A sample is a closed file of every kind of page, as it was and with one change more.
type sample struct {
	path          string
	bytes, before []byte
	// content is what it holds, and contentBefore what it held before its last change.
	content, contentBefore map[string]content
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
	s := namespace(t, f, "default")
	checkError(t, nil, s.Replace(t.Context(), tenant))
	checkError(t, nil, s.PutRecord("large", bytes.Repeat([]byte("of several pages "), 600)))
	checkError(t, nil,
		namespace(t, f, "small").AddIdentity(t.Context(), pat.Identity{ID: "ann", Name: "ann"},
			nil))
	_, err := f.Key(func() ([]byte, error) { return []byte("key"), nil })
	checkError(t, nil, err)
	m := sample{path: path, contentBefore: contentOfFile(t, f)}
	m.before, err = os.ReadFile(path)
	checkError(t, nil, err)
	last, err := s.Token(t.Context(), "token-30")
	checkError(t, nil, err)
	checkError(t, nil, s.Swap(t.Context(), rename(last, "last")))
	m.content = contentOfFile(t, f)
	checkError(t, nil, f.Close())
	m.bytes, err = os.ReadFile(path)
	checkError(t, nil, err)
	return m
}

// contentOfFile is all that there is, by namespace; the server's own is that of no name.
func contentOfFile(t *testing.T, f *file.File) map[string]content {
	t.Helper()
	names, err := f.Namespaces()
	checkError(t, nil, err)
	contents := map[string]content{}
	for _, name := range names {
		s := namespace(t, f, name)
		_, err := s.Load()
		checkError(t, nil, err)
		tenant, err := s.Snapshot(t.Context())
		checkError(t, nil, err)
		contents[name] = contentOf(tenant)
		for _, record := range []string{"large", "clock"} {
			data, err := s.Record(record)
			checkError(t, nil, err)
			contents[name+"/"+record] = content{Tenant: pat.Tenant{Name: string(data)}}
		}
	}
	key, err := f.Key(func() ([]byte, error) { return []byte("another key"), nil })
	checkError(t, nil, err)
	contents[""] = content{Tenant: pat.Tenant{Name: string(key)}}
	return contents
}

// An outcome is what becomes of a damaged file. Any other is an error.
type outcome string

const (
	rejected outcome = "refused"
	intact   outcome = "same" // with nothing missing and nothing to say
	dropped  outcome = "dropped"
)

// try opens other bytes in the place of the sample's.
func (m sample) try(t *testing.T, data []byte) (outcome, error) {
	t.Helper()
	checkError(t, nil, os.WriteFile(m.path, data, 0o600))
	f, warnings, err := tryOpen(m.path)
	if err != nil {
		after, _ := os.ReadFile(m.path)
		if !bytes.Equal(data, after) {
			t.Errorf("the refused file was changed: %v", err)
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
	if !reflect.DeepEqual(want, got) { // which is a hundred times as fast as
		t.Errorf("content (-want +got):\n%s", cmp.Diff(want, got))
	}
	return result, nil
}

// modify returns the sample's bytes with a change to them.
func (m sample) modify(change func([]byte)) []byte {
	data := bytes.Clone(m.bytes)
	change(data)
	return data
}

// newestMeta is where the meta page of the last change starts.
func newestMeta(file []byte) int {
	if binary.NativeEndian.Uint64(file[64:]) > binary.NativeEndian.Uint64(file[pageSize+64:]) {
		return 0
	}
	return pageSize
}

// end is the first page that was never used: bbolt keeps some in reserve.
func (m sample) end() int {
	return int(binary.NativeEndian.Uint64(m.bytes[newestMeta(m.bytes)+56:]))
}

func TestOpen_AcceptsIntactFile(t *testing.T) {
	m := newSample(t)
	got, err := m.try(t, m.bytes)
	checkError(t, nil, err)
	if got != intact {
		t.Errorf("outcome is %s, want the same", got)
	}
}

// Both meta pages are valid at rest. A torn one is the last change, which nobody was told of.
func TestOpen_DropsTornChange(t *testing.T) {
	m := newSample(t)
	last := newestMeta(m.bytes)
	zero := func(from, to int) func([]byte) { return func(b []byte) { clear(b[from:to]) } }
	flip := func(at int) func([]byte) { return func(b []byte) { b[at] ^= 0x10 } }
	tests := []struct {
		name   string
		change func([]byte)
		want   outcome
	}{
		{"all of the page", zero(last, last+pageSize), dropped},
		{"its first sector", zero(last, last+512), dropped},
		{"its second half", zero(last+40, last+pageSize), dropped},
		{"magic number", flip(last + 16), dropped},
		{"page size", flip(last + 24), dropped},
		{"root", flip(last + 32), dropped},
		{"number of the change", flip(last + 64), dropped},
		{"checksum", flip(last + 72), dropped},
		{"what follows it, which nobody reads", zero(last+80, last+pageSize), intact},
		{"the other one", flip(pageSize - last + 72), dropped},
		{"both", func(b []byte) { b[72] ^= 1; b[pageSize+72] ^= 1 }, rejected},
		{"all of both", zero(0, 2*pageSize), rejected},
		{"header alone", flip(last + 8), rejected},
		{"id alone", flip(last), rejected},
		{"a page in use that is free as well beside it", func(b []byte) {
			clear(b[last : last+pageSize])
			other := b[pageSize-last:]
			root, freelist := binary.NativeEndian.Uint64(other[32:]),
				binary.NativeEndian.Uint64(other[48:])
			copy(b[freelist*pageSize+16:], binary.NativeEndian.AppendUint64(nil, root))
		}, rejected},
		{
			"a page that is damaged beside it", func(b []byte) {
				clear(b[last : last+pageSize])
				clear(b[2*pageSize : 20*pageSize])
			}, rejected,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := m.try(t, m.modify(test.change)); got != test.want {
				t.Errorf("outcome is %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

// A torn change is told of once, and what follows it is written as ever.
func TestWrite_AfterTornChange(t *testing.T) {
	m := newSample(t)
	last := newestMeta(m.bytes)
	checkError(t, nil,
		os.WriteFile(m.path, m.modify(func(b []byte) { clear(b[last : last+pageSize]) }), 0o600))
	f, warnings := openWithWarnings(t, m.path)
	if warnings == "" {
		t.Error("there was no warning")
	}
	f = reopen(t, f, m.path)
	s := namespace(t, f, "default")
	load(t, s)
	checkError(t, nil, s.Create(t.Context(), token("new", ben, 1), 0))
	f = reopen(t, f, m.path)
	if got := load(t, namespace(t, f, "default")); len(got.Tokens) != 61 {
		t.Errorf("there are %d tokens, want 61", len(got.Tokens))
	}
}

// isRejection reports whether the error says what a file is that is not opened.
func isRejection(err error) bool {
	return errors.Is(err, file.ErrDamaged) || errors.Is(err, file.ErrForeign) ||
		errors.As(err, new(file.FormatError))
}

// One wrong bit in any page is noticed, or nobody reads it; the process goes on in any case.
func TestOpen_DetectsFlippedBits(t *testing.T) {
	m := newSample(t)
	random := rand.New(rand.NewPCG(1, 2))
	count := map[outcome]int{}
	exhaustive := os.Getenv("PATMOCK_FLIP_ALL") != "" // which takes minutes
	for page := range len(m.bytes) / pageSize {
		for i := 0; i < pageSize; i++ {
			// beyond the header and the first elements, here and there
			if !exhaustive && (i >= 48 || page >= m.end()) {
				i += random.IntN(pageSize / 8)
			}
			offset := page*pageSize + min(i, pageSize-1)
			bit := byte(1) << random.IntN(8)
			got, err := m.try(t, m.modify(func(b []byte) { b[offset] ^= bit }))
			count[got]++
			if got == dropped && page > 1 || got == rejected && !isRejection(err) {
				t.Errorf("outcome is %s (%v)", got, err)
			}
			if t.Failed() {
				t.Fatalf("with bit %08b of byte %d of page %d flipped", bit, i, page)
			}
		}
	}
	t.Log(count)
	for _, outcome := range []outcome{rejected, intact, dropped} {
		if count[outcome] == 0 {
			t.Errorf("no outcome is %s: the test does not reach what it should", outcome)
		}
	}
}

// Whatever a thousand files have in the place of some of their bytes, none hangs or ends the
// process.
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
			t.Errorf("outcome is %s (%v)", got, err)
		}
		if t.Failed() {
			t.Fatalf("file %d, with %d other bytes from %d on", i, length, from)
		}
	}
	t.Log(count)
	if count[rejected] < files/4 {
		t.Errorf("%d files of %d were refused: the test does not reach what it should",
			count[rejected], files)
	}
}

// A page that is lost, holds what it held earlier, or what another holds, is noticed.
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
		{"the page before it", func(i int) []byte { return page(m.bytes, max(i-1, 2)) }},
		{"the page after it", func(i int) []byte { return page(m.bytes, min(i+1, pages-1)) }},
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
				t.Error("nothing was refused")
			}
		})
	}
}

// branch is a page of branches that is in use.
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
	t.Fatal("the sample has no page of branches")
	return 0
}

// bbolt would follow a circle for ever, and read past the end of the file.
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
				t.Fatalf("outcome is %s, want refused", got)
			}
			checkError(t, file.ErrDamaged, err)
			if !errors.As(err, new(*file.PageError)) {
				t.Errorf("error is %v, want one about a page", err)
			}
		})
	}
}

// Where a branch has a wrong key, everything is there, and would not be found.
func TestOpen_RejectsInvalidBranchKey(t *testing.T) {
	m := newSample(t)
	element := m.branch(t)*pageSize + 16 + 16 // the second
	key := element + int(binary.NativeEndian.Uint32(m.bytes[element:]))
	got, err := m.try(t, m.modify(func(b []byte) { b[key]++ }))
	if got != rejected {
		t.Fatalf("outcome is %s, want refused", got)
	}
	checkError(t, file.ErrDamaged, err)
	checkText(t, err, "key") // bbolt's words
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
				t.Errorf("outcome is %s (%v), want %s", got, err, want)
			}
			if length > 80 && length < end {
				checkError(t, file.ErrDamaged, err)
				checkError(t, file.ErrCutOff, err)
			}
		})
	}
}
