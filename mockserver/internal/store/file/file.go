// Package file is the store that outlives the process: one file for every namespace, written through
// bbolt and synced before a change is acknowledged. It reads from memory.
//
// The file has two buckets at its top: "patmock" for the server itself and "namespaces" with a bucket
// for each. Values are sealed, see seal, and each bucket keeps a tally, see tally: what is missing,
// moved or older than it should be is noticed when the file is opened.
package file

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/schema"
)

var (
	serverBucket     = []byte("patmock")
	namespacesBucket = []byte("namespaces")

	// The version of the form is a number in plain text, so that any version can read it. It has a
	// second key, since there are files without the first.
	schemaKey = []byte(schema.Field)
	formatKey = []byte("format")

	secretKey     = []byte("key")
	namespacesKey = []byte("namespaces") // the tally of their names
)

// A File is an open state file. It belongs to this process until Close.
type File struct {
	// NameKey maps names to one text if they count as the same. Nil compares them to the letter. It
	// must not change once a namespace was opened.
	NameKey func(name string) string

	path string
	db   *bbolt.DB
	// commit is db.Update.
	commit func(func(*bbolt.Tx) error) error

	mu    sync.Mutex // before that of a Store, and that before writing
	known map[string]*Store

	writing sync.Mutex
	broken  error // why nothing is written any more
	cause   atomic.Pointer[WriteError]
}

// Open opens a state file, or makes one that only this user may read. Where the last change to it was
// not completely written, that is logged and the change dropped: it was not acknowledged. Any other
// damage is an error, as is a file that another process has open; none of them changes the file.
func Open(path string, log *slog.Logger) (*File, error) {
	db, err := open(path, log)
	if err != nil {
		return nil, fmt.Errorf("state file %s: %w", path, err)
	}
	return &File{path: path, db: db, commit: db.Update, known: map[string]*Store{}}, nil
}

// Close lets go of the file. What is written later fails.
func (f *File) Close() error { return f.db.Close() }

// Key returns the secret that the server signs with. The first call keeps what generate returns.
func (f *File) Key(generate func() ([]byte, error)) ([]byte, error) {
	f.mu.Lock() // else two first calls would each keep one
	defer f.mu.Unlock()
	secret, err := f.secret()
	if err == nil && secret == nil {
		secret, err = f.makeSecret(generate)
	}
	if err != nil {
		return nil, fmt.Errorf("key of state file %s: %w", f.path, err)
	}
	return secret, nil
}

func (f *File) secret() (secret []byte, err error) {
	err = f.db.View(func(tx *bbolt.Tx) error {
		if sealed := tx.Bucket(serverBucket).Get(secretKey); sealed != nil {
			return place{key: string(secretKey)}.read(sealed, &secret)
		}
		return nil
	})
	return secret, err
}

func (f *File) makeSecret(generate func() ([]byte, error)) ([]byte, error) {
	secret, err := generate()
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return secret, f.update(func(tx *bbolt.Tx) error {
		return tx.Bucket(serverBucket).Put(secretKey, place{key: string(secretKey)}.seal(data))
	})
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

// Namespace returns the store of a namespace, the same at every call, and makes one where there is none.
// Its tokens are in memory once it is asked to Load.
func (f *File) Namespace(name string) (*Store, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.known[name]; s != nil {
		return s, nil
	}
	known, err := f.has(name)
	if err == nil && !known {
		err = f.make(name)
	}
	if err != nil {
		return nil, f.failed(name, err)
	}
	s := &Store{Store: memory.NewKeyed(f.NameKey), file: f, name: name}
	f.known[name] = s
	return s, nil
}

func (f *File) has(name string) (known bool, err error) {
	err = f.db.View(func(tx *bbolt.Tx) error {
		known = tx.Bucket(namespacesBucket).Bucket([]byte(name)) != nil
		return nil
	})
	return known, err
}

func (f *File) make(name string) error {
	return f.update(func(tx *bbolt.Tx) error {
		bucket, err := tx.Bucket(namespacesBucket).CreateBucket([]byte(name))
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			if _, err := bucket.CreateBucket([]byte(kind)); err != nil {
				return err
			}
		}
		if err := (tally{}).put(bucket, place{namespace: name, key: tallyKey}); err != nil {
			return err
		}
		return recount(tx, func(t *tally) { t.add([]byte(name)) })
	})
}

// Delete removes a namespace, if there is one. What is written to its store later stays in memory only.
func (f *File) Delete(names ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		if s := f.known[name]; s != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
		}
	}
	err := f.update(func(tx *bbolt.Tx) error {
		for _, name := range names {
			err := tx.Bucket(namespacesBucket).DeleteBucket([]byte(name))
			if errors.Is(err, berrors.ErrBucketNotFound) {
				continue
			}
			if err == nil {
				err = recount(tx, func(t *tally) { t.remove([]byte(name)) })
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return f.failed(strings.Join(names[:min(len(names), maxNamed)], ", "), err)
	}
	for _, name := range names {
		if s := f.known[name]; s != nil {
			s.gone = true
			delete(f.known, name)
		}
	}
	return nil
}

// maxNamed bounds how many namespaces an error names.
const maxNamed = 5

// recount changes the tally of the namespaces.
func recount(tx *bbolt.Tx, change func(*tally)) error {
	server, at := tx.Bucket(serverBucket), place{key: string(namespacesKey)}
	var t tally
	if err := at.read(server.Get(namespacesKey), &t); err != nil {
		return err
	}
	change(&t)
	return t.put(server, at)
}

// update runs one transaction. A failed one has changed nothing, unless the file ended up with it all the
// same, as when only the sync failed: memory and file would part then, so that nothing more is written.
func (f *File) update(do func(*bbolt.Tx) error) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	if f.broken != nil {
		return f.unwritable(f.broken)
	}
	var id int
	var failed error
	err := f.commit(func(tx *bbolt.Tx) error {
		id = tx.ID()
		failed = do(tx)
		return failed
	})
	if err == nil {
		f.cause.Store(nil)
		return nil
	}
	_ = f.db.View(func(tx *bbolt.Tx) error { // a closed file has nothing to tell
		if tx.ID() == id {
			f.broken = fmt.Errorf("%w: %w", ErrStopped, err)
		}
		return nil
	})
	if failed != nil || errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return err
	}
	return f.unwritable(err)
}

// unwritable returns and remembers an error of the disk.
func (f *File) unwritable(err error) error {
	cause := &WriteError{f.path, err}
	f.cause.Store(cause)
	return cause
}

// Cause returns why the last change could not be written, nil if it was.
func (f *File) Cause() error {
	if cause := f.cause.Load(); cause != nil {
		return cause
	}
	return nil
}

func (f *File) failed(namespace string, err error) error {
	return fmt.Errorf("namespace %q in state file %s: %w", namespace, f.path, err)
}
