package recording

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/jsondiff"
)

// comparer compares two cases and pairs their references.
type comparer struct {
	jsondiff.Differ
	refs *refMap
	// request is the method and path of the exchange.
	request     string
	differences []Difference
}

func newComparer() *comparer {
	c := &comparer{refs: newRefMap()}
	c.Differ = jsondiff.Differ{
		Equal: c.equal, Similarity: c.similar,
		Key: func(element any, inA bool) string {
			text := encodeLine(element)
			if inA {
				text = c.refs.translate(text)
			}
			return text
		},
		// The order determines the pairs of references.
		FirstKeys: []string{"request", "response", "method", "path", "status", "header"},
	}
	return c
}

func (c *comparer) equal(a, b any) bool {
	left, okA := a.(string)
	right, okB := b.(string)
	if okA && okB {
		return c.refs.equivalent(left, right)
	}
	return a == b
}

func (c *comparer) add(change jsondiff.Change) {
	last := change.Path[len(change.Path)-1]
	oneSided := change.Kind == jsondiff.Removed || change.Kind == jsondiff.Added
	if last == ruleHeader && oneSided { // only a friendly patmock names rules
		return
	}
	rule := classify(change)
	d := Difference{
		At: jsondiff.Pointer(change.Path), Request: c.request,
		Severity: rule.Severity, Kind: rule.Kind, Description: rule.Description,
	}
	if change.Kind != jsondiff.Added {
		d.A = encodeLine(change.A)
	}
	if change.Kind != jsondiff.Removed {
		d.B = encodeLine(change.B)
	}
	c.differences = append(c.differences, d)
}

// encodeLine returns a value as one line of JSON.
func encodeLine(value any) string {
	text, err := encode(value, "")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

func (c *comparer) compareSteps(a, b []Step) {
	left, right := shapesOf(a), shapesOf(b)
	pairs := jsondiff.Align(len(a), len(b), func(i, j int) int {
		return left[i].similarity(right[j])
	})
	for _, p := range pairs {
		switch i, j := p.A, p.B; {
		case j < 0:
			c.request = left[i].operation
			c.add(jsondiff.Change{
				Path: exchangePath(i), Kind: jsondiff.Removed, A: toGeneric(a[i]),
			})
		case i < 0:
			c.request = right[j].operation
			c.add(jsondiff.Change{Path: exchangePath(j), Kind: jsondiff.Added, B: toGeneric(b[j])})
		default:
			c.request = a[i].Request.Method + " " + a[i].Request.Path
			x, y := a[i], b[j]
			x.Request.Body, y.Request.Body = alignFormats(x.Request.Body, y.Request.Body)
			x.Response.Body, y.Response.Body = alignFormats(x.Response.Body, y.Response.Body)
			c.compareValues(exchangePath(i), x, y)
		}
	}
	c.request = ""
}

func exchangePath(i int) []string { return []string{"exchanges", strconv.Itoa(i)} }

// alignFormats drops the values of two bodies that have different formats.
func alignFormats(a, b *Body) (*Body, *Body) {
	if a == nil || b == nil || a.Format == b.Format {
		return a, b
	}
	return &Body{Format: a.Format}, &Body{Format: b.Format}
}

func (c *comparer) compareValues(path []string, a, b any) {
	for _, change := range c.Compare(toGeneric(a), toGeneric(b)) {
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
			stripNumbers(s.Request.Method + " " + s.Request.Path),
			stripNumbers(encodeLine(s.Request)),
		}
	}
	return all
}

// similarity returns the likelihood that two requests correspond, 0 for different operations.
func (s shape) similarity(other shape) int {
	switch {
	case s.operation != other.operation:
		return 0
	case s.complete == other.complete:
		return 4
	}
	return 1
}

// compareAccessTokens compares the access tokens with paired references.
func (c *comparer) compareAccessTokens(a, b map[string]AccessToken) {
	for _, ref := range slices.Sorted(maps.Keys(a)) {
		if other, ok := b[c.refs.ab[ref]]; ok {
			c.compareValues([]string{"accessTokens", ref}, a[ref], other)
		}
	}
}

// toGeneric returns a value as decoded from JSON.
func toGeneric(value any) any {
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

// similar returns the likelihood that two elements correspond, 0 for tokens with different ids.
func (c *comparer) similar(a, b any) int {
	left, okA := a.(map[string]any)
	right, okB := b.(map[string]any)
	if !okA || !okB {
		if okA == okB && jsondiff.TypeOf(a) == jsondiff.TypeOf(b) {
			return 1
		}
		return 0
	}
	leftID, okA := left["id"].(string)
	rightID, okB := right["id"].(string)
	switch {
	case !okA || !okB:
		return 1
	case c.refs.translate(leftID) == rightID:
		return 3
	case c.refs.isNew(leftID, rightID):
		return 1
	}
	return 0
}
