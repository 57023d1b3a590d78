package fastpath_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// A node is a JSON value as text. Unlike a decoded value it can be invalid.
type node struct {
	scalar   string // unless it is an array or object
	brackets string // of an array or object
	names    []string
	children []*node
}

// text returns the value with random blanks.
func (n *node) text(r *rand.Rand) []byte {
	var b strings.Builder
	n.write(r, &b)
	return []byte(b.String())
}

func (n *node) write(r *rand.Rand, b *strings.Builder) {
	blank := func() {
		if r.IntN(20) == 0 {
			b.WriteString(pick(r, " ", "\n", "\t", "\r\n"))
		}
	}
	blank()
	defer blank()
	if n.brackets == "" {
		b.WriteString(n.scalar)
		return
	}
	b.WriteByte(n.brackets[0])
	for i, child := range n.children {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.names != nil {
			blank()
			b.WriteString(n.names[i])
			blank()
			b.WriteByte(':')
		}
		child.write(r, b)
	}
	if len(n.children) == 0 {
		blank()
	}
	b.WriteByte(n.brackets[1])
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func encoded(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

// instance returns a value that a schema accepts, in the usual form of clients and servers. It
// ignores keywords that the frequent schemas do not have.
func instance(r *rand.Rand, schema *openapi3.Schema, depth int) *node {
	if branches := slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf); len(branches) > 0 &&
		depth < 8 {
		return instance(r, pick(r, branches...).Value, depth+1)
	}
	if schema.PermitsNull() && r.IntN(6) == 0 {
		return &node{scalar: "null"}
	}
	if len(schema.Enum) > 0 {
		return &node{scalar: encoded(pick(r, schema.Enum...))}
	}
	types := schema.Type.Slice()
	if len(types) == 0 {
		types = []string{"string", "integer", "boolean", "array", "object"}
	}
	switch pick(r, types...) {
	case "string":
		return &node{scalar: text(r, schema)}
	case "integer":
		return &node{scalar: fmt.Sprint(int64(between(r, schema)))}
	case "number":
		return &node{scalar: fmt.Sprintf(pick(r, "%.0f", "%.1f", "%.2f"), between(r, schema))}
	case "boolean":
		return &node{scalar: pick(r, "true", "false")}
	case "array":
		return elements(r, schema, depth)
	case "object":
		return members(r, schema, depth)
	}
	return &node{scalar: "null"}
}

func text(r *rand.Rand, schema *openapi3.Schema) string {
	switch {
	case schema.Format == "date-time":
		day := time.Date(r.IntN(9999), time.January, 1+r.IntN(366), 0, 0, 0, 0, time.UTC)
		return fmt.Sprintf(`"%sT%02d:%02d:%02d%s%s"`, day.Format(time.DateOnly), r.IntN(24),
			r.IntN(60), r.IntN(61),
			pick(r, "", ".0", ".123", ".123456789"), pick(r, "Z", "Z", "+00:00", "-23:59"))
	case schema.MinLength > 0 || schema.MaxLength != nil:
		length := schema.MinLength + r.Uint64N(3)
		if schema.MaxLength != nil {
			length = min(length, *schema.MaxLength)
		}
		return encoded(strings.Repeat(pick(r, "x", "a", "0"), int(length)))
	}
	return pick(r, `""`, `"x"`, `"nightly build"`, `"sp:scopes:all"`, `"\"quoted\"\n\\"`, `"ä ö 😀"`,
		`"\u003c\ud83d\ude00"`, "\"\x7f\"", "\"\xff\"")
}

func between(r *rand.Rand, schema *openapi3.Schema) float64 {
	low, high := -100.0, 1e6
	if schema.Min != nil {
		low = *schema.Min
	}
	if schema.Max != nil {
		high = *schema.Max
	}
	return pick(r, low, high, low+float64(int64(r.Float64()*(high-low))))
}

func elements(r *rand.Rand, schema *openapi3.Schema, depth int) *node {
	n := &node{brackets: "[]"}
	items := &openapi3.Schema{}
	if schema.Items != nil {
		items = schema.Items.Value
	}
	for range r.IntN(max(1, 4-depth/2)) {
		n.children = append(n.children, instance(r, items, depth+1))
	}
	return n
}

func members(r *rand.Rand, schema *openapi3.Schema, depth int) *node {
	n := &node{brackets: "{}", names: []string{}}
	add := func(name string, value *openapi3.Schema) {
		n.names, n.children = append(n.names, encoded(name)),
			append(n.children, instance(r, value, depth+1))
	}
	others := &openapi3.Schema{}
	if ref := schema.AdditionalProperties.Schema; ref != nil {
		others = ref.Value
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if slices.Contains(schema.Required, name) || depth < 8 && r.IntN(2) == 0 {
			add(name, schema.Properties[name].Value)
		}
	}
	for _, name := range schema.Required {
		if schema.Properties[name] == nil && !slices.Contains(n.names, encoded(name)) {
			add(name, others)
		}
	}
	if has := schema.AdditionalProperties.Has; (has == nil || *has) && depth < 8 && r.IntN(4) == 0 {
		add("unnamed", others)
	}
	r.Shuffle(len(n.names), func(i, j int) {
		n.names[i], n.names[j], n.children[i], n.children[j] = n.names[j], n.names[i],
			n.children[j], n.children[i]
	})
	return n
}

// unusualScalars are scalars that may be invalid anywhere.
var unusualScalars = []string{
	"null", "true", "false", "nul", "TRUE", "{}", "[]", "[null]", `{"a":null}`, `{"a":"x"}`, "",
	"0", "-0", "1", "14", "15", "20", "21", "43200", "43201", "-1", "0.5", "1.0", "3.5", "1e2",
	"1E-2", "01", "1.", ".5", "+1", "-", "0x10", "NaN",
	"2147483647", "2147483648", "-2147483648", "-2147483649", "9007199254740992",
	"9007199254740993", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "9223372036854777856", "-9223372036854777856", "1e400", "-1e400",
	"0.00000000000000000000000000000001", strings.Repeat("9", 310), strings.Repeat("9", 400),
	`""`, `"a"`, `"b"`, `"x"`, `"ab"`, `"abc"`, `"abcd"`, `"IDENTITY"`, `"ä"`, `"äöü"`, `"😀😀"`,
	`"\u0061"`, `"\ud800"`, `"\ud83d\ude00"`, `"\u00zz"`, `"\u+061"`, `"\u0_61"`, `"\u061"`, `"\x"`,
	`"\`, `"a`,
	"\"\x01\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"a\nb\"",
	`"2026-01-31T00:00:00Z"`, `"2026-02-31T23:59:60.5+99:99"`, `"2026-13-01T00:00:00Z"`,
	`"2026-00-01T00:00:00Z"`, `"2026-01-00T00:00:00Z"`, `"2026-01-32T00:00:00Z"`,
	`"2026-01-01T24:00:00Z"`, `"2026-01-01T00:60:00Z"`, `"2026-01-01T00:00:61Z"`,
	`"2026-01-01T00:00:00.Z"`, `"2026-01-01T00:00:00"`, `"2026-01-01t00:00:00z"`,
	`"2026-01-01T00:00:00+0000"`, `"2026-01-01 00:00:00Z"`, `"2026-01-01"`,
	`"2026-01-01T00:00:00Z "`, `"02026-01-01T00:00:00Z"`, `"2026-01-01T00:00:00,5Z"`,
	`"2026-04-31T00:00:00Z"`, `"2027-02-29T00:00:00Z"`, `"2028-02-29T00:00:00Z"`,
	`"2100-02-29T00:00:00Z"`, `"0000-02-29T00:00:00Z"`,
	`"2026-01-01T00:00:00+24:00"`, `"2026-01-01T00:00:00-00:60"`, `"2026-01-01T00:00:00+23:59"`,
}

// unusualNames are names of properties that may be invalid, or belong to other schemas.
var unusualNames = []string{
	`"a"`, `"b"`, `"name"`, `"Name"`, `"value"`, `"\u0061"`, `"n\u0061me"`, `"a\/b"`, `"ä"`,
	"\"\xff\"", `""`, `a`, "\"a\x00\"", "null",
}

// all returns a node and its descendants.
func (n *node) all() []*node {
	nodes := []*node{n}
	for _, child := range n.children {
		nodes = append(nodes, child.all()...)
	}
	return nodes
}

// mutate changes one part of a value, possibly without changing its meaning.
func mutate(r *rand.Rand, root *node) {
	nodes := root.all()
	n, other := pick(r, nodes...), pick(r, nodes...)
	switch r.IntN(6) {
	case 0:
		*n = node{scalar: pick(r, unusualScalars...)}
	case 1: // a value that is valid elsewhere
		*n = *other.copy()
	case 2:
		n.mutateScalar(r)
	case 3:
		*n = node{brackets: "[]", children: []*node{n.copy()}}
	default:
		for n.brackets == "" && r.IntN(10) > 0 {
			n = pick(r, nodes...)
		}
		n.mutateChildren(r)
	}
}

func (n *node) copy() *node {
	same := &node{scalar: n.scalar, brackets: n.brackets, names: slices.Clone(n.names)}
	for _, child := range n.children {
		same.children = append(same.children, child.copy())
	}
	return same
}

func (n *node) add(name, scalar string) {
	n.children = append(n.children, &node{scalar: scalar})
	if n.names != nil {
		n.names = append(n.names, name)
	}
}

func (n *node) drop(i int) {
	n.children = slices.Delete(n.children, i, i+1)
	if n.names != nil {
		n.names = slices.Delete(n.names, i, i+1)
	}
}

func (n *node) mutateScalar(r *rand.Rand) {
	if n.scalar == "" {
		return
	}
	at := r.IntN(len(n.scalar))
	before, c, after := n.scalar[:at], n.scalar[at], n.scalar[at+1:]
	switch r.IntN(4) {
	case 0:
		n.scalar = before + after
	case 1:
		n.scalar = before + fmt.Sprintf("\\u%04x", c) + after
	case 2:
		n.scalar = before +
			pick(r, `"`, `\`, "\\\"", `\n`, "\n", "0", "9", "-", ".", "e", "Z", "ä", "\xff", "\x00",
				"\x1f", "\x7f", `\ud800`, " ") + after
	case 3:
		n.scalar = before + string(rune('0'+r.IntN(10))) + string(c) + after
	}
}

func (n *node) mutateChildren(r *rand.Rand) {
	if len(n.children) == 0 || r.IntN(5) == 0 {
		n.add(pick(r, append(slices.Clone(n.names), unusualNames...)...),
			pick(r, unusualScalars...))
		return
	}
	i, j := r.IntN(len(n.children)), r.IntN(len(n.children))
	switch r.IntN(4) {
	case 0: // remove one
		n.drop(i)
	case 1: // repeat one
		n.children = append(n.children, n.children[i].copy())
		if n.names != nil {
			n.names = append(n.names, n.names[i])
		}
	case 2: // swap or rename
		n.children[i], n.children[j] = n.children[j], n.children[i]
	case 3: // escape the name
		if n.names != nil && len(n.names[i]) > 2 {
			name := n.names[i]
			n.names[i] = pick(r, fmt.Sprintf(`"\u%04x%s`, name[1], name[2:]), strings.ToUpper(name),
				name[:len(name)-1]+` "`)
		}
	}
}
