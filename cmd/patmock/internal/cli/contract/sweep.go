package contract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/tenantguard"
)

// deleteGrace limits the wait for a pending delete when a sweep is interrupted.
const deleteGrace = 5 * time.Second

type sweepFlags struct {
	consistencyTimeout time.Duration
	targetFlags
	ledger, olderThan string
	dryRun            bool
	byName, yes       bool
}

func newContractSweep(env cli.Env) *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Delete tokens that runs of the contract left at a tenant",
		Long: "Log in as each identity of the environment and delete its tokens that the ledger " +
			"lists: by ID, or by name, owner and time if a create is pending. Tokens used to log " +
			"in and tokens of other identities are never deleted. --by-name also finds tokens of " +
			"a lost ledger: their names contain the random marker of a run and the creation " +
			"time. " +
			"It lists them, and deletes them after --yes or a confirmation on the terminal. Exit " +
			"codes: 0 nothing is left, 2 usage, 3 the target is unreachable or rejects the " +
			"credentials, 4 tokens are left or were not deleted, 130 interrupted.",
		Example: "  patmock exec --control-addr 127.0.0.1:0 -- \\\n    patmock contract sweep " +
			"--target env --dry-run --older-than 1h",
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		return f.execute(cmd, env)
	}
	flags := cmd.Flags()
	flags.StringVar(&f.target, "target", "", "env, or the address of a tenant")
	remote.CAFlag(flags, &f.ca)
	flags.StringVar(&f.allowWrites, "allow-writes", "",
		"host of the tenant (and port, if the address has one); required to delete")
	flags.StringVar(&f.ledger, "ledger", defaultLedger, "file in which runs record their tokens")
	flags.StringVar(&f.olderThan, "older-than", "", "keep younger tokens, such as 90m or 7d")
	flags.DurationVar(&f.consistencyTimeout, "consistency-timeout",
		contracttests.DefaultConsistencyTimeout,
		"how long lists of the tenant may be outdated after a write")
	flags.BoolVar(&f.dryRun, "dry-run", false, "list the tokens instead of deleting them")
	flags.BoolVar(&f.byName, "by-name", false, "also find tokens of a lost ledger by their names")
	flags.BoolVar(&f.yes, "yes", false, "delete the tokens of --by-name without confirmation")
	cli.FormatFlag(cmd)
	cli.SetVariables(flags, "target")
	return cmd
}

func (f sweepFlags) execute(cmd *cobra.Command, env cli.Env) (err error) {
	age, err := f.minAge()
	if err != nil {
		return err
	}
	ctx, stop := cli.InterruptContext(cmd.Context())
	defer stop()
	t, err := f.openTenant(ctx, env)
	if endErr := cli.EndError(ctx, "nothing was deleted"); endErr != nil {
		return endErr
	}
	if err != nil {
		return err
	}
	known, err := f.readLedger(env)
	if err != nil {
		return err
	}
	t.ReadOnly = f.dryRun
	cli.IgnoreSIGPIPE()
	s, err := tenantFlags{
		ledger: f.ledger, consistencyTimeout: f.consistencyTimeout,
	}.newGuardSession(&t, "sweep", nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	result, sweepErr := tenantguard.Sweep(ctx, tenantguard.SweepConfig{
		BaseURL: t.BaseURL, HTTP: t.HTTP, Logins: s.logins(), Entries: known, Ledger: s.ledger,
		Run: s.run, Guard: s.guard,
		OlderThan: age, DryRun: f.dryRun, ConsistencyTimeout: f.consistencyTimeout,
		Grace:  deleteGrace,
		Now:    time.Now,
		ByName: f.byName,
		Confirm: func(ctx context.Context, found []tenantguard.SweepToken) bool {
			return f.confirm(ctx, env, found)
		},
	})
	switch unreachable := errors.Is(sweepErr, tenantguard.ErrUnreachable); {
	case unreachable && ctx.Err() != nil:
		return cli.Exitf(cli.ExitInterrupted, "interrupted: nothing was deleted")
	case unreachable:
		return cli.Exitf(cli.ExitUnreachable, "%w", sweepErr)
	}
	if err := cli.Output(env, cmd, result, sweepText); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return cli.Exitf(cli.ExitInterrupted, "interrupted: the list shows what was done before")
	case sweepErr != nil:
		return sweepErr
	case len(result.Remaining)+len(result.WouldDelete) > 0:
		return cli.SilentExit(cli.ExitLeftovers)
	}
	return s.guard.Err()
}

// confirm reports whether tokens found by name may be deleted.
func (f sweepFlags) confirm(ctx context.Context, env cli.Env, found []tenantguard.SweepToken) bool {
	switch {
	case f.yes:
		return true
	case !cli.IsTerminal(env.Stdin) || !cli.IsTerminal(env.Stderr):
		// the exit code also reports it
		_, _ = fmt.Fprintf(env.Stderr,
			"patmock: nothing was deleted: confirm on a terminal, or set --yes\n")
		return false
	}
	question := sweepText(tenantguard.SweepResult{WouldDelete: found}) +
		"Delete the listed tokens? This cannot be undone. Enter yes to delete: "
	return cli.Confirm(ctx, env.Stdin, env.Stderr, question)
}

// minAge returns the minimum age of a token to delete.
func (f sweepFlags) minAge() (time.Duration, error) {
	if f.olderThan == "" {
		return 0, nil
	}
	if strings.HasPrefix(f.olderThan, "-") {
		return 0,
			cli.Flagf("older-than", " must be positive, such as 90m or 7d, got %s", f.olderThan)
	}
	age, err := cli.ParseDuration(f.olderThan)
	if err != nil {
		return 0, cli.Flagf("older-than", ": %w", err)
	}
	return age, nil
}

// openTenant returns the real tenant to sweep. It must be writable unless this is a dry run.
func (f sweepFlags) openTenant(
	ctx context.Context, env cli.Env,
) (t contracttests.Target, err error) {
	switch {
	case f.target == "":
		return t, cli.Flagf("target", " is missing: expected env, or the address of a tenant")
	case f.target == "mock":
		return t,
			cli.Flagf("target",
				" mock: the mock in process ends with its run, so there is nothing to sweep")
	case f.yes && !f.byName:
		return t,
			cli.Flagf("yes",
				" needs --by-name: tokens in the ledger are deleted without confirmation")
	case f.allowWrites == "" && !f.dryRun:
		return t,
			cli.Usagef("--allow-writes",
				"--allow-writes HOST is required to delete; HOST must be the target's host (or "+
					"use --dry-run)")
	}
	t, _, err = f.open(ctx, env)
	if err == nil && !t.RealTenant() {
		err = cli.Flagf("target", " %s is a patmock: reset it with patmock control reset --url %s",
			f.target, t.BaseURL)
	}
	return t, err
}

// readLedger reads the ledger. It prints a message if there is none, because the path may be
// misspelt.
func (f sweepFlags) readLedger(env cli.Env) ([]tenantguard.Entry, error) {
	if _, err := os.Stat(f.ledger); errors.Is(err, fs.ErrNotExist) {
		hint := ""
		if !f.byName {
			hint = ": --by-name finds tokens by their names"
		}
		// the message is optional
		_, _ = fmt.Fprintf(env.Stderr, "patmock: ledger %s does not exist%s\n", f.ledger, hint)
	}
	known, err := tenantguard.ReadLedger(f.ledger)
	if err != nil {
		return nil, cli.Flagf("ledger", ": %w", err)
	}
	return known, nil
}

func sweepText(r tenantguard.SweepResult) string {
	rows := [][]string{{"OUTCOME", "ID", "NAME", "OWNER", "CREATED", "REASON"}}
	for _, part := range []struct {
		outcome string
		found   []tenantguard.SweepToken
	}{{"deleted", r.Deleted}, {"would be deleted", r.WouldDelete}, {"left", r.Remaining}} {
		for _, f := range part.found {
			rows = append(rows, []string{part.outcome, f.ID, f.Name, f.Owner, f.Created, f.Detail})
		}
	}
	if len(rows) == 1 {
		return "nothing is left\n"
	}
	return cli.Table(rows...)
}
