package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
)

// The page has one section for each kind of finding, with its rule, sources and remedy. The list
// has the same kinds.
func TestKindsPage_MatchesRules(t *testing.T) {
	sections := strings.Split(read(t, "../../docs/checking.md"), "\n## ")[1:]
	var kinds, rules []string
	for i, r := range contracttests.LintRules() {
		rules = append(rules, r.Kind())
		if i >= len(sections) {
			continue
		}
		kind, text, _ := strings.Cut(sections[i], "\n")
		kinds = append(kinds, kind)
		for _, want := range append([]string{
			"\nRule: " + r.Text + " *" + string(r.Evidence) + "*\n", "\nFix: ",
		}, r.Sources...) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q", kind, want)
			}
		}
		if meaning, _, _ := strings.Cut(text,
			"Rule: "); !regexp.MustCompile(`\S\.\s*$`).MatchString(meaning) {
			t.Errorf("%s: no sentence says what it means", kind)
		}
	}
	if len(sections) != len(rules) {
		t.Errorf("%d sections, want %d", len(sections), len(rules))
	}
	if diff := cmp.Diff(rules, kinds); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(control.FindingKinds(), rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}
