package file

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/patmock/mockserver/internal/pat"
)

// The kinds of values of a namespace, each with a bucket of its own, and the values beside those.
const (
	kindToken    = "tokens"     // by id
	kindIdentity = "identities" // by a number of eight bytes, in the order of the tenant
	kindRecord   = "records"    // by name
	// kindScopeSet is by a number of eight bytes, oldest first. The first set creates its bucket.
	kindScopeSet = "scopeSets"

	tenantKey = "tenant"
	tallyKey  = "tally" // of all other values
)

// kinds have a bucket in every namespace.
var kinds = []string{kindToken, kindIdentity, kindRecord}

// A space is a namespace within a transaction.
type space struct {
	name   string
	bucket *bbolt.Bucket
	tally  tally
}

func openSpace(tx *bbolt.Tx, name string) (*space, error) {
	bucket := tx.Bucket(namespacesBucket).Bucket([]byte(name))
	if bucket == nil {
		return nil, berrors.ErrBucketNotFound
	}
	s := &space{name: name, bucket: bucket}
	return s, s.at("", tallyKey).read(bucket.Get([]byte(tallyKey)), &s.tally)
}

// close writes the tally, which the other methods have kept up to date.
func (s *space) close() error { return s.tally.put(s.bucket, s.at("", tallyKey)) }

func (s *space) at(kind, key string) place { return place{namespace: s.name, kind: kind, key: key} }

// bucketOf is where the values of a kind are; those of no kind are in the namespace itself.
func (s *space) bucketOf(kind string) *bbolt.Bucket {
	if kind == "" {
		return s.bucket
	}
	return s.bucket.Bucket([]byte(kind))
}

func (s *space) put(kind, key string, data []byte) error {
	if err := s.remove(kind, key); err != nil {
		return err
	}
	sealed := s.at(kind, key).seal(data)
	s.tally.add(sealed)
	return s.bucketOf(kind).Put([]byte(key), sealed)
}

func (s *space) putJSON(kind, key string, record any) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return s.put(kind, key, data)
}

// remove is content with a value that is not there.
func (s *space) remove(kind, key string) error {
	bucket := s.bucketOf(kind)
	old := bucket.Get([]byte(key))
	if old == nil {
		return nil
	}
	s.tally.remove(old)
	return bucket.Delete([]byte(key))
}

// each goes through the values of a kind in the order of their keys.
func (s *space) each(kind string, do func(key string, at place, sealed []byte) error) error {
	bucket := s.bucketOf(kind)
	if bucket == nil {
		return nil
	}
	return bucket.ForEach(func(key, sealed []byte) error {
		return do(string(key), s.at(kind, string(key)), sealed)
	})
}

func (s *space) putToken(t *pat.Token) error { return s.putJSON(kindToken, t.ID, recordOf(t)) }

// identityKeys are the keys of the identities of a namespace.
type identityKeys struct {
	keys map[string]string // by id
	next uint64            // the number behind the last
}

// identityKeys reads the keys. An identity that cannot be read is an error.
func (s *space) identityKeys() (*identityKeys, error) {
	k := &identityKeys{keys: map[string]string{}}
	err := s.each(kindIdentity, func(key string, at place, sealed []byte) error {
		var record identityRecord
		if err := at.read(sealed, &record); err != nil {
			return err
		}
		if len(key) != 8 {
			return at.fail(ErrKey)
		}
		k.keys[record.ID], k.next = key, binary.BigEndian.Uint64([]byte(key))+1
		return nil
	})
	return k, err
}

// key returns the key of an identity, which is behind the last if it is new.
func (k *identityKeys) key(id string) string {
	key, known := k.keys[id]
	if !known {
		key = numberKey(k.next)
		k.keys[id] = key
		k.next++
	}
	return key
}

func numberKey(number uint64) string { return string(binary.BigEndian.AppendUint64(nil, number)) }

// replace puts a tenant in the place of another. The records beside it stay.
func (s *space) replace(t pat.Tenant) error {
	for _, kind := range []string{kindToken, kindIdentity} {
		if err := s.clear(kind); err != nil {
			return err
		}
	}
	for number, i := range t.Identities {
		if err := s.putJSON(kindIdentity, numberKey(uint64(number)), identityRecord(i)); err != nil {
			return err
		}
	}
	for _, token := range t.Tokens {
		if err := s.putToken(token); err != nil {
			return err
		}
	}
	return s.putJSON("", tenantKey, recordOfTenant(t))
}

// replaceScopeSets puts sets in the place of old ones. If the new ones begin as the old ones end, that
// part is not written again.
func (s *space) replaceScopeSets(old, sets []pat.ScopeSet) error {
	same := func(a, b pat.ScopeSet) bool { return a.Hash == b.Hash }
	drop := 0
	for !slices.EqualFunc(old[drop:], sets[:min(len(sets), len(old)-drop)], same) {
		drop++
	}
	number := uint64(0)
	var keys []string
	err := s.each(kindScopeSet, func(key string, at place, _ []byte) error {
		if len(key) != 8 {
			return at.fail(ErrKey)
		}
		number = binary.BigEndian.Uint64([]byte(key)) + 1
		keys = append(keys, key)
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys[:drop] {
		if err := s.remove(kindScopeSet, key); err != nil {
			return err
		}
	}
	for i, set := range sets[len(old)-drop:] {
		if err := s.putScopeSet(numberKey(number+uint64(i)), set); err != nil {
			return err
		}
	}
	return nil
}

func (s *space) putScopeSet(key string, set pat.ScopeSet) error {
	if _, err := s.bucket.CreateBucketIfNotExists([]byte(kindScopeSet)); err != nil {
		return err
	}
	return s.putJSON(kindScopeSet, key, scopeSetRecord(set))
}

func (s *space) clear(kind string) error {
	err := s.each(kind, func(_ string, _ place, sealed []byte) error {
		s.tally.remove(sealed)
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.bucket.DeleteBucket([]byte(kind)); err != nil {
		return err
	}
	_, err = s.bucket.CreateBucket([]byte(kind))
	return err
}
