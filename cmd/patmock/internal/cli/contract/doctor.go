package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// diagnosis is a forecast of a run against a target.
type diagnosis struct {
	Target     string           `json:"target"`
	RealTenant bool             `json:"realTenant"`
	Writes     bool             `json:"writes"`
	Identities []identityReport `json:"identities"`
	// Cases is the number of selected cases, and Run the number of runnable ones. Missing
	// has the number of the others by the features that the target lacks.
	Cases   int            `json:"cases"`
	Run     int            `json:"run"`
	Missing map[string]int `json:"missing"`
	// Runnable are the cases that would run. Skipped are the others, each with the missing
	// features.
	Runnable []string          `json:"runnable"`
	Skipped  map[string]string `json:"skipped"`
	// Requests is the number of requests of a run. Lists is the number of lists that no scenario
	// requests. Seconds is the estimated duration. Tokens is the maximum number of additional
	// tokens of one owner.
	Requests int     `json:"requests"`
	Lists    int     `json:"lists"`
	Seconds  float64 `json:"seconds"`
	Tokens   int     `json:"tokens"`
	// Clock is the number of seconds by which the target's clock is ahead of the local one. It is 0
	// if the difference is within the accuracy of the measurement.
	Clock    float64         `json:"clock"`
	Warnings []doctorWarning `json:"warnings"`

	clock *tenantguard.Clock // of a tenant
}

// identityReport describes one of the identities of a target.
type identityReport struct {
	Role string `json:"role"`
	tenantguard.ProbeResult
}

func newContractDoctor(env cli.Env) *cobra.Command {
	var sel selection
	var target targetFlags
	provokeRateLimit := false
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Forecast a run against a target and show what the target lacks",
		Long: "Log in as the identities of the environment, read their lists of tokens, and run " +
			"the scenarios against a mock in process that lacks the same features as the target. " +
			"Show which identities can log in, which cases would run, why others would not, the " +
			"number of requests, the duration, the tokens needed, and when the tokens in use " +
			"expire. The target receives only reads. --format json lists each case.",
		Example: "  patmock contract doctor --target mock --versions v2026",
	}
	sel.register(cmd.Flags())
	target.register(cmd.Flags())
	cmd.Flags().BoolVar(&provokeRateLimit, "provoke-rate-limit", false,
		"forecast a run that exceeds the rate limit of a tenant")
	return cli.Listing(env, cmd, func(*cobra.Command, []string) (d diagnosis, err error) {
		options, cases, err := sel.cases()
		if err != nil {
			return d, err
		}
		options.ProvokeRateLimit = provokeRateLimit
		ctx, stop := cli.InterruptContext(cmd.Context())
		defer stop()
		d, err = diagnose(ctx, env, target, options, cases)
		if endErr := cli.EndError(ctx, "the forecast is incomplete"); endErr != nil {
			return d, endErr
		}
		return d, err
	}, diagnosis.text)
}

func diagnose(ctx context.Context, env cli.Env, f targetFlags, o contracttests.Options,
	cases []contracttests.Case,
) (d diagnosis, err error) {
	target, closeTarget, err := f.open(ctx, env)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, closeTarget()) }()
	d = diagnosis{
		Target: target.Name, RealTenant: target.RealTenant(), Writes: !target.RealTenant() ||
			!target.ReadOnly, Identities: []identityReport{}, Cases: len(cases),
		Missing: map[string]int{}, Runnable: []string{}, Skipped: map[string]string{},
		Warnings: []doctorWarning{},
	}
	var profile *control.Profile // of a patmock
	if !target.RealTenant() {
		health, err := target.Control.Health(ctx)
		if err != nil {
			return d, cli.Exitf(cli.ExitUnreachable, "%w", contracttests.ExplainControlError(err))
		}
		profile = &health.Profile
	}
	if target.RealTenant() || target.HasCredentials() {
		if err := d.probe(ctx, target, o); err != nil {
			return d, err
		}
	}
	f.printUse(env.Stderr, target)
	progress := newProgress(env, env.Stderr, len(cases))
	defer progress.end()
	o.Progress = progress.addDryRun
	start := time.Now()
	r, err := dryRun(ctx, target, profile, o, cases)
	if err != nil {
		return d, err
	}
	d.addPlan(r)
	if !d.RealTenant { // the dry run takes as long as the run
		d.Seconds = time.Since(start).Seconds()
	}
	// a run against a patmock uses new namespaces, with other tokens and another clock
	if d.RealTenant {
		d.addWarnings(d.clock.TargetTime(time.Now()))
	}
	return d, nil
}

// probe logs in as each identity and reads its list of tokens. It fails if an identity cannot log
// in, as a run would.
func (d *diagnosis) probe(
	ctx context.Context, t contracttests.Target, o contracttests.Options,
) error {
	guard, err := tenantguard.NewGuard(tenantguard.Config{BaseURL: t.BaseURL, Now: time.Now})
	if err != nil {
		return err
	}
	client := guardedClient(guard)
	d.clock = guard.Clock()
	apiVersion := version.V2026
	if len(o.Versions) > 0 {
		apiVersion = o.Versions[len(o.Versions)-1]
	}
	for _, i := range identities(t) {
		result, err := tenantguard.Probe(ctx, tenantguard.ProbeConfig{
			BaseURL: t.BaseURL, HTTP: client, Login: i.login, Version: apiVersion, Now: time.Now,
		})
		if err != nil {
			return cli.Exitf(cli.ExitUnreachable, "the %s identity: %w", i.name, err)
		}
		d.Identities = append(d.Identities, identityReport{i.name, result})
	}
	ahead, _ := d.clock.Difference()
	d.Clock = ahead.Seconds()
	return nil
}

func (d *diagnosis) addPlan(r plan) {
	for _, c := range r.cases {
		if c.Result.Outcome != report.Skip {
			d.Run++
			d.Runnable = append(d.Runnable, c.Case.Name())
			continue
		}
		missing := strings.Join(sortFeatures(c.Result.Missing), ", ")
		d.Missing[missing]++
		d.Skipped[c.Case.Name()] = missing
	}
	d.Requests, d.Tokens = r.requests(), r.maxTokens()
	if !d.RealTenant {
		d.Requests, d.Lists = int(r.observed.Exchanges)+len(d.Identities), int(r.observed.Lists)
	}
	var slowest float64
	for _, e := range d.Identities {
		slowest = max(slowest, e.LatencySeconds)
	}
	d.Seconds = r.estimate(d.RealTenant).duration(time.Duration(slowest * float64(time.Second))).
		Seconds()
}

func (d diagnosis) text() string {
	kind := "a patmock; a run creates its own namespaces"
	switch {
	case d.RealTenant && d.Writes:
		kind = "a real tenant with writes allowed"
	case d.RealTenant:
		kind = "a real tenant, read only"
	}
	lines := []string{d.Target + " is " + kind + ".", ""}
	if len(d.Identities) > 0 {
		rows := [][]string{{"IDENTITY", "TOKEN", "NAME", "TOKENS", "ROOM", "LISTS ALL", "EXPIRES"}}
		for _, e := range d.Identities {
			rows = append(rows, []string{
				e.Role, e.ClientID, cmp.Or(e.Name, e.Identity, "-"), fmt.Sprint(e.Tokens),
				fmt.Sprint(e.Room), map[bool]string{true: "yes", false: "no"}[e.CanListAll],
				e.expires(),
			})
		}
		lines = append(lines, cli.Table(rows...))
	}
	requests := fmt.Sprintf("%d requests", d.Requests)
	if d.Lists > 0 {
		requests += fmt.Sprintf(" (%d of them lists that no scenario requests)", d.Lists)
	}
	lines = append(lines,
		fmt.Sprintf("%d of %d cases would run, with %s in about %s and at most %d additional "+
			"tokens of an owner.",
			d.Run, d.Cases, requests,
			time.Duration(d.Seconds*float64(time.Second)).Round(time.Second),
			d.Tokens))
	if len(d.Missing) > 0 {
		rows := [][]string{{"SKIPPED", "MISSING", "REMEDY"}}
		for _, s := range mergeSkipped(d.Missing, d.RealTenant) {
			rows = append(rows, []string{
				fmt.Sprint(s.cases), strings.Join(s.features, ", "), s.remedy,
			})
		}
		lines = append(lines, "", strings.TrimRight(cli.Table(rows...), "\n"))
	}
	for _, warning := range d.Warnings {
		lines = append(lines, "warning: "+warning.text)
	}
	return strings.Join(lines, "\n") + "\n"
}

func (e identityReport) expires() string {
	switch {
	case !e.InOwnList:
		return "unknown"
	case e.Expires == nil:
		return "never"
	}
	return e.Expires.Format(time.DateOnly)
}
