package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/spec/rule"
)

// coverage has the documented responses and rules with the information whether a scenario covers
// them.
type coverage struct {
	// Percent is the covered share of all reachable rows and rules.
	Percent float64       `json:"percent"`
	Rows    []coverageRow `json:"rows"`
	Rules   []ruleRow     `json:"rules"`
}

type coverageRow struct {
	contracttests.DeclaredResponse
	Covered     bool   `json:"covered"`
	Unreachable string `json:"unreachable"`
}

type ruleRow struct {
	rule.Rule
	Scenarios []string `json:"scenarios"`
	// Judged reports whether every exchange is validated against the rule.
	Judged  bool `json:"judged"`
	Covered bool `json:"covered"`
}

func newContractCoverage(env cli.Env) *cobra.Command {
	minPercent := 0.0
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Show which documented responses and rules the scenarios cover",
		Long: "Run all scenarios against the mock in process. List every response of the " +
			"effective documents by version, operation, status and media type, and every rule in " +
			"prose. Each is covered, not covered, or unreachable for a given reason.",
		Example: "  patmock contract coverage --min 100",
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		c, err := measure(cmd.Context(), env)
		if err != nil {
			return err
		}
		if err := cli.Output(env, cmd, c, coverage.text); err != nil {
			return err
		}
		if c.Percent < minPercent {
			return cli.Exitf(cli.ExitFailed, "coverage is %.1f %%, below --min %v", c.Percent,
				minPercent)
		}
		return nil
	}
	cmd.Flags().Float64Var(&minPercent, "min", 0,
		"fail if the percentage of reachable rows is lower")
	cli.FormatFlag(cmd)
	return cmd
}

func measure(ctx context.Context, env cli.Env) (c coverage, err error) {
	target, closeTarget, err := mockTarget()
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, closeTarget()) }()
	cases := contracttests.Select(scenarios.All(), contracttests.Options{})
	progress := newProgress(env, env.Stderr, len(cases))
	defer progress.end()
	runner, err := contracttests.NewRunner(target, contracttests.Options{Progress: progress.add})
	if err != nil {
		return c, err
	}
	result := runner.Run(ctx, cases)
	covered := runner.CoveredResponses()
	for _, row := range runner.DeclaredResponses() {
		c.Rows = append(c.Rows, coverageRow{
			row, covered[row], contracttests.UnreachableReason(row),
		})
	}
	passed := map[string]bool{}
	for _, r := range result.Results {
		passed[r.ID] = passed[r.ID] || r.Outcome == report.Pass
	}
	judged := contracttests.ExchangeRules()
	for _, r := range rule.All() {
		row := ruleRow{
			Rule: r, Scenarios: []string{}, Judged: slices.Contains(judged, r.ID),
		}
		row.Covered = row.Judged && len(result.Results) > 0
		for _, s := range scenarios.All() {
			for _, id := range s.Rules {
				if id == r.ID {
					row.Scenarios = append(row.Scenarios, s.ID)
					row.Covered = row.Covered || passed[s.ID]
				}
			}
		}
		c.Rules = append(c.Rules, row)
	}
	c.count()
	return c, nil
}

// count computes Percent.
func (c *coverage) count() {
	covered, all := 0, 0
	add := func(isCovered bool, unreachable string) {
		if isCovered {
			covered++
		}
		if isCovered || unreachable == "" {
			all++
		}
	}
	for _, row := range c.Rows {
		add(row.Covered, row.Unreachable)
	}
	for _, r := range c.Rules {
		add(r.Covered, r.Unobservable)
	}
	c.Percent = 100 * float64(covered) / float64(max(all, 1))
}

func (c coverage) text() string {
	lines := [][]string{{"COVERED", "ITEM", "REASON"}}
	state := func(covered bool, unreachable string) string {
		switch {
		case covered:
			return "yes"
		case unreachable != "":
			return "unreachable"
		}
		return "NO"
	}
	for _, r := range c.Rows {
		what := r.Document + " " + r.Operation + " " + strconv.Itoa(r.Status)
		if r.MediaType != "" {
			what += " " + r.MediaType
		}
		lines = append(lines, []string{state(r.Covered, r.Unreachable), what, r.Unreachable})
	}
	for _, r := range c.Rules {
		lines = append(lines, []string{
			state(r.Covered, r.Unobservable), "rule " + string(r.ID) + ": " + r.Text,
			r.Unobservable,
		})
	}
	return cli.Table(lines...) +
		fmt.Sprintf("%.1f %% of the reachable rows are covered\n", c.Percent)
}
