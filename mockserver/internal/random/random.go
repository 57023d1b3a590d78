// Package random generates random values, either unpredictable or derived from a seed.
package random

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"sync"
)

// A Source generates the random values of a namespace. A seeded source derives each value from the
// seed, the namespace, the purpose, and the number of earlier values for that purpose. Values for
// one purpose do not depend on draws for others. A Source is safe for concurrent use.
type Source struct {
	seed      *uint64
	namespace string

	mu     sync.Mutex
	counts map[string]uint64 // values generated so far, by purpose
}

// New returns a source. If seed is nil, its values come from crypto/rand.
func New(seed *uint64, namespace string) *Source {
	return &Source{seed: seed, namespace: namespace}
}

// NewSeed returns a random seed. It has at most 53 bits, because some JSON parsers use float64.
func NewSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never returns an error: the program crashes instead
	return binary.BigEndian.Uint64(b[:]) >> 11
}

// Seeded reports whether the source has a seed.
func (s *Source) Seeded() bool { return s.seed != nil }

// Hex returns n random bytes as 2n hexadecimal digits. n must be at most 32.
func (s *Source) Hex(purpose string, n int) string {
	var raw [sha256.Size]byte
	var digits [2 * sha256.Size]byte
	s.derive(purpose, raw[:n])
	return string(digits[:hex.Encode(digits[:], raw[:n])])
}

// Base64 returns n random bytes, encoded as unpadded URL-safe base64. n must be at most 32.
func (s *Source) Base64(purpose string, n int) string {
	return base64.RawURLEncoding.EncodeToString(s.Bytes(purpose, n))
}

// Float returns a number in the half-open interval [0,1).
func (s *Source) Float(purpose string) float64 {
	return float64(binary.BigEndian.Uint64(s.Bytes(purpose, 8))>>11) / (1 << 53)
}

// Bytes returns n random bytes. n must be at most 32.
func (s *Source) Bytes(purpose string, n int) []byte {
	b := make([]byte, n)
	s.derive(purpose, b)
	return b
}

// derive fills b, which must not be longer than a SHA-256 hash, with the next value for purpose.
func (s *Source) derive(purpose string, b []byte) {
	if s.seed == nil {
		_, _ = rand.Read(b) // never returns an error: the program crashes instead
		return
	}
	s.mu.Lock()
	if s.counts == nil {
		s.counts = map[string]uint64{}
	}
	n := s.counts[purpose]
	s.counts[purpose]++
	s.mu.Unlock()

	var prefix [16]byte
	binary.BigEndian.PutUint64(prefix[:8], *s.seed)
	binary.BigEndian.PutUint64(prefix[8:], n)
	h := sha256.New()
	h.Write(prefix[:])
	h.Write([]byte(s.namespace + "\x00" + purpose))
	copy(b, h.Sum(nil))
}

// Reset makes a seeded source repeat its values from the beginning.
func (s *Source) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = nil
}
