package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// An inspection is the result of checking a file.
type inspection struct {
	torn bool  // the last change was not completely written
	used int64 // bytes in pages that are in use
	size int64
}

// inspect rejects a damaged file. It holds bbolt's lock during the check and does not modify the
// file.
func inspect(path string) (result inspection, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return result, err
	}
	defer func() { _ = file.Close() }()
	db, err := openDB(path, bbolt.Options{ReadOnly: true})
	if errors.Is(err, ErrInUse) {
		return result, err
	}
	if err == nil {
		defer func() { _ = db.Close() }()
	}
	metas, metaErr := readMetas(file)
	if metaErr == nil {
		result.size, metaErr = checkSize(file, metas.newest())
	}
	if metaErr != nil { // more specific than bbolt's error
		return result, metaErr
	}
	if err != nil {
		return result, err
	}
	used, err := walk(file, metas.newest())
	if err != nil {
		return result, newDamageError(&PageError{err})
	}
	result.torn, result.used = metas.torn(), int64(used)*pageSize
	return result, recoverFault(func() error { return db.View(verify) })
}

// recoverFault converts a fault in the memory map of a file to an error.
func recoverFault(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			err = newDamageError(fmt.Errorf("it cannot be read: %v", cause))
		}
	}()
	return read()
}

// PageError reports pages that do not form a tree.
type PageError struct{ Err error }

func (e *PageError) Error() string { return e.Err.Error() }

func (e *PageError) Unwrap() error { return e.Err }

// bbolt does not validate the numbers in a file, not even in its Check. It follows them past the
// end of the file or in a cycle. Because bbolt maps the file into memory, this crashes the process.
// Therefore the code below first reads the file page by page. The layout is that of bbolt's
// internal/common (https://github.com/etcd-io/bbolt/tree/v1.5.0/internal/common).

const (
	headerSize = 16 // page header: id, flags, number of elements, overflow pages
	// branch element: offset, key size, page; leaf element: flags, offset, key and value size
	elementSize = 16
	metaSize    = 64

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10

	bucketElement = 0x01

	metaMagic   = 0xED0CDAED
	metaVersion = 2
)

var byteOrder = binary.NativeEndian // files are not portable between byte orders

// A meta is one of the first two pages. A change overwrites the older one.
type meta struct {
	hasMagic  bool // has bbolt's magic number
	valid     bool
	hasHeader bool // has the header of a meta page
	txID      uint64
	root      uint64 // root page of the top-level bucket
	freelist  uint64
	end       uint64 // number of pages that are in use or free
}

type metas [2]meta

// newest returns the valid meta page of the last change.
func (m metas) newest() meta {
	if m[1].valid && (!m[0].valid || m[1].txID > m[0].txID) {
		return m[1]
	}
	return m[0]
}

func (m metas) torn() bool { return m[0].valid != m[1].valid }

// readMetas rejects a file in which neither meta page is valid.
func readMetas(file io.ReaderAt) (metas, error) {
	var m metas
	for i := range m {
		page := make([]byte, headerSize+metaSize)
		if _, err := file.ReadAt(page, int64(i)*pageSize); err != nil && !errors.Is(err, io.EOF) {
			return m, err
		}
		m[i] = readMeta(page, uint64(i))
	}
	switch {
	case !m[0].hasMagic && !m[1].hasMagic:
		return m, ErrForeign
	case !m[0].valid && !m[1].valid:
		return m, newDamageError(errors.New("neither of its first two pages is valid"))
	case m[0].valid && !m[0].hasHeader, m[1].valid && !m[1].hasHeader:
		return m, newDamageError(errors.New("one of its first two pages has an invalid header"))
	}
	return m, nil
}

func readMeta(page []byte, id uint64) meta {
	header, body := page[:headerSize], page[headerSize:]
	sum := fnv.New64a()
	_, _ = sum.Write(body[:metaSize-8])
	m := meta{
		hasMagic:  byteOrder.Uint32(body) == metaMagic,
		hasHeader: byteOrder.Uint64(header) == id && byteOrder.Uint16(header[8:]) == metaPage,
		root:      byteOrder.Uint64(body[16:]), // followed by an unused sequence
		freelist:  byteOrder.Uint64(body[32:]), end: byteOrder.Uint64(body[40:]),
		txID: byteOrder.Uint64(body[48:]),
	}
	m.valid = m.hasMagic && byteOrder.Uint32(body[4:]) == metaVersion &&
		byteOrder.Uint32(body[8:]) == pageSize && byteOrder.Uint64(body[56:]) == sum.Sum64()
	return m
}

// checkSize returns the size of a file, and rejects a truncated file.
func checkSize(file *os.File, m meta) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if pages := uint64(info.Size()) / pageSize; pages < m.end { //nolint:gosec // never negative
		return 0, newDamageError(fmt.Errorf("%w: it has %d pages of %d", ErrCutOff, pages, m.end))
	}
	return info.Size(), nil
}

// A walker visits every page in use exactly once.
type walker struct {
	file    io.ReaderAt
	visited []bool // by page
	used    int

	lastKey    []byte // previous key in the same bucket
	allowEqual bool   // the next key may equal lastKey, the key of a branch
}

// walk checks that every page is readable, that page numbers are within the file, and that keys are
// in order. It returns the number of pages in use.
func walk(file io.ReaderAt, m meta) (used int, err error) {
	w := &walker{file: file, visited: make([]bool, m.end), allowEqual: true}
	if err := w.tree(m.root); err != nil {
		return 0, err
	}
	used = w.used
	return used, w.freelist(m.freelist)
}

// page reads a page including its overflow pages.
func (w *walker) page(id uint64) (page, error) {
	pageError := func(problem string) (page, error) {
		return nil, fmt.Errorf("page %d %s", id, problem)
	}
	end := uint64(len(w.visited))
	if id < 2 || id >= end {
		return pageError("does not exist")
	}
	p := make(page, pageSize)
	//nolint:gosec // less than the size of the file
	if _, err := w.file.ReadAt(p, int64(id)*pageSize); err != nil {
		return nil, err
	}
	overflow := uint64(byteOrder.Uint32(p[12:]))
	if byteOrder.Uint64(p) != id || overflow >= end-id {
		return pageError("has an invalid header")
	}
	for i := id; i <= id+overflow; i++ {
		if w.visited[i] {
			return pageError("is in use twice")
		}
		w.visited[i] = true
		w.used++
	}
	if overflow == 0 {
		return p, nil
	}
	p = make(page, (1+overflow)*pageSize)
	_, err := w.file.ReadAt(p, int64(id)*pageSize) //nolint:gosec // less than the size of the file
	return p, err
}

// tree visits the pages of a bucket.
func (w *walker) tree(id uint64) error {
	p, err := w.page(id)
	if err != nil {
		return err
	}
	if p.flags() == branchPage {
		err = w.branch(p)
	} else {
		err = w.leaf(p)
	}
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// checkOrder checks that key sorts after the previous key. The keys below a branch start with the
// key of the branch or a later one.
func (w *walker) checkOrder(key []byte, branch bool) error {
	if c := bytes.Compare(key, w.lastKey); c < 0 || c == 0 && !w.allowEqual {
		return errors.New("a key is not in order")
	}
	w.lastKey, w.allowEqual = key, branch
	return nil
}

func (w *walker) branch(p page) error {
	if p.count() == 0 {
		return errInvalidPage
	}
	for i := range p.count() {
		element, err := p.element(i)
		if err != nil {
			return err
		}
		key, err := p.keyValue(i, byteOrder.Uint32(element), byteOrder.Uint32(element[4:]), 0)
		if err != nil {
			return err
		}
		if err := w.checkOrder(key, true); err != nil {
			return err
		}
		if err := w.tree(byteOrder.Uint64(element[8:])); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) leaf(p page) error {
	if p.flags() != leafPage {
		return errInvalidPage
	}
	for i := range p.count() {
		element, err := p.element(i)
		if err != nil {
			return err
		}
		flags, keySize := byteOrder.Uint32(element), byteOrder.Uint32(element[8:])
		value, err := p.keyValue(i, byteOrder.Uint32(element[4:]), keySize,
			byteOrder.Uint32(element[12:]))
		if err != nil || flags > bucketElement || keySize == 0 {
			return errInvalidPage
		}
		if err := w.checkOrder(value[:keySize], false); err != nil {
			return err
		}
		if flags == bucketElement {
			if err := w.bucket(value[keySize:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucket visits a nested bucket. A small bucket has no page of its own and follows its header.
func (w *walker) bucket(value page) error {
	const bucketSize = 16 // page and sequence
	if len(value) < bucketSize {
		return errInvalidPage
	}
	outer := w.lastKey
	w.lastKey, w.allowEqual = nil, true
	defer func() { w.lastKey, w.allowEqual = outer, false }()
	if root := byteOrder.Uint64(value); root != 0 {
		return w.tree(root)
	}
	inline := value[bucketSize:]
	if len(inline) < headerSize {
		return errInvalidPage
	}
	return w.leaf(inline)
}

// freelist checks that every page is either in use or free.
func (w *walker) freelist(id uint64) error {
	p, err := w.page(id)
	if err != nil {
		return err
	}
	free, count := p[headerSize:], uint64(p.count()) //nolint:gosec // never negative
	// the first element has the actual count
	if count == 0xFFFF {
		count, free = byteOrder.Uint64(free), free[8:]
	}
	if p.flags() != freelistPage || count > uint64(len(free))/8 {
		return fmt.Errorf("page %d: %w", id, errInvalidPage)
	}
	for i := range count {
		page := byteOrder.Uint64(free[8*i:])
		if page < 2 || page >= uint64(len(w.visited)) || w.visited[page] {
			return fmt.Errorf("page %d is listed as free twice, is also in use, or does not exist",
				page)
		}
		w.visited[page] = true
		w.used++
	}
	if pages := len(w.visited) - 2; w.used != pages {
		return fmt.Errorf("%d of %d pages are neither in use nor free", pages-w.used, pages)
	}
	return nil
}

// A page is a header and its elements.
type page []byte

var errInvalidPage = errors.New("it is corrupt")

func (p page) flags() uint16 { return byteOrder.Uint16(p[8:]) }
func (p page) count() int    { return int(byteOrder.Uint16(p[10:])) }

func (p page) element(i int) ([]byte, error) {
	offset := headerSize + i*elementSize
	if offset+elementSize > len(p) {
		return nil, errInvalidPage
	}
	return p[offset : offset+elementSize], nil
}

// keyValue returns the key and value of element i. The offset is relative to the element.
func (p page) keyValue(i int, offset, keySize, valueSize uint32) (page, error) {
	start := headerSize + uint64(i)*elementSize + uint64(offset) //nolint:gosec // never negative
	end := start + uint64(keySize) + uint64(valueSize)
	if end > uint64(len(p)) {
		return nil, errInvalidPage
	}
	return p[start:end], nil
}
