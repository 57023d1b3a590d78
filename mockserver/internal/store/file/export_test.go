package file

import "go.etcd.io/bbolt"

// BreakCommit replaces db.Update by commit. The first argument of commit is db.Update. The returned
// function restores db.Update.
func (f *File) BreakCommit(commit func(update func(func(*bbolt.Tx) error) error,
	do func(*bbolt.Tx) error) error,
) (restore func()) {
	f.writeLock <- struct{}{}
	defer func() { <-f.writeLock }()
	f.commit = func(do func(*bbolt.Tx) error) error { return commit(f.db.Update, do) }
	return func() {
		f.writeLock <- struct{}{}
		defer func() { <-f.writeLock }()
		f.commit = f.db.Update
	}
}

// PutRaw writes arbitrary data with its checksum.
func (s *Store) PutRaw(key, data string) error {
	return s.write(func() error { return nil }, func() {}, values{key: []byte(data)})
}
