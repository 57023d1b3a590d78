package contract

import (
	"context"
	"io"
	"slices"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
)

// preflight logs in to the target and checks the features of --require. Its error is the reason why
// the run cannot start.
func (f runFlags) preflight(
	ctx context.Context, stderr io.Writer, target contracttests.Target,
	runner *contracttests.Runner,
) error {
	missing, err := runner.Preflight(ctx)
	if endErr := cli.EndError(ctx, "nothing was tested"); endErr != nil {
		return endErr
	}
	if err != nil {
		return cli.Exitf(cli.ExitUnreachable, "%w", err)
	}
	f.printUse(stderr, target)
	for _, n := range f.require {
		if slices.Contains(missing, n) {
			return cli.Exitf(cli.ExitUnreachable, "the target lacks %s, required by --require", n)
		}
	}
	return nil
}

// incompleteError returns the reason why a run did not test every case, or nil if it did.
func incompleteError(
	ctx context.Context, runner *contracttests.Runner, result *report.Report,
) error {
	if endErr := cli.EndError(ctx, reports.ReportIsPartial); endErr != nil && result.Interrupted {
		return endErr
	}
	if aborted := runner.Aborted(); aborted != nil {
		return cli.Exitf(cli.ExitUnreachable, "%s: %s", aborted.Error(), reports.ReportIsPartial)
	}
	return nil
}
