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

// The default file of a run's confirmations. Its directory is created if needed.
const (
	localDir      = ".patmock"
	defaultParity = localDir + "/parity.yaml"
)

// ledgers have the evidence: the published one comes with patmock, and the local one has the
// confirmations of local runs.
type ledgers struct{ published, local *parity.Ledger }

// readLedgers reads both ledgers. The default file is optional. If mayWrite is set, any file is
// optional, but it must be regular.
func readLedgers(file string, mayWrite bool) (l ledgers, err error) {
	if l.published, err = parity.Read("fixtures/parity.yaml", fixtures.Parity()); err != nil {
		return l, err
	}
	if info, err := os.Stat(file); err == nil && mayWrite && !info.Mode().IsRegular() {
		return l,
			cli.Flagf("parity", " %s: expected a regular file, got %s", file,
				info.Mode().Type())
	}
	data, err := os.ReadFile(file) //nolint:gosec // named by the user
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

func (l ledgers) unknown() (warnings []string) {
	for _, k := range l.local.UnknownKeys(l.published) {
		warnings = append(warnings, k.UnknownWarning())
	}
	return warnings
}

func (l ledgers) warn(env cli.Env) error {
	for _, warning := range l.unknown() {
		if _, err := fmt.Fprintln(env.Stderr, "patmock: warning:", warning); err != nil {
			return err
		}
	}
	return nil
}

// parityUpdate has the flags for the ledger that a run reads or updates.
type parityUpdate struct {
	file   string
	update bool
}

func (p *parityUpdate) register(flags *pflag.FlagSet) {
	flags.BoolVar(&p.update, "update-parity", false,
		"record which cases a real tenant confirms, or no longer confirms")
	flags.StringVar(&p.file, "parity", defaultParity,
		"file for --update-parity; see patmock contract parity")
	cli.SetGroup(flags, cli.GroupEvidence)
}

// check returns a usage error if the ledger could not be updated. It runs before any request.
func (p parityUpdate) check(target contracttests.Target, dryRun bool) error {
	if p.update && !target.RealTenant() {
		return cli.Flagf("update-parity",
			": only a real tenant confirms scenarios: set --target to env or to an address")
	}
	if p.update && dryRun {
		return cli.Flagf("update-parity", ": a dry run confirms nothing")
	}
	if dir := filepath.Dir(p.file); p.update && filepath.Base(dir) != localDir {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return cli.Flagf("parity", " %s: directory %s does not exist", p.file, dir)
		}
	}
	_, err := readLedgers(p.file, p.update)
	return err
}

// lockTimeout limits the wait of a run for a lock of the ledger.
const lockTimeout = 30 * time.Second

// shortLockTimeout is the lock timeout of an interrupted run.
const shortLockTimeout = 500 * time.Millisecond

// lock prevents other runs from writing the file until release is called. It locks a separate file,
// because the file itself is replaced.
func (p parityUpdate) lock(run context.Context) (release func() error, err error) {
	if err := ensureParentDir(p.file); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(run), lockTimeout)
	defer cancel()
	stop := context.AfterFunc(run, func() { time.AfterFunc(shortLockTimeout, cancel) })
	defer stop()
	lockFile := flock.New(p.file + ".lock")
	_, err = lockFile.TryLockContext(ctx, 20*time.Millisecond)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil,
			fmt.Errorf("--parity: timed out waiting for %s, locked by another run, after %s",
				lockFile.Path(), lockTimeout)
	case errors.Is(err, context.Canceled):
		return nil,
			fmt.Errorf("--parity: %s is locked by another run, and this run was interrupted",
				lockFile.Path())
	case err != nil:
		return nil, fmt.Errorf("--parity: lock %s: %w", lockFile.Path(), err)
	}
	if err := chownTree(lockFile.Path()); err != nil {
		return nil, errors.Join(fmt.Errorf("--parity: %w", err), lockFile.Unlock())
	}
	return lockFile.Unlock, nil
}

// skipIf returns p without the update if the run was aborted or could not delete its tokens. The
// responses of such a target are no evidence.
func (p parityUpdate) skipIf(env cli.Env, aborted, leftovers error) parityUpdate {
	reason := ""
	switch {
	case aborted != nil:
		reason = aborted.Error()
	case leftovers != nil:
		reason = "the run could not delete its tokens"
	}
	if p.update && reason != "" {
		p.update = false
		// the message is optional
		_, _ = fmt.Fprintf(env.Stderr, "patmock: %s is unchanged: %s\n", p.file, reason)
	}
	return p
}

// apply updates the ledger if requested, and adds the number of confirmations to the report. It
// reads the file again, because another run may have changed it.
func (p parityUpdate) apply(ctx context.Context, env cli.Env, target contracttests.Target,
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

func (p parityUpdate) confirm(env cli.Env, l ledgers, target contracttests.Target, now time.Time,
	results []report.Result,
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
		verb, remark = "rehearsed", "; "+run.Target+" is not a tenant, so this confirms nothing"
	}
	for _, k := range changes.Removed {
		_, err = fmt.Fprintf(env.Stderr, "patmock: no longer valid: %s, which %s had %s\n",
			report.Result{ID: k.Scenario, Version: k.Version}.Name(), k.Target, verb)
		if err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(env.Stderr, "patmock: %s: %d newly %s, %d again, %d no longer%s\n",
		p.file, len(changes.Added), verb, len(changes.Renewed), len(changes.Removed), remark)
	return errors.Join(err, l.warn(env))
}

func (p parityUpdate) write(ledger *parity.Ledger) error {
	text := ledger.YAML()
	return atomicfile.Write(p.file, 0o644, text)
}
