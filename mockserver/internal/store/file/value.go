package file

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"example.com/patmock/spec/schema"
)

// values are what a change writes to a namespace, by key. A value that is nil is removed, bytes are
// written as they are, and anything else as JSON.
type values map[string]any

// seal encodes values for a namespace, each behind a checksum.
func (v values) seal(namespace string) (map[string][]byte, error) {
	sealed := make(map[string][]byte, len(v))
	for key, value := range v {
		data, raw := value.([]byte)
		if !raw && value != nil {
			var err error
			if data, err = json.Marshal(value); err != nil {
				return nil, err
			}
		}
		sealed[key] = nil
		if value != nil {
			sealed[key] = append(binary.BigEndian.AppendUint32(nil, checksum(namespace, key, data)),
				data...)
		}
	}
	return sealed, nil
}

const checksumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum covers where a value is: one that was moved is damage.
func checksum(namespace, key string, data []byte) uint32 {
	sum := crc32.Checksum([]byte(namespace+"\x00"+key+"\x00"), castagnoli)
	return crc32.Update(sum, castagnoli, data)
}

// unseal returns the data of a value, which is bbolt's until the end of the transaction.
func unseal(namespace, key string, sealed []byte) ([]byte, error) {
	if len(sealed) < checksumSize ||
		binary.BigEndian.Uint32(sealed) != checksum(namespace, key, sealed[checksumSize:]) {
		return nil, &ValueError{namespace, key, ErrChecksum}
	}
	return sealed[checksumSize:], nil
}

// decode reads a value. It rejects unknown fields, because the next write would lose them.
func decode(namespace, key string, sealed []byte, into any) error {
	data, err := unseal(namespace, key, sealed)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return &ValueError{namespace, key, schema.Explain(err, into)}
	}
	return nil
}

// tally returns what a value adds to the sequence numbers of its bucket and of all namespaces: one,
// and its checksum above that. A page that fell back to what it held before is valid by itself, but
// the numbers do not add up.
func tally(sealed []byte) uint64 { return uint64(binary.BigEndian.Uint32(sealed))<<32 + 1 }

// add adds to the sequence numbers. Values are removed by adding the negative.
func add(tx *bbolt.Tx, bucket *bbolt.Bucket, n uint64) error {
	if err := bucket.SetSequence(bucket.Sequence() + n); err != nil {
		return err
	}
	all := tx.Bucket(namespacesBucket)
	return all.SetSequence(all.Sequence() + n)
}

// put writes sealed values in the order of their keys: bbolt takes quadratic time in any other.
func put(tx *bbolt.Tx, bucket *bbolt.Bucket, sealed map[string][]byte) error {
	sum := uint64(0)
	for _, key := range slices.Sorted(maps.Keys(sealed)) {
		if old := bucket.Get([]byte(key)); old != nil {
			sum -= tally(old)
		}
		value := sealed[key]
		if value == nil {
			if err := bucket.Delete([]byte(key)); err != nil {
				return err
			}
			continue
		}
		sum += tally(value)
		if err := bucket.Put([]byte(key), value); err != nil {
			return err
		}
	}
	return add(tx, bucket, sum)
}

// create makes the bucket of a namespace.
func create(tx *bbolt.Tx, namespace string) (*bbolt.Bucket, error) {
	bucket, err := tx.Bucket(namespacesBucket).CreateBucket([]byte(namespace))
	if err != nil {
		return nil, err
	}
	return bucket, add(tx, bucket, uint64(checksum(namespace, "", nil)))
}

// remove deletes the bucket of a namespace, if there is one.
func remove(tx *bbolt.Tx, namespace string) error {
	all := tx.Bucket(namespacesBucket)
	bucket := all.Bucket([]byte(namespace))
	if bucket == nil {
		return nil
	}
	if err := all.SetSequence(all.Sequence() - bucket.Sequence()); err != nil {
		return err
	}
	return all.DeleteBucket([]byte(namespace))
}

// verify validates every value, and that none is missing.
func verify(tx *bbolt.Tx) error {
	server := tx.Bucket(serverBucket)
	if server == nil {
		return ErrForeign
	}
	switch format := server.Get(formatKey); {
	case format == nil:
		return damaged(ErrMissing)
	case string(format) != Format:
		return FormatError{string(format)}
	}
	if secret := server.Get([]byte(secretKey)); secret != nil {
		if _, err := unseal("", secretKey, secret); err != nil {
			return damaged(err)
		}
	}
	all := tx.Bucket(namespacesBucket)
	if all == nil {
		return damaged(ErrMissing)
	}
	sum := uint64(0)
	err := all.ForEach(func(name, _ []byte) error {
		bucket := all.Bucket(name)
		if bucket == nil {
			return &ValueError{string(name), "", ErrMissing}
		}
		sum += bucket.Sequence()
		return verifyNamespace(string(name), bucket)
	})
	if err == nil && sum != all.Sequence() {
		err = ErrMissing
	}
	if err != nil {
		return damaged(err)
	}
	return nil
}

func verifyNamespace(name string, bucket *bbolt.Bucket) error {
	sum := uint64(checksum(name, "", nil))
	err := bucket.ForEach(func(key, sealed []byte) error {
		if _, err := unseal(name, string(key), sealed); err != nil {
			return err
		}
		sum += tally(sealed)
		return nil
	})
	if err == nil && sum != bucket.Sequence() {
		err = &ValueError{name, "", ErrMissing}
	}
	return err
}
