package contracttests_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/scenarios"
)

// citation matches citations of facts.
var citation = regexp.MustCompile(regexp.QuoteMeta(factsPath) + `#([\w-]*)`)

// section matches section numbers of documents that are not in the repository.
var section = regexp.MustCompile(`\b(behaviour|clients) [0-9]+(\.[0-9]+)*\b`)

// mayCite reports whether a file may cite facts.
func mayCite(name string) bool {
	return slices.Contains([]string{".go", ".yaml", ".yml", ".txtar"}, filepath.Ext(name)) ||
		slices.Contains([]string{"README.md", "CONTRIBUTING.md"}, name)
}

// forEachCitingFile calls f with the text of every file that may cite facts, and with the sources
// of every scenario. Scenario files omit the name of the page.
func forEachCitingFile(t *testing.T, f func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name == "node_modules" ||
				name != ".." && name != ".ci" && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !mayCite(entry.Name()) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			f(path, string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios.All() {
		f("scenario "+s.ID, strings.Join(s.Sources, "\n"))
	}
}

// anchors returns the anchors of the facts that a text cites.
func anchors(text string) []string {
	var all []string
	for _, match := range citation.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

// Every citation leads to a fact, and every fact except known gaps is cited.
func TestCitations(t *testing.T) {
	facts, citedAnchors := readFacts(t), map[string]bool{}
	forEachCitingFile(t, func(path, text string) {
		for _, anchor := range anchors(text) {
			citedAnchors[anchor] = true
			if _, found := facts[anchor]; !found {
				t.Errorf("%s: %s has no fact %q", path, factsPath, anchor)
			}
		}
	})
	for anchor, f := range facts {
		if !citedAnchors[anchor] && !f.gap {
			t.Errorf("%s: nothing cites %s; cite it, move it to the known gaps, or remove it",
				factsPath, anchor)
		}
	}
}

// No file cites a section of a document that is not in the repository.
func TestCitations_HaveNoSectionNumbers(t *testing.T) {
	forEachCitingFile(t, func(path, text string) {
		if found := section.FindString(text); found != "" &&
			filepath.Base(path) != "citations_test.go" {
			t.Errorf("%s: cites %q; cite a fact of %s instead", path, found, factsPath)
		}
	})
}

func TestAnchors(t *testing.T) {
	text := "see " + factsPath + "#one, (" + factsPath + "#two-words). Not " + factsPath + ".\n"
	if diff := cmp.Diff([]string{"one", "two-words"}, anchors(text)); diff != "" {
		t.Errorf("anchors (-want +got):\n%s", diff)
	}
	for _, text := range []string{"behaviour 1.2", `"clients 0"`} {
		if !section.MatchString(text) {
			t.Errorf("%q is not a section, want one", text)
		}
	}
}
