package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
)

// reportHasRest says what becomes of a run that ends early.
const reportHasRest = "the report has what was done until then"

// preflight logs in to the target, and checks that it has what --require names. Its error says why
// the run cannot start.
func (f runFlags) preflight(
	ctx context.Context, stderr io.Writer, target contracttests.Target, runner *contracttests.Runner,
) error {
	lacks, err := runner.Ready(ctx)
	if ended := endError(ctx, "nothing was tested"); ended != nil {
		return ended
	}
	if err != nil {
		return exitf(exitUnreachable, "%w", err)
	}
	f.printUse(stderr, target)
	for _, n := range split(f.require) {
		if slices.Contains(lacks, n) {
			return exitf(exitUnreachable, "the target lacks %s, which --require asks for", n)
		}
	}
	return nil
}

// earlyEnd returns why a run did not test every case, and nil if it did.
func earlyEnd(ctx context.Context, runner *contracttests.Runner, result *report.Report) error {
	if ended := endError(ctx, reportHasRest); ended != nil && result.Interrupted {
		return ended
	}
	if aborted := runner.Aborted(); aborted != nil {
		return exitf(exitUnreachable, "%s: %s", aborted.Error(), reportHasRest)
	}
	return nil
}

// addUnfinished adds a result for a run that did not test every case, so that programs that know
// nothing of runs see an error. The cases that were not tested are skipped.
func addUnfinished(r *report.Report, cases []contracttests.Case, why error) {
	reason := report.Redact(why.Error())
	tested := map[string]report.Result{}
	for _, result := range r.Results {
		tested[result.Name()] = result
	}
	r.Results = []report.Result{}
	for _, c := range cases {
		result, ok := tested[c.Name()]
		if !ok {
			s := c.Scenario
			result = report.Result{
				ID: s.ID, Version: c.Version, Promise: s.Promise, Sources: s.Sources, Standing: s.Standing,
				Outcome: report.Skip, Kind: report.KindUnfinished,
				Message:  "not tested: " + strings.TrimSuffix(reason, ": "+reportHasRest),
				Failures: []report.Failure{}, Notes: []string{},
			}
		}
		r.Results = append(r.Results, result)
	}
	r.Results = append(r.Results, report.Result{
		ID: "run/complete", Promise: "The run tests every selected case.", Sources: []string{},
		Standing: evidence.Assumed, Outcome: report.Error, Kind: report.KindUnfinished,
		Message: reason, Failures: []report.Failure{}, Notes: []string{},
	})
	r.Count()
}
