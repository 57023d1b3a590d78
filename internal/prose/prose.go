// Package prose checks the words of the repository: comments, messages, help, descriptions and
// documentation. Its rules reject constructs that readers have to decode.
package prose

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Problem is a rejected construct in a file.
type Problem struct {
	Path string
	Line int
	Rule Rule
	// Text is the construct with the words around it.
	Text string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %q: %s", p.Path, p.Line, p.Text, p.Rule.Advice)
}

// A passage is a comment, a string or a paragraph.
type passage struct {
	lines []string
	first int // the line of the file, from 1
	// comment reports whether Go code has it as a comment, which counts use.
	comment bool
	// opens reports whether rules about the beginning apply.
	opens bool
}

// Check returns the problems of the files at the paths. Directories are walked, but for hidden and
// vendored ones. Paths in problems are relative to root and have slashes.
func Check(root string, paths ...string) ([]Problem, error) {
	problems, _, err := check(root, paths)
	return problems, err
}

// CheckAll returns the problems of a repository, and the exceptions that it does not need.
func CheckAll(root string) (problems []Problem, unused []Exception, err error) {
	problems, used, err := check(root, []string{root})
	for i, e := range exceptions {
		if !used[i] {
			unused = append(unused, e)
		}
	}
	return problems, unused, err
}

func check(root string, paths []string) (problems []Problem, used map[int]bool, err error) {
	used = map[int]bool{}
	err = walk(root, paths, func(path string, passages []passage) {
		for _, p := range passages {
			for _, problem := range p.check(path) {
				if i := exceptionFor(path, problem.Text); i >= 0 {
					used[i] = true
				} else {
					problems = append(problems, problem)
				}
			}
		}
	})
	return problems, used, err
}

// walk visits the files that have prose.
func walk(root string, paths []string, visit func(path string, passages []passage)) error {
	for _, start := range paths {
		err := filepath.WalkDir(start, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && path != start && skipDir(entry.Name()):
				return filepath.SkipDir
			case entry.IsDir():
				return nil
			}
			read := readerOf(path)
			if read == nil {
				return nil
			}
			text, err := os.ReadFile(path) //nolint:gosec // a file of the repository
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			passages, err := read(path, string(text))
			if err != nil {
				return err
			}
			visit(filepath.ToSlash(name), passages)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func skipDir(name string) bool {
	return name == "node_modules" || name == "vendor" || name == "dist" ||
		strings.HasPrefix(name, ".") && name != ".ci" && name != "."
}

// check returns the problems of a passage. A construct may continue on the next line.
func (p passage) check(path string) []Problem {
	text := strings.Join(p.lines, " ")
	var problems []Problem
	for _, rule := range rules {
		if rule.Opening && (!p.opens || strings.HasSuffix(strings.TrimSpace(text), "?")) {
			continue
		}
		for _, at := range rule.find(text) {
			line := p.first + p.lineOf(at[0])
			problems = append(problems, Problem{path, line, rule, excerptOf(text, at)})
		}
	}
	return problems
}

// lineOf returns the number of line breaks in front of an offset into the joined lines.
func (p passage) lineOf(offset int) int {
	for i, line := range p.lines {
		if offset <= len(line) {
			return i
		}
		offset -= len(line) + 1
	}
	return len(p.lines) - 1
}

// excerptOf returns a construct with up to three words on each side.
func excerptOf(text string, at []int) string {
	before, after := strings.Fields(text[:at[0]]), strings.Fields(text[at[1]:])
	glued := at[0] > 0 && text[at[0]-1] != ' '
	words := strings.Join(before[max(0, len(before)-3):], " ")
	if words != "" && !glued {
		words += " "
	}
	rest := strings.Join(after[:min(3, len(after))], " ")
	if rest != "" && text[at[1]] == ' ' {
		rest = " " + rest
	}
	return words + text[at[0]:at[1]] + rest
}

// A Count is how many comment lines of Go code have each construct.
type Count struct {
	Lines int
	// ByRule has the number of lines for each name of a rule.
	ByRule map[string]int
}

// CountComments counts the constructs in the Go comments at a path.
func CountComments(path string) (Count, error) {
	c := Count{ByRule: map[string]int{}}
	err := walk(path, []string{path}, func(name string, passages []passage) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		for _, p := range passages {
			if p.comment {
				c.add(p)
			}
		}
	})
	return c, err
}

func (c *Count) add(p passage) {
	for i, line := range p.lines {
		c.Lines++
		for _, rule := range CountedRules() {
			if rule.Opening && (i > 0 || !p.opens) {
				continue
			}
			if len(rule.find(line)) > 0 {
				c.ByRule[rule.Name]++
			}
		}
	}
}

// CountedRules returns the rules that counts list.
func CountedRules() []Rule { return append(rules[:len(rules):len(rules)], counted...) }
