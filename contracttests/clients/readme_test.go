package clients_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The README lists the SDKs and limits of TestDrivers.
func TestReadme_ListsClients(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n## Clients\n")
	section, _, closed := strings.Cut(section, "\n## ")
	if !found || !closed {
		t.Fatal("README.md has no section Clients")
	}
	if want := table(drivers); !strings.Contains(section, "\n\n"+want+"\n") {
		t.Errorf("the section Clients of README.md does not have the table\n%s", want)
	}
	if want := fmt.Sprintf("through %d steps", len(steps)); !strings.Contains(section, want) {
		t.Errorf("the section Clients of README.md does not say %q", want)
	}
	for _, tool := range slices.Concat(tools, requestTools) {
		if want := "\n| " + tool.name + " | " + tool.does +
			" |\n"; !strings.Contains(section, want) {
			t.Errorf("the section Clients of README.md does not have the row%s", want)
		}
	}
	for _, d := range append(slices.Clone(drivers), toolsDriver("newman")) {
		if want := fmt.Sprintf("\n(cd contracttests/clients/%s && %s)\n", d.dir,
			d.get); !strings.Contains(section, want) {
			t.Errorf("the section Clients of README.md does not describe how to install %s %s:%s",
				d.pkg, d.sdk, want)
		}
	}
}

// table returns the SDKs and their limits in Markdown.
func table(drivers []driver) string {
	var b strings.Builder
	b.WriteString("| client | SDK | API versions | steps passed | what it cannot do |\n" +
		"|---|---|---|---|---|\n")
	for _, d := range drivers {
		passed := 0
		for _, version := range d.versions {
			for _, step := range steps {
				if !d.limited(version, step) {
					passed++
				}
			}
		}
		var reasons []string
		for _, l := range d.limits {
			where := "every step"
			if l.steps != nil {
				where = code(l.steps)
			}
			if l.versions != nil {
				where += " in " + code(l.versions)
			}
			reasons = append(reasons, where+": "+l.reason)
		}
		fmt.Fprintf(&b, "| %s | `%s` %s | %s | %d of %d | %s |\n", d.language, d.pkg, d.sdk,
			code(d.versions), passed, len(steps)*len(d.versions), strings.Join(reasons, "; "))
	}
	return b.String()
}

func code(words []string) string { return "`" + strings.Join(words, "` `") + "`" }
