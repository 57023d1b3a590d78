package file

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"

	"example.com/patmock/spec/schema"
)

// A place is where a value stands. The server's own values have no namespace, and a namespace's no kind.
type place struct{ namespace, kind, key string }

// String names the place for people.
func (p place) String() string {
	if p.key == "" {
		return fmt.Sprintf("namespace %q", p.namespace)
	}
	text := fmt.Sprintf("value %q", p.key)
	if p.kind != "" {
		text += " of " + p.kind
	}
	if p.namespace != "" {
		text += fmt.Sprintf(" in namespace %q", p.namespace)
	}
	return text
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumSize = 4

// seal puts a CRC-32C in front of data. It covers the place as well: a value that is found elsewhere is damage.
func (p place) seal(data []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, p.checksum(data)), data...)
}

func (p place) checksum(data []byte) uint32 {
	covered := fmt.Appendf(nil, "%q %q %q ", p.namespace, p.kind, p.key)
	return crc32.Update(crc32.Checksum(covered, castagnoli), castagnoli, data)
}

// fail returns the error of what is at the place.
func (p place) fail(err error) error { return &PlaceError{p.namespace, p.kind, p.key, err} }

// open returns the data under a seal, which are bbolt's until the end of the transaction.
func (p place) open(sealed []byte) ([]byte, error) {
	if len(sealed) < checksumSize || binary.BigEndian.Uint32(sealed) != p.checksum(sealed[checksumSize:]) {
		return nil, p.fail(ErrChecksum)
	}
	return sealed[checksumSize:], nil
}

// read decodes the JSON under a seal. A field that is not known is an error: it would be lost at the next write.
func (p place) read(sealed []byte, into any) error {
	data, err := p.open(sealed)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return p.fail(schema.Explain(err, into))
	}
	return nil
}

// A tally tells how many values there are, and the sum of their checksums. A page that fell back to what it
// held before is as sound as any, but does not add up.
type tally struct {
	Count uint64 `json:"count"`
	Sum   uint64 `json:"sum"`
}

func (t *tally) add(value []byte) {
	t.Count++
	t.Sum += uint64(crc32.Checksum(value, castagnoli))
}

func (t *tally) remove(value []byte) {
	t.Count--
	t.Sum -= uint64(crc32.Checksum(value, castagnoli))
}

func (t tally) put(bucket *bbolt.Bucket, at place) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return bucket.Put([]byte(at.key), at.seal(data))
}
