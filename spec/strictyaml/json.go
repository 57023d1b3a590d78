package strictyaml

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// jsonReader makes trees of valid JSON, which has escapes that YAML does not have. Large lists of
// the top level come in parts.
type jsonReader struct {
	data  []byte
	at    int
	visit func(part) bool

	line, column    int // of counted, the column from 0
	counted         int
	depth           int
	values, inPart  int
	partStart       int
	root, last      *yaml.Node // last is the key of the top level
	continued, done bool
	unbounded       bool
}

// read passes all parts.
func (r *jsonReader) read() *failure {
	root, e := r.value()
	if e == nil && !r.done {
		r.visit(part{root: root, continued: r.continued})
	}
	return e
}

// space skips blanks.
func (r *jsonReader) space() byte {
	for r.at < len(r.data) {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return c
		}
	}
	return 0
}

// node makes a node at the position of the next byte.
func (r *jsonReader) node(kind yaml.Kind) *yaml.Node {
	for ; r.counted < r.at; r.counted++ {
		switch c := r.data[r.counted]; {
		case c == '\n', c == '\r':
			r.line, r.column = r.line+1, 0
		case utf8.RuneStart(c):
			r.column++
		}
	}
	return &yaml.Node{Kind: kind, Line: r.line, Column: r.column + 1}
}

func (r *jsonReader) fail(n *yaml.Node, most int, of string) *failure {
	return &failure{Size, place{n.Line, n.Column}, fmt.Sprintf("expected at most %d %s", most, of)}
}

// value reads the next value.
func (r *jsonReader) value() (*yaml.Node, *failure) {
	r.values++
	r.inPart++
	switch r.space() {
	case '{':
		return r.collection(yaml.MappingNode, '}', maxKeys, "keys in a mapping")
	case '[':
		return r.collection(yaml.SequenceNode, ']', MaxEntries, "entries in a list")
	case '"':
		return r.text(), nil
	}
	n := r.node(yaml.ScalarNode)
	length := bytes.IndexAny(r.data[r.at:], " \t\r\n,]}")
	if length < 0 {
		length = len(r.data) - r.at
	}
	n.Value = string(r.data[r.at : r.at+length])
	r.at += length
	return n, nil
}

// text reads a text in quotes.
func (r *jsonReader) text() *yaml.Node {
	n := r.node(yaml.ScalarNode)
	n.Style = yaml.DoubleQuotedStyle
	end, escaped := r.at+1, false
	for ; r.data[end] != '"'; end++ {
		if r.data[end] == '\\' {
			escaped = true
			end++
		}
	}
	quoted := r.data[r.at : end+1]
	r.at = end + 1
	if n.Value = string(quoted[1 : len(quoted)-1]); escaped {
		_ = json.Unmarshal(quoted, &n.Value) // which is valid
	}
	return n
}

// collection reads an object or an array.
func (r *jsonReader) collection(kind yaml.Kind, closing byte, most int, of string) (*yaml.Node,
	*failure,
) {
	n := r.node(kind)
	n.Style = yaml.FlowStyle
	if r.depth++; r.depth > maxDepth && !r.unbounded {
		return nil, r.fail(n, maxDepth, "nested lists and mappings")
	}
	if r.depth == 1 {
		r.root = n
	}
	defer func() { r.depth-- }()
	r.at++
	entries := 0
	for r.space() != closing && !r.done {
		if entries++; entries > most && !r.unbounded {
			return nil, r.fail(r.node(kind), most, of)
		}
		if kind == yaml.MappingNode {
			key := r.text()
			n.Content = append(n.Content, key)
			if r.depth == 1 {
				r.last = key
			}
			r.space()
			r.at++ // the colon
		} else if !r.unbounded && r.depth == 2 && r.root.Kind == yaml.MappingNode &&
			r.at-r.partStart > usualPart && entries > 1 {
			n = r.next(n)
		}
		value, e := r.value()
		if e != nil {
			return nil, e
		}
		switch {
		case r.unbounded:
		case r.values > MaxValues:
			return nil, r.fail(value, MaxValues, "values")
		case r.inPart > maxPartValues:
			return nil, r.fail(value, maxPartValues, "values in an entry")
		}
		if n.Content = append(n.Content, value); r.space() == ',' {
			r.at++
		}
	}
	r.at++
	return n, nil
}

// next passes the part so far, which ends in a list, and returns the node in which the list goes
// on.
func (r *jsonReader) next(list *yaml.Node) *yaml.Node {
	r.root.Content = append(r.root.Content, list)
	r.done = !r.visit(part{root: r.root, continued: r.continued})
	more := *list
	more.Content = nil
	r.root.Content = []*yaml.Node{r.last}
	r.partStart, r.inPart, r.continued = r.at, 0, true
	return &more
}
