package spec_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/spec"
)

// A violation of a pattern describes valid values. Each pattern of a document needs a description.
func TestPatterns_HaveDescriptions(t *testing.T) {
	files, err := filepath.Glob("documents/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("documents: %v, %v", files, err)
	}
	patterns := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)\bpattern: ('[^']*')`).
			FindAllStringSubmatch(string(text), -1) {
			pattern := strings.ReplaceAll(strings.Trim(found[1], "'"), "''", "'")
			patterns++
			if words := spec.PatternDescription(pattern); words == "" ||
				strings.ContainsAny(words, `^$\`) {
				t.Errorf("%s: the description of the pattern %s is %q, want words", file, pattern,
					words)
			}
		}
	}
	if patterns == 0 {
		t.Error("found no patterns in the documents")
	}
}
