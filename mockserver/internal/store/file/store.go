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

// Store is a namespace of a File. It reads from memory, which decides every write as well; a write
// is in the file, synced, before it returns. If that fails, memory is as it was.
type Store struct {
	*memory.Store
	file    *File
	name    string
	deleted atomic.Bool // later writes stay in memory
}

// The keys of a namespace's values, and what they begin with.
const (
	tenantKey    = "tenant"
	scopeSetsKey = "scopeSets"
	identities   = "identities/" // and a number of eight digits, in the order of the tenant
	records      = "records/"
	tokens       = "tokens/"
)

func identityKey(n int) string { return fmt.Sprintf("%s%08d", identities, n) }

// bucket returns that of the namespace, nil if it was deleted.
func (s *Store) bucket(tx *bbolt.Tx) *bbolt.Bucket {
	if s.deleted.Load() {
		return nil
	}
	return tx.Bucket(namespacesBucket).Bucket([]byte(s.name))
}

func (s *Store) put(tx *bbolt.Tx, sealed map[string][]byte) error {
	if bucket := s.bucket(tx); bucket != nil {
		return put(tx, bucket, sealed)
	}
	return nil
}

// write carries out a change in memory and in the file.
func (s *Store) write(decide func() error, undo func(), v values) error {
	sealed, err := v.seal(s.name)
	if err != nil {
		return s.file.failed(s.name, err)
	}
	return s.file.carryOut(&change{store: s, decide: decide, undo: undo, sealed: sealed})
}

// writeFirst writes values, and changes memory after that, while no other change is going on.
func (s *Store) writeFirst(prepare func() (values, error), apply func() error) error {
	s.file.turn <- struct{}{}
	defer func() { <-s.file.turn }()
	v, err := prepare()
	if err != nil {
		return err
	}
	sealed, err := v.seal(s.name)
	if err == nil {
		err = s.file.transact(func(tx *bbolt.Tx) error { return s.put(tx, sealed) })
	}
	if err != nil {
		return s.file.failed(s.name, err)
	}
	return apply()
}

// Create implements pat.Store.
func (s *Store) Create(ctx context.Context, t *pat.Token, limit int) error {
	return s.write(
		func() error { return s.Store.Create(ctx, t, limit) },
		func() { _ = s.Store.Delete(ctx, t) },
		values{tokens + t.ID: t.TokenData},
	)
}

// Swap implements pat.Store.
func (s *Store) Swap(ctx context.Context, changes ...pat.Change) error {
	v := values{}
	var back []pat.Change
	for _, c := range slices.Backward(changes) { // so that each finds its former name free
		v[tokens+c.New.ID] = c.New.TokenData
		back = append(back, pat.Change{Old: c.New, New: c.Old})
	}
	return s.write(
		func() error { return s.Store.Swap(ctx, changes...) },
		func() { _ = s.Store.Swap(ctx, back...) },
		v,
	)
}

// Delete implements pat.Store.
func (s *Store) Delete(ctx context.Context, t *pat.Token) error {
	return s.write(
		func() error { return s.Store.Delete(ctx, t) },
		func() { _ = s.Store.Create(ctx, t, 0) },
		values{tokens + t.ID: nil},
	)
}

// AddIdentity implements pat.Store.
func (s *Store) AddIdentity(ctx context.Context, i pat.Identity, login *pat.Token) error {
	return s.writeFirst(func() (values, error) {
		d, err := s.Directory(ctx)
		if err != nil {
			return nil, err
		}
		v := values{identityKey(d.Len()): i}
		if login != nil {
			v[tokens+login.ID] = login.TokenData
		}
		return v, s.CheckIdentity(i, login)
	}, func() error { return s.Store.AddIdentity(ctx, i, login) })
}

// SetLogin implements pat.Store.
func (s *Store) SetLogin(ctx context.Context, identityID, tokenID string) error {
	return s.writeFirst(func() (values, error) {
		d, err := s.Directory(ctx)
		if err != nil {
			return nil, err
		}
		i, known := d.Identity(identityID)
		if !known || i.Login != "" {
			return nil, nil
		}
		i.Login = tokenID
		return values{identityKey(d.Index(identityID)): i}, nil
	}, func() error { return s.Store.SetLogin(ctx, identityID, tokenID) })
}

// PutScopeSet implements pat.Store. The file comes first, so that no access token is issued for a
// set that a crash would lose.
func (s *Store) PutScopeSet(ctx context.Context, set pat.ScopeSet) error {
	return s.writeFirst(func() (values, error) {
		return values{scopeSetsKey: pat.AddScopeSets(s.ScopeSets(), set)}, nil
	}, func() error { return s.Store.PutScopeSet(ctx, set) })
}

// PutRecord stores a small record beside the tenant, such as its clock, or removes it if data is
// nil.
func (s *Store) PutRecord(name string, data []byte) error {
	v := values{records + name: nil}
	if data != nil {
		v[records+name] = data
	}
	return s.write(func() error { return nil }, func() {}, v)
}

// Record returns a record, nil for none.
func (s *Store) Record(name string) (data []byte, err error) {
	key := records + name
	err = s.view(func(from *bbolt.Bucket) error {
		sealed := from.Get([]byte(key))
		if sealed == nil {
			return nil
		}
		opened, err := unseal(s.name, key, sealed)
		data = append([]byte{}, opened...)
		return err
	})
	return data, err
}

// view reads the namespace, unless it was deleted.
func (s *Store) view(read func(*bbolt.Bucket) error) error {
	err := s.file.db.View(func(tx *bbolt.Tx) error {
		if bucket := s.bucket(tx); bucket != nil {
			return read(bucket)
		}
		return nil
	})
	if err != nil {
		return s.file.failed(s.name, err)
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
		v[tokens+token.ID] = token.TokenData
	}
	sealed, err := v.seal(s.name)
	if err != nil {
		return s.file.failed(s.name, err)
	}
	s.file.turn <- struct{}{}
	defer func() { <-s.file.turn }()
	sets, err := values{scopeSetsKey: pat.AddScopeSets(s.ScopeSets(), t.ScopeSets...)}.seal(s.name)
	if err == nil {
		sealed[scopeSetsKey] = sets[scopeSetsKey]
		err = s.file.transact(func(tx *bbolt.Tx) error { return s.replace(tx, sealed) })
	}
	if err != nil {
		return s.file.failed(s.name, err)
	}
	s.ReplaceWith(next)
	return nil
}

// replace replaces everything but the records.
func (s *Store) replace(tx *bbolt.Tx, sealed map[string][]byte) error {
	former := s.bucket(tx)
	if former == nil {
		return nil
	}
	cursor := former.Cursor()
	for key, record := cursor.Seek([]byte(records)); strings.HasPrefix(string(key), records); key,
		record = cursor.Next() {
		sealed[string(key)] = slices.Clone(record)
	}
	if err := remove(tx, s.name); err != nil {
		return err
	}
	bucket, err := create(tx, s.name)
	if err != nil {
		return err
	}
	bucket.FillPercent = 0.9 // keys that are written in order leave no gaps to fill
	return put(tx, bucket, sealed)
}

// Load reads the tenant of the file into memory. It returns false, and memory stays as it is, if
// nothing of a tenant was ever written. What does not fit is an error.
func (s *Store) Load() (found bool, err error) {
	var t pat.Tenant
	err = s.view(func(from *bbolt.Bucket) error {
		var sealed [][]byte // tokens
		err := from.ForEach(func(key, value []byte) error {
			found = found || !strings.HasPrefix(string(key), records)
			id, isToken := strings.CutPrefix(string(key), tokens)
			if !isToken {
				return s.read(string(key), value, &t)
			}
			t.Tokens = append(t.Tokens, pat.NewToken(pat.TokenData{ID: id}))
			sealed = append(sealed, value)
			return nil
		})
		if err != nil {
			return err
		}
		return s.decodeTokens(t.Tokens, sealed)
	})
	if err != nil || !found {
		return false, err
	}
	next, err := s.Build(t)
	if wrong := (*memory.TokenError)(nil); errors.As(err, &wrong) {
		err = &ValueError{s.name, tokens + wrong.Token.ID, wrong.Err}
	}
	if err != nil {
		return false, s.file.failed(s.name, err)
	}
	s.ReplaceWith(next)
	return true, nil
}

// decodeTokens reads the values of tokens, whose ids are set, on every processor: that is most of a
// start.
func (s *Store) decodeTokens(all []*pat.Token, sealed [][]byte) error {
	errs := make([]error, runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for worker := range errs {
		running.Go(func() {
			for i := worker; i < len(all) && errs[worker] == nil; i += len(errs) {
				errs[worker] = s.decodeToken(all[i], sealed[i])
			}
		})
	}
	running.Wait()
	return cmp.Or(errs...)
}

func (s *Store) decodeToken(t *pat.Token, sealed []byte) error {
	id, key := t.ID, tokens+t.ID
	if err := decode(s.name, key, sealed, &t.TokenData); err != nil {
		return err
	}
	if t.ID != id {
		return &ValueError{s.name, key, pat.ErrConflict}
	}
	return nil
}

// read adds a value that is no token to the tenant.
func (s *Store) read(key string, sealed []byte, t *pat.Tenant) error {
	switch {
	case strings.HasPrefix(key, identities):
		t.Identities = append(t.Identities, pat.Identity{})
		return decode(s.name, key, sealed, &t.Identities[len(t.Identities)-1])
	case key == tenantKey:
		return decode(s.name, key, sealed, t)
	case key == scopeSetsKey:
		return decode(s.name, key, sealed, &t.ScopeSets)
	}
	return nil
}
