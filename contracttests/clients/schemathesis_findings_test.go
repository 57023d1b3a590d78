package clients_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/spec"
)

// Every finding has a reason, matches operations of its documents, and comes from its erratum.
func TestSchemathesis_FindingsAreValid(t *testing.T) {
	var list struct {
		Documents map[string][]string
		Findings  []struct {
			Reason, Check, Sent, Erratum string
			Documents, Operations        []string
			Status                       int
			Texts                        map[string]any
		}
	}
	text, err := os.ReadFile("schemathesis/findings.yaml")
	if err == nil {
		err = decodeYAML(text, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	errata := errataIDs(t)
	for _, f := range list.Findings {
		at := f.Check + " of " + strings.Join(f.Operations, ", ") + ": " + f.Reason
		if f.Reason == "" || f.Status == 0 || len(f.Texts) == 0 || len(f.Operations) == 0 ||
			len(f.Documents) == 0 {
			t.Errorf("%s: expected a reason, a status, texts, operations and documents", at)
		}
		if !slices.Contains(fuzzChecks, f.Check) {
			t.Errorf("%s: unknown check", at)
		}
		if f.Erratum != "" && !slices.Contains(errata, f.Erratum) {
			t.Errorf("%s: unknown erratum %s", at, f.Erratum)
		}
		for _, name := range f.Documents {
			_, name, _ = strings.Cut(name, "/")
			document, err := spec.Load(name)
			if err != nil {
				t.Errorf("%s: %v", at, err)
				continue
			}
			for _, operation := range f.Operations {
				if document.Operation(operation) == nil {
					t.Errorf("%s: %s has no operation %s", at, name, operation)
				}
			}
		}
	}
}

func errataIDs(t *testing.T) (ids []string) {
	t.Helper()
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range errata.Contradictions {
		ids = append(ids, c.ID)
	}
	for _, u := range errata.Undeclared {
		ids = append(ids, u.ID)
	}
	for _, a := range errata.Additions {
		ids = append(ids, a.ID)
	}
	return ids
}
