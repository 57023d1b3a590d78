package dialect

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/schema"
)

// maxBytes bounds a file: every entry takes some hundred bytes.
const maxBytes = 64 << 10

// A Mistake is one thing that is wrong with a dialect.
type Mistake struct {
	// Source is the file, Line and Column stand in it and count from 1. All are empty for a dialect of no file.
	Source       string
	Line, Column int
	// Field is an entry's field, such as duplicate-name.status, empty for what concerns more than one.
	Field string
	// Rule is the rule that the dialect breaks.
	Rule rule.ID
	// Unknown is the id that no entry has, empty for other mistakes.
	Unknown string
	// Message says what was expected.
	Message string
}

// Error tells the mistake on one line, in the form that editors turn into a link.
func (m Mistake) Error() string {
	message := m.Message
	if m.Field != "" {
		message = m.Field + ": " + message
	}
	if m.Source == "" {
		return message
	}
	return fmt.Sprintf("%s:%d:%d: %s", m.Source, m.Line, m.Column, message)
}

// Mistakes is everything that is wrong with a dialect.
type Mistakes []Mistake

// Error returns a line for each mistake.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, mistake := range m {
		lines[i] = mistake.Error()
	}
	return strings.Join(lines, "\n")
}

func unknown(id string) string {
	return fmt.Sprintf("unknown entry %q%s; there are %s", id, schema.DidYouMean(id, append(IDs(), schema.Field)), strings.Join(IDs(), ", "))
}

// Read reads a dialect from a file. One without a letter is refused: whoever was to write it has failed.
func Read(path string) (Dialect, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s is empty: a dialect that changes nothing has at least a comment, see patmock contract propose and patmock spec dialect", path)
	}
	return Parse(path, data)
}

// Parse reads a dialect in YAML: a mapping of ids to answers. Source names it in messages. What is wrong is an error of
// type Mistakes.
func Parse(source string, data []byte) (Dialect, error) {
	p := &parser{source: source, dialect: Dialect{}}
	if root := p.document(data); root != nil && p.schema(root) {
		p.entries(root)
	}
	if len(p.mistakes) > 0 {
		slices.SortStableFunc(p.mistakes, func(a, b Mistake) int { return a.Line - b.Line })
		return nil, p.mistakes
	}
	return p.dialect, nil
}

// parser fills a dialect from a tree. The library's own decoder stops at the first mistake.
type parser struct {
	source   string
	dialect  Dialect
	mistakes Mistakes
}

func (p *parser) report(at *token.Token, broken rule.ID, field, format string, args ...any) {
	m := Mistake{Source: p.source, Line: 1, Column: 1, Field: field, Rule: broken, Message: fmt.Sprintf(format, args...)}
	if at != nil && at.Position != nil {
		m.Line, m.Column = max(1, at.Position.Line), max(1, at.Position.Column)
	}
	p.mistakes = append(p.mistakes, m)
}

// document reads the only document, nil where it is empty or none.
func (p *parser) document(data []byte) ast.Node {
	if len(data) > maxBytes {
		p.report(nil, rule.DialectSize, "", "expected a file of at most %d bytes, got %d", maxBytes, len(data))
		return nil
	}
	file, err := yamlparser.ParseBytes(data, 0, yamlparser.AllowDuplicateMapKey())
	var syntax yaml.Error
	line, column, message, isJSON := schema.DescribeJSONError(p.source, data)
	switch {
	case err != nil && isJSON:
		at := token.New("", "", &token.Position{Line: line, Column: column})
		p.report(at, rule.DialectSyntax, "", "%s", message)
	case errors.As(err, &syntax):
		p.report(syntax.GetToken(), rule.DialectSyntax, "", "not YAML: %s", strings.Join(strings.Fields(syntax.GetMessage()), " "))
	case err != nil:
		p.report(nil, rule.DialectSyntax, "", "not YAML: %v", err)
	case len(file.Docs) > 1:
		p.report(file.Docs[1].Start, rule.DialectSyntax, "", "expected one document, got %d", len(file.Docs))
	case len(file.Docs) == 1 && file.Docs[0].Body != nil && file.Docs[0].Body.Type() != ast.NullType && file.Docs[0].Body.Type() != ast.CommentType:
		return file.Docs[0].Body
	}
	return nil // nothing but comments: the defaults
}

// schema reports whether this patmock reads the version of the file. If not, nothing else can be said about it.
func (p *parser) schema(root ast.Node) bool {
	mapping, ok := root.(*ast.MappingNode)
	if !ok {
		return true
	}
	for _, entry := range mapping.Values {
		if name, _ := textOf(entry.Key); name != schema.Field {
			continue
		}
		text, _ := textOf(entry.Value)
		if err := schema.CheckText(text); err != nil {
			p.report(entry.Value.GetToken(), rule.DialectSchema, schema.Field, "%s", err)
			return false
		}
	}
	return true
}

func (p *parser) entries(root ast.Node) {
	p.each(root, "a mapping of entries to answers", func(name string, key, value ast.Node) {
		if name == schema.Field {
			return // read already
		}
		e, known := Find(name)
		if !known {
			p.report(key.GetToken(), rule.DialectUnknownEntry, "", "%s", unknown(name))
			p.mistakes[len(p.mistakes)-1].Unknown = name
			return
		}
		p.answer(e, key, value)
	})
}

// answer reads one entry, and looks at it once all its fields are what they should be.
func (p *parser) answer(e Entry, key, value ast.Node) {
	var a Answer
	places, before := map[string]ast.Node{"status": key}, len(p.mistakes)
	p.each(value, "a mapping such as {"+e.fields()[0]+": ...}", func(field string, key, value ast.Node) {
		places[field] = key
		name := e.ID + "." + field
		if !slices.Contains(e.fields(), field) {
			p.report(key.GetToken(), rule.DialectUnknownField, name, "unknown field of this entry%s; there are %s", schema.DidYouMean(field, e.fields()), strings.Join(e.fields(), ", "))
			return
		}
		if expected := a.set(field, value); expected != "" {
			p.report(value.GetToken(), rule.DialectWrongType, name, "expected %s", expected)
		}
	})
	if len(p.mistakes) > before {
		return
	}
	for _, m := range e.check(a) {
		p.report(places[m.field].GetToken(), m.rule, e.ID+"."+m.field, "%s", m.message)
	}
	p.dialect[e.ID] = a
}

// each goes through a mapping, whose names come once.
func (p *parser) each(n ast.Node, expected string, do func(name string, key, value ast.Node)) {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		p.report(n.GetToken(), rule.DialectWrongType, "", "expected %s", expected)
		return
	}
	seen := map[string]bool{}
	for _, entry := range mapping.Values {
		name, ok := textOf(entry.Key)
		switch {
		case !ok:
			p.report(entry.Key.GetToken(), rule.DialectWrongType, "", "expected a name")
		case seen[name]:
			p.report(entry.Key.GetToken(), rule.DialectDuplicateKey, "", "expected every name once, got %q again", name)
		default:
			seen[name] = true
			do(name, entry.Key, entry.Value)
		}
	}
}

// textOf is a text, or what stands there in place of one: a code such as 409.10 is one, though YAML has it for a number.
func textOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	case *ast.NullNode:
		return Null, n.GetToken().Type == token.NullType && n.GetToken().Value == Null // written out
	}
	return "", false
}

// set gives a field its value, and says what was expected where that is none.
func (a *Answer) set(field string, n ast.Node) (expected string) {
	if field == "status" {
		status, err := strconv.Atoi(n.String())
		if _, whole := n.(*ast.IntegerNode); !whole || err != nil {
			return "a status such as 409"
		}
		a.Status = status
		return ""
	}
	text, ok := textOf(n)
	if !ok || text == "" {
		return "a text"
	}
	for _, t := range a.texts() {
		if t.field == field {
			*t.text = text
		}
	}
	return ""
}
