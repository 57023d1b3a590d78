package spec_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
)

func TestErrata_ContradictionsAreNeeded(t *testing.T) {
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range errata.Contradictions {
		for _, name := range c.Documents {
			t.Run(c.ID+"/"+name, func(t *testing.T) {
				ours, err := spec.Source(name)
				if err != nil {
					t.Fatal(err)
				}
				if reason := rejection(t, name, ours, errata, c.Call); reason != "" {
					t.Errorf("the call is rejected with the erratum applied: %s", reason)
				}
				if rejection(t, name, ours, errata.Without(c.ID), c.Call) == "" {
					t.Error("the call is accepted without the erratum: remove the erratum")
				}
			})
			t.Run(c.ID+"/"+name+"/published", func(t *testing.T) {
				// The published documents also have invalid examples. Patmock's documents omit
				// them, so only the published structure is validated.
				tree := parse(t, published(t, name))
				prune(tree, "example", "examples")
				source, err := json.Marshal(tree)
				if err != nil {
					t.Fatal(err)
				}
				if rejection(t, name, source, errata, c.Call) != "" {
					t.Error("the erratum does not correct the published document")
				}
				if rejection(t, name, source, errata.Without(c.ID), c.Call) == "" {
					t.Error("the published document accepts the call: remove the erratum")
				}
			})
		}
	}
}

// rejection returns the reason for which a document rejects a documented call, or is invalid.
func rejection(
	t *testing.T, name string, source []byte, errata *spec.Errata, call *spec.Call,
) string {
	t.Helper()
	d, err := spec.Parse(name, source, errata)
	if err != nil {
		if call != nil {
			t.Fatalf("cannot make the call because the document is invalid: %v", err)
		}
		return err.Error()
	}
	if call == nil {
		return ""
	}
	op := d.Operation(call.Operation)
	if op == nil {
		t.Fatalf("document %s has no operation %s", name, call.Operation)
	}
	body, err := json.Marshal(call.Body)
	if err != nil {
		t.Fatal(err)
	}
	var violations []spec.Violation
	if call.Status != 0 {
		violations = op.ValidateResponse(call.Status, "application/json", body)
	} else {
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Fatal(err)
		}
		violations = op.ValidateRequest(t.Context(), call.ContentType, value)
	}
	if len(violations) == 0 {
		return ""
	}
	return violations[0].String()
}

func TestParse_RejectsErratumThatDoesNotFit(t *testing.T) {
	source, err := spec.Source("v3")
	if err != nil {
		t.Fatal(err)
	}
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	corrected := strings.ReplaceAll(string(source), "default: 6 Months from created date",
		"default: 2017-07-11T18:45:37.098Z")
	_, err = spec.Parse("v3", []byte(corrected), errata)
	var wrong *spec.ErratumError
	if !errors.As(err, &wrong) || wrong.ID != "list-default-is-no-date" {
		t.Fatalf("got error %v, want an ErratumError for list-default-is-no-date", err)
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
}

func TestErrata_HaveReasons(t *testing.T) {
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	explained := func(id, reason string, sure evidence.Level, documents []string) {
		if seen[id] {
			t.Errorf("the id %s is repeated", id)
		}
		seen[id] = true
		if reason == "" {
			t.Errorf("%s has no reason", id)
		}
		if !slices.Contains([]evidence.Level{
			evidence.Published, evidence.Observed, evidence.Assumed,
		}, sure) {
			t.Errorf("%s: invalid evidence %q", id, sure)
		}
		for _, name := range documents {
			if !slices.Contains(spec.Names(), name) {
				t.Errorf("%s: unknown document %s", id, name)
			}
		}
	}
	var statuses []int
	for _, c := range errata.Contradictions {
		explained(c.ID, c.Reason, c.Evidence, c.Documents)
	}
	for _, u := range errata.Undeclared {
		explained(u.ID, u.Reason, u.Evidence, u.Documents)
		statuses = append(statuses, u.Status)
	}
	for _, a := range errata.Additions {
		explained(a.ID, a.Reason, a.Evidence, a.Documents)
	}
	slices.Sort(statuses)
	if diff := cmp.Diff([]int{403, 404, 405, 408, 413, 415, 501, 503}, statuses); diff != "" {
		t.Errorf("undeclared statuses (-want +got):\n%s", diff)
	}
}

func TestErrata_UndeclaredStatusesOfKnownOperations(t *testing.T) {
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range errata.Undeclared {
		known := map[string]bool{}
		for _, name := range u.Documents {
			d, err := spec.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			body := []byte(`{"detailCode":"x","trackingId":"y","messages":[],"causes":[]}`)
			if name == spec.OAuth {
				body = []byte(`{"error":"invalid_request","error_description":"x"}`)
			}
			if violations := d.ValidateUnmatched(u.Status, "application/json",
				body); (violations == nil) != u.Unmatched {
				t.Errorf("%s: %s: violations in an unmatched response: %v", u.ID, name, violations)
			}
			for _, op := range d.Operations {
				known[op.Name] = true
				declared := op.ValidateResponse(u.Status, "application/json", body) == nil
				if want := slices.Contains(u.Operations, op.Name); len(u.Operations) > 0 &&
					declared != want {
					t.Errorf("%s: %s %s declares the status: %v, want %v", u.ID, name, op.Name,
						declared, want)
				}
			}
		}
		for _, op := range u.Operations {
			if !known[op] {
				t.Errorf("%s: no document has an operation %s", u.ID, op)
			}
		}
	}
}
