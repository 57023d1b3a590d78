package spec

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// toJSON reads YAML, of which JSON is a part, and keeps its order, which people wrote. A mock starts with this: the
// library is the fast one; fixtures are read by another, which tells where a mistake is.
func toJSON(source []byte) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(source, &document); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := writeJSON(&b, &document)
	return b.Bytes(), err
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.DocumentNode:
		return writeJSON(b, n.Content[0])
	case yaml.AliasNode:
		return writeJSON(b, n.Alias)
	case yaml.ScalarNode:
		return writeScalar(b, n)
	case yaml.MappingNode:
		return writeAll(b, n, '{', '}')
	case yaml.SequenceNode:
		return writeAll(b, n, '[', ']')
	}
	return fmt.Errorf("line %d: expected a value", n.Line)
}

// writeAll writes an array, or an object, whose names and values come in turn.
func writeAll(b *bytes.Buffer, n *yaml.Node, opening, closing byte) error {
	b.WriteByte(opening)
	for i, child := range n.Content {
		name := n.Kind == yaml.MappingNode && i%2 == 0
		switch {
		case name && (child.Kind != yaml.ScalarNode || child.Tag == "!!merge"):
			return fmt.Errorf("line %d: expected a name", child.Line)
		case i > 0 && n.Kind == yaml.MappingNode && !name:
			b.WriteByte(':')
		case i > 0:
			b.WriteByte(',')
		}
		if name {
			child = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: child.Value}
		}
		if err := writeJSON(b, child); err != nil {
			return err
		}
	}
	b.WriteByte(closing)
	return nil
}

// writeScalar writes a date as the text that it is in JSON.
func writeScalar(b *bytes.Buffer, n *yaml.Node) error {
	var value any = n.Value
	if n.Tag != "!!timestamp" && n.Tag != "!!str" {
		if err := n.Decode(&value); err != nil {
			return err
		}
	}
	encoded, err := json.Marshal(value)
	b.Write(encoded)
	return err
}
