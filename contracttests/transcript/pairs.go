package transcript

import (
	"regexp"
	"strings"
)

// referenceForm is how a reference is written, wherever it stands.
var referenceForm = regexp.MustCompile(`\b(access-token|host|id|identity|jti|login|name|org|pod|request|secret|tenant|user|date)-([0-9]+)\b`)

// pairs tell which reference of one transcript stands for which of another.
type pairs struct{ ab, ba map[string]string }

func newPairs() *pairs { return &pairs{map[string]string{}, map[string]string{}} }

// numberless is a text whose references have no numbers.
func numberless(text string) string { return referenceForm.ReplaceAllString(text, "$1-#") }

// same tells whether two texts are, where each reference stands for another one. Those that are new become pairs.
func (p *pairs) same(a, b string) bool {
	if numberless(a) != numberless(b) {
		return false
	}
	left, right := referenceForm.FindAllString(a, -1), referenceForm.FindAllString(b, -1)
	for i := range left {
		if !p.pair(left[i], right[i]) {
			return false
		}
	}
	return true
}

func (p *pairs) pair(a, b string) bool {
	formerB, knownA := p.ab[a]
	formerA, knownB := p.ba[b]
	if knownA || knownB {
		return formerB == b && formerA == a
	}
	p.ab[a], p.ba[b] = b, a
	return true
}

// renamed is a text of the first transcript with the references of the second, as far as they are known.
func (p *pairs) renamed(text string) string {
	return referenceForm.ReplaceAllStringFunc(text, func(ref string) string {
		if other := p.ab[ref]; other != "" {
			return other
		}
		return strings.TrimRight(ref, "0123456789") + "#" + ref
	})
}
