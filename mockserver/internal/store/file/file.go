// Package file implements a persistent store: one bbolt file for all namespaces. A change is synced
// to disk before it is acknowledged. Reads are served from memory.
//
// The file has a bucket "patmock" for the server itself, and a bucket "namespaces" that contains
// one bucket per namespace.
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

// Format identifies the format of a state file. A change to the content requires another name.
const Format = "patmock-state-2"

var (
	serverBucket     = []byte("patmock")
	namespacesBucket = []byte("namespaces")
	formatKey        = []byte("format")
)

// secretKey is the key of the signing secret in the server's bucket.
const secretKey = "key"

// A File is an open state file. No other process can open it until Close.
type File struct {
	// NameKey maps equal names to the same key. Nil compares names exactly. It must not change
	// after the first call of Namespace.
	NameKey func(name string) string

	path   string
	db     *bbolt.DB
	commit func(func(*bbolt.Tx) error) error // db.Update

	mu     sync.Mutex // locked before writeLock
	stores map[string]*Store

	writeLock chan struct{} // full while a change is in progress
	stopErr   error         // stops all later writes; guarded by writeLock
	lastErr   atomic.Pointer[WriteError]

	queueMu sync.Mutex
	queue   []*change
}

// Open opens a state file, or creates one that is readable only by the current user. If the last
// change was not completely written, Open logs a warning and drops the change. Such a change was
// never acknowledged. All other damage is an error. A file that another process has open is also an
// error. Open does not modify the file in these cases.
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

// Namespaces returns the sorted names of the namespaces.
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

// Namespace returns the store of a namespace, and creates the namespace if it does not exist. All
// calls return the same store. The caller must call Load to read the namespace into memory.
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

// Delete removes the named namespaces if they exist. Later writes to their stores only change
// memory.
func (f *File) Delete(names ...string) error {
	f.mu.Lock() // no new namespace may take a name before its store is marked
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

// maxErrorNames is the maximum number of namespaces that an error lists.
const maxErrorNames = 5

// A change shares a transaction, and its sync, with other changes.
type change struct {
	store   *Store
	apply   func() error // applies the change to memory, or rejects it
	undo    func()       // reverts apply
	encoded map[string][]byte
	err     error
	done    chan struct{}
}

// submit applies a change and returns when it is synced. Changes that are queued in the meantime
// share the next transaction.
func (f *File) submit(c *change) error {
	c.done = make(chan struct{})
	f.queueMu.Lock()
	f.queue = append(f.queue, c)
	f.queueMu.Unlock()
	select {
	case <-c.done:
	case f.writeLock <- struct{}{}:
		runtime.Gosched() // let the callers of the last batch queue their next changes
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

// applyBatch applies changes in one transaction. If the transaction fails, it reverts all of them
// in memory.
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

// writeBatch writes changes that are already applied to memory, and reverts them on failure.
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

// update runs one transaction while no other change is in progress.
func (f *File) update(do func(*bbolt.Tx) error) error {
	f.writeLock <- struct{}{}
	defer func() { <-f.writeLock }()
	return f.transact(do)
}

// errUnchanged ends a transaction that has nothing to write.
var errUnchanged = errors.New("nothing has changed")

// transact runs one transaction. The caller must hold writeLock. A failed transaction has normally
// changed nothing. If the file contains the change anyway, for example because only the sync
// failed, memory and file differ. In that case transact stops all later writes.
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

// newWriteError returns an error of the disk and stores it for WriteError.
func (f *File) newWriteError(err error) error {
	writeErr := &WriteError{f.path, err}
	f.lastErr.Store(writeErr)
	return writeErr
}

// WriteError returns the reason why the last change could not be written, or nil if it was written.
func (f *File) WriteError() error {
	if err := f.lastErr.Load(); err != nil {
		return err
	}
	return nil
}

func (f *File) wrapError(namespace string, err error) error {
	return fmt.Errorf("namespace %q in state file %s: %w", namespace, f.path, err)
}
