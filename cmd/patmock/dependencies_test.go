package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "example.com/patmock"
	// engine is the client of container engines, which has many dependencies.
	engine = "github.com/testcontainers/testcontainers-go"
)

// A dependencyRule lists the packages that one package may import besides its own subpackages. An
// allowed name that ends with $ excludes the subpackages of that package.
type dependencyRule struct {
	pkg     string
	allowed []string
}

// sharedPackages are the packages that every package may import: IDs, versions, enumerations,
// limits, the redactor, the JSON differ and the YAML reader.
var sharedPackages = []string{
	"spec/jsondiff", "spec/limit", "spec/redact", "spec/rule", "spec/schema", "spec/evidence",
	"spec/strictyaml", "spec/version", "internal/pathpattern",
}

// rules has one entry for each package of this module. Tests are excluded.
var rules = []dependencyRule{
	{"spec/version", nil},
	{"spec/evidence", nil},
	{"spec/rule", nil},
	{"spec/jsondiff", nil},
	{"spec/limit", nil},
	{"spec/schema", nil},
	{"spec/redact", nil},
	{"spec/strictyaml", nil},
	{"spec/internal/fastpath", nil},
	{"spec", nil},
	{"fixtures/golden", nil},
	{"internal/authority", nil},
	{"internal/prose", nil},
	{"internal/sample", nil},
	{"internal/pathpattern", nil},
	{"fixtures", nil},
	{"mockserver/internal/pat", nil},
	{"mockserver/internal/store/memory", []string{"mockserver/internal/pat"}},
	{
		"mockserver/internal/store/file", []string{
			"mockserver/internal/pat", "mockserver/internal/store/memory",
		},
	},
	{"mockserver/internal/random", nil},
	{"mockserver/internal/body", nil},
	{"mockserver/internal/budget", nil},
	{"mockserver/internal/clock", nil},
	{"mockserver/internal/ratelimit", []string{"mockserver/internal/clock"}},
	{"mockserver/internal/findings", []string{"mockserver/control"}},
	{"mockserver/internal/lint", []string{"mockserver/control"}},
	{
		"mockserver/internal/fault", []string{
			"mockserver/control", "mockserver/internal/clock", "mockserver/internal/random",
		},
	},
	{
		"mockserver/internal/stub", []string{"mockserver/control", "mockserver/internal/budget"},
	},
	{
		"mockserver/internal/response", []string{
			"spec", "mockserver/control", "mockserver/dialect", "mockserver/internal/budget",
			"mockserver/internal/pat",
		},
	},
	{
		"mockserver/internal/hostile", []string{
			"spec", "mockserver/internal/response", "mockserver/internal/random",
		},
	},
	{
		"mockserver/internal/admission", []string{
			"spec", "mockserver/internal/response", "mockserver/internal/fault",
			"mockserver/internal/hostile", "mockserver/internal/ratelimit",
		},
	},
	{
		"mockserver/internal/oauth", []string{
			"spec", "mockserver/internal/body", "mockserver/control", "mockserver/dialect",
			"mockserver/internal/pat", "mockserver/internal/response",
			"mockserver/internal/admission", "mockserver/internal/random",
		},
	},
	{
		"mockserver/internal/api", []string{
			"spec", "mockserver/internal/body", "mockserver/control", "mockserver/dialect",
			"mockserver/internal/pat", "mockserver/internal/response",
			"mockserver/internal/admission",
		},
	},
	{"mockserver/internal/namespace", []string{
		"spec", "fixtures", "mockserver/control", "mockserver/dialect",
		"mockserver/internal/admission", "mockserver/internal/api", "mockserver/internal/budget",
		"mockserver/internal/clock", "mockserver/internal/fault", "mockserver/internal/hostile",
		"mockserver/internal/journal", "mockserver/internal/lint",
		"mockserver/internal/oauth", "mockserver/internal/pat", "mockserver/internal/random",
		"mockserver/internal/ratelimit",
		"mockserver/internal/response", "mockserver/internal/store", "mockserver/internal/stub",
	}},
	{"mockserver/internal/controlapi", []string{
		"spec", "fixtures", "mockserver/control", "mockserver/internal/response",
		"mockserver/internal/body", "mockserver/internal/clock", "mockserver/internal/fault",
		"mockserver/internal/findings", "mockserver/internal/journal",
		"mockserver/internal/namespace", "mockserver/internal/pat", "mockserver/internal/stub",
	}},
	{"mockserver/internal/journal", []string{"mockserver/control"}},
	{"mockserver/internal/host", nil},
	{"mockserver/control", []string{"mockserver/internal/host"}},
	{"mockserver/dialect", nil},
	{"mockserver/container", []string{"mockserver/control"}},
	{"mockserver/bench", nil},
	{"mockserver/bench/bare", nil},
	{"mockserver/internal/server", []string{
		"internal/authority",
		"spec", "fixtures", "mockserver/control", "mockserver/dialect", "mockserver/internal/api",
		"mockserver/internal/body", "mockserver/internal/budget",
		"mockserver/internal/controlapi", "mockserver/internal/findings",
		"mockserver/internal/host", "mockserver/internal/journal", "mockserver/internal/lint",
		"mockserver/internal/namespace", "mockserver/internal/oauth", "mockserver/internal/random",
		"mockserver/internal/ratelimit",
		"mockserver/internal/response", "mockserver/internal/store/file",
	}},
	{"mockserver", []string{"spec", "fixtures", "internal/authority"}},
	{"contracttests/report", []string{"spec"}},
	{"contracttests/recording", []string{"contracttests/report", "spec"}},
	{"contracttests/parity", []string{"contracttests/report", "spec"}},
	{"contracttests/tenantguard", []string{"contracttests/report", "spec"}},
	{
		"contracttests/internal/observer", []string{
			"contracttests/report", "contracttests/recording", "spec",
		},
	},
	{
		"contracttests", []string{
			"contracttests/internal/observer", "contracttests/report", "contracttests/recording",
			"contracttests/tenantguard", "spec", "fixtures", "mockserver/control",
		},
	},
	{
		"contracttests/scenarios", []string{
			"contracttests", "contracttests/report", "spec", "mockserver/control",
		},
	},
	{"contracttests/internal/mutants", nil},
	{"contracttests/clients", nil},
	{"cmd/patmock/internal/job", nil},
	{"cmd/patmock/internal/cli/atomicfile", nil},
	{"cmd/patmock/internal/cli/credentials", nil},
	{"cmd/patmock/internal/cli/remote", []string{
		"cmd/patmock/internal/cli$", "contracttests", "fixtures", "mockserver",
	}},
	{"cmd/patmock/internal/cli/reports", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/atomicfile", "contracttests",
	}},
	{"cmd/patmock/internal/cli/check", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/remote",
		"cmd/patmock/internal/cli/reports", "contracttests", "mockserver/control",
	}},
	{"cmd/patmock/internal/cli/contract", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/atomicfile",
		"cmd/patmock/internal/cli/remote", "cmd/patmock/internal/cli/reports", "contracttests",
		"fixtures", "mockserver", "spec",
	}},
	{"cmd/patmock/internal/cli/control", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/atomicfile",
		"cmd/patmock/internal/cli/credentials", "cmd/patmock/internal/cli/remote", "fixtures",
		"mockserver",
	}},
	{"cmd/patmock/internal/cli/exec", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/check",
		"cmd/patmock/internal/cli/credentials", "cmd/patmock/internal/cli/reports",
		"cmd/patmock/internal/cli/serve", "cmd/patmock/internal/intercept",
		"cmd/patmock/internal/job", "contracttests", "internal/authority", "mockserver/control",
	}},
	{"cmd/patmock/internal/intercept", []string{"mockserver$", "spec/evidence"}},
	{"cmd/patmock/internal/cli/fixtures", []string{
		"cmd/patmock/internal/cli$", "fixtures",
	}},
	{"cmd/patmock/internal/cli/logins", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/credentials",
		"cmd/patmock/internal/cli/remote", "fixtures", "mockserver",
	}},
	{"cmd/patmock/internal/cli/serve", []string{
		"cmd/patmock/internal/cli$", "cmd/patmock/internal/cli/atomicfile",
		"cmd/patmock/internal/cli/credentials", "cmd/patmock/internal/cli/remote", "fixtures",
		"mockserver",
	}},
	{"cmd/patmock/internal/cli/spec", []string{
		"cmd/patmock/internal/cli$", "mockserver/dialect", "spec",
	}},
	{
		"cmd/patmock/internal/cli/root", []string{
			"cmd/patmock", "contracttests", "fixtures", "mockserver",
		},
	},
	{"cmd/patmock/internal/cli", []string{"mockserver"}},
	{"cmd/patmock", nil},
}

// externalImports maps packages to the only external modules that they may import.
var externalImports = map[string][]string{
	"cmd/patmock/internal/job": {"golang.org/x/sys"},
	"internal/authority":       {},
	"spec/version":             {},
	"spec/evidence":            {},
	"spec/internal/fastpath":   {"github.com/getkin/kin-openapi"},
	"spec/strictyaml":          {"go.yaml.in/yaml/v4"},
	"fixtures":                 {},
	"contracttests/parity":     {},
	"mockserver/control":       {},
	"mockserver/dialect":       {},
	"mockserver/container":     {engine},
	"mockserver/internal/pat":  {"github.com/evanphx/json-patch", "golang.org/x/text/unicode/norm"},
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out))
}

// importsOf returns the imports of each package of this module.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, line := range goList(t, "-f", `{{.ImportPath}}={{join .Imports ","}}`, module+"/...") {
		pkg, imports, _ := strings.Cut(line, "=")
		all[pkg] = strings.FieldsFunc(imports, func(r rune) bool { return r == ',' })
	}
	return all
}

// matches reports whether a package is in a directory, or equals a package that ends with $.
func matches(pkg, dir string) bool {
	if exact, found := strings.CutSuffix(dir, "$"); found {
		return pkg == exact
	}
	return within(pkg, dir)
}

func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

func TestImports_FollowRules(t *testing.T) {
	for pkg, imports := range importsOf(t) {
		name := strings.TrimPrefix(pkg, module+"/")
		i := slices.IndexFunc(rules, func(r dependencyRule) bool { return name == r.pkg })
		if i < 0 {
			t.Errorf("%s has no rule", name)
			continue
		}
		for _, imported := range imports {
			other, ours := strings.CutPrefix(imported, module+"/")
			allowed := within(other, name) || slices.Contains(sharedPackages, other) ||
				slices.ContainsFunc(rules[i].allowed, func(dir string) bool {
					return matches(other, dir)
				})
			if ours && !allowed {
				t.Errorf("%s imports %s", name, other)
			}
		}
	}
}

func TestImports_ExternalModules(t *testing.T) {
	imports := importsOf(t)
	for name, allowed := range externalImports {
		if imports[module+"/"+name] == nil {
			t.Errorf("package %s does not exist or has no imports", name)
		}
		for _, imported := range imports[module+"/"+name] {
			first, _, _ := strings.Cut(imported, "/")
			standard := !strings.Contains(first, ".")
			if !standard && !within(imported, module) &&
				!slices.ContainsFunc(allowed, func(p string) bool { return within(imported, p) }) {
				t.Errorf("%s imports %s", name, imported)
			}
			// The domain has no HTTP.
			if name == "mockserver/internal/pat" && within(imported, "net/http") {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}

// Other modules import the mock into their tests. It must not depend on packages for the command or
// for containers.
func TestImports_MockHasNoHeavyDependencies(t *testing.T) {
	for _, pkg := range goList(t, "-deps", module+"/mockserver") {
		for _, heavy := range []string{
			engine, "github.com/spf13/cobra", "github.com/redis", "github.com/docker", "testing",
		} {
			if within(pkg, heavy) {
				t.Errorf("the mock depends on %s", pkg)
			}
		}
	}
}

// Only one package depends on container engines. No other package imports it, except tests.
func TestImports_OnlyContainerNeedsEngine(t *testing.T) {
	const container = module + "/mockserver/container"
	if !slices.Contains(goList(t, "-deps", container), engine) {
		t.Errorf("%s does not depend on %s", container, engine)
	}
	others := slices.DeleteFunc(goList(t, module+"/..."), func(pkg string) bool {
		return pkg == container
	})
	for _, pkg := range goList(t, append([]string{"-deps"}, others...)...) {
		if pkg == container || within(pkg, engine) {
			t.Errorf("a package other than %s depends on %s", container, pkg)
		}
	}
}
