package clients_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tests in the module of the Go SDK pass at a mock. They run the steps, the programs that
// SailPoint prints for the SDK, and compare the models that it prints for others.
func TestGoModule(t *testing.T) {
	t.Parallel()
	d := drivers[slices.IndexFunc(drivers, func(d driver) bool { return d.dir == "golang" })]
	d.require(t)
	command := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./...")
	command.Dir = d.dir
	command.Env = slices.Concat(os.Environ(), offline, newEnv(t))
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Users of patmock do not download the SDK.
func TestGoModule_IsApart(t *testing.T) {
	for _, path := range []string{"../../go.mod", "../../go.sum"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "github.com/sailpoint-oss/") {
			t.Errorf("%s has a module of SailPoint", path)
		}
	}
}

// Both modules are built by the same Go, so that they share the build cache.
func TestGoModule_UsesToolchain(t *testing.T) {
	line := regexp.MustCompile(`(?m)^toolchain go\S+$`)
	var lines []string
	for _, path := range []string{"../../go.mod", "golang/go.mod"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line.FindString(string(text)))
	}
	if lines[0] == "" || lines[0] != lines[1] {
		t.Errorf("the toolchain is %q in go.mod and %q in golang/go.mod", lines[0], lines[1])
	}
}
