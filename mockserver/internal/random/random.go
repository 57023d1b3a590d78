// Package random makes the values that nobody can guess.
package random

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
)

// Hex returns n random bytes as 2n hexadecimal digits.
func Hex(n int) string { return hex.EncodeToString(Bytes(n)) }

// Base64 returns n random bytes in the URL alphabet, without padding.
func Base64(n int) string { return base64.RawURLEncoding.EncodeToString(Bytes(n)) }

// Bytes returns n random bytes.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: without randomness the program ends
	return b
}
