// Package random returns random values, either unpredictable or derived from a seed.
package random

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"sync"
)

// A Source returns the random values of a namespace. With a seed each value is a hash of the seed,
// the namespace, the purpose, and the number of earlier values of the purpose. Concurrent draws for
// other purposes do not change it. It is safe for concurrent use.
type Source struct {
	seed      *uint64
	namespace string

	mu     sync.Mutex
	counts map[string]uint64 // by purpose
}

// New returns a source. With a nil seed its values come from the system.
func New(seed *uint64, namespace string) *Source {
	return &Source{seed: seed, namespace: namespace}
}

// NewSeed returns a random seed. It fits into 53 bits, so that every JSON reader preserves it.
func NewSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: the program ends without randomness
	return binary.BigEndian.Uint64(b[:]) >> 11
}

// Seeded reports whether the source has a seed.
func (s *Source) Seeded() bool { return s.seed != nil }

// Hex returns n random bytes as 2n hexadecimal digits.
func (s *Source) Hex(purpose string, n int) string {
	var raw [sha256.Size]byte
	var text [2 * sha256.Size]byte
	s.derive(purpose, raw[:n])
	return string(text[:hex.Encode(text[:], raw[:n])])
}

// Base64 returns n random bytes in the URL alphabet, without padding.
func (s *Source) Base64(purpose string, n int) string {
	return base64.RawURLEncoding.EncodeToString(s.Bytes(purpose, n))
}

// Float returns a number in the half-open interval [0,1).
func (s *Source) Float(purpose string) float64 {
	return float64(binary.BigEndian.Uint64(s.Bytes(purpose, 8))>>11) / (1 << 53)
}

// Bytes returns at most 32 random bytes.
func (s *Source) Bytes(purpose string, n int) []byte {
	b := make([]byte, n)
	s.derive(purpose, b)
	return b
}

func (s *Source) derive(purpose string, b []byte) {
	if s.seed == nil {
		_, _ = rand.Read(b) // never fails: the program ends without randomness
		return
	}
	s.mu.Lock()
	if s.counts == nil {
		s.counts = map[string]uint64{}
	}
	ordinal := s.counts[purpose]
	s.counts[purpose]++
	s.mu.Unlock()

	var numbers [16]byte
	binary.BigEndian.PutUint64(numbers[:8], *s.seed)
	binary.BigEndian.PutUint64(numbers[8:], ordinal)
	h := sha256.New()
	h.Write(numbers[:])
	h.Write([]byte(s.namespace + "\x00" + purpose))
	copy(b, h.Sum(nil))
}

// Reset restarts the sequences of a seeded source.
func (s *Source) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = nil
}
