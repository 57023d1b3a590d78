package spec

import (
	"crypto/sha256"
	"encoding/hex"
)

// Hash tells one effective document from another: the SHA-256 of [Document.JSON], in hexadecimal
// digits. What was found under one document need not hold under the next.
func (d *Document) Hash() string {
	sum := sha256.Sum256(d.effective)
	return hex.EncodeToString(sum[:])
}
