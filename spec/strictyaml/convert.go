package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	yaml "go.yaml.in/yaml/v4"
)

// JSON converts a YAML or JSON document to JSON in the same order. The only limit is that of
// values. It counts the values of an alias at each use.
func JSON(source []byte) ([]byte, error) {
	source = normalize(source)
	if json.Valid(source) {
		w := jsonWriter{}
		err := w.value(jsonTree(source))
		return w.Bytes(), err
	}
	loader, err := yaml.NewLoader(bytes.NewReader(source))
	if err != nil {
		return nil, err
	}
	var root *yaml.Node
	for {
		var document yaml.Node
		switch err := loader.Load(&document); {
		case errors.Is(err, io.EOF) && root != nil:
			w := jsonWriter{}
			err := w.value(root)
			return w.Bytes(), err
		case errors.Is(err, io.EOF):
			return nil, errors.New("expected a document, got an empty file")
		case err != nil:
			return nil, shortError(err)
		case root == nil:
			root = document.Content[0]
			resolveAll(root)
		case !isEmpty(&document):
			return nil, fmt.Errorf("line %d: expected one document, got another", document.Line)
		}
	}
}

// shortError returns an error of the library with its line and its message.
func shortError(err error) error {
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		return fmt.Errorf("not YAML: line %d: %s", e.Mark.Line, e.Message)
	}
	return err
}

// resolveAll resolves the mappings of a tree.
func resolveAll(n *yaml.Node) {
	for _, child := range n.Content {
		resolveAll(child)
	}
	if n.Kind == yaml.MappingNode && needsResolving(n) {
		resolve(n)
	}
}

type jsonWriter struct {
	bytes.Buffer
	values int
	open   []*yaml.Node
}

func (w *jsonWriter) value(n *yaml.Node) error {
	n = deref(n)
	if w.values++; w.values > MaxValues || slices.Contains(w.open, n) {
		return fmt.Errorf("line %d: expected at most %d values, got an alias of too many", n.Line,
			MaxValues)
	}
	w.open = append(w.open, n)
	defer func() { w.open = w.open[:len(w.open)-1] }()
	switch n.Kind {
	case yaml.SequenceNode:
		w.text("[")
		for i, entry := range n.Content {
			if i > 0 {
				w.text(",")
			}
			if err := w.value(entry); err != nil {
				return err
			}
		}
		w.text("]")
	case yaml.MappingNode:
		w.text("{")
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || isMerge(key) {
				return fmt.Errorf("line %d: expected a name", key.Line)
			}
			if i > 0 {
				w.text(",")
			}
			w.encode(key.Value)
			w.text(":")
			if err := w.value(n.Content[i+1]); err != nil {
				return err
			}
		}
		w.text("}")
	default:
		if typeOf(n) == octalType {
			return fmt.Errorf("line %d: expected a number without a leading zero, or text in "+
				"quotes", n.Line)
		}
		w.encode(toAny(n, 0))
	}
	return nil
}

func (w *jsonWriter) text(text string) { _, _ = w.WriteString(text) } // never fails

func (w *jsonWriter) encode(value any) {
	encoded, _ := json.Marshal(value) // never fails for a scalar
	w.text(string(encoded))
}

// FromJSON converts valid JSON to YAML in the same order.
func FromJSON(source []byte) ([]byte, error) {
	root := jsonTree(source)
	plainStyle(root)
	return yaml.Dump(root, yaml.WithV3Defaults(), yaml.WithIndent(2))
}

// jsonTree returns the tree of valid JSON of any size.
func jsonTree(source []byte) *yaml.Node {
	r := &jsonReader{data: source, line: 1, unbounded: true}
	root, _ := r.value() // without limits it never fails
	return root
}

// plainStyle removes the quotes and brackets of JSON from a tree.
func plainStyle(n *yaml.Node) {
	if n.Style == yaml.DoubleQuotedStyle {
		n.Tag = "!!str"
	}
	if n.Style = 0; len(n.Content) == 0 && n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, child := range n.Content {
		plainStyle(child)
	}
}

// number returns the value of a number.
func parseNumber(text string, typ nodeType) any {
	if typ == integerType {
		if n, err := strconv.ParseInt(text, 0, 64); err == nil {
			return n
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return n
}
