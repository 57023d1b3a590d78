// Command literals counts the string literals in tests, and the assertions in testscripts, that
// repeat a message of the product: a repetition shares four words in a row with a string literal
// of the Go source. It prints each with -v, and fails if there are more than -max.
//
// Literals that report a test's own failure (arguments of Errorf, Fatalf, Skip, Log and the like)
// and names of subtests do not count.
package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// run is the number of words that a literal has to share with a message.
const run = 4

func main() {
	verbose := flag.Bool("v", false, "print every literal")
	most := flag.Int("max", -1, "fail if there are more than this; -1 never fails")
	flag.Parse()
	c := counter{messages: map[string]bool{}, verbose: *verbose}
	for _, step := range []func(string) error{c.readMessages, c.countGo, c.countScript} {
		if err := walk(step); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	fmt.Printf("%d literals in Go tests and %d assertions in scripts repeat a message\n", c.inGo,
		c.inScripts)
	if total := c.inGo + c.inScripts; *most >= 0 && total > *most {
		fmt.Printf("at most %d are allowed: assert the rule, the status or the exit code, and "+
			"keep the wording in a golden file\n", *most)
		os.Exit(1)
	}
}

// isModule reports whether a directory is the root of another module, which is not the product.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// walk visits the files of the module.
func walk(visit func(path string) error) error {
	return filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." &&
			(strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" ||
				isModule(path)) {
			return filepath.SkipDir
		}
		if entry.IsDir() {
			return nil
		}
		return visit(path)
	})
}

type counter struct {
	messages        map[string]bool // runs of words in messages
	inGo, inScripts int
	verbose         bool
}

func (c *counter) readMessages(path string) error {
	if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
		return nil
	}
	return literals(path, func(_ token.Position, text string) {
		for _, words := range runs(text) {
			c.messages[words] = true
		}
	}, nil)
}

func (c *counter) countGo(path string) error {
	if !strings.HasSuffix(path, "_test.go") {
		return nil
	}
	return literals(path, func(at token.Position, text string) {
		if c.repeats(text) {
			c.inGo++
			c.print(at.String(), text)
		}
	}, ownReport)
}

var assertion = regexp.MustCompile(`^!? ?(stdout|stderr|grep|cmp|message) `)

func (c *counter) countScript(path string) error {
	if !strings.HasSuffix(path, ".txtar") {
		return nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the path comes from the walk
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(text), "\n") {
		if assertion.MatchString(line) && c.repeats(line) {
			c.inScripts++
			c.print(fmt.Sprintf("%s:%d", path, i+1), line)
		}
	}
	return nil
}

func (c *counter) print(at, text string) {
	if c.verbose {
		fmt.Printf("%s: %q\n", at, text)
	}
}

func (c *counter) repeats(text string) bool {
	for _, words := range runs(text) {
		if c.messages[words] {
			return true
		}
	}
	return false
}

var (
	verb = regexp.MustCompile(`%[-+# 0-9.*\[\]]*[a-zA-Z]`)
	word = regexp.MustCompile(`[A-Za-z']+`)
)

// runs returns every run of words in a text. Format verbs, numbers and punctuation other than
// blanks, commas and quotation marks end a run.
func runs(text string) []string {
	var all []string
	text = verb.ReplaceAllString(text, ";")
	for _, part := range regexp.MustCompile(`[^A-Za-z', "\\]+`).Split(text, -1) {
		words := word.FindAllString(part, -1)
		for i := 0; i+run <= len(words); i++ {
			all = append(all, strings.Join(words[i:i+run], " "))
		}
	}
	return all
}

// ownReport reports whether a call's arguments are a test's own words.
func ownReport(call *ast.CallExpr) bool {
	var name string
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	switch name {
	case "Error", "Errorf", "Fatal", "Fatalf", "Skip", "Skipf", "Log", "Logf", "Run", "Bool",
		"String", "panic":
		return true
	}
	return false
}

// firstString returns the string literal that a row of a table begins with, nil if it has none.
func firstString(row *ast.CompositeLit) *ast.BasicLit {
	if len(row.Elts) < 2 || row.Type != nil {
		return nil
	}
	first := row.Elts[0]
	if pair, ok := first.(*ast.KeyValueExpr); ok {
		first = pair.Value
	}
	literal, _ := first.(*ast.BasicLit)
	return literal
}

// literals visits the string literals of a Go file, except in calls that skip reports.
func literals(
	path string, visit func(at token.Position, text string), skip func(*ast.CallExpr) bool,
) error {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	names := map[*ast.BasicLit]bool{} // of cases, the first value of a row in a table
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return skip == nil || !skip(n)
		case *ast.ImportSpec:
			return false
		case *ast.CompositeLit:
			if skip != nil {
				names[firstString(n)] = true
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil &&
				!names[n] {
				visit(files.Position(n.Pos()), text)
			}
		}
		return true
	})
	return nil
}
