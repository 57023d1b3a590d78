// Package file is the store that outlives the process: one file for every namespace, written by
// bbolt and synced before a change is acknowledged. It reads from memory.
//
// The file has a bucket "patmock" for the server itself, and in a bucket "namespaces" one for each.
package file

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/patmock/mockserver/internal/store/memory"
)

// Format names the form of a state file. A change to what is in it needs another name.
const Format = "patmock-state-2"

var (
	serverBucket     = []byte("patmock")
	namespacesBucket = []byte("namespaces")
	formatKey        = []byte("format")
)

// secretKey is the key of the signing secret, in the server's bucket.
const secretKey = "key"

// A File is an open state file. It belongs to this process until Close.
type File struct {
	// NameKey maps names to one text if they count as the same. Nil compares them to the letter. It
	// must not change once a namespace was opened.
	NameKey func(name string) string

	path   string
	db     *bbolt.DB
	commit func(func(*bbolt.Tx) error) error // db.Update

	mu     sync.Mutex // locked before writeLock
	stores map[string]*Store

	writeLock chan struct{} // full while a change is going on
	stopErr   error         // why nothing is written any more; guarded by writeLock
	lastErr   atomic.Pointer[WriteError]

	queueMu sync.Mutex
	queue   []*change
}

// Open opens a state file, or creates one that only this user may read. If the last change to it
// was not completely written, it logs that and drops the change, which was not acknowledged. Any
// other damage is an error, as is a file that another process has open; neither changes the file.
func Open(path string, log *slog.Logger) (*File, error) {
	db, err := open(path, log)
	if err != nil {
		return nil, fmt.Errorf("state file %s: %w", path, err)
	}
	return &File{
		path: path, db: db, commit: db.Update, stores: map[string]*Store{},
		writeLock: make(chan struct{}, 1),
	}, nil
}

// Close closes the file. Later writes fail.
func (f *File) Close() error { return f.db.Close() }

// Key returns the secret that the server signs with. The first call stores the result of generate.
func (f *File) Key(generate func() ([]byte, error)) (secret []byte, err error) {
	err = f.update(func(tx *bbolt.Tx) error {
		server := tx.Bucket(serverBucket)
		if value := server.Get([]byte(secretKey)); value != nil {
			data, err := stripChecksum("", secretKey, value)
			if err == nil {
				secret, err = slices.Clone(data), errUnchanged
			}
			return err
		}
		newSecret, err := generate()
		if err != nil {
			return err
		}
		encoded, err := values{secretKey: newSecret}.encode("")
		if err != nil {
			return err
		}
		secret = newSecret
		return server.Put([]byte(secretKey), encoded[secretKey])
	})
	if err != nil {
		return nil, fmt.Errorf("key of state file %s: %w", f.path, err)
	}
	return secret, nil
}

// Namespaces lists the names of the namespaces, sorted.
func (f *File) Namespaces() ([]string, error) {
	var names []string
	err := f.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(namespacesBucket).ForEachBucket(func(name []byte) error {
			names = append(names, string(name))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("namespaces of state file %s: %w", f.path, err)
	}
	return names, nil
}

// Namespace returns the store of a namespace, the same at every call, and creates the namespace if
// there is none. Load reads it into memory.
func (f *File) Namespace(name string) (*Store, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.stores[name]; s != nil {
		return s, nil
	}
	err := f.update(func(tx *bbolt.Tx) error {
		if tx.Bucket(namespacesBucket).Bucket([]byte(name)) != nil {
			return errUnchanged
		}
		_, err := createBucket(tx, name)
		return err
	})
	if err != nil {
		return nil, f.wrapError(name, err)
	}
	f.stores[name] = &Store{Store: memory.NewKeyed(f.NameKey), file: f, name: name}
	return f.stores[name], nil
}

// Delete removes namespaces that exist. Later writes to their stores stay in memory only.
func (f *File) Delete(names ...string) error {
	f.mu.Lock() // until the stores know, so that no new namespace has their names
	defer f.mu.Unlock()
	err := f.update(func(tx *bbolt.Tx) error {
		for _, name := range names {
			if err := removeBucket(tx, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return f.wrapError(strings.Join(names[:min(len(names), maxErrorNames)], ", "), err)
	}
	for _, name := range names {
		if s := f.stores[name]; s != nil {
			s.deleted.Store(true)
			delete(f.stores, name)
		}
	}
	return nil
}

// maxErrorNames bounds how many namespaces an error names.
const maxErrorNames = 5

// A change shares a transaction, and its sync, with others.
type change struct {
	store   *Store
	apply   func() error // carries out the change in memory, or rejects it
	undo    func()       // takes it back from memory
	encoded map[string][]byte
	err     error
	done    chan struct{}
}

// submit returns once a change is synced. The changes that queue up meanwhile share the next
// transaction.
func (f *File) submit(c *change) error {
	c.done = make(chan struct{})
	f.queueMu.Lock()
	f.queue = append(f.queue, c)
	f.queueMu.Unlock()
	select {
	case <-c.done:
	case f.writeLock <- struct{}{}:
		runtime.Gosched() // those whose changes were synced just now may have the next ready
		f.queueMu.Lock()
		batch := f.queue
		f.queue = nil
		f.queueMu.Unlock()
		f.applyBatch(batch)
		<-f.writeLock
		<-c.done
	}
	return c.err
}

// applyBatch carries out changes in one transaction. If it fails, none of them is in memory
// either.
func (f *File) applyBatch(batch []*change) {
	var applied []*change
	for _, c := range batch {
		if c.err = c.apply(); c.err == nil {
			applied = append(applied, c)
		}
	}
	if len(applied) > 0 {
		f.writeBatch(applied)
	}
	for _, c := range batch {
		close(c.done)
	}
}

func (f *File) writeBatch(changes []*change) {
	err := f.transact(func(tx *bbolt.Tx) error {
		for _, c := range changes {
			if err := c.store.put(tx, c.encoded); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, c := range slices.Backward(changes) {
		c.undo()
		c.err = f.wrapError(c.store.name, err)
	}
}

// update runs one transaction while no other change is going on.
func (f *File) update(do func(*bbolt.Tx) error) error {
	f.writeLock <- struct{}{}
	defer func() { <-f.writeLock }()
	return f.transact(do)
}

// errUnchanged ends a transaction that has nothing to write.
var errUnchanged = errors.New("nothing has changed")

// transact runs one transaction, in turn. A failed one has changed nothing, unless the file has the
// change all the same, as when only the sync failed: memory and file would differ then, so that
// nothing more is written.
func (f *File) transact(do func(*bbolt.Tx) error) error {
	if f.stopErr != nil {
		return f.newWriteError(f.stopErr)
	}
	var id int
	var doErr error
	err := f.commit(func(tx *bbolt.Tx) error {
		id = tx.ID()
		doErr = do(tx)
		return doErr
	})
	switch {
	case errors.Is(err, errUnchanged):
		return nil
	case err == nil:
		f.lastErr.Store(nil)
		return nil
	}
	_ = f.db.View(func(tx *bbolt.Tx) error { // fails if the file is closed
		if tx.ID() == id {
			f.stopErr = fmt.Errorf("%w: %w", ErrStopped, err)
		}
		return nil
	})
	if doErr != nil || errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return err
	}
	return f.newWriteError(err)
}

// newWriteError returns and remembers an error of the disk.
func (f *File) newWriteError(err error) error {
	writeErr := &WriteError{f.path, err}
	f.lastErr.Store(writeErr)
	return writeErr
}

// WriteError returns why the last change could not be written, nil if it was.
func (f *File) WriteError() error {
	if err := f.lastErr.Load(); err != nil {
		return err
	}
	return nil
}

func (f *File) wrapError(namespace string, err error) error {
	return fmt.Errorf("namespace %q in state file %s: %w", namespace, f.path, err)
}
