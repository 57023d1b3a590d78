package rule_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestAll(t *testing.T) {
	seen := map[rule.ID]bool{}
	texts := map[string]rule.ID{}
	for _, r := range rule.All() {
		if !idForm.MatchString(string(r.ID)) {
			t.Errorf("%q: want an ID of words with dashes", r.ID)
		}
		if seen[r.ID] {
			t.Errorf("%s is registered twice", r.ID)
		}
		seen[r.ID] = true
		if other := texts[r.Text]; other != "" || !strings.HasSuffix(r.Text, ".") {
			t.Errorf("%s: want one sentence of its own, got %q (also %q)", r.ID, r.Text, other)
		}
		texts[r.Text] = r.ID
		if !slices.Contains([]evidence.Level{
			evidence.Published, evidence.Observed, evidence.Assumed,
		}, r.Evidence) {
			t.Errorf("%s: invalid evidence %q", r.ID, r.Evidence)
		}
		if len(r.Sources) == 0 {
			t.Errorf("%s has no source", r.ID)
		}
	}
}

// The registry has each constant of the package and nothing else.
func TestAll_HasEachConstant(t *testing.T) {
	constants := map[rule.ID]bool{}
	files, err := filepath.Glob("[a-z]*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.DeleteFunc(files,
		func(name string) bool { return strings.HasSuffix(name, "_test.go") }) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "ID" {
				id, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				constants[rule.ID(id)] = true
				if _, found := rule.Find(rule.ID(id)); !found {
					t.Errorf("%s is not registered", id)
				}
			}
			return true
		})
	}
	for _, r := range rule.All() {
		if !constants[r.ID] {
			t.Errorf("%s has no constant", r.ID)
		}
	}
}

func TestFind(t *testing.T) {
	if r, found := rule.Find("no-such-rule"); found {
		t.Errorf("got %v for an unknown ID", r)
	}
	if r, found := rule.Find(rule.NameUnique); !found || r.Evidence != evidence.Published {
		t.Errorf("got %v, %t, want a published rule", r, found)
	}
	if got := rule.NameUnique.String(); got != "rule name-unique, published" {
		t.Errorf("String is %q", got)
	}
}
