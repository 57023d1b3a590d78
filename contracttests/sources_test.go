package contracttests_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

// The pointers of sources exist in our documents. These have the structure of the published ones.
func TestSourcesExist(t *testing.T) {
	documents := map[string]any{}
	pointers := 0
	errata := errataIDs(t)
	check := func(id, source string) {
		if erratum, found := strings.CutPrefix(source, "errata "); found && !errata[erratum] {
			t.Errorf("%s: there is no erratum %s", id, erratum)
		}
		name, pointer, found := strings.Cut(source, " #")
		if !found {
			return
		}
		pointers++
		if documents[name] == nil {
			documents[name] = read(t, name)
		}
		if !exists(documents[name], pointer) {
			t.Errorf("%s: %s does not exist", id, source)
		}
	}
	for _, s := range scenarios.All() {
		for _, source := range s.Sources {
			check(s.ID, source)
		}
	}
	for _, finding := range contracttests.LintRules() {
		if finding.ID == "" || finding.Advice == "" {
			t.Errorf("a kind of finding has no rule or no advice: %+v", finding)
		}
		for _, source := range finding.Sources {
			check("client/"+finding.Kind(), source)
		}
	}
	for _, v := range version.All() {
		for kind, sources := range contracttests.SourcesOf(v) {
			for _, source := range sources {
				check("client/"+kind+" of "+string(v), source)
			}
		}
	}
	for _, r := range rule.All() {
		for _, source := range r.Sources {
			check("rule "+string(r.ID), source)
		}
	}
	if pointers < 300 {
		t.Errorf("%d pointers, want those of most scenarios", pointers)
	}
}

func errataIDs(t *testing.T) map[string]bool {
	t.Helper()
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, c := range errata.Contradictions {
		ids[c.ID] = true
	}
	for _, u := range errata.Undeclared {
		ids[u.ID] = true
	}
	for _, a := range errata.Additions {
		ids[a.ID] = true
	}
	return ids
}

func read(t *testing.T, name string) (document any) {
	t.Helper()
	source, err := spec.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := strictyaml.JSON(source)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

func exists(at any, pointer string) bool {
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch value := at.(type) {
		case map[string]any:
			next, ok := value[step]
			if !ok {
				return false
			}
			at = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(value) {
				return false
			}
			at = value[i]
		default:
			return false
		}
	}
	return true
}
