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

// values are the values of a change by key. A nil value is removed, a []byte is written unchanged,
// and all others are written as JSON.
type values map[string]any

// encode encodes the values of a namespace, each with a checksum in front.
func (v values) encode(namespace string) (map[string][]byte, error) {
	encoded := make(map[string][]byte, len(v))
	for key, value := range v {
		data, raw := value.([]byte)
		if !raw && value != nil {
			var err error
			if data, err = json.Marshal(value); err != nil {
				return nil, err
			}
		}
		encoded[key] = nil
		if value != nil {
			encoded[key] = append(binary.BigEndian.AppendUint32(nil,
				checksum(namespace, key, data)),
				data...)
		}
	}
	return encoded, nil
}

const checksumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum includes the location of the value, so that a moved value counts as damage.
func checksum(namespace, key string, data []byte) uint32 {
	sum := crc32.Checksum([]byte(namespace+"\x00"+key+"\x00"), castagnoli)
	return crc32.Update(sum, castagnoli, data)
}

// stripChecksum verifies the checksum of a value and returns its data. The data is valid until the
// end of the transaction.
func stripChecksum(namespace, key string, encoded []byte) ([]byte, error) {
	if len(encoded) < checksumSize ||
		binary.BigEndian.Uint32(encoded) != checksum(namespace, key, encoded[checksumSize:]) {
		return nil, &ValueError{namespace, key, ErrChecksum}
	}
	return encoded[checksumSize:], nil
}

// decode decodes a value into v. It rejects unknown fields, because the next write would lose them.
func decode(namespace, key string, encoded []byte, v any) error {
	data, err := stripChecksum(namespace, key, encoded)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return &ValueError{namespace, key, schema.Explain(err, v)}
	}
	return nil
}

// sequenceDelta returns the amount that a value adds to the sequence numbers of its bucket and of
// the bucket of all namespaces. The low 32 bits count the value, and the high bits add its
// checksum. A page that reverts to older content is valid by itself, but then the numbers do not
// match.
func sequenceDelta(encoded []byte) uint64 {
	return uint64(binary.BigEndian.Uint32(encoded))<<32 + 1
}

// addSequence adds n to both sequence numbers. Removing a value adds the negative amount.
func addSequence(tx *bbolt.Tx, bucket *bbolt.Bucket, n uint64) error {
	if err := bucket.SetSequence(bucket.Sequence() + n); err != nil {
		return err
	}
	namespaces := tx.Bucket(namespacesBucket)
	return namespaces.SetSequence(namespaces.Sequence() + n)
}

// putValues writes encoded values in the order of their keys, because bbolt takes quadratic time
// for any other order.
func putValues(tx *bbolt.Tx, bucket *bbolt.Bucket, encoded map[string][]byte) error {
	sum := uint64(0)
	for _, key := range slices.Sorted(maps.Keys(encoded)) {
		if old := bucket.Get([]byte(key)); old != nil {
			sum -= sequenceDelta(old)
		}
		value := encoded[key]
		if value == nil {
			if err := bucket.Delete([]byte(key)); err != nil {
				return err
			}
			continue
		}
		sum += sequenceDelta(value)
		if err := bucket.Put([]byte(key), value); err != nil {
			return err
		}
	}
	return addSequence(tx, bucket, sum)
}

// createBucket creates the bucket of a namespace.
func createBucket(tx *bbolt.Tx, namespace string) (*bbolt.Bucket, error) {
	bucket, err := tx.Bucket(namespacesBucket).CreateBucket([]byte(namespace))
	if err != nil {
		return nil, err
	}
	return bucket, addSequence(tx, bucket, uint64(checksum(namespace, "", nil)))
}

// removeBucket deletes the bucket of a namespace if it exists.
func removeBucket(tx *bbolt.Tx, namespace string) error {
	namespaces := tx.Bucket(namespacesBucket)
	bucket := namespaces.Bucket([]byte(namespace))
	if bucket == nil {
		return nil
	}
	if err := namespaces.SetSequence(namespaces.Sequence() - bucket.Sequence()); err != nil {
		return err
	}
	return namespaces.DeleteBucket([]byte(namespace))
}

// verify checks the checksum of every value, and that no value is missing.
func verify(tx *bbolt.Tx) error {
	server := tx.Bucket(serverBucket)
	if server == nil {
		return ErrForeign
	}
	switch format := server.Get(formatKey); {
	case format == nil:
		return newDamageError(ErrStale)
	case string(format) != Format:
		return FormatError{string(format)}
	}
	if secret := server.Get([]byte(secretKey)); secret != nil {
		if _, err := stripChecksum("", secretKey, secret); err != nil {
			return newDamageError(err)
		}
	}
	namespaces := tx.Bucket(namespacesBucket)
	if namespaces == nil {
		return newDamageError(ErrStale)
	}
	sum := uint64(0)
	err := namespaces.ForEach(func(name, _ []byte) error {
		bucket := namespaces.Bucket(name)
		if bucket == nil {
			return &ValueError{string(name), "", ErrStale}
		}
		sum += bucket.Sequence()
		return verifyNamespace(string(name), bucket)
	})
	if err == nil && sum != namespaces.Sequence() {
		err = ErrStale
	}
	if err != nil {
		return newDamageError(err)
	}
	return nil
}

func verifyNamespace(name string, bucket *bbolt.Bucket) error {
	sum := uint64(checksum(name, "", nil))
	err := bucket.ForEach(func(key, encoded []byte) error {
		if _, err := stripChecksum(name, string(key), encoded); err != nil {
			return err
		}
		sum += sequenceDelta(encoded)
		return nil
	})
	if err == nil && sum != bucket.Sequence() {
		err = &ValueError{name, "", ErrStale}
	}
	return err
}
