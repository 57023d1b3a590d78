package recording

import (
	"regexp"
	"slices"
	"strings"
)

// reference matches the reference that a placeholder begins with.
var reference = regexp.MustCompile(`^[a-z-]+-[0-9]+`)

// mapReferences returns a text in which the references of its placeholders are replaced.
func mapReferences(text string, change func(ref string) string) string {
	return marks.ReplaceAllStringFunc(text, func(found string) string {
		content := strings.TrimPrefix(found, opening)
		ref := reference.FindString(content)
		if ref == "" {
			return found
		}
		return opening + change(ref) + content[len(ref):]
	})
}

// referencesIn returns the references of a text in their order.
func referencesIn(text string) (all []string) {
	mapReferences(text, func(ref string) string {
		all = append(all, ref)
		return ref
	})
	return all
}

// refMap maps which reference of one transcript stands for which of another.
type refMap struct{ ab, ba map[string]string }

func newRefMap() *refMap { return &refMap{map[string]string{}, map[string]string{}} }

// stripNumbers is a text whose references have no numbers.
func stripNumbers(text string) string {
	return mapReferences(text, func(ref string) string {
		return strings.TrimRight(ref, "0123456789") + "#"
	})
}

// same tells whether two texts are, where each reference stands for another one. Those that are new become pairs.
func (p *refMap) same(a, b string) bool {
	if stripNumbers(a) != stripNumbers(b) {
		return false
	}
	left, right := referencesIn(a), referencesIn(b)
	for i := range left {
		if !p.pair(left[i], right[i]) {
			return false
		}
	}
	return true
}

func (p *refMap) pair(a, b string) bool {
	formerB, knownA := p.ab[a]
	formerA, knownB := p.ba[b]
	if knownA || knownB {
		return formerB == b && formerA == a
	}
	p.ab[a], p.ba[b] = b, a
	return true
}

// isNew reports whether no reference of either text has a pair.
func (p *refMap) isNew(a, b string) bool {
	known := func(pairs map[string]string, text string) bool {
		return slices.ContainsFunc(referencesIn(text), func(ref string) bool { return pairs[ref] != "" })
	}
	return !known(p.ab, a) && !known(p.ba, b)
}

// renamed is a text of the first transcript with the references of the second, as far as they are known.
func (p *refMap) renamed(text string) string {
	return mapReferences(text, func(ref string) string {
		if other := p.ab[ref]; other != "" {
			return other
		}
		return strings.TrimRight(ref, "0123456789") + "#" + ref
	})
}
