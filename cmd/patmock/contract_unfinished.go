package main

import (
	"context"
	"errors"
	"slices"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/standing"
)

// reportHasRest says what becomes of a run that ends early.
const reportHasRest = "the report has what was done until then"

// preflight logs in to the target, and checks that it has what --require names. Its error says why
// the run cannot start.
func (f runFlags) preflight(ctx context.Context, runner *contracttests.Runner) error {
	lacks, err := runner.Ready(ctx)
	if ended := endError(ctx, "nothing was tested"); ended != nil {
		return ended
	}
	if err != nil {
		return &exitError{exitUnreachable, err}
	}
	for _, n := range split(f.require) {
		if slices.Contains(lacks, n) {
			return &exitError{exitUnreachable, errors.New("the target lacks " + n + ", which --require asks for")}
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
		return &exitError{exitUnreachable, errors.New(aborted.Error() + ": " + reportHasRest)}
	}
	return nil
}

// addUnfinished adds a result for a run that did not test every case, so that programs that know
// nothing of runs see an error.
func addUnfinished(r *report.Report, why error) {
	r.Results = append(r.Results, report.Result{
		ID: "run/complete", Promise: "The run tests every selected scenario.", Sources: []string{},
		Standing: standing.Assumed, Outcome: report.Error, Kind: report.KindUnfinished,
		Message: report.Redact(why.Error()), Failures: []report.Failure{}, Notes: []string{},
	})
	r.Count()
}
