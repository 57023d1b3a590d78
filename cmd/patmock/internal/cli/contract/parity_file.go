package contract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/parity"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures"
)

// localDir is the directory of defaultParity. It is created if needed.
const localDir = ".patmock"

// defaultParity is the file of the local parity ledger by default.
const defaultParity = localDir + "/parity.yaml"

// ledgers holds the parity ledger shipped with patmock and the one written by local runs.
type ledgers struct{ published, local *parity.Ledger }

// readLedgers reads both ledgers, the local one from file. The file may be missing if it is the
// default or mayWrite is set. With mayWrite, an existing file must be regular.
func readLedgers(file string, mayWrite bool) (l ledgers, err error) {
	if l.published, err = parity.Read("fixtures/parity.yaml", fixtures.Parity()); err != nil {
		return l, err
	}
	if info, err := os.Stat(file); err == nil && mayWrite && !info.Mode().IsRegular() {
		return l, cli.Flagf("parity", " %s: not a regular file (%s)", file, info.Mode().Type())
	}
	data, err := os.ReadFile(file) //nolint:gosec // the path is chosen by the user
	switch {
	case errors.Is(err, fs.ErrNotExist) && (mayWrite || file == defaultParity):
		l.local = &parity.Ledger{Confirmations: map[parity.Key]parity.Confirmation{}}
		return l, nil
	case err != nil:
		return l, cli.Flagf("parity", ": %w", err)
	}
	if l.local, err = parity.ReadOwn(file, data); err != nil {
		return l, cli.Usagef("--parity", "%w", err)
	}
	return l, nil
}

// unknownWarnings returns a warning for each unknown key of the local ledger.
func (l ledgers) unknownWarnings() (warnings []string) {
	for _, k := range l.local.UnknownKeys(l.published) {
		warnings = append(warnings, k.UnknownWarning())
	}
	return warnings
}

// warn prints the warnings about unknown keys.
func (l ledgers) warn(env cli.Env) error {
	for _, warning := range l.unknownWarnings() {
		if _, err := fmt.Fprintln(env.Stderr, "patmock: warning:", warning); err != nil {
			return err
		}
	}
	return nil
}

// parityUpdateFlags holds the values of --parity and --update-parity.
type parityUpdateFlags struct {
	file   string
	update bool
}

func (p *parityUpdateFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&p.update, "update-parity", false,
		"record which scenarios the tenant confirms or no longer confirms")
	flags.StringVar(&p.file, "parity", defaultParity,
		"file for the confirmations; see patmock contract parity")
	cli.SetGroup(flags, cli.GroupEvidence)
}

// check returns a usage error if the ledger cannot be read or updated. It runs before any request.
func (p parityUpdateFlags) check(target contracttests.Target, dryRun bool) error {
	if p.update && !target.RealTenant() {
		return cli.Flagf("update-parity",
			": only a real tenant can confirm; use --target env or an address")
	}
	if p.update && dryRun {
		return cli.Flagf("update-parity", " cannot be used with a dry run")
	}
	if dir := filepath.Dir(p.file); p.update && filepath.Base(dir) != localDir {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return cli.Flagf("parity", " %s: directory %s does not exist", p.file, dir)
		}
	}
	_, err := readLedgers(p.file, p.update)
	return err
}

// lockTimeout is the maximum time that a run waits for the lock on the local ledger.
const lockTimeout = 30 * time.Second

// shortLockTimeout is the time that a run keeps waiting after it is interrupted.
const shortLockTimeout = 500 * time.Millisecond

// lock prevents other runs from writing the file until release is called. It locks a separate file,
// because the file itself is replaced.
func (p parityUpdateFlags) lock(ctx context.Context) (release func() error, err error) {
	if err := ensureParentDir(p.file); err != nil {
		return nil, err
	}
	waitCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(shortLockTimeout, cancel) })
	defer stop()
	lockFile := flock.New(p.file + ".lock")
	_, err = lockFile.TryLockContext(waitCtx, 20*time.Millisecond)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("--parity: timed out after %s waiting for %s",
			lockTimeout, lockFile.Path())
	case errors.Is(err, context.Canceled):
		return nil, fmt.Errorf("--parity: interrupted while waiting for %s", lockFile.Path())
	case err != nil:
		return nil, fmt.Errorf("--parity: lock %s: %w", lockFile.Path(), err)
	}
	if err := chownTree(lockFile.Path()); err != nil {
		return nil, errors.Join(fmt.Errorf("--parity: %w", err), lockFile.Unlock())
	}
	return lockFile.Unlock, nil
}

// withoutUpdateIf returns p without the update if the run was aborted or could not delete its
// tokens. The results of such a run prove nothing.
func (p parityUpdateFlags) withoutUpdateIf(
	env cli.Env, aborted, cleanupErr error,
) parityUpdateFlags {
	reason := ""
	switch {
	case aborted != nil:
		reason = aborted.Error()
	case cleanupErr != nil:
		reason = "the run could not delete its tokens"
	}
	if p.update && reason != "" {
		p.update = false
		// ignore write errors
		_, _ = fmt.Fprintf(env.Stderr, "patmock: did not update %s: %s\n", p.file, reason)
	}
	return p
}

// apply updates the local ledger if requested, and sets the counts of confirmations in result. It
// reads the file again after check, because another run may have changed it.
func (p parityUpdateFlags) apply(ctx context.Context, env cli.Env, target contracttests.Target,
	cases []contracttests.Case, now time.Time, result *report.Report,
) (err error) {
	if p.update {
		release, lockErr := p.lock(ctx)
		if lockErr != nil {
			return lockErr
		}
		defer func() { err = errors.Join(err, release()) }()
	}
	l, err := readLedgers(p.file, p.update)
	if err != nil {
		return err
	}
	if p.update {
		if err := p.confirm(env, l, target, now, result.Results); err != nil {
			return err
		}
	}
	rows, err := l.rows(cases, now, defaultMaxAge)
	if err != nil {
		return err
	}
	counts := confirmedCounts(rows)
	result.Confirmed = &counts
	return nil
}

// confirm updates the local ledger with results, and prints the changes.
func (p parityUpdateFlags) confirm(
	env cli.Env, l ledgers, target contracttests.Target, now time.Time, results []report.Result,
) error {
	address, err := url.Parse(target.BaseURL)
	if err != nil {
		return err
	}
	documents, err := parity.Documents()
	if err != nil {
		return err
	}
	run := parity.Run{Target: address.Hostname(), Date: now, Tool: cli.Tool(), Documents: documents}
	changes := l.local.Update(l.published, run, results)
	if !changes.IsEmpty() {
		if err := p.write(l.local); err != nil {
			return fmt.Errorf("--update-parity: %w", err)
		}
	}
	verb, remark := "confirmed", ""
	if (parity.Key{Target: run.Target}).IsRehearsal() {
		verb, remark = "rehearsed", "; "+run.Target+
			" is not a real tenant, so this is only a rehearsal"
	}
	for _, k := range changes.Removed {
		_, err = fmt.Fprintf(env.Stderr, "patmock: no longer %s by %s: %s\n",
			verb, k.Target, report.Result{ID: k.Scenario, Version: k.Version}.Name())
		if err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(env.Stderr, "patmock: %s: %d newly %s, %d renewed, %d removed%s\n",
		p.file, len(changes.Added), verb, len(changes.Renewed), len(changes.Removed), remark)
	return errors.Join(err, l.warn(env))
}

// write replaces the file with ledger.
func (p parityUpdateFlags) write(ledger *parity.Ledger) error {
	text := ledger.YAML()
	return atomicfile.Write(p.file, 0o644, text)
}
