package file

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

// Store is a namespace of a File. Reads and the decision about writes use the embedded memory
// store. A write is synced to the file before it returns. If the sync fails, memory is unchanged.
type Store struct {
	*memory.Store
	file    *File
	name    string
	deleted atomic.Bool // later writes stay in memory
}

// Keys and key prefixes of the values of a namespace.
const (
	tenantKey      = "tenant"
	scopeSetsKey   = "scopeSets"
	identityPrefix = "identities/" // followed by the eight-digit index of the identity
	recordPrefix   = "records/"
	tokenPrefix    = "tokens/"
)

func identityKey(n int) string { return fmt.Sprintf("%s%08d", identityPrefix, n) }

// bucket returns the bucket of the namespace, or nil if it was deleted.
func (s *Store) bucket(tx *bbolt.Tx) *bbolt.Bucket {
	if s.deleted.Load() {
		return nil
	}
	return tx.Bucket(namespacesBucket).Bucket([]byte(s.name))
}

func (s *Store) put(tx *bbolt.Tx, encoded map[string][]byte) error {
	if bucket := s.bucket(tx); bucket != nil {
		return putValues(tx, bucket, encoded)
	}
	return nil
}

// write applies a change to memory and to the file.
func (s *Store) write(apply func() error, undo func(), v values) error {
	encoded, err := v.encode(s.name)
	if err != nil {
		return s.file.wrapError(s.name, err)
	}
	return s.file.submit(&change{store: s, apply: apply, undo: undo, encoded: encoded})
}

// writeThenApply writes values first and then changes memory, while no other change is in progress.
func (s *Store) writeThenApply(prepare func() (values, error), apply func() error) error {
	s.file.writeLock <- struct{}{}
	defer func() { <-s.file.writeLock }()
	v, err := prepare()
	if err != nil {
		return err
	}
	encoded, err := v.encode(s.name)
	if err == nil {
		err = s.file.transact(func(tx *bbolt.Tx) error { return s.put(tx, encoded) })
	}
	if err != nil {
		return s.file.wrapError(s.name, err)
	}
	return apply()
}

// Create implements pat.Store.
func (s *Store) Create(ctx context.Context, t *pat.Token, limit int) error {
	return s.write(
		func() error { return s.Store.Create(ctx, t, limit) },
		func() { _ = s.Store.Delete(ctx, t) },
		values{tokenPrefix + t.ID: t.TokenData},
	)
}

// Swap implements pat.Store.
func (s *Store) Swap(ctx context.Context, changes ...pat.Change) error {
	v := values{}
	var reverse []pat.Change
	for _, c := range slices.Backward(changes) { // each former name must be free again
		v[tokenPrefix+c.New.ID] = c.New.TokenData
		reverse = append(reverse, pat.Change{Old: c.New, New: c.Old})
	}
	return s.write(
		func() error { return s.Store.Swap(ctx, changes...) },
		func() { _ = s.Store.Swap(ctx, reverse...) },
		v,
	)
}

// Delete implements pat.Store.
func (s *Store) Delete(ctx context.Context, t *pat.Token) error {
	return s.write(
		func() error { return s.Store.Delete(ctx, t) },
		func() { _ = s.Store.Create(ctx, t, 0) },
		values{tokenPrefix + t.ID: nil},
	)
}

// AddIdentity implements pat.Store.
func (s *Store) AddIdentity(ctx context.Context, i pat.Identity, login *pat.Token) error {
	return s.writeThenApply(func() (values, error) {
		d, err := s.Directory(ctx)
		if err != nil {
			return nil, err
		}
		v := values{identityKey(d.Len()): i}
		if login != nil {
			v[tokenPrefix+login.ID] = login.TokenData
		}
		return v, s.CheckIdentity(i, login)
	}, func() error { return s.Store.AddIdentity(ctx, i, login) })
}

// SetLogin implements pat.Store.
func (s *Store) SetLogin(ctx context.Context, identityID, tokenID string) error {
	return s.writeThenApply(func() (values, error) {
		d, err := s.Directory(ctx)
		if err != nil {
			return nil, err
		}
		i, ok := d.Identity(identityID)
		if !ok || i.Login != "" {
			return nil, nil
		}
		i.Login = tokenID
		return values{identityKey(d.Index(identityID)): i}, nil
	}, func() error { return s.Store.SetLogin(ctx, identityID, tokenID) })
}

// PutScopeSet implements pat.Store. It writes the file first, so that no access token refers to a
// set that a crash could lose.
func (s *Store) PutScopeSet(ctx context.Context, set pat.ScopeSet) error {
	return s.writeThenApply(func() (values, error) {
		return values{scopeSetsKey: pat.AddScopeSets(s.ScopeSets(), set)}, nil
	}, func() error { return s.Store.PutScopeSet(ctx, set) })
}

// PutRecord stores a small record of the namespace, such as its clock, or removes it if data is
// nil.
func (s *Store) PutRecord(name string, data []byte) error {
	v := values{recordPrefix + name: nil}
	if data != nil {
		v[recordPrefix+name] = data
	}
	return s.write(func() error { return nil }, func() {}, v)
}

// Record returns a record, or nil if it does not exist.
func (s *Store) Record(name string) (data []byte, err error) {
	key := recordPrefix + name
	err = s.view(func(from *bbolt.Bucket) error {
		encoded := from.Get([]byte(key))
		if encoded == nil {
			return nil
		}
		value, err := stripChecksum(s.name, key, encoded)
		data = append([]byte{}, value...)
		return err
	})
	return data, err
}

// view calls do with the bucket of the namespace, unless it was deleted.
func (s *Store) view(do func(*bbolt.Bucket) error) error {
	err := s.file.db.View(func(tx *bbolt.Tx) error {
		if bucket := s.bucket(tx); bucket != nil {
			return do(bucket)
		}
		return nil
	})
	if err != nil {
		return s.file.wrapError(s.name, err)
	}
	return nil
}

// Replace implements pat.Store.
func (s *Store) Replace(_ context.Context, t pat.Tenant) error {
	next, err := s.Build(t)
	if err != nil {
		return err
	}
	v := values{tenantKey: t}
	for n, i := range t.Identities {
		v[identityKey(n)] = i
	}
	for _, token := range t.Tokens {
		v[tokenPrefix+token.ID] = token.TokenData
	}
	encoded, err := v.encode(s.name)
	if err != nil {
		return s.file.wrapError(s.name, err)
	}
	s.file.writeLock <- struct{}{}
	defer func() { <-s.file.writeLock }()
	sets, err := values{
		scopeSetsKey: pat.AddScopeSets(s.ScopeSets(), t.ScopeSets...),
	}.encode(s.name)
	if err == nil {
		encoded[scopeSetsKey] = sets[scopeSetsKey]
		err = s.file.transact(func(tx *bbolt.Tx) error { return s.replace(tx, encoded) })
	}
	if err != nil {
		return s.file.wrapError(s.name, err)
	}
	s.ReplaceWith(next)
	return nil
}

// replace replaces all values except the records.
func (s *Store) replace(tx *bbolt.Tx, encoded map[string][]byte) error {
	old := s.bucket(tx)
	if old == nil {
		return nil
	}
	cursor := old.Cursor()
	for key, record := cursor.Seek([]byte(recordPrefix)); strings.HasPrefix(string(key),
		recordPrefix); key,
		record = cursor.Next() {
		encoded[string(key)] = slices.Clone(record)
	}
	if err := removeBucket(tx, s.name); err != nil {
		return err
	}
	bucket, err := createBucket(tx, s.name)
	if err != nil {
		return err
	}
	bucket.FillPercent = 0.9 // keys are written in order and leave no gaps
	return putValues(tx, bucket, encoded)
}

// Load reads the tenant from the file into memory. If no tenant was ever written, it returns false
// and leaves memory unchanged. Invalid values are an error.
func (s *Store) Load() (exists bool, err error) {
	var t pat.Tenant
	err = s.view(func(from *bbolt.Bucket) error {
		var encoded [][]byte // tokens
		err := from.ForEach(func(key, value []byte) error {
			exists = exists || !strings.HasPrefix(string(key), recordPrefix)
			id, isToken := strings.CutPrefix(string(key), tokenPrefix)
			if !isToken {
				return s.read(string(key), value, &t)
			}
			t.Tokens = append(t.Tokens, pat.NewToken(pat.TokenData{ID: id}))
			encoded = append(encoded, value)
			return nil
		})
		if err != nil {
			return err
		}
		return s.decodeTokens(t.Tokens, encoded)
	})
	if err != nil || !exists {
		return false, err
	}
	next, err := s.Build(t)
	if tokenErr := (*memory.TokenError)(nil); errors.As(err, &tokenErr) {
		err = &ValueError{s.name, tokenPrefix + tokenErr.Token.ID, tokenErr.Err}
	}
	if err != nil {
		return false, s.file.wrapError(s.name, err)
	}
	s.ReplaceWith(next)
	return true, nil
}

// decodeTokens decodes tokens with known ids in parallel, because decoding takes most of the
// startup time.
func (s *Store) decodeTokens(all []*pat.Token, encoded [][]byte) error {
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for worker := range errs {
		wg.Go(func() {
			for i := worker; i < len(all) && errs[worker] == nil; i += len(errs) {
				errs[worker] = s.decodeToken(all[i], encoded[i])
			}
		})
	}
	wg.Wait()
	return cmp.Or(errs...)
}

func (s *Store) decodeToken(t *pat.Token, encoded []byte) error {
	id, key := t.ID, tokenPrefix+t.ID
	if err := decode(s.name, key, encoded, &t.TokenData); err != nil {
		return err
	}
	if t.ID != id {
		return &ValueError{s.name, key, pat.ErrConflict}
	}
	return nil
}

// read decodes a value other than a token into the tenant.
func (s *Store) read(key string, encoded []byte, t *pat.Tenant) error {
	switch {
	case strings.HasPrefix(key, identityPrefix):
		t.Identities = append(t.Identities, pat.Identity{})
		return decode(s.name, key, encoded, &t.Identities[len(t.Identities)-1])
	case key == tenantKey:
		return decode(s.name, key, encoded, t)
	case key == scopeSetsKey:
		return decode(s.name, key, encoded, &t.ScopeSets)
	}
	return nil
}
