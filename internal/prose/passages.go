package prose

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// readerOf returns the function that finds the prose of a file, nil for other files.
func readerOf(path string) func(path, text string) ([]passage, error) {
	slash := filepath.ToSlash(path)
	switch name := filepath.Base(path); {
	case strings.HasSuffix(name, ".go"):
		return readGo
	case strings.HasSuffix(name, ".md"):
		return readMarkdown
	case strings.HasSuffix(name, ".txtar"), name == "Makefile", name == "Dockerfile",
		strings.HasSuffix(name, ".py"), strings.Contains(slash, ".ci/") && filepath.Ext(name) == "":
		return readLineComments("#")
	case strings.HasSuffix(name, ".js"), strings.HasSuffix(name, ".ts"), name == "Jenkinsfile":
		return readLineComments("//")
	case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".yml"),
		name == "schema.json":
		if strings.Contains(slash, "/testdata/") {
			return nil
		}
		return readLines
	}
	return nil
}

// directive matches comments for tools, and the output of examples.
var directive = regexp.MustCompile(`^//(go:|nolint|line |export |\+build)`)

// readGo returns the comments and the strings of Go code.
func readGo(path, text string) ([]passage, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text,
		parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(file) {
		return nil, nil
	}
	var passages []passage
	for _, group := range file.Comments {
		passages = append(passages, readComment(files, group)...)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case ast.Expr:
			if text, ok := constant(n); ok {
				if isProse(text) {
					passages = append(passages, passage{
						lines: strings.Split(text, "\n"), first: files.Position(n.Pos()).Line,
					})
				}
				return false
			}
		}
		return true
	})
	return passages, nil
}

// readComment returns the paragraphs of a comment. Code in it is not prose.
func readComment(files *token.FileSet, group *ast.CommentGroup) []passage {
	var passages []passage
	p := passage{comment: true, opens: true}
	end := func() {
		if len(p.lines) > 0 {
			passages = append(passages, p)
		}
		p = passage{comment: true}
	}
	for _, comment := range group.List {
		line := files.Position(comment.Pos()).Line
		if directive.MatchString(comment.Text) {
			if _, reason, ok := strings.Cut(comment.Text[2:], "//"); ok {
				end()
				p.lines, p.first = []string{strings.TrimSpace(reason)}, line
				end()
			}
			continue
		}
		for i, text := range strings.Split(strings.TrimSuffix(comment.Text[2:], "*/"), "\n") {
			text = strings.TrimPrefix(text, " ")
			switch {
			case strings.HasPrefix(text, "Output:"), strings.HasPrefix(text, "Unordered output:"):
				end()
				return passages
			case strings.TrimSpace(text) == "", strings.HasPrefix(text, "\t"):
				end()
				continue
			}
			if len(p.lines) == 0 {
				p.first = line + i
			}
			p.lines = append(p.lines, text)
		}
	}
	end()
	return passages
}

// constant returns the value of a string literal, or of a sum of them.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		left, ok := constant(e.X)
		if !ok || e.Op != token.ADD {
			return "", false
		}
		right, ok := constant(e.Y)
		return left + right, ok
	}
	return "", false
}

// isProse reports whether a string has words for people: not JSON, code or a pattern.
func isProse(text string) bool {
	return strings.Contains(strings.TrimSpace(text), " ") &&
		!strings.ContainsAny(text[:1], "{[<^(`")
}

// readMarkdown returns the paragraphs, headings, list items and table rows outside of code.
func readMarkdown(_, text string) ([]passage, error) {
	var passages []passage
	p := passage{}
	end := func() {
		if len(p.lines) > 0 {
			passages = append(passages, p)
		}
		p = passage{}
	}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			fenced = !fenced
			end()
			continue
		case fenced, trimmed == "":
			end()
			continue
		case strings.ContainsAny(trimmed[:1], "#|*-"):
			end()
		}
		if len(p.lines) == 0 {
			p.first = i + 1
		}
		p.lines = append(p.lines, inlineCode.ReplaceAllString(trimmed, "`code`"))
	}
	end()
	return passages, nil
}

var inlineCode = regexp.MustCompile("`[^`]*`")

// readLineComments returns the function that finds comments on lines of their own.
func readLineComments(mark string) func(path, text string) ([]passage, error) {
	return func(_, text string) ([]passage, error) {
		var passages []passage
		for i, line := range strings.Split(text, "\n") {
			if comment, ok := strings.CutPrefix(strings.TrimSpace(line), mark); ok {
				passages = append(passages, passage{lines: []string{comment}, first: i + 1})
			}
		}
		return passages, nil
	}
}

// readLines returns every line.
func readLines(_, text string) ([]passage, error) {
	var passages []passage
	for i, line := range strings.Split(text, "\n") {
		passages = append(passages, passage{lines: []string{line}, first: i + 1})
	}
	return passages, nil
}
