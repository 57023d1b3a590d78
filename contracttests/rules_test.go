package contracttests_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// Every rule has a scenario that can observe it, or a reason why none can.
func TestRulesHaveScenarios(t *testing.T) {
	for _, problem := range unobservedRules(rule.All(), scenarios.All(), observer.Rules()...) {
		t.Error(problem)
	}
}

// unobservedRules returns a problem for each rule that neither a scenario nor the observer covers,
// unless the rule has a reason. It also returns one for each covered rule with a reason.
func unobservedRules(
	rules []rule.Rule, all []contracttests.Scenario, ofEveryExchange ...rule.ID,
) []string {
	named := map[rule.ID]bool{}
	for _, id := range ofEveryExchange {
		named[id] = true
	}
	for _, s := range all {
		for _, id := range s.Rules {
			named[id] = true
		}
	}
	var problems []string
	for _, r := range rules {
		switch {
		case !named[r.ID] && r.Unobservable == "":
			problems = append(problems,
				string(r.ID)+
					": no scenario covers the rule; write one, or the reason why none can observe "+
					"it: "+r.Text)
		case named[r.ID] && r.Unobservable != "":
			problems = append(problems,
				string(r.ID)+": a scenario covers the rule, which is marked as unobservable")
		}
	}
	return problems
}

func TestRulesHaveScenarios_PlantedRule(t *testing.T) {
	planted := append(rule.All(), rule.Rule{ID: "planted", Text: "Planted."})
	if problems := unobservedRules(planted, scenarios.All(),
		observer.Rules()...); len(problems) != 1 ||
		!strings.HasPrefix(problems[0], "planted: ") {
		t.Errorf("problems %q, want one about the planted rule", problems)
	}
}

// Every scenario covers a rule, and each of its rules applies to one of its versions.
func TestScenariosNameTheirRules(t *testing.T) {
	for _, problem := range misnamedRules(scenarios.All()) {
		t.Error(problem)
	}
}

// misnamedRules returns problems of scenarios with no rule, a duplicate rule, or a rule of other
// versions.
func misnamedRules(all []contracttests.Scenario) []string {
	var problems []string
	for _, s := range all {
		if len(s.Rules) == 0 {
			problems = append(problems, s.ID+": has no rule of spec/rule")
		}
		for i, id := range s.Rules {
			name := s.ID + ": " + string(id)
			if slices.Contains(s.Rules[:i], id) {
				problems = append(problems, name+" is duplicate")
			}
			if r, _ := rule.Find(id); !runsIn(r, s) {
				problems = append(problems, fmt.Sprintf("%s is a rule of %v", name, r.Versions))
			}
		}
	}
	return problems
}

// runsIn reports whether a scenario runs in a version of a rule.
func runsIn(r rule.Rule, s contracttests.Scenario) bool {
	runs := func(v version.Version) bool { return slices.Contains(s.Versions, v) }
	return r.Versions == nil || s.Versions == nil || slices.ContainsFunc(r.Versions, runs)
}

func TestScenariosNameTheirRules_Planted(t *testing.T) {
	tests := []struct {
		name     string
		versions []version.Version
		rules    []rule.ID
		want     string
	}{
		{"no rule", nil, nil, "a: has no rule of spec/rule"},
		{"twice", nil, []rule.ID{rule.OneStore, rule.OneStore}, "a: one-store is duplicate"},
		{
			"other versions", contracttests.Legacy,
			[]rule.ID{rule.PatchNever},
			"a: patch-never is a rule of [v2025 v2026 v1]",
		},
		{
			"without version", contracttests.Unversioned,
			[]rule.ID{rule.BulkUpdate},
			"a: bulk-update is a rule of [v1]",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := contracttests.Scenario{ID: "a", Versions: test.versions, Rules: test.rules}
			if diff := cmp.Diff([]string{test.want},
				misnamedRules([]contracttests.Scenario{s})); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckScenarios_RejectsUnknownRule(t *testing.T) {
	known := scenarios.All()[0]
	known.Rules = []rule.ID{"no-such-rule"}
	if err := contracttests.CheckScenarios([]contracttests.Scenario{known}); err == nil ||
		!strings.Contains(err.Error(), `"no-such-rule"`) {
		t.Errorf("error %v, want the unknown rule", err)
	}
}

// The mock refers to rules only by the constants of package rule, so that TestRulesHaveScenarios
// covers all of them.
func TestMockUsesRegisteredRules(t *testing.T) {
	used := map[string]bool{}
	for _, root := range []string{"../mockserver", "../fixtures"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") ||
				strings.HasSuffix(path, "_test.go") {
				return err
			}
			return ruleReferences(path, used, func(position token.Position, problem string) {
				t.Errorf("%s: %s", position, problem)
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(used) < 60 {
		t.Errorf("the mock uses %d rules, want those of every rejection: %s", len(used),
			slices.Sorted(maps.Keys(used)))
	}
}

// ruleReferences collects the constants of package rule in a file. It reports string literals that
// are converted to rule.ID or assigned to fields Rule and Rules.
func ruleReferences(path string, used map[string]bool, report func(token.Position, string)) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}
	isText := func(e ast.Expr) bool {
		literal, ok := e.(*ast.BasicLit)
		return ok && literal.Kind == token.STRING
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "rule" {
				used[n.Sel.Name] = true
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "ID" && len(n.Args) == 1 &&
				isText(n.Args[0]) {
				report(files.Position(n.Pos()),
					"a string is converted to a rule: register it in spec/rule")
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Rule" || key.Name == "Rules") &&
				isText(n.Value) {
				report(files.Position(n.Pos()), "a rule is a string: register it in spec/rule")
			}
		case *ast.CompositeLit:
			if list, ok := n.Type.(*ast.ArrayType); ok {
				if elementType, ok := list.Elt.(*ast.SelectorExpr); ok &&
					elementType.Sel.Name == "ID" &&
					slices.ContainsFunc(n.Elts, isText) {
					report(files.Position(n.Pos()), "a rule is a string: register it in spec/rule")
				}
			}
		}
		return true
	})
	return nil
}
