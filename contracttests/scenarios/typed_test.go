package scenarios_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Scenarios must read responses by the fields of types. A misspelt map key would compare an absent
// value with an absent value.
func TestScenarios_ReadNoMapKeys(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil || len(paths) < 30 {
		t.Fatalf("found %d files, error %v", len(paths), err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, problem := range untyped(t, path, nil) {
			t.Error(problem)
		}
	}
}

func TestUntyped(t *testing.T) {
	for _, test := range []struct {
		name, source string
		want         bool
	}{
		{"key read", `func f(m contract.Body) any { return m["createdd"] }`, true},
		{"key read with ok", `func f(m contract.Body) { _, ok := m["createdd"]; g(ok) }`, true},
		{"key read for an assignment", `func f(m contract.Body) { m["name"] = m["nmae"] }`, true},
		{"key added to", `func f(m contract.Body) { m["name"] += "x" }`, true},
		{
			"decoded map", `func f(text []byte) { var m map[string]any; json.Unmarshal(text, &m) }`,
			true,
		},
		{
			"empty map to decode into",
			`func f() { m := map[string]any{}; json.Unmarshal(nil, &m) }`, true,
		},
		{"decoded map by its other name", `func f(m map[string]interface{}) {}`, true},
		{"list of decoded maps", `func f() []map[string]any { return nil }`, true},
		{"map of raw properties", `func f(m map[string]json.RawMessage) {}`, true},
		{"key set", `func f(m contract.Body) { m["name"] = 1 }`, false},
		{"value to send", `var v = map[string]any{"type": "IDENTITY"}`, false},
		{"element of a list", `func f(l []string) string { return l[0] }`, false},
		{"map of texts", `func f(m map[string]string, k string) string { return m[k] }`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := untyped(t, "x.go", "package x\n"+test.source); (got != nil) != test.want {
				t.Errorf("got problems %q, want problems: %t", got, test.want)
			}
		})
	}
}

// untyped returns the places that read a map by a literal key or declare a map of decoded JSON.
func untyped(t *testing.T, path string, source any) (problems []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[ast.Node]bool{} // what is assigned to, and the types of values to send
	report := func(n ast.Node, problem string) {
		problems = append(problems, fmt.Sprintf("%s: %s", files.Position(n.Pos()), problem))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				allowed[left] = n.Tok == token.ASSIGN
			}
		case *ast.CompositeLit:
			allowed[n.Type] = len(n.Elts) > 0
		case *ast.IndexExpr:
			if literal, ok := n.Index.(*ast.BasicLit); ok && literal.Kind == token.STRING &&
				!allowed[n] {
				report(n, "the key "+literal.Value+" may be misspelt, expected a field of a type")
			}
		case *ast.MapType:
			decoded := []string{"any", "interface{}", "json.RawMessage"}
			if !allowed[n] && slices.Contains(decoded, types.ExprString(n.Value)) {
				report(n, "a map of decoded JSON, expected a type of package contracttests")
			}
		}
		return true
	})
	return problems
}
