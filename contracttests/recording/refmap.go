package recording

import (
	"regexp"
	"slices"
	"strings"
)

// referencePattern matches the reference at the start of a placeholder.
var referencePattern = regexp.MustCompile(`^[a-z-]+-[0-9]+`)

// mapReferences replaces the references of the placeholders in a text.
func mapReferences(text string, change func(ref string) string) string {
	return marks.ReplaceAllStringFunc(text, func(match string) string {
		content := strings.TrimPrefix(match, openBracket)
		ref := referencePattern.FindString(content)
		if ref == "" {
			return match
		}
		return openBracket + change(ref) + content[len(ref):]
	})
}

func findReferences(text string) (all []string) {
	mapReferences(text, func(ref string) string {
		all = append(all, ref)
		return ref
	})
	return all
}

// stripNumbers removes the numbers from the references in a text.
func stripNumbers(text string) string {
	return mapReferences(text, func(ref string) string {
		return strings.TrimRight(ref, "0123456789") + "#"
	})
}

// refMap maps the references of two cases to each other.
type refMap struct{ ab, ba map[string]string }

func newRefMap() *refMap { return &refMap{map[string]string{}, map[string]string{}} }

// equivalent reports whether two texts differ only in the numbers of corresponding references. It
// pairs new references.
func (m *refMap) equivalent(a, b string) bool {
	if stripNumbers(a) != stripNumbers(b) {
		return false
	}
	left, right := findReferences(a), findReferences(b)
	for i := range left {
		if !m.pair(left[i], right[i]) {
			return false
		}
	}
	return true
}

func (m *refMap) pair(a, b string) bool {
	previousB, knownA := m.ab[a]
	previousA, knownB := m.ba[b]
	if knownA || knownB {
		return previousB == b && previousA == a
	}
	m.ab[a], m.ba[b] = b, a
	return true
}

// isNew reports whether all references of both texts are unpaired.
func (m *refMap) isNew(a, b string) bool {
	known := func(pairs map[string]string, text string) bool {
		return slices.ContainsFunc(findReferences(text), func(ref string) bool {
			return pairs[ref] != ""
		})
	}
	return !known(m.ab, a) && !known(m.ba, b)
}

// translate replaces the paired references in a text of the first case by those of the second.
func (m *refMap) translate(text string) string {
	return mapReferences(text, func(ref string) string {
		if other := m.ab[ref]; other != "" {
			return other
		}
		return strings.TrimRight(ref, "0123456789") + "#" + ref
	})
}
