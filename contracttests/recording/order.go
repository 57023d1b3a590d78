package recording

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// age tells which of two tokens was made first, as far as the case knows: the contract counts the names that it gives.
type age struct {
	counted   bool
	number    int // in the name that it first had
	reference int
}

func (n *normalizer) age(tokenID string) age {
	number := n.roles.born[tokenID]
	return age{number > 0, number, n.references.number(n.roles.kinds[tokenID], tokenID)}
}

func (a age) compare(b age) int {
	if a.counted != b.counted {
		if a.counted {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.reference, b.reference))
}

// numbered is the number in a name that the contract gave, 0 for another name.
func numbered(name string) int {
	number, _ := strconv.Atoi(lastNumber.FindString(isRunName.FindString(name)))
	return number
}

var lastNumber = regexp.MustCompile(`[0-9]+$`)

// byAge are ids in the order of their age, for they are random.
func (n *normalizer) byAge(ids []any) []any {
	if slices.ContainsFunc(ids, func(element any) bool { _, ok := element.(string); return !ok }) {
		return ids
	}
	ids = slices.Clone(ids)
	slices.SortStableFunc(ids, func(a, b any) int { return n.age(a.(string)).compare(n.age(b.(string))) })
	return ids
}

func textOf(element any, property string) string {
	object, _ := element.(map[string]any)
	text, _ := object[property].(string)
	return text
}

func (n *normalizer) sort(tokens []any) {
	slices.SortStableFunc(tokens, func(a, b any) int {
		return n.age(textOf(a, "id")).compare(n.age(textOf(b, "id")))
	})
}

// unsorted brings tokens that are sorted by their ids into the order of their age.
func (n *normalizer) unsorted(tokens []any) (list []any, sorted bool) {
	byID := func(a, b any) int { return strings.Compare(textOf(a, "id"), textOf(b, "id")) }
	if len(tokens) < 2 || !slices.IsSortedFunc(tokens, byID) {
		return tokens, false
	}
	list = slices.Clone(tokens)
	n.sort(list)
	return list, true
}

// untied brings neighbours that were created in the same millisecond into the order of their age.
func (n *normalizer) untied(tokens []any) []any {
	for from := 0; from < len(tokens); {
		to := from + 1
		for to < len(tokens) && textOf(tokens[from], "created") == textOf(tokens[to], "created") {
			to++
		}
		n.sort(tokens[from:to])
		from = to
	}
	return tokens
}
