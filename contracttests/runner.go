package contracttests

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/version"
)

// Runner runs cases against one target. Its methods are safe for concurrent use.
type Runner struct {
	target    Target
	options   Options
	http      *http.Client
	documents map[string]*spec.Document
	id        string
	// marker is a random part of the names of created tokens.
	marker   string
	started  time.Time
	counter  atomic.Int64
	warnings warnings
	coverage coverage
	mock     mockInfo
	tokens   tokenCache
	// unreachable is the number of consecutive cases that did not reach a real tenant.
	unreachable atomic.Int64
	// timeouts counts those of a target without a guard. unresponsive is set when a guard reports
	// that the target does not respond.
	timeouts tenantguard.Breaker
	// clock is used without a guard. A guard has its own.
	clock         tenantguard.Clock
	unresponsive  atomic.Bool
	cleanupBudget cleanupBudget
	// observed counts the exchanges that the observer checked, and the lists that it requested.
	observed struct{ exchanges, lists atomic.Int64 }
}

// NewRunner returns a Runner for a target. It loads the documents.
func NewRunner(target Target, o Options) (*Runner, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Parallel == 0 {
		o.Parallel = 4
	}
	if target.RealTenant() {
		o.Parallel = 1
	}
	if o.ConsistencyTimeout == 0 {
		o.ConsistencyTimeout = DefaultConsistencyTimeout
	}
	if o.Wait == nil {
		o.Wait = tenantguard.Sleep
	}
	target.BaseURL = trimSlash(target.BaseURL)
	r := &Runner{
		target: target, options: o, http: target.client(), documents: map[string]*spec.Document{},
		id: cmp.Or(o.ID, NewRunID(o.Now())), marker: tenantguard.NewMarker(), started: o.Now(),
		warnings: warnings{
			statuses: map[int]int{}, rejections: map[string]bool{}, otherRuns: map[string]bool{},
		},
	}
	var overlay *spec.Errata
	if target.RealTenant() {
		overlay = tenantErrata
	}
	for _, name := range spec.Names() {
		if name == spec.Control {
			continue
		}
		d, err := spec.LoadWithOverlay(name, overlay)
		if err != nil {
			return nil, err
		}
		r.documents[name] = d
	}
	return r, nil
}

// NewRunID returns the id of a run that starts at a time.
func NewRunID(now time.Time) string { return strconv.FormatInt(now.UnixMilli(), 36) }

// Now returns the wall clock time.
func (r *Runner) Now() time.Time { return r.options.Now() }

// Clock returns the target's clock, as estimated from its responses.
func (r *Runner) Clock() *tenantguard.Clock {
	if guard, ok := r.http.Transport.(*tenantguard.Guard); ok {
		return guard.Clock()
	}
	return &r.clock
}

// Run runs the cases and returns the report. When ctx ends, it skips the remaining cases and marks
// the report as interrupted.
func (r *Runner) Run(ctx context.Context, cases []Case) *report.Report {
	started := r.Now()
	results := make([]*report.Result, len(cases))
	var mu sync.Mutex // held for Progress
	var group sync.WaitGroup
	next := atomic.Int64{}
	for range r.options.Parallel {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(cases) || ctx.Err() != nil || r.Aborted() != nil {
					return
				}
				result, observed := r.runCase(ctx, cases[i])
				if ctx.Err() != nil {
					return // an interrupted case has no result
				}
				mu.Lock()
				results[i] = &result
				if r.options.Progress != nil {
					r.options.Progress(result)
				}
				if r.options.Observe != nil {
					r.options.Observe(observed)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return r.report(started, results)
}

func (r *Runner) report(started time.Time, results []*report.Result) *report.Report {
	out := &report.Report{
		Schema: report.SchemaVersion, Tool: r.options.Tool,
		Target:  report.Target{Name: r.target.Name, RealTenant: r.target.RealTenant()},
		Started: started.UTC(), Seconds: r.Now().Sub(started).Seconds(),
		Warnings: r.warnings.list(r.Clock()), Results: []report.Result{},
	}
	if n := r.observed.exchanges.Load(); n > 0 {
		out.Observed = &report.Observed{Exchanges: n, Lists: r.observed.lists.Load()}
	}
	if session := r.mock.session; session != nil {
		out.Target.Version = session.version
	}
	for _, result := range results {
		if result == nil {
			out.Interrupted = true
			continue
		}
		out.Results = append(out.Results, *result)
	}
	if err := r.Aborted(); err != nil {
		out.Warnings = append(out.Warnings, report.Warning{
			Kind: report.WarnCircuitBreaker, Text: err.Error(),
		})
	}
	out.Count()
	return out
}

// runCase runs one case. The observation includes the exchanges of its cleanup.
func (r *Runner) runCase(ctx context.Context, c Case) (result report.Result, observed Observation) {
	started := r.Now()
	result = report.Result{
		ID: c.Scenario.ID, Version: c.Version, Promise: c.Scenario.Promise,
		Sources: c.Scenario.Sources, Evidence: c.Scenario.Evidence,
		Outcome: report.Pass, Failures: []report.Failure{}, Notes: []string{},
	}
	defer func() {
		result.Seconds = r.Now().Sub(started).Seconds()
		observed.Case, observed.Result = c, result
	}()
	session, err := r.openSession(ctx)
	if err != nil {
		r.noteAttempt(false, err)
		result.Outcome, result.Kind, result.Message = report.Error, report.KindUntested,
			redact.Report(err.Error())
		return result, observed
	}
	// Close the session even if the run is interrupted.
	defer func() {
		ctx, stop := r.CleanupContext(ctx, cleanupTimeout)
		defer stop()
		if err := session.close(ctx); err != nil && result.Outcome != report.Error {
			result.Outcome, result.Kind, result.Message = report.Error, report.KindUntested,
				redact.Report(err.Error())
		}
	}()
	if missing := session.missing(c.Scenario.Features); len(missing) > 0 {
		result.Outcome, result.Kind, result.Message = report.Skip, report.KindUnsupported,
			"the target lacks "+strings.Join(missing, ", ")
		result.Missing = missing
		return result, observed
	}
	t := r.newT(ctx, c, session)
	if c.Scenario.has(RateLimit) {
		t.ctx = tenantguard.WithoutRateLimit(ctx) // a guard would not exceed the limit
	}
	err = t.runGuarded(func() { c.Scenario.Run(t) })
	if err == nil {
		err = t.runGuarded(t.requestLastLists)
	}
	observed.CleanupStart = len(t.exchanges)
	cleanupErr := t.runCleanups(ctx)
	t.setOutcome(&result, c.Scenario, r.target.RealTenant(), err, cleanupErr)
	if t.RealTenant() {
		r.noteReachability(t, err)
	}
	observed.Exchanges, observed.DialectEntries = t.exchanges, t.dialectEntries
	return result, observed
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func (r *Runner) newT(ctx context.Context, c Case, session *session) *T {
	t := &T{
		ctx: ctx, run: r, scenario: c.Scenario, version: c.Version, session: session,
		logins: logins{clients: map[Credentials]*Client{}, rejected: map[Credentials]error{}},
		recorder: recorder{
			recording: r.options.Observe != nil, dialectEntries: map[string]int{},
			otherRuns: map[string]map[string]string{}, secrets: map[string]bool{},
			personal: personalData{isTenant: r.target.RealTenant()},
		},
		cleanups: cleanups{liveTokens: map[string]string{}, owners: map[string]Credentials{}},
	}
	for _, credentials := range []Credentials{
		session.owner, session.second, session.admin, session.apiClient,
	} {
		if credentials.ClientSecret != "" {
			t.secrets[credentials.ClientSecret] = true
		}
	}
	t.observer = t.newObserver()
	return t
}

// panicError is the error of a scenario that panicked.
type panicError struct {
	cause any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.cause, e.stack) }

// runGuarded calls f and recovers from panics. It returns the error that ended the scenario, nil
// after a failure.
func (t *T) runGuarded(f func()) (err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case abort:
			err = cause.err
		default:
			err = &panicError{cause, debug.Stack()}
		}
	}()
	f()
	return nil
}

// newestVersion returns the newest version of the run.
func (r *Runner) newestVersion() version.Version {
	if len(r.options.Versions) > 0 {
		return r.options.Versions[len(r.options.Versions)-1]
	}
	return version.V1
}
