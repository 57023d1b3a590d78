package file

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

// Store is a namespace of a File. It reads from memory, which decides every write as well; a write is in
// the file, synced, before it returns. Where the file fails, memory is put back as it was.
type Store struct {
	*memory.Store
	file *File
	name string

	mu         sync.Mutex    // orders the writes
	gone       bool          // the namespace was deleted
	identities *identityKeys // nil until they are needed
}

// keep brings a change to the file that is in memory already, or takes it back there.
func (s *Store) keep(write func(*space) error, undo func() error) error {
	if s.gone {
		return nil
	}
	err := s.file.update(func(tx *bbolt.Tx) error {
		space, err := openSpace(tx, s.name)
		if err != nil {
			return err
		}
		if err := write(space); err != nil {
			return err
		}
		return space.close()
	})
	if err == nil {
		return nil
	}
	_ = undo() // it was like that before, and nobody else writes meanwhile
	return s.file.failed(s.name, err)
}

// Create implements pat.Store.
func (s *Store) Create(ctx context.Context, t *pat.Token, limit int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Store.Create(ctx, t, limit); err != nil {
		return err
	}
	return s.keep(
		func(to *space) error { return to.putToken(t) },
		func() error { return s.Store.Delete(ctx, t) },
	)
}

// Swap implements pat.Store.
func (s *Store) Swap(ctx context.Context, changes ...pat.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Store.Swap(ctx, changes...); err != nil {
		return err
	}
	return s.keep(
		func(to *space) error {
			for _, c := range changes {
				if err := to.putToken(c.New); err != nil {
					return err
				}
			}
			return nil
		},
		func() error {
			var back []pat.Change
			for _, c := range slices.Backward(changes) { // so that each finds its old name free
				back = append(back, pat.Change{Old: c.New, New: c.Old})
			}
			return s.Store.Swap(ctx, back...)
		},
	)
}

// Delete implements pat.Store.
func (s *Store) Delete(ctx context.Context, t *pat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Store.Delete(ctx, t); err != nil {
		return err
	}
	return s.keep(
		func(from *space) error { return from.remove(kindToken, t.ID) },
		func() error { return s.Store.Create(ctx, t, 0) },
	)
}

// Replace implements pat.Store.
func (s *Store) Replace(ctx context.Context, t pat.Tenant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.Build(t)
	if err != nil {
		return err
	}
	now, err := s.Snapshot(ctx)
	if err != nil {
		return err
	}
	err = s.keep(
		func(to *space) error {
			if err := to.replace(t); err != nil {
				return err
			}
			return to.replaceScopeSets(now.ScopeSets, pat.AddScopeSets(now.ScopeSets, t.ScopeSets...))
		},
		func() error { return nil },
	)
	if err != nil {
		return err
	}
	s.identities = nil
	s.Adopt(next)
	return nil
}

// AddIdentity implements pat.Store.
func (s *Store) AddIdentity(ctx context.Context, i pat.Identity, login *pat.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.CheckIdentity(i, login); err != nil {
		return err
	}
	if err := s.putIdentity(i, login); err != nil {
		return err
	}
	return s.Store.AddIdentity(ctx, i, login)
}

// SetLogin implements pat.Store.
func (s *Store) SetLogin(ctx context.Context, identityID, tokenID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	i, known := d.Identity(identityID)
	if !known || i.Login != "" {
		return nil
	}
	i.Login = tokenID
	if err := s.putIdentity(i, nil); err != nil {
		return err
	}
	return s.Store.SetLogin(ctx, identityID, tokenID)
}

func (s *Store) putIdentity(i pat.Identity, login *pat.Token) error {
	return s.keep(
		func(to *space) (err error) {
			if s.identities == nil {
				if s.identities, err = to.identityKeys(); err != nil {
					return err
				}
			}
			if login != nil {
				if err := to.putToken(login); err != nil {
					return err
				}
			}
			return to.putJSON(kindIdentity, s.identities.key(i.ID), identityRecord(i))
		},
		func() error {
			s.identities = nil
			return nil
		},
	)
}

// PutScopeSet implements pat.Store. The file comes first, so that no access token is issued for a set
// that a crash would lose.
func (s *Store) PutScopeSet(ctx context.Context, set pat.ScopeSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.Snapshot(ctx)
	if err != nil {
		return err
	}
	err = s.keep(
		func(to *space) error {
			return to.replaceScopeSets(now.ScopeSets, pat.AddScopeSets(now.ScopeSets, set))
		},
		func() error { return nil },
	)
	if err != nil {
		return err
	}
	return s.Store.PutScopeSet(ctx, set)
}

// PutRecord keeps a small record beside the tenant, such as its clock, or removes it where data is nil.
func (s *Store) PutRecord(name string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep(
		func(to *space) error {
			if data == nil {
				return to.remove(kindRecord, name)
			}
			return to.put(kindRecord, name, data)
		},
		func() error { return nil },
	)
}

// Record returns a record, nil for none.
func (s *Store) Record(name string) ([]byte, error) {
	var data []byte
	err := s.view(func(from *space) error {
		sealed := from.bucketOf(kindRecord).Get([]byte(name))
		if sealed == nil {
			return nil
		}
		opened, err := from.at(kindRecord, name).open(sealed)
		data = append([]byte{}, opened...) // what bbolt hands out ends with the transaction
		return err
	})
	return data, err
}

// view reads the namespace, unless it was deleted.
func (s *Store) view(read func(*space) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return nil
	}
	err := s.file.db.View(func(tx *bbolt.Tx) error {
		space, err := openSpace(tx, s.name)
		if err != nil {
			return err
		}
		return read(space)
	})
	if err != nil {
		return s.file.failed(s.name, err)
	}
	return nil
}

// Load reads the tenant of the file into memory. It is false, and memory stays as it is, where nothing of
// a tenant was ever written. What does not fit is an error.
func (s *Store) Load() (found bool, err error) {
	var tenant pat.Tenant
	err = s.view(func(from *space) (err error) {
		tenant, found, err = load(from)
		return err
	})
	if err != nil || !found {
		return false, err
	}
	next, err := s.Build(tenant)
	if err != nil {
		if wrong := (*memory.TokenError)(nil); errors.As(err, &wrong) {
			err = place{s.name, kindToken, wrong.Token.ID}.fail(wrong.Err)
		}
		return false, s.file.failed(s.name, err)
	}
	s.Adopt(next)
	return true, nil
}

// load reads a tenant.
func load(from *space) (tenant pat.Tenant, found bool, err error) {
	if sealed := from.bucket.Get([]byte(tenantKey)); sealed != nil {
		var record tenantRecord
		if err := from.at("", tenantKey).read(sealed, &record); err != nil {
			return pat.Tenant{}, false, err
		}
		tenant, found = record.tenant(), true
	}
	err = from.each(kindIdentity, func(_ string, at place, sealed []byte) error {
		var record identityRecord
		if err := at.read(sealed, &record); err != nil {
			return err
		}
		tenant.Identities, found = append(tenant.Identities, pat.Identity(record)), true
		return nil
	})
	if err != nil {
		return pat.Tenant{}, false, err
	}
	err = from.each(kindScopeSet, func(_ string, at place, sealed []byte) error {
		var record scopeSetRecord
		if err := at.read(sealed, &record); err != nil {
			return err
		}
		tenant.ScopeSets = append(tenant.ScopeSets, pat.ScopeSet(record))
		return nil
	})
	if err != nil {
		return pat.Tenant{}, false, err
	}
	err = from.each(kindToken, func(key string, at place, sealed []byte) error {
		var record tokenRecord
		if err := at.read(sealed, &record); err != nil {
			return err
		}
		if record.ID != key {
			return at.fail(pat.ErrConflict)
		}
		tenant.Tokens, found = append(tenant.Tokens, record.token()), true
		return nil
	})
	return tenant, found, err
}
