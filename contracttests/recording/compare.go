package recording

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/jsondiff"
)

// comparer compares two cases, whose references it pairs.
type comparer struct {
	jsondiff.Differ
	refs    *refMap
	request string // method and path of the exchange
	found   []Difference
}

func newComparer() *comparer {
	c := &comparer{refs: newRefMap()}
	c.Differ = jsondiff.Differ{
		Equal: c.equal, Similarity: c.similar,
		Key: func(element any, inA bool) string {
			text := render(element)
			if inA {
				text = c.refs.renamed(text)
			}
			return text
		},
		// References are paired in this order: the request before the response, and its status and
		// headers before the body.
		FirstKeys: []string{"request", "response", "method", "path", "status", "header"},
	}
	return c
}

func (c *comparer) equal(a, b any) bool {
	left, ok := a.(string)
	right, also := b.(string)
	if ok && also {
		return c.refs.same(left, right)
	}
	return a == b
}

func (c *comparer) add(change jsondiff.Change) {
	last := change.Path[len(change.Path)-1]
	oneSided := change.Kind == jsondiff.Removed || change.Kind == jsondiff.Added
	if last == ruleHeader && oneSided { // a tenant and a faithful patmock name no rules
		return
	}
	rule := classify(change)
	d := Difference{
		At: jsondiff.Pointer(change.Path), Request: c.request,
		Severity: rule.Severity, Kind: rule.Kind, Description: rule.Description,
	}
	if change.Kind != jsondiff.Added {
		d.A = render(change.A)
	}
	if change.Kind != jsondiff.Removed {
		d.B = render(change.B)
	}
	c.found = append(c.found, d)
}

// render returns a value as JSON on one line.
func render(value any) string {
	text, err := encode(value, "")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

func (c *comparer) steps(a, b []Step) {
	left, right := shapesOf(a), shapesOf(b)
	pairs := jsondiff.Align(len(a), len(b), func(i, j int) int {
		return left[i].similarity(right[j])
	})
	for _, p := range pairs {
		switch i, j := p.A, p.B; {
		case j < 0:
			c.request = left[i].operation
			c.add(jsondiff.Change{Path: exchangePath(i), Kind: jsondiff.Removed, A: generic(a[i])})
		case i < 0:
			c.request = right[j].operation
			c.add(jsondiff.Change{Path: exchangePath(j), Kind: jsondiff.Added, B: generic(b[j])})
		default:
			c.request = a[i].Request.Method + " " + a[i].Request.Path
			x, y := a[i], b[j]
			x.Request.Body, y.Request.Body = comparable(x.Request.Body, y.Request.Body)
			x.Response.Body, y.Response.Body = comparable(x.Response.Body, y.Response.Body)
			c.compare(exchangePath(i), x, y)
		}
	}
	c.request = ""
}

func exchangePath(i int) []string { return []string{"exchanges", strconv.Itoa(i)} }

// comparable returns two bodies without their values if they have different forms.
func comparable(a, b *Body) (*Body, *Body) {
	if a == nil || b == nil || a.Form == b.Form {
		return a, b
	}
	return &Body{Form: a.Form}, &Body{Form: b.Form}
}

func (c *comparer) compare(path []string, a, b any) {
	for _, change := range c.Compare(generic(a), generic(b)) {
		change.Path = slices.Concat(path, change.Path)
		c.add(change)
	}
}

// shape is a request without the numbers of its references.
type shape struct{ operation, complete string }

func shapesOf(steps []Step) []shape {
	all := make([]shape, len(steps))
	for i, s := range steps {
		all[i] = shape{
			stripNumbers(s.Request.Method + " " + s.Request.Path), stripNumbers(render(s.Request)),
		}
	}
	return all
}

// similarity returns how likely two requests are the same one, 0 for other operations.
func (s shape) similarity(other shape) int {
	switch {
	case s.operation != other.operation:
		return 0
	case s.complete == other.complete:
		return 4
	}
	return 1
}

// accessTokens compares the access tokens whose references are paired.
func (c *comparer) accessTokens(a, b map[string]AccessToken) {
	for _, ref := range slices.Sorted(maps.Keys(a)) {
		if other, ok := b[c.refs.ab[ref]]; ok {
			c.compare([]string{"accessTokens", ref}, a[ref], other)
		}
	}
}

// generic returns a value as decoded from JSON.
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

// similar returns how likely two elements are the same one: 0 for tokens with other ids.
func (c *comparer) similar(a, b any) int {
	left, ok := a.(map[string]any)
	right, also := b.(map[string]any)
	if !ok || !also {
		if ok == also && jsondiff.TypeOf(a) == jsondiff.TypeOf(b) {
			return 1
		}
		return 0
	}
	leftID, ok := left["id"].(string)
	rightID, also := right["id"].(string)
	switch {
	case !ok || !also:
		return 1
	case c.refs.renamed(leftID) == rightID:
		return 3
	case c.refs.isNew(leftID, rightID):
		return 1
	}
	return 0
}
