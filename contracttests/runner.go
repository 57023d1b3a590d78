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

// Runner runs cases against one target.
type Runner struct {
	target    Target
	options   Options
	http      *http.Client
	documents map[string]*spec.Document
	id        string
	// marker is random. It is in the names of what the run makes.
	marker   string
	started  time.Time
	counter  atomic.Int64
	warnings warnings
	coverage coverage
	mock     mockInfo
	tokens   tokenCache
	// lost is how many cases in a row did not get through to a live target.
	unreachable atomic.Int64
	// timeouts are those of a target without a guard. Silent reports that the guard found the
	// target not to answer.
	timeouts tenantguard.Breaker
	// clock is that of a target without a guard, which has its own.
	clock         tenantguard.Clock
	unresponsive  atomic.Bool
	cleanupBudget cleanupBudget
	// observed counts what the observer has judged, and the lists that it has requested.
	observed struct{ exchanges, lists atomic.Int64 }
}

// NewRunner loads the documents. Its errors are those of the documents.
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

// NewRunID makes the id of a run that begins at a moment.
func NewRunID(now time.Time) string { return strconv.FormatInt(now.UnixMilli(), 36) }

// Now is wall time.
func (r *Runner) Now() time.Time { return r.options.Now() }

// Clock returns how far the clock of the target is from ours, by its responses so far.
func (r *Runner) Clock() *tenantguard.Clock {
	if guard, ok := r.http.Transport.(*tenantguard.Guard); ok {
		return guard.Clock()
	}
	return &r.clock
}

// Run tries the cases and reports. When ctx ends the rest is left out, and the report says so.
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
					return // what was interrupted is no result
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
		Schema: report.SchemaVersion, Tool: r.options.Tool, Target: report.Target{
			Name: r.target.Name, RealTenant: r.target.RealTenant(),
		},
		Started: started.UTC(), Seconds: r.Now().Sub(started).Seconds(),
		Warnings: r.warnings.list(r.Clock()), Results: []report.Result{},
	}
	if n := r.observed.exchanges.Load(); n > 0 {
		out.Observed = &report.Observed{Exchanges: n, Lists: r.observed.lists.Load()}
	}
	if tenant := r.mock.session; tenant != nil {
		out.Target.Version = tenant.version
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

// runCase runs one case. What is observed has the exchanges of its cleanup, too.
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
	tenant, err := r.openSession(ctx)
	if err != nil {
		r.noteAttempt(false, err)
		result.Outcome, result.Kind, result.Message = report.Error, report.KindUntested,
			redact.Report(err.Error())
		return result, observed
	}
	// What the scenario made goes, also when the run is interrupted.
	defer func() {
		ctx, stop := r.CleanupContext(ctx, cleanupTimeout)
		defer stop()
		if err := tenant.close(ctx); err != nil && result.Outcome != report.Error {
			result.Outcome, result.Kind, result.Message = report.Error, report.KindUntested,
				redact.Report(err.Error())
		}
	}()
	if missing := tenant.missing(c.Scenario.Features); len(missing) > 0 {
		result.Outcome, result.Kind, result.Message = report.Skip, report.KindUnsupported,
			"the target lacks "+strings.Join(missing, ", ")
		result.Missing = missing
		return result, observed
	}
	t := r.newT(ctx, c, tenant)
	if c.Scenario.has(RateLimit) {
		t.ctx = tenantguard.WithoutRateLimit(ctx) // a guard would keep below the limit
	}
	err = t.runGuarded(func() { c.Scenario.Run(t) })
	if err == nil {
		err = t.runGuarded(t.requestLastLists)
	}
	observed.CleanupStart = len(t.exchanges)
	cleanupErr := t.runCleanups(ctx)
	t.checkResult(&result, c.Scenario, r.target.RealTenant(), err, cleanupErr)
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

// runGuarded calls f, and turns what ends a scenario from within into an error, nil for a failure
// that is noted.
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

// newestVersion is the newest version that is tried.
func (r *Runner) newestVersion() version.Version {
	if len(r.options.Versions) > 0 {
		return r.options.Versions[len(r.options.Versions)-1]
	}
	return version.V1
}
