package reports

import (
	"strings"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/redact"
)

// ReportIsPartial is the note of a run that ends early.
const ReportIsPartial = "the report is incomplete"

// AddUnfinished adds an error to the report of a run that did not test every case. Programs that
// know nothing of runs then see a failure. Untested cases are skipped.
func AddUnfinished(r *report.Report, cases []contracttests.Case, cause error) {
	reason := redact.Report(cause.Error())
	results := map[string]report.Result{}
	for _, result := range r.Results {
		results[result.Name()] = result
	}
	r.Results = []report.Result{}
	for _, c := range cases {
		result, ok := results[c.Name()]
		if !ok {
			s := c.Scenario
			result = report.Result{
				ID: s.ID, Version: c.Version, Promise: s.Promise, Sources: s.Sources,
				Evidence: s.Evidence,
				Outcome:  report.Skip, Kind: report.KindUnfinished,
				Message:  "not tested: " + strings.TrimSuffix(reason, ": "+ReportIsPartial),
				Failures: []report.Failure{}, Notes: []string{},
			}
		}
		r.Results = append(r.Results, result)
	}
	r.Results = append(r.Results, report.Result{
		ID: "run/complete", Promise: "The run tests every selected case.", Sources: []string{},
		Evidence: evidence.Assumed, Outcome: report.Error, Kind: report.KindUnfinished,
		Message: reason, Failures: []report.Failure{}, Notes: []string{},
	})
	r.Count()
}
