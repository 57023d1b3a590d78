package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	yaml "go.yaml.in/yaml/v4"

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/schema"
)

// Limits of a file. A tree takes up to a hundred times the memory of its text.
const (
	// maxPart is the maximum size in bytes of YAML that is parsed as one tree.
	maxPart  = 1 << 20
	maxDepth = 16
	// maxKeys is the maximum number of keys in a mapping. Each key is compared with the others.
	maxKeys = 200
	// MaxEntries is the maximum number of entries in a list, and MaxValues that of values in a
	// file.
	MaxEntries = 200_000
	MaxValues  = 5_000_000
	// maxPartValues is the maximum number of values in a part.
	maxPartValues = 500_000
	// targetPart is the size in bytes after which a part ends before the next entry of a list.
	targetPart = 64 << 10
)

// part is a document, or a part of a large one: a mapping with some of its keys.
type part struct {
	root *yaml.Node
	// lineOffset is the number of lines before the part. It is 0 for JSON, whose nodes have
	// absolute positions.
	lineOffset int
	// continued reports whether the first key continues the list of the previous part's last key.
	continued bool
}

// parts passes the parts of a file to visit until visit returns false. At an unreadable part it
// stops the file.
func (f *File) parts(visit func(part) bool) {
	if f.isJSON {
		r := &jsonReader{data: f.data, line: 1, visit: func(p part) bool {
			return visit(p) && f.ctx.Err() == nil
		}}
		if e := r.read(); e != nil {
			f.stop(*e)
		}
		return
	}
	if f.singlePart != nil {
		visit(part{root: f.singlePart})
		return
	}
	values := 0
	for c := range chunks(f.data) {
		root, err := f.compose(c, &values)
		if err != nil {
			f.stop(*err)
			return
		}
		if root == nil && !c.continued { // only comments
			root = &yaml.Node{Kind: yaml.ScalarNode, Line: 1, Column: 1}
		}
		if len(c.text) == len(f.data) {
			f.singlePart = root
		}
		if f.ctx.Err() != nil || !visit(part{root, c.lineOffset, c.continued}) {
			return
		}
	}
}

// chunk is a part of the file's text that consists of complete lines.
type chunk struct {
	// key is the line with the key of a continued list.
	key, text  []byte
	lineOffset int
	continued  bool
}

// chunks splits large YAML before keys of the top level, and before entries of their lists. A
// similar line within a text of several lines has more indentation.
func chunks(data []byte) func(yield func(chunk) bool) {
	return func(yield func(chunk) bool) {
		s := splitter{enabled: len(data) > maxPart, indent: -1}
		start, next := 0, chunk{}
		for offset := 0; offset < len(data); {
			line := data[offset:]
			if n := bytes.IndexByte(line, '\n'); n >= 0 {
				line = line[:n+1]
			}
			split, continued := s.canSplit(line)
			if split && offset-start >= targetPart {
				next.text = data[start:offset]
				if !yield(next) {
					return
				}
				start, next = offset, chunk{lineOffset: s.lines - 1, continued: continued}
				if continued {
					next.key, next.lineOffset = s.key, s.lines-2
				}
			}
			offset += len(line)
		}
		next.text = data[start:]
		yield(next)
	}
}

// splitter finds lines of YAML before which the file can be split.
type splitter struct {
	enabled  bool
	lines    int    // lines read so far
	hasValue bool   // the document has begun
	key      []byte // line of the current key if its value may be a list
	indent   int    // indentation of the list's entries, -1 before the first one
}

// canSplit reports whether the file can be split before line, and whether line continues a list.
func (s *splitter) canSplit(line []byte) (split, continued bool) {
	s.lines++
	content := bytes.TrimLeft(line, " ")
	indent := len(line) - len(content)
	content = bytes.TrimRight(content, " \n")
	if !s.enabled || len(content) == 0 || content[0] == '#' {
		return false, false
	}
	entry := string(content) == "-" || bytes.HasPrefix(content, []byte("- "))
	switch {
	case indent == 0 &&
		(bytes.HasPrefix(content, []byte("---")) || bytes.HasPrefix(content, []byte("..."))):
		s.enabled = !s.hasValue // text after the document is not split
	case s.key != nil && entry && (s.indent < 0 || s.indent == indent):
		split, s.indent = s.indent == indent, indent
		return split, true
	case indent == 0 && !entry:
		split, s.hasValue = s.hasValue, true
		s.key, s.indent = nil, -1
		if content[len(content)-1] == ':' {
			s.key = line
		}
		return split, false
	case s.indent < 0:
		s.key = nil
	}
	return false, false
}

// depthLimit rejects YAML that is nested too deeply.
type depthLimit struct{}

var errTooDeep = errors.New("too deep")

// CheckDepth implements the plugin's callback for each level.
func (depthLimit) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > maxDepth {
		return errTooDeep
	}
	return nil
}

// CheckAlias implements the plugin's callback for decoded aliases. The library decodes none here.
func (depthLimit) CheckAlias(int, int) error { return nil }

// compose returns the root of the only document in a chunk, or nil if there is none.
func (f *File) compose(c chunk, values *int) (*yaml.Node, *failure) {
	if len(c.text) > maxPart {
		if e := f.jsonError(); e != nil {
			return nil, e
		}
		return nil,
			&failure{
				Size,
				position{c.lineOffset + 1, 1},
				fmt.Sprintf("expected at most %d bytes of YAML in one entry, got %d: "+
					"use JSON, or one list entry per line, as state get does", maxPart,
					len(c.text)),
			}
	}
	loader, err := yaml.NewLoader(io.MultiReader(bytes.NewReader(c.key), bytes.NewReader(c.text)),
		yaml.WithPlugin(depthLimit{}))
	if err != nil {
		return nil, &failure{Syntax, position{1, 1}, err.Error()}
	}
	var root *yaml.Node
	for documents := 1; ; documents++ {
		var document yaml.Node
		err := loader.Load(&document)
		switch {
		case errors.Is(err, io.EOF):
			if root == nil {
				return nil, nil
			}
			m := sizeChecker{values: *values}
			e := m.check(root, 0)
			if *values = m.values; e != nil {
				e.position.line += c.lineOffset
			}
			return root, e
		case err != nil:
			return nil, f.syntaxError(err, c)
		case isEmpty(&document): // after the last ---
		case root != nil:
			return nil, &failure{
				ManyDocuments,
				position{document.Line + c.lineOffset, document.Column},
				fmt.Sprintf("expected one document, got %d", documents),
			}
		default:
			root = document.Content[0]
		}
	}
}

// isEmpty reports whether a document has no value.
func isEmpty(document *yaml.Node) bool {
	n := document.Content[0]
	return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == "" && n.Anchor == ""
}

// syntaxError converts an error of the library.
func (f *File) syntaxError(err error, c chunk) *failure {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return &failure{Syntax, position{1, 1}, "not YAML"}
	}
	pos := position{e.Mark.Line, e.Mark.Column}
	if e.Message == errTooDeep.Error() {
		return &failure{
			Size,
			position{pos.line + c.lineOffset, pos.column},
			fmt.Sprintf("expected at most %d nested lists and mappings", maxDepth),
		}
	}
	message := "not YAML: " + redact.String(e.Message)
	if e.ContextMsg != "" {
		message += " " + e.ContextMsg
		// the beginning of the construct, not its end
		if pos.line == e.ContextMark.Line || e.Mark.Index >= len(c.text) {
			pos = position{e.ContextMark.Line, e.ContextMark.Column}
		}
	}
	pos = position{max(1, pos.line+c.lineOffset), max(1, pos.column)}
	if last := 1 + bytes.Count(bytes.TrimRight(f.data, "\n"), []byte("\n")); pos.line > last {
		pos = position{last, 1}
	}
	if e := f.jsonError(); e != nil {
		pos, message = e.position, e.message
	}
	if f.options.Hint != nil && hasTemplate(f.data, pos.line) {
		message += f.options.Hint("")
	}
	return &failure{Syntax, pos, message}
}

// jsonError returns the error of an invalid JSON file, or nil if the file is not JSON.
func (f *File) jsonError() *failure {
	line, column, message, isJSON := schema.DescribeJSONError(f.source, f.data)
	if !isJSON {
		return nil
	}
	return &failure{Syntax, position{line, column}, redact.String(message)}
}

// hasTemplate reports whether a line has {{ NAME }}. YAML needs quotes around it.
func hasTemplate(data []byte, line int) bool {
	lines := bytes.SplitN(data, []byte("\n"), line+1)
	return line <= len(lines) && bytes.Contains(lines[line-1], []byte("{{"))
}

// sizeChecker checks the limits of trees, and resolves their merge keys.
type sizeChecker struct{ values int }

func (m *sizeChecker) check(n *yaml.Node, depth int) *failure {
	limitError := func(at *yaml.Node, bound int, unit string) *failure {
		return &failure{
			Size, position{at.Line, at.Column}, fmt.Sprintf("expected at most %d %s", bound, unit),
		}
	}
	m.values++
	pairs := 1
	switch n.Kind {
	case yaml.MappingNode:
		pairs = 2
		if len(n.Content) > 2*maxKeys {
			return limitError(n.Content[2*maxKeys], maxKeys, "keys in a mapping")
		}
	case yaml.SequenceNode:
		if len(n.Content) > MaxEntries {
			return limitError(n.Content[MaxEntries], MaxEntries, "entries in a list")
		}
	default:
		return nil
	}
	if depth++; depth > maxDepth {
		return limitError(n, maxDepth, "nested lists and mappings")
	}
	if m.values > MaxValues {
		return limitError(n, MaxValues, "values")
	}
	for i := pairs - 1; i < len(n.Content); i += pairs {
		if e := m.check(n.Content[i], depth); e != nil {
			return e
		}
	}
	if pairs == 2 && needsResolving(n) {
		if resolve(n); len(n.Content) > 2*maxKeys {
			return limitError(n, maxKeys, "keys in a mapping")
		}
	}
	return nil
}
