package recording

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var lastNumber = regexp.MustCompile(`[0-9]+$`)

// nameNumber returns the number in a name that the contract generated, 0 for other names.
func nameNumber(name string) int {
	number, _ := strconv.Atoi(lastNumber.FindString(runNameRegexp.FindString(name)))
	return number
}

// compareAges compares the ages of two tokens by the numbers in their generated names. Tokens with
// other names count as older.
func (n *normalizer) compareAges(a, b string) int {
	number := func(tokenID string) int {
		return n.references.number(n.values.kindByValue[tokenID], tokenID)
	}
	return cmp.Or(
		cmp.Compare(n.values.createdOrder[a], n.values.createdOrder[b]),
		cmp.Compare(number(a), number(b)),
	)
}

// sortIDsByAge returns ids sorted by age, since ids are random.
func (n *normalizer) sortIDsByAge(ids []any) []any {
	if slices.ContainsFunc(ids, func(element any) bool { _, ok := element.(string); return !ok }) {
		return ids
	}
	ids = slices.Clone(ids)
	slices.SortStableFunc(ids, func(a, b any) int { return n.compareAges(a.(string), b.(string)) })
	return ids
}

func textProperty(element any, property string) string {
	object, _ := element.(map[string]any)
	text, _ := object[property].(string)
	return text
}

func (n *normalizer) sortByAge(tokens []any) {
	slices.SortStableFunc(tokens, func(a, b any) int {
		return n.compareAges(textProperty(a, "id"), textProperty(b, "id"))
	})
}

// undoIDOrder returns tokens that are sorted by id sorted by age, and reports whether they were
// sorted by id.
func (n *normalizer) undoIDOrder(tokens []any) (list []any, sorted bool) {
	byID := func(a, b any) int {
		return strings.Compare(textProperty(a, "id"), textProperty(b, "id"))
	}
	if len(tokens) < 2 || !slices.IsSortedFunc(tokens, byID) {
		return tokens, false
	}
	list = slices.Clone(tokens)
	n.sortByAge(list)
	return list, true
}

// sortTies sorts adjacent tokens that were created in the same millisecond by age.
func (n *normalizer) sortTies(tokens []any) []any {
	for from := 0; from < len(tokens); {
		to := from + 1
		for to < len(tokens) &&
			textProperty(tokens[from], "created") == textProperty(tokens[to], "created") {
			to++
		}
		n.sortByAge(tokens[from:to])
		from = to
	}
	return tokens
}
