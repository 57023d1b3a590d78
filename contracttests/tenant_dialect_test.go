package contracttests_test

import (
	"net/http"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/version"
)

// otherResponses returns responses that differ from the default of a dialect entry, one of each
// kind.
func otherResponses(e dialect.Entry) (all []dialect.Response) {
	for _, value := range e.Values {
		if value != e.Default.Value {
			all = append(all, dialect.Response{Value: value})
		}
	}
	if e.Number {
		all = append(all, dialect.Response{Value: "100"})
	}
	statuses := []int{http.StatusOK, http.StatusBadRequest, http.StatusConflict}
	switch e.ID {
	case dialect.DeleteOfAnothers: // the entry allows only these two
		statuses = []int{http.StatusForbidden, http.StatusNotFound}
	// No published operation declares the header: requiring it would break every promise.
	case dialect.ExperimentalHeader:
		statuses = nil
	}
	for _, status := range statuses {
		if status != e.Default.Status && e.AllowsStatus(status) {
			all = append(all, dialect.Response{Status: status})
		}
	}
	return all
}

// A tenant with any dialect fails no scenario.
func TestTenant_AnyDialectPasses(t *testing.T) {
	var all []dialect.Dialect
	for _, e := range dialect.Entries() {
		for _, response := range otherResponses(e) {
			all = append(all, dialect.Dialect{e.ID: response})
		}
	}
	for _, d := range sample.Of(t, 2, all) {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			n := newTenantWith(t, d)
			target, o := n.target(), n.options()
			o.Versions = []version.Version{version.V2026}
			n.withGuard(&target)
			result := n.contract(target, o)
			for _, r := range result.Results {
				if r.Outcome == report.Fail || r.Outcome == report.Error {
					t.Errorf("%s: %s %s", r.Outcome, r.Name(), r.Message)
				}
			}
			if result.Counts[report.Pass] < 300 {
				t.Errorf("only %v", result.Counts)
			}
		})
	}
}
