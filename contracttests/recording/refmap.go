package recording

import (
	"regexp"
	"slices"
	"strings"
)

// referencePattern matches the reference that a placeholder begins with.
var referencePattern = regexp.MustCompile(`^[a-z-]+-[0-9]+`)

// mapReferences returns a text in which the references of its placeholders are replaced.
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

// stripNumbers returns a text whose references have no numbers.
func stripNumbers(text string) string {
	return mapReferences(text, func(ref string) string {
		return strings.TrimRight(ref, "0123456789") + "#"
	})
}

// refMap maps the references of one case to those of another, and back.
type refMap struct{ ab, ba map[string]string }

func newRefMap() *refMap { return &refMap{map[string]string{}, map[string]string{}} }

// equivalent reports whether two texts differ in the numbers of corresponding references only. It
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
	formerB, knownA := m.ab[a]
	formerA, knownB := m.ba[b]
	if knownA || knownB {
		return formerB == b && formerA == a
	}
	m.ab[a], m.ba[b] = b, a
	return true
}

// isNew reports whether no reference of either text has a pair.
func (m *refMap) isNew(a, b string) bool {
	known := func(pairs map[string]string, text string) bool {
		return slices.ContainsFunc(findReferences(text), func(ref string) bool {
			return pairs[ref] != ""
		})
	}
	return !known(m.ab, a) && !known(m.ba, b)
}

// translate returns a text of the first case with the references of the second, as far as they are
// paired.
func (m *refMap) translate(text string) string {
	return mapReferences(text, func(ref string) string {
		if other := m.ab[ref]; other != "" {
			return other
		}
		return strings.TrimRight(ref, "0123456789") + "#" + ref
	})
}
