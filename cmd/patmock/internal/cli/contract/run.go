package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
)

type runFlags struct {
	selection
	targetFlags
	tenantFlags
	parallel        int
	timeout         time.Duration
	dryRun          bool
	extraLists      bool
	format          string // of a dry run
	reports         []string
	shardText       string
	shard           shard
	require, failOn []string
	parity          parityUpdateFlags
	record          recordFlag
	out             *reports.Writer
}

// The values of --fail-on.
const (
	failOnSkip        = "skip"
	failOnWarning     = "warning"
	failOnProvisional = "provisional"
)

func newContractRun(env cli.Env, out *reports.Writer) *cobra.Command {
	f := runFlags{out: out}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the scenarios and report the results",
		Long: "Run the scenarios against a target: the mock in process (mock), the tenant of " +
			"SAIL_BASE_URL (env), or an address. A tenant needs credentials: SAIL_CLIENT_ID and " +
			"SAIL_CLIENT_SECRET, those of a second user in PATMOCK_SECOND_CLIENT_ID/_SECRET, and " +
			"those of an administrator in PATMOCK_ADMIN_CLIENT_ID/_SECRET. A patmock needs none. " +
			"Exit codes: 0 success, 1 a scenario failed, 2 usage or an empty selection, 3 the " +
			"target could not be tested completely, 4 tokens of the run are left at a tenant, " +
			"130 " +
			"interrupted. An interrupt ends the run and writes reports within ten seconds; a " +
			"second one ends it immediately.",
		Example: "  patmock contract run --versions v2026 --run '^create/' --report text=-",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if warning := cli.UnknownVariablesText(cmd, env); warning != "" {
				if _, err := fmt.Fprintln(env.Stderr, "patmock: warning:", warning); err != nil {
					return err
				}
			}
			f.format = cli.Format(cmd)
			return f.execute(cmd.Context(), env)
		},
	}
	flags := cmd.Flags()
	f.selection.register(flags)
	f.targetFlags.register(flags)
	f.parity.register(flags)
	f.record.register(flags)
	f.tenantFlags.register(flags)
	flags.StringArrayVar(&f.reports, "report", nil,
		"FORMAT=FILE, or - for standard output; formats: "+strings.Join(report.Formats(), ", ")+
			" (default text=-)")
	cli.ChoicesVar(flags, &f.failOn, "fail-on", "outcome", failOnValues,
		"comma-separated outcomes that also fail the run: "+strings.Join(failOnValues, ", "))
	flags.BoolVar(&f.extraLists, "extra-lists", true,
		"list the tokens of a patmock after each write to verify its effects")
	flags.BoolVar(&f.dryRun, "dry-run", false,
		"print the requests of the scenarios without sending any to the target")
	flags.DurationVar(&f.timeout, "timeout", 0,
		"timeout of the run (default 2m for a mock; three times the estimate for a tenant, 15m to "+
			"2h)")
	cli.ChoicesVar(flags, &f.require, "require", "feature", featureNames(),
		"comma-separated features that the target must have: "+strings.Join(featureNames(), ", "))
	flags.IntVar(&f.parallel, "parallel", 4,
		"number of concurrent cases on a patmock; a tenant gets one at a time")
	flags.StringVar(&f.shardText, "shard", "",
		"run part I of N equal parts of the selection, such as 1/4")
	cli.FormatFlag(cmd)
	flags.Lookup("format").Usage = "with --dry-run: text, json"
	return cmd
}

var failOnValues = []string{failOnSkip, failOnWarning, failOnProvisional}

func featureNames() []string {
	var names []string
	for _, n := range contracttests.Features() {
		names = append(names, string(n))
	}
	return names
}

// execute runs the contract. The error about leftovers counts if there is no other.
func (f runFlags) execute(ctx context.Context, env cli.Env) error {
	leftovers, err := f.runContract(ctx, env)
	return cli.ExitCause(err, leftovers)
}

// runContract validates all flags before it sends a request. leftovers is the error about tokens
// left at a tenant.
func (f runFlags) runContract(ctx context.Context, env cli.Env) (leftovers, err error) {
	options, cases, err := f.prepare()
	if err != nil {
		return nil, err
	}
	f.out.Cases = cases
	ctx, stop := cli.InterruptContext(ctx)
	defer stop()
	stderr := &lockedWriter{w: env.Stderr} // a run writes from several goroutines
	ctx, limit := limitTime(ctx, f.timeout, stderr)
	f.offline = f.dryRun
	target, closeTarget, err := f.open(ctx, env)
	if endErr := cli.EndError(ctx, "nothing was tested"); endErr != nil {
		return nil, endErr
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeTarget()) }()
	switch err := f.parity.check(target, f.dryRun); {
	case err != nil:
		return nil, err
	case f.dryRun:
		return nil, f.printPlan(ctx, env, target, options, cases)
	}
	return f.test(ctx, env, stderr, limit, target, options, cases)
}

// prepare returns the options and the cases of the run. Its error names the wrong flag.
func (f *runFlags) prepare() (o contracttests.Options, cases []contracttests.Case, err error) {
	if f.out.Err != nil {
		return o, nil, f.out.Err
	}
	if o, err = f.options(); err != nil {
		return o, nil, err
	}
	if err := cmp.Or(f.check(), f.apply(&o)); err != nil {
		return o, nil, err
	}
	if f.shard, err = parseShard(f.shardText); err != nil {
		return o, nil, err
	}
	o.NoLists = !f.extraLists
	if cases, err = selectCases(o); err != nil {
		return o, nil, err
	}
	cases, err = f.shard.pick(cases)
	return o, cases, err
}

// check validates flags that depend on nothing else.
func (f runFlags) check() error {
	switch {
	case !f.dryRun && f.format == "json":
		return cli.Flagf("format",
			" is for --dry-run only: use --report json=- for the report of a run")
	case f.parallel < 1:
		return cli.Flagf("parallel", " must be at least 1, got %d", f.parallel)
	case f.timeout < 0:
		return cli.Flagf("timeout", " must be positive, got %s", f.timeout)
	case f.dryRun && f.record.dir != "":
		return cli.Flagf("record", ": a dry run records nothing")
	case f.dryRun && len(f.reports) > 0:
		return cli.Flagf("report", ": a dry run writes no report")
	}
	return nil
}

// test runs the cases and always writes a report.
func (f runFlags) test(
	ctx context.Context, env cli.Env, stderr io.Writer, limit *timeLimit,
	target contracttests.Target, options contracttests.Options, cases []contracttests.Case,
) (leftovers, err error) {
	cli.IgnoreSIGPIPE() // a closed output must not prevent the cleanup
	unguarded := target
	session, err := f.newGuardSession(&target, options.ID, limit.setLatency)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, session.close()) }()
	options.Parallel, options.Tool = f.parallel, cli.Tool()
	dryRunOptions := options
	progress := newProgress(env, stderr, len(cases))
	defer progress.end()
	options.Progress = progress.add
	record, err := f.record.begin(target, &options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, record.discard()) }()
	runner, err := contracttests.NewRunner(target, options)
	if err != nil {
		return nil, err
	}
	if target.RealTenant() {
		limit.setTenantLimit()
	}
	startErr := f.preflight(ctx, stderr, target, runner)
	runCases, stopEstimate := cases, func() {}
	if startErr != nil {
		runCases = nil
	} else if target.RealTenant() && !limit.explicit {
		stopEstimate = limit.startEstimate(ctx, unguarded, dryRunOptions, cases)
	}
	result := runner.Run(ctx, runCases)
	result.Shard = f.shard.String()
	stopEstimate()
	leftovers = session.cleanUp(ctx, stderr, runner)
	progress.end()
	result.Warnings = slices.Concat(result.Warnings, f.unmatchedSkip(options), session.warnings())
	endErr := startErr
	var writeErr error
	if startErr == nil {
		endErr = incompleteError(ctx, runner, result)
		flags := f.parity.withoutUpdateIf(env, runner.Aborted(), leftovers)
		writeErr = errors.Join(flags.apply(ctx, env, target, cases, runner.Now(), result),
			record.end(env, result))
	}
	if endErr != nil {
		reports.AddUnfinished(result, cases, endErr)
	}
	writeErr = errors.Join(writeErr, f.out.Write(env, result))
	if len(f.out.Outputs) > 0 { // they may all be files
		_, _ = fmt.Fprintln(env.Stderr, result.Summary()) // the message is optional
	}
	if endErr == nil {
		endErr = f.exitError(result)
	}
	return leftovers, cli.ExitCause(endErr, writeErr)
}

func (f runFlags) printPlan(ctx context.Context, env cli.Env, target contracttests.Target,
	o contracttests.Options, cases []contracttests.Case,
) error {
	r, err := dryRun(ctx, target, nil, o, cases)
	if endErr := cli.EndError(ctx, "the dry run is incomplete"); endErr != nil {
		return endErr
	}
	if err != nil {
		return err
	}
	if f.format == "json" {
		return cli.PrintJSON(env.Stdout, r.document())
	}
	return r.write(env.Stdout)
}

// unmatchedSkip warns about a --skip that matches no case, because it may be misspelt.
func (f runFlags) unmatchedSkip(o contracttests.Options) []report.Warning {
	if o.Skip == nil {
		return nil
	}
	cases := contracttests.Select(scenarios.All(), o)
	o.Skip = nil
	if len(contracttests.Select(scenarios.All(), o)) > len(cases) {
		return nil
	}
	return []report.Warning{
		{Kind: report.WarnUnusedSkip, Text: fmt.Sprintf("--skip %s matches no case", f.skip)},
	}
}

var errNothingTested = errors.New("nothing was tested: no case could be completed")

func (f runFlags) exitError(r *report.Report) error {
	failOn := f.failOn
	evaluated := r.Counts[report.Pass] + r.Counts[report.Fail] + r.Counts[report.Provisional]
	switch {
	case evaluated == 0 && r.Counts[report.Error] > 0:
		return cli.Exitf(cli.ExitUnreachable, "%w", errNothingTested)
	case r.Counts[report.Fail] > 0,
		slices.Contains(failOn, failOnSkip) && r.Counts[report.Skip] > 0,
		slices.Contains(failOn, failOnProvisional) && r.Counts[report.Provisional] > 0,
		slices.Contains(failOn, failOnWarning) && len(r.Warnings) > 0:
		return cli.SilentExit(cli.ExitFailed)
	case r.Counts[report.Error] > 0:
		return cli.SilentExit(cli.ExitUnreachable)
	}
	return nil
}
