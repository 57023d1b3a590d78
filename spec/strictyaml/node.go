package strictyaml

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"example.com/patmock/spec/redact"
)

// nodeType is the type of a value by the core schema of YAML 1.2, as messages name it.
type nodeType string

const (
	mappingType  nodeType = "a mapping"
	listType     nodeType = "a list"
	textType     nodeType = "text"
	integerType  nodeType = "a number"
	fractionType nodeType = "a fraction"
	boolType     nodeType = "true or false"
	nullType     nodeType = "nothing"
	tagType      nodeType = "a tag"
	octalType    nodeType = "a number with a leading zero"
)

// deref returns the target of an alias, and other nodes unchanged.
func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func typeOf(n *yaml.Node) nodeType {
	switch {
	case n.Style&yaml.TaggedStyle != 0:
		return tagType
	case n.Kind == yaml.MappingNode:
		return mappingType
	case n.Kind == yaml.SequenceNode:
		return listType
	case n.Style != 0:
		return textType
	}
	return plainType(n.Value)
}

var (
	integerForm = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$|^0o[0-7]+$|` +
		`^0x[0-9a-fA-F]+$|^[-+]?\.(inf|Inf|INF)$`)
	octalForm    = regexp.MustCompile(`^[-+]?0[0-9]+$`)
	fractionForm = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
)

// plainType returns the type of an unquoted scalar.
func plainType(text string) nodeType {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nullType
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return boolType
	case ".nan", ".NaN", ".NAN":
		return integerType
	}
	first, last := text[0], text[len(text)-1]
	switch {
	case first != '+' && first != '-' && first != '.' && !isDigit(first):
		return textType
	// as in dates and offsets
	case !isDigit(last) && last != '.' && !strings.ContainsAny(text, "xiI"):
		return textType
	case integerForm.MatchString(text):
		return integerType
	case octalForm.MatchString(text):
		return octalType
	case fractionForm.MatchString(text):
		return fractionType
	}
	return textType
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// outOfBounds is an integer that is invalid for every field.
const outOfBounds = 1<<31 - 1

// parseInteger returns the value of an integer, or outOfBounds.
func parseInteger(text string) int64 {
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		return outOfBounds
	}
	return n
}

// isMerge reports whether a key is a YAML merge key.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Style == 0 && key.Value == "<<"
}

// needsResolving reports whether a mapping has merge keys, or keys that are aliases.
func needsResolving(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) || n.Content[i].Kind == yaml.AliasNode {
			return true
		}
	}
	return false
}

// resolve replaces merge keys of a mapping with the merged keys, and aliases of keys with their
// targets. Own keys override merged ones, and earlier merged keys override later ones. Merge keys
// with invalid values remain.
func resolve(n *yaml.Node) {
	var sources []*yaml.Node
	own := make([]*yaml.Node, 0, len(n.Content))
	known := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], deref(n.Content[i+1])
		switch {
		case isMerge(key) && value.Kind == yaml.MappingNode:
			sources = append(sources, value)
		case isMerge(key) && value.Kind == yaml.SequenceNode:
			sources = append(sources, value.Content...)
		default:
			name := *deref(key)
			name.Line, name.Column = key.Line, key.Column
			own = append(own, &name, n.Content[i+1])
			known[name.Value] = true
		}
	}
	for _, source := range sources {
		source = deref(source)
		for i := 0; source.Kind == yaml.MappingNode && i+1 < len(source.Content); i += 2 {
			if key := source.Content[i]; !known[key.Value] {
				known[key.Value] = true
				own = append(own, key, source.Content[i+1])
			}
		}
	}
	n.Content = own
}

// maxKeyLength is the maximum length of a key in the path of a field, in bytes.
const maxKeyLength = 128

// formatKey returns a key for a path. It quotes unusual keys, so that a message never has a second
// line.
func formatKey(key string) string {
	if len(key) > maxKeyLength {
		hash := sha256.Sum256([]byte(key)) // distinguishes long keys
		key = redact.Truncate(key, maxKeyLength) + hex.EncodeToString(hash[:4])
	}
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '_', c == '-', c == '.',
			c == ':':
		default:
			return strconv.Quote(key)
		}
	}
	if key == "" {
		return `""`
	}
	return key
}
