package recording

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// how two sides are different.
type how string

const (
	gone    how = "gone"
	added   how = "added"
	typed   how = "type" // another type, null among them
	another how = "value"
	order   how = "order"
)

// change is a difference that nobody has judged yet.
type change struct {
	at   []string
	how  how
	a, b any
}

// walker goes through two transcripts side by side.
type walker struct {
	pairs   *pairs
	request string // method and path of the exchange it is in
	found   []Difference
}

func (w *walker) add(c change) {
	rule := judge(c)
	w.found = append(w.found, Difference{
		At: pointer(c.at), Request: w.request, Severity: rule.Severity, Kind: rule.Kind, What: rule.What, A: side(c.a, c.how == added), B: side(c.b, c.how == gone),
	})
}

// side shows one side of a difference.
func side(value any, absent bool) string {
	if absent {
		return ""
	}
	text, err := encode(value, "")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

func (w *walker) steps(a, b []Step) {
	left, right := shapes(a), shapes(b)
	for _, both := range align(len(a), len(b), func(i, j int) int { return left[i].alike(right[j]) }) {
		switch i, j := both.a, both.b; {
		case j < 0:
			w.request = numberless(a[i].Request.Method + " " + a[i].Request.Path)
			w.add(change{[]string{"exchanges", strconv.Itoa(i)}, gone, generic(a[i]), nil})
		case i < 0:
			w.request = numberless(b[j].Request.Method + " " + b[j].Request.Path)
			w.add(change{[]string{"exchanges", strconv.Itoa(j)}, added, nil, generic(b[j])})
		default:
			w.request = a[i].Request.Method + " " + a[i].Request.Path
			w.value([]string{"exchanges", strconv.Itoa(i)}, generic(a[i]), generic(b[j]))
		}
	}
	w.request = ""
}

// shape is a request without the numbers of its references.
type shape struct{ operation, whole string }

func shapes(steps []Step) []shape {
	all := make([]shape, len(steps))
	for i, s := range steps {
		all[i] = shape{numberless(s.Request.Method + " " + s.Request.Path), numberless(side(s.Request, false))}
	}
	return all
}

// alike tells how surely two requests are the same one: 0 for another operation.
func (s shape) alike(other shape) int {
	switch {
	case s.operation != other.operation:
		return 0
	case s.whole == other.whole:
		return 4
	}
	return 1
}

// accessTokens compares the forms of those that stand for one another.
func (w *walker) accessTokens(a, b map[string]AccessToken) {
	for _, ref := range slices.Sorted(maps.Keys(a)) {
		other, there := b[w.pairs.ab[ref]]
		if there {
			w.value([]string{"accessTokens", ref}, generic(a[ref]), generic(other))
		}
	}
}

// generic is a value as decoded from JSON.
func generic(value any) any {
	text, err := encode(value, "")
	if err != nil {
		return nil
	}
	decoded, err := decode(string(text))
	if err != nil {
		return nil
	}
	return decoded
}

func (w *walker) value(at []string, a, b any) {
	switch left := a.(type) {
	case map[string]any:
		if right, ok := b.(map[string]any); ok {
			w.object(at, left, right)
			return
		}
	case []any:
		if right, ok := b.([]any); ok {
			w.list(at, left, right)
			return
		}
	case string:
		if right, ok := b.(string); ok {
			if !w.pairs.same(left, right) {
				w.add(change{at, another, a, b})
			}
			return
		}
	}
	switch {
	case kindOfJSON(a) != kindOfJSON(b):
		w.add(change{at, typed, a, b})
	case !reflect.DeepEqual(a, b):
		w.add(change{at, another, a, b})
	}
}

// kindOfJSON is the type of a decoded value, without what is in it.
func kindOfJSON(value any) string {
	name, _, _ := strings.Cut(typeOf(value), " ")
	return name
}

func (w *walker) object(at []string, a, b map[string]any) {
	keys := map[string]bool{}
	for key := range a {
		keys[key] = true
	}
	for key := range b {
		keys[key] = true
	}
	for _, key := range inOrder(keys) {
		here := append(slices.Clone(at), key)
		left, inA := a[key]
		right, inB := b[key]
		switch {
		case key == ruleHeader && (!inA || !inB): // a tenant and a faithful patmock name no rules
		case !inB:
			w.add(change{here, gone, left, nil})
		case !inA:
			w.add(change{here, added, nil, right})
		default:
			w.value(here, left, right)
			if key == "form" && left != right { // of a body: the values cannot be compared
				return
			}
		}
	}
}

// inOrder has first what tells more: the request before the response, the status and header of that before its body. References become
// pairs in this order.
func inOrder(keys map[string]bool) []string {
	first := []string{"request", "response", "method", "path", "status", "header"}
	return slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		i, j := slices.Index(first, a), slices.Index(first, b)
		switch {
		case i >= 0 && j >= 0:
			return i - j
		case i >= 0:
			return -1
		case j >= 0:
			return 1
		}
		return strings.Compare(a, b)
	})
}

func (w *walker) list(at []string, a, b []any) {
	if w.reordered(a, b) {
		w.add(change{at, order, a, b})
		return
	}
	for _, both := range align(len(a), len(b), func(i, j int) int { return w.similar(a[i], b[j]) }) {
		switch i, j := both.a, both.b; {
		case j < 0:
			w.add(change{append(slices.Clone(at), strconv.Itoa(i)), gone, a[i], nil})
		case i < 0:
			w.add(change{append(slices.Clone(at), strconv.Itoa(j)), added, nil, b[j]})
		default:
			w.value(append(slices.Clone(at), strconv.Itoa(i)), a[i], b[j])
		}
	}
}

// reordered tells two lists that have the same elements in another order.
func (w *walker) reordered(a, b []any) bool {
	if len(a) != len(b) || len(a) < 2 {
		return false
	}
	left, right := []string{}, []string{}
	for i := range a {
		left, right = append(left, w.pairs.renamed(side(a[i], false))), append(right, side(b[i], false))
	}
	if slices.Equal(left, right) {
		return false
	}
	slices.Sort(left)
	slices.Sort(right)
	return slices.Equal(left, right)
}

// similar tells how surely two elements are the same one: 0 for two tokens with different ids, and for different types.
func (w *walker) similar(a, b any) int {
	if w.pairs.renamed(side(a, false)) == side(b, false) {
		return 4
	}
	left, ok := a.(map[string]any)
	right, also := b.(map[string]any)
	if !ok || !also {
		if ok == also && kindOfJSON(a) == kindOfJSON(b) {
			return 1
		}
		return 0
	}
	leftID, ok := left["id"].(string)
	rightID, also := right["id"].(string)
	switch {
	case !ok || !also:
		return 1
	case w.pairs.renamed(leftID) == rightID:
		return 3
	case w.pairs.isNew(leftID, rightID):
		return 1 // both are new
	}
	return 0
}
