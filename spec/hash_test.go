package spec_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"example.com/patmock/spec"
)

// Each document has a distinct hash. Parsing it again preserves the hash, changing a word does not.
func TestHash(t *testing.T) {
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, name := range spec.Names() {
		source, err := spec.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		parse := func(source []byte, errata *spec.Errata) *spec.Document {
			t.Helper()
			d, err := spec.Parse(name, source, errata)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		d, again := parse(source, errata), parse(source, errata)
		if d.Hash() != again.Hash() || d.Hash() != fmt.Sprintf("%x", sha256.Sum256(d.JSON())) {
			t.Errorf("%s: hash %s, parsed again %s, want %x", name, d.Hash(), again.Hash(),
				sha256.Sum256(d.JSON()))
		}
		if other := seen[d.Hash()]; other != "" {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[d.Hash()] = name
		word := bytes.Replace(source, []byte("info:"), []byte("x-word: 1\ninfo:"), 1)
		if changed := parse(word, errata); changed.Hash() == d.Hash() {
			t.Errorf("%s: an additional key does not change the hash", name)
		}
	}
}
