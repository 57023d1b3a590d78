// Package jsondiff compares JSON values that encoding/json decoded, with numbers as json.Number.
package jsondiff

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Kind is a kind of difference.
type Kind string

// The kinds.
const (
	Removed Kind = "removed"
	Added   Kind = "added"
	Type    Kind = "type" // null is a type of its own
	Value   Kind = "value"
	Order   Kind = "order" // of a list with the same elements
)

// A Change is a difference between two values. Path is its position in the first value or, for
// Added, in the second.
type Change struct {
	Path []string
	Kind Kind
	A, B any
}

// A Differ compares values. The zero value compares lists by position.
type Differ struct {
	// Equal compares two values that are neither objects nor arrays. Nil means ==.
	Equal func(a, b any) bool
	// Key returns the same text for equal elements of two lists, at any positions. Nil compares
	// lists by position, and lists of different lengths as single values.
	Key func(element any, inA bool) string
	// Similarity returns the likelihood that two elements with different keys are the same element,
	// from 0 (none) to 3. Nil means 1 for elements of the same type.
	Similarity func(a, b any) int
	// FirstKeys are the properties to compare before the others.
	FirstKeys []string
}

// Compare returns the differences in the order of the values.
func (d *Differ) Compare(a, b any) []Change {
	c := comparison{Differ: d}
	c.value(nil, a, b)
	return c.changes
}

type comparison struct {
	*Differ
	changes []Change
}

func (c *comparison) add(path []string, kind Kind, a, b any) {
	c.changes = append(c.changes, Change{path, kind, a, b})
}

func (c *comparison) value(path []string, a, b any) {
	switch left := a.(type) {
	case map[string]any:
		if right, ok := b.(map[string]any); ok {
			c.object(path, left, right)
			return
		}
	case []any:
		if right, ok := b.([]any); ok {
			c.list(path, left, right)
			return
		}
	}
	switch {
	case TypeOf(a) != TypeOf(b):
		c.add(path, Type, a, b)
	case !c.equal(a, b):
		c.add(path, Value, a, b)
	}
}

func (c *comparison) equal(a, b any) bool {
	if c.Equal == nil {
		return a == b
	}
	return c.Equal(a, b)
}

func (c *comparison) object(path []string, a, b map[string]any) {
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	names := append(slices.Clone(c.FirstKeys), slices.Sorted(maps.Keys(keys))...)
	for _, name := range names {
		if _, ok := keys[name]; !ok {
			continue
		}
		delete(keys, name) // FirstKeys may repeat it
		left, inA := a[name]
		right, inB := b[name]
		switch at := join(path, name); {
		case !inB:
			c.add(at, Removed, left, nil)
		case !inA:
			c.add(at, Added, nil, right)
		default:
			c.value(at, left, right)
		}
	}
}

func (c *comparison) list(path []string, a, b []any) {
	var pairs []Pair
	switch {
	case c.Key == nil && len(a) != len(b):
		c.add(path, Value, a, b)
		return
	case c.Key == nil:
		pairs = byPosition(len(a), len(b))
	default:
		left, right := c.keys(a, true), c.keys(b, false)
		if isReordered(left, right) {
			c.add(path, Order, a, b)
			return
		}
		pairs = Align(len(a), len(b), func(i, j int) int {
			switch {
			case left[i] == right[j]:
				return 4
			case c.Similarity != nil:
				return c.Similarity(a[i], b[j])
			case TypeOf(a[i]) == TypeOf(b[j]):
				return 1
			}
			return 0
		})
	}
	for _, p := range pairs {
		switch {
		case p.B < 0:
			c.add(join(path, strconv.Itoa(p.A)), Removed, a[p.A], nil)
		case p.A < 0:
			c.add(join(path, strconv.Itoa(p.B)), Added, nil, b[p.B])
		default:
			c.value(join(path, strconv.Itoa(p.A)), a[p.A], b[p.B])
		}
	}
}

func (c *comparison) keys(list []any, inA bool) []string {
	keys := make([]string, len(list))
	for i, element := range list {
		keys[i] = c.Key(element, inA)
	}
	return keys
}

// isReordered reports whether two lists have the same elements in a different order.
func isReordered(a, b []string) bool {
	return len(a) == len(b) && !slices.Equal(a, b) &&
		slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func join(path []string, name string) []string { return append(slices.Clone(path), name) }

// TypeOf returns the JSON type of a value: null, boolean, string, number, array or object.
func TypeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64, json.Number:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// Pointer returns a path as a JSON pointer (RFC 6901).
func Pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + escape.Replace(name))
	}
	return b.String()
}
