// Package contract implements the commands that run the contract and evaluate its results.
package contract

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/reports"
	"example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

// New returns the command contract and its subcommands.
func New(env cli.Env, out *reports.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Test a mock or a tenant against the contract",
		Long: "The contract is a list of scenarios. Each one states a promise of the API and its " +
			"source. Scenarios run over HTTP against the built-in mock, a running mock, or a " +
			"tenant.",
		Example: "  patmock contract list --run filter",
	}
	cmd.AddCommand(newContractRun(env, out), newContractList(env), newContractCoverage(env),
		newContractDoctor(env), newContractSweep(env), newContractParity(env),
		newContractPropose(env), newContractDiff(env))
	return cmd
}

type scenarioRow struct {
	ID           string    `json:"id"`
	Versions     []string  `json:"versions"`
	Evidence     string    `json:"evidence"`
	OpenQuestion bool      `json:"openQuestion"`
	Features     []string  `json:"features"`
	Promise      string    `json:"promise"`
	Sources      []string  `json:"sources"`
	Rules        []rule.ID `json:"rules"`
}

func newContractList(env cli.Env) *cobra.Command {
	var f selection
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the scenarios with their promises, evidence and features",
		Example: "  patmock contract list --run filter --format json",
	}
	f.register(cmd.Flags())
	return cli.Listing(env, cmd, func(*cobra.Command, []string) ([]scenarioRow, error) {
		_, cases, err := f.cases()
		return scenarioRows(cases), err
	}, scenariosText)
}

func scenariosText(rows []scenarioRow) string {
	lines := [][]string{{"ID", "VERSIONS", "EVIDENCE", "FEATURES", "PROMISE"}}
	for _, r := range rows {
		lines = append(lines, []string{
			r.ID, strings.Join(r.Versions, ","), r.Evidence, strings.Join(r.Features, ","),
			r.Promise,
		})
	}
	return cli.Table(lines...)
}

func scenarioRows(cases []contracttests.Case) []scenarioRow {
	var rows []scenarioRow
	for _, c := range cases {
		s := c.Scenario
		if i := slices.IndexFunc(rows, func(r scenarioRow) bool { return r.ID == s.ID }); i >= 0 {
			rows[i].Versions = append(rows[i].Versions, string(c.Version))
			continue
		}
		row := scenarioRow{
			ID: s.ID, Versions: []string{}, Evidence: string(s.Evidence),
			OpenQuestion: s.OpenQuestion,
			Promise:      s.Promise,
			Sources:      s.Sources, Rules: append([]rule.ID{}, s.Rules...), Features: []string{},
		}
		if c.Version != "" {
			row.Versions = []string{string(c.Version)}
		}
		for _, n := range s.Features {
			row.Features = append(row.Features, string(n))
		}
		rows = append(rows, row)
	}
	return rows
}
