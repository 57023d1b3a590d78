package strictyaml

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// jsonReader builds trees from valid JSON. The YAML library does not support all escapes of JSON.
// It splits large lists of the top level into parts.
type jsonReader struct {
	data   []byte
	offset int
	visit  func(part) bool

	line, column    int // position of counted, column from 0
	counted         int
	depth           int
	values, inPart  int
	partStart       int
	root, lastKey   *yaml.Node // lastKey is the current key at the top level
	continued, done bool
	unbounded       bool
}

// read passes all parts to visit.
func (r *jsonReader) read() *failure {
	root, e := r.value()
	if e == nil && !r.done {
		r.visit(part{root: root, continued: r.continued})
	}
	return e
}

// skipSpace skips white space and returns the next byte, 0 at the end.
func (r *jsonReader) skipSpace() byte {
	for r.offset < len(r.data) {
		switch c := r.data[r.offset]; c {
		case ' ', '\t', '\n', '\r':
			r.offset++
		default:
			return c
		}
	}
	return 0
}

// node returns a new node at the position of the next byte.
func (r *jsonReader) node(kind yaml.Kind) *yaml.Node {
	for ; r.counted < r.offset; r.counted++ {
		switch c := r.data[r.counted]; {
		case c == '\n', c == '\r':
			r.line, r.column = r.line+1, 0
		case utf8.RuneStart(c):
			r.column++
		}
	}
	return &yaml.Node{Kind: kind, Line: r.line, Column: r.column + 1}
}

func (r *jsonReader) limitError(n *yaml.Node, bound int, unit string) *failure {
	return &failure{
		Size, position{n.Line, n.Column}, fmt.Sprintf("expected at most %d %s", bound, unit),
	}
}

// value reads the next value.
func (r *jsonReader) value() (*yaml.Node, *failure) {
	r.values++
	r.inPart++
	switch r.skipSpace() {
	case '{':
		return r.collection(yaml.MappingNode, '}', maxKeys, "keys in a mapping")
	case '[':
		return r.collection(yaml.SequenceNode, ']', MaxEntries, "entries in a list")
	case '"':
		return r.text(), nil
	}
	n := r.node(yaml.ScalarNode)
	length := bytes.IndexAny(r.data[r.offset:], " \t\r\n,]}")
	if length < 0 {
		length = len(r.data) - r.offset
	}
	n.Value = string(r.data[r.offset : r.offset+length])
	r.offset += length
	return n, nil
}

// text reads a string.
func (r *jsonReader) text() *yaml.Node {
	n := r.node(yaml.ScalarNode)
	n.Style = yaml.DoubleQuotedStyle
	end, escaped := r.offset+1, false
	for ; r.data[end] != '"'; end++ {
		if r.data[end] == '\\' {
			escaped = true
			end++
		}
	}
	quoted := r.data[r.offset : end+1]
	r.offset = end + 1
	if n.Value = string(quoted[1 : len(quoted)-1]); escaped {
		_ = json.Unmarshal(quoted, &n.Value) // never fails, the JSON is valid
	}
	return n
}

// collection reads an object or an array.
func (r *jsonReader) collection(
	kind yaml.Kind, closing byte, bound int, unit string,
) (*yaml.Node, *failure) {
	n := r.node(kind)
	n.Style = yaml.FlowStyle
	if r.depth++; r.depth > maxDepth && !r.unbounded {
		return nil, r.limitError(n, maxDepth, "nested lists and mappings")
	}
	if r.depth == 1 {
		r.root = n
	}
	defer func() { r.depth-- }()
	r.offset++
	entries := 0
	for r.skipSpace() != closing && !r.done {
		if entries++; entries > bound && !r.unbounded {
			return nil, r.limitError(r.node(kind), bound, unit)
		}
		if kind == yaml.MappingNode {
			key := r.text()
			n.Content = append(n.Content, key)
			if r.depth == 1 {
				r.lastKey = key
			}
			r.skipSpace()
			r.offset++ // the colon
		} else if !r.unbounded && r.depth == 2 && r.root.Kind == yaml.MappingNode &&
			r.offset-r.partStart > targetPart && entries > 1 {
			n = r.nextPart(n)
		}
		value, e := r.value()
		if e != nil {
			return nil, e
		}
		switch {
		case r.unbounded:
		case r.values > MaxValues:
			return nil, r.limitError(value, MaxValues, "values")
		case r.inPart > maxPartValues:
			return nil, r.limitError(value, maxPartValues, "values in an entry")
		}
		if n.Content = append(n.Content, value); r.skipSpace() == ',' {
			r.offset++
		}
	}
	r.offset++
	return n, nil
}

// nextPart passes the part so far. The part ends within a list, and nextPart returns the node for
// the rest of that list.
func (r *jsonReader) nextPart(list *yaml.Node) *yaml.Node {
	r.root.Content = append(r.root.Content, list)
	r.done = !r.visit(part{root: r.root, continued: r.continued})
	next := *list
	next.Content = nil
	r.root.Content = []*yaml.Node{r.lastKey}
	r.partStart, r.inPart, r.continued = r.offset, 0, true
	return &next
}
