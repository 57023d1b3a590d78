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

type dependencyRule struct {
	folder  string
	allowed []string
}

// names are the packages that every package may import: IDs, enumerations, limits, the redactor,
// the JSON differ and the reader of files.
var names = []string{
	"spec/jsondiff", "spec/limit", "spec/redact", "spec/rule", "spec/schema", "spec/evidence",
	"spec/strictyaml", "spec/version",
}

// rules define which packages of this module the packages of a directory may import. Packages may
// import others of their directory. Tests are excluded.
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
	{"internal/prose", nil},
	{"internal/sample", nil},
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
		"mockserver/internal/response", "mockserver/internal/store",
	}},
	{"mockserver/internal/controlapi", []string{
		"spec", "fixtures", "mockserver/control", "mockserver/internal/response",
		"mockserver/internal/body", "mockserver/internal/clock", "mockserver/internal/fault",
		"mockserver/internal/findings", "mockserver/internal/journal",
		"mockserver/internal/namespace", "mockserver/internal/pat",
	}},
	{"mockserver/internal/journal", []string{"mockserver/control"}},
	{"mockserver/internal/host", nil},
	{"mockserver/control", []string{"mockserver/internal/host"}},
	{"mockserver/dialect", nil},
	{"mockserver/container", []string{"mockserver/control"}},
	{"mockserver/bench", nil},
	{"mockserver/bench/bare", nil},
	{"mockserver/internal/server", []string{
		"spec", "fixtures", "mockserver/control", "mockserver/dialect", "mockserver/internal/api",
		"mockserver/internal/body", "mockserver/internal/budget",
		"mockserver/internal/controlapi", "mockserver/internal/findings",
		"mockserver/internal/host", "mockserver/internal/journal", "mockserver/internal/lint",
		"mockserver/internal/namespace", "mockserver/internal/oauth", "mockserver/internal/random",
		"mockserver/internal/ratelimit",
		"mockserver/internal/response", "mockserver/internal/store/file",
	}},
	{"mockserver", []string{"spec", "fixtures"}},
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
		"cmd/patmock/internal/cli/serve", "cmd/patmock/internal/job", "contracttests",
		"mockserver/control",
	}},
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

// closedPackages lists packages that may import little beyond the standard library.
var closedPackages = map[string][]string{
	"cmd/patmock/internal/job": {"golang.org/x/sys"},
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

func golist(t *testing.T, args ...string) []string {
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
	for _, line := range golist(t, "-f", `{{.ImportPath}}={{join .Imports ","}}`, module+"/...") {
		pkg, imports, _ := strings.Cut(line, "=")
		all[pkg] = strings.FieldsFunc(imports, func(r rune) bool { return r == ',' })
	}
	return all
}

// matches reports whether a package is in a directory, or equals a package that ends with $.
func matches(pkg, folder string) bool {
	if exact, found := strings.CutSuffix(folder, "$"); found {
		return pkg == exact
	}
	return within(pkg, folder)
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func TestImports_FollowRules(t *testing.T) {
	for pkg, imports := range importsOf(t) {
		name := strings.TrimPrefix(pkg, module+"/")
		i := slices.IndexFunc(rules, func(r dependencyRule) bool { return name == r.folder })
		if i < 0 {
			t.Errorf("%s: no rule says what it may import", name)
			continue
		}
		for _, imported := range imports {
			other, ours := strings.CutPrefix(imported, module+"/")
			allowed := within(other, name) || slices.Contains(names, other) ||
				slices.ContainsFunc(rules[i].allowed, func(folder string) bool {
					return matches(other, folder)
				})
			if ours && !allowed {
				t.Errorf("%s imports %s", name, other)
			}
		}
	}
}

func TestImports_ClosedPackages(t *testing.T) {
	imports := importsOf(t)
	for name, allowed := range closedPackages {
		if imports[module+"/"+name] == nil {
			t.Errorf("there is no package %s that imports anything", name)
		}
		for _, imported := range imports[module+"/"+name] {
			first, _, _ := strings.Cut(imported, "/")
			standard := !strings.Contains(first, ".")
			if !standard && !within(imported, module) &&
				!slices.ContainsFunc(allowed, func(p string) bool { return within(imported, p) }) {
				t.Errorf("%s imports %s", name, imported)
			}
			if name == "mockserver/internal/pat" && within(imported, "net/http") {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}

// Other modules import the mock into their tests. It must not depend on packages for the command or
// for containers.
func TestImports_MockHasNoHeavyDependencies(t *testing.T) {
	for _, pkg := range golist(t, "-deps", module+"/mockserver") {
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
	if !slices.Contains(golist(t, "-deps", container), engine) {
		t.Errorf("%s does not depend on %s", container, engine)
	}
	others := slices.DeleteFunc(golist(t, module+"/..."), func(pkg string) bool {
		return pkg == container
	})
	for _, pkg := range golist(t, append([]string{"-deps"}, others...)...) {
		if pkg == container || within(pkg, engine) {
			t.Errorf("something other than %s depends on %s", container, pkg)
		}
	}
}
