package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
)

// defaultLedger is the file in which a run records the tokens that it creates at a tenant.
const defaultLedger = ".patmock/ledger.jsonl"

type tenantFlags struct {
	ledger             string
	maxRequests        int
	provokeRateLimit   bool
	consistencyTimeout time.Duration
}

func (f *tenantFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.ledger, "ledger", defaultLedger,
		"file in which a run records the tokens it creates at a tenant")
	flags.IntVar(&f.maxRequests, "max-requests", tenantguard.DefaultRequests,
		"maximum number of requests to a tenant")
	flags.BoolVar(&f.provokeRateLimit, "provoke-rate-limit", false,
		"exceed the rate limit of a tenant to test it")
	flags.DurationVar(&f.consistencyTimeout, "consistency-timeout",
		contracttests.DefaultConsistencyTimeout,
		"how long lists of a tenant may be outdated after a write")
	cli.SetGroup(flags, cli.GroupTenant)
}

// apply validates the flags and copies them to the options.
func (f tenantFlags) apply(o *contracttests.Options) error {
	switch {
	case f.maxRequests < 1:
		return cli.Flagf("max-requests", " must be at least 1, got %d", f.maxRequests)
	case f.consistencyTimeout <= 0:
		return cli.Flagf("consistency-timeout", " must be positive, got %s", f.consistencyTimeout)
	}
	o.ProvokeRateLimit, o.ConsistencyTimeout, o.ID = f.provokeRateLimit, f.consistencyTimeout,
		contracttests.NewRunID(time.Now())
	return nil
}

// guardSession is the guard of a real tenant and its ledger. It is zero for a patmock.
type guardSession struct {
	guard              *tenantguard.Guard
	ledger             *tenantguard.Ledger
	target             contracttests.Target
	run                string
	consistencyTimeout time.Duration
	budget             int
}

// newGuardSession puts a guard in front of a real tenant. It calls latency with the measured
// latency of requests, unless it is nil.
func (f tenantFlags) newGuardSession(
	t *contracttests.Target, run string, latency func(time.Duration),
) (s guardSession, err error) {
	if !t.RealTenant() {
		return s, nil
	}
	s.target, s.run, s.consistencyTimeout, s.budget = *t, run, f.consistencyTimeout, f.maxRequests
	config := tenantguard.Config{
		BaseURL: t.BaseURL, AllowWrites: !t.ReadOnly, Run: run, MaxRequests: f.maxRequests,
		RootCAs: t.RootCAs, Now: time.Now, OnLatency: latency,
	}
	for _, login := range s.logins() {
		config.LoginIDs = append(config.LoginIDs, login.ClientID)
	}
	if config.AllowWrites {
		if err := ensureParentDir(f.ledger); err != nil {
			return s, cli.Flagf("ledger", ": %w", err)
		}
		_, statErr := os.Stat(f.ledger)
		if s.ledger, err = tenantguard.OpenLedger(f.ledger, time.Now); err != nil {
			return s, cli.Flagf("ledger", ": %w", err)
		}
		if statErr != nil {
			err = chownTree(f.ledger)
		}
		if err != nil {
			return s, errors.Join(fmt.Errorf("--ledger: %w", err), s.close())
		}
		config.Ledger = s.ledger
	}
	if s.guard, err = tenantguard.NewGuard(config); err != nil {
		return s, errors.Join(err, s.close())
	}
	t.HTTP = guardedClient(s.guard)
	return s, nil
}

// guardedClient returns a client that sends requests through a guard. It does not follow redirects,
// because scenarios check the first response.
func guardedClient(g *tenantguard.Guard) *http.Client {
	return &http.Client{Transport: g, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// An identity is a user or administrator with credentials in the environment.
type identity struct {
	name  string // in messages
	login tenantguard.Login
}

func identities(t contracttests.Target) (all []identity) {
	for _, i := range []struct {
		name string
		role contracttests.Role
		contracttests.Credentials
	}{
		{"first", contracttests.RoleOwner, t.Owner},
		{"second", contracttests.RoleSecond, t.Second},
		{"administrator", contracttests.RoleAdmin, t.Admin},
	} {
		if i.Credentials != (contracttests.Credentials{}) {
			login := tenantguard.Login{
				ClientID: i.ClientID, ClientSecret: i.ClientSecret, Origin: t.Origins[i.role],
			}
			all = append(all, identity{i.name, login})
		}
	}
	return all
}

func (s guardSession) logins() (logins []tenantguard.Login) {
	for _, i := range identities(s.target) {
		logins = append(logins, i.login)
	}
	return logins
}

func (s guardSession) close() error {
	if s.ledger == nil {
		return nil
	}
	return s.ledger.Close()
}

// warnings returns a warning if the guard withheld requests.
func (s guardSession) warnings() []report.Warning {
	if s.guard == nil || s.guard.Stats().NotSent == 0 {
		return nil
	}
	text := fmt.Sprintf("%d requests were sent, the limit of --max-requests: some cases were "+
		"skipped", s.budget)
	return []report.Warning{{Kind: report.WarnBudgetSpent, Text: text}}
}

// cleanupTimeout limits the cleanup after a run.
const cleanupTimeout = 2 * time.Minute

// shortConsistencyTimeout limits the wait for consistent lists after a run that ends early.
const shortConsistencyTimeout = time.Second

// cleanUp deletes the tokens that the scenarios left, however the run ended. It prints the
// remaining ones and returns an error.
func (s guardSession) cleanUp(
	ctx context.Context, stderr io.Writer, runner *contracttests.Runner,
) error {
	if s.guard == nil {
		return nil
	}
	leftovers, stats := s.guard.Leftovers(), s.guard.Stats()
	if len(leftovers) == 0 && stats.Creates == 0 {
		return s.guard.Err()
	}
	wait := s.consistencyTimeout
	if ctx.Err() != nil || runner.Aborted() != nil {
		wait = min(wait, shortConsistencyTimeout)
	}
	ctx, cancel := runner.CleanupContext(ctx, cleanupTimeout)
	defer cancel()
	s.guard.BeginCleanup()
	if stats.UnknownOutcomes > 0 { // a token may appear in lists later
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	result, err := tenantguard.Sweep(ctx, tenantguard.SweepConfig{
		BaseURL: s.target.BaseURL, HTTP: guardedClient(s.guard), Logins: s.logins(),
		Entries: append(leftovers, s.guard.UnlistedCreates()...),
		Ledger:  s.ledger, Run: s.run, Guard: s.guard, ConsistencyTimeout: wait, Now: time.Now,
	})
	leftovers = s.guard.Leftovers()
	switch {
	// every known token was deleted
	case errors.Is(err, tenantguard.ErrUnreachable) && len(leftovers) == 0 &&
		stats.UnknownOutcomes == 0:
		// nothing is left behind
		_, _ = fmt.Fprintln(stderr,
			"patmock: the run deleted its tokens, but could not check for others: "+err.Error())
		return s.guard.Err()
	case err != nil:
		lines := []string{"patmock: the run could not delete its tokens: " + err.Error()}
		for _, object := range leftovers {
			lines = append(lines, "  "+cmp.Or(object.ID, "(unknown ID)")+" "+object.Name)
		}
		_, _ = fmt.Fprintln(stderr, strings.Join(lines, "\n")) // the exit code also reports it
		return cli.SilentExit(cli.ExitLeftovers)
	}
	if len(result.Remaining) == 0 {
		return s.guard.Err()
	}
	lines := []string{
		"patmock: the run left tokens behind (delete them with patmock contract sweep):",
	}
	for _, object := range result.Remaining {
		lines = append(lines,
			fmt.Sprintf("  %s %s of %s: %s", object.ID, object.Name, object.Owner, object.Detail))
	}
	_, _ = fmt.Fprintln(stderr, strings.Join(lines, "\n")) // as above
	return cli.SilentExit(cli.ExitLeftovers)
}

// ensureParentDir creates the directory of a file that patmock writes, and excludes it from git.
func ensureParentDir(file string) error {
	dir := filepath.Dir(file)
	_, statErr := os.Stat(dir)
	err := tenantguard.MkdirPrivate(dir)
	if err != nil || statErr == nil {
		return err
	}
	return chownTree(dir)
}

// chownTree sets the owner of dir and its files to that of the parent directory when running as
// root.
func chownTree(dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file, err := os.Open(name) //nolint:gosec // it was just written
		if err != nil {
			return err
		}
		return errors.Join(atomicfile.ChownToParent(file, filepath.Dir(dir)), file.Close())
	})
}
