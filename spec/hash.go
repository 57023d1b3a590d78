package spec

import (
	"crypto/sha256"
	"encoding/hex"
)

// Hash returns the SHA-256 of [Document.JSON] in hexadecimal digits. It identifies an effective
// document: a result for one document may not apply to another.
func (d *Document) Hash() string {
	sum := sha256.Sum256(d.effective)
	return hex.EncodeToString(sum[:])
}
