package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/recording"
)

// diffFlags are the flags of contract diff. Targets are run with the flags of contract run.
type diffFlags struct {
	runFlags
	allow string
}

func newContractDiff(env cli.Env) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use: "diff A B",
		ValidArgsFunction: cobra.FixedCompletions([]string{"mock", "env"},
			cobra.ShellCompDirectiveDefault),
		Short: "Compare the traffic of two recordings or targets",
		Long: "Compare the requests and responses of the scenarios in A and B. Each is a " +
			"directory of contract run --record, or a target (mock, env, an address), which is " +
			"run and recorded first. Differences are breaking, harmless, or unknown if they " +
			"depend on the client. References in recordings (⟨id-1⟩, ⟨date-2⟩) are compared by " +
			"their values. --allow FILE accepts some differences:\n\n" +
			allowExample +
			"\nExit codes: 0 no other differences, 1 differences, 2 usage, or nothing to compare," +
			" " +
			"3 a target could not be tested, 4 tokens of the run are left at a tenant, 130 " +
			"interrupted.",
		Example: "  patmock contract run --run '^create/' --record recording &&\n    patmock " +
			"contract diff recording mock --run '^create/'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return cli.Usagef("A,B", "expected two recordings or targets, got %d arguments",
					len(args))
			}
			return nil
		},
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return f.execute(cmd, env, args)
	}
	f.registerAll(cmd.Flags())
	cli.FormatFlag(cmd)
	return cmd
}

// allowExample is an example of a file for --allow.
const allowExample = `  - scenario: create/*                        # or one of them
    version: v2026                            # may be left out, as the next two
    at: /exchanges/*/response/header/Retry-After
    severity: unknown
    reason: the tenant says nothing
`

func (f *diffFlags) registerAll(flags *pflag.FlagSet) {
	f.selection.register(flags)
	target := pflag.NewFlagSet("target", pflag.ContinueOnError)
	f.targetFlags.register(target)
	target.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "target" { // an argument of diff
			flags.AddFlag(flag)
		}
	})
	f.tenantFlags.register(flags)
	flags.IntVar(&f.parallel, "parallel", 4,
		"number of concurrent cases on a patmock; a tenant gets one at a time")
	flags.StringVar(&f.allow, "allow", "", "YAML file with accepted differences and their reasons")
}

// execute compares two sides. It returns the error about leftovers only if there is no other.
func (f diffFlags) execute(cmd *cobra.Command, env cli.Env, sides []string) error {
	allowances, err := f.check(sides)
	if err != nil {
		return err
	}
	temporary := ""
	// a container may lack a directory for temporary files
	if slices.ContainsFunc(sides, isTarget) {
		if temporary, err = os.MkdirTemp("", "patmock-diff-*"); err != nil {
			return cli.Usagef("TMPDIR",
				"cannot create a temporary directory for a recording (see TMPDIR): %w", err)
		}
		defer func() { _ = os.RemoveAll(temporary) }() // the files have no secrets
	}
	var leftovers error
	var recordings []*recording.Recording
	for i, side := range sides {
		dir := side
		if isTarget(side) {
			dir = filepath.Join(temporary, strconv.Itoa(i))
			sideLeftovers, err := f.run(cmd.Context(), env, side, dir)
			if err != nil {
				return err
			}
			leftovers = cmp.Or(leftovers, sideLeftovers)
		}
		r, err := f.open(argumentName(i), dir)
		if err != nil {
			return err
		}
		recordings = append(recordings, r)
	}
	if err := f.compare(cmd, env, sides, recordings, allowances); err != nil {
		return err
	}
	return leftovers
}

// check rejects sides and flags that cannot be compared, before anything is run.
func (f diffFlags) check(sides []string) (allowances []recording.Suppression, err error) {
	for i, side := range sides {
		if isTarget(side) {
			continue
		}
		if _, err := os.Stat(side); err != nil {
			return nil,
				cli.Usagef(argumentName(i),
					"%s is neither the directory of a recording nor a target (mock, env, or an "+
						"address)", side)
		}
		if _, err := f.open(argumentName(i), side); err != nil {
			return nil, err
		}
	}
	if (f.control != "" || f.allowWrites != "") && hasAddress(sides[0]) && hasAddress(sides[1]) {
		return nil,
			cli.Flagf("control",
				" and --allow-writes are for one target: record the other with contract run "+
					"--record")
	}
	if f.allow == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.allow)
	if err == nil {
		allowances, err = recording.ParseSuppressions(f.allow, text)
	}
	if err != nil {
		return nil, cli.Flagf("allow", ": %w", err)
	}
	return allowances, nil
}

func isTarget(side string) bool { return side == "mock" || hasAddress(side) }

func hasAddress(side string) bool { return side == "env" || strings.Contains(side, "://") }

// run runs a target and records it in dir. A failed scenario is no error, because the comparison
// shows the difference. leftovers is that of runFlags.runContract.
func (f diffFlags) run(ctx context.Context, env cli.Env, target, dir string) (leftovers,
	err error,
) {
	r := f.runFlags
	r.out = &reports.Writer{Discard: true}
	r.target, r.record.dir, r.parity.file = target, dir, defaultParity
	if !hasAddress(target) {
		r.mock, r.control, r.allowWrites = false, "", ""
	}
	leftovers, err = r.runContract(ctx, env)
	var exit *cli.ExitError
	if errors.As(err, &exit) && exit.Err == nil &&
		(exit.Code == cli.ExitFailed || exit.Code == cli.ExitUnreachable) {
		return leftovers, nil
	}
	return leftovers, err
}

func argumentName(i int) string { return [...]string{"A", "B"}[i] }

// open reads a recording and drops the cases that are not selected. subject is the name of its
// argument.
func (f diffFlags) open(subject, dir string) (*recording.Recording, error) {
	r, err := recording.Open(dir)
	if err != nil {
		return nil, cli.Usagef(subject, "%w", err)
	}
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	cases, err := selectCases(options)
	if err != nil ||
		options.Versions == nil && options.Run == nil && options.Skip == nil &&
			options.Evidence == nil {
		return r, err // including cases that this program does not know
	}
	r.Cases = slices.DeleteFunc(r.Cases, func(t recording.Case) bool {
		return !slices.ContainsFunc(cases, func(c contracttests.Case) bool {
			return c.Name() == t.Name()
		})
	})
	return r, nil
}

func (f diffFlags) compare(cmd *cobra.Command, env cli.Env, sides []string,
	recordings []*recording.Recording, allowances []recording.Suppression,
) error {
	c := recording.Compare(recordings[0], recordings[1])
	if c.Compared == 0 {
		return cli.Usagef("A,B", "A and B have no common case to compare")
	}
	for _, warning := range append(c.Warnings(), c.Suppress(allowances)...) {
		// a failed write does not change the result
		_, _ = fmt.Fprintf(env.Stderr, "patmock: %s\n", warning.Text)
	}
	text := c.Text()
	if len(c.Differences) > 0 { // its lines begin with - or + for the two sides
		text = "--- " + sides[0] + "\n+++ " + sides[1] + "\n" + text
	}
	err := cli.Output(env, cmd, c, func(*recording.Comparison) string { return text })
	if err == nil && !c.AllSuppressed() {
		err = cli.SilentExit(cli.ExitFailed)
	}
	return err
}
