package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

func newContract(env environment, out *reports) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Hold a mock or a tenant to the contract",
		Long: "The contract is a list of scenarios, each a promise of the API with its source. It is run over HTTP against the mock, a\n" +
			"running mock, or a tenant.",
		Example: "  patmock contract list --run filter",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newContractRun(env, out), newContractList(env), newContractCoverage(env), newContractDoctor(env), newContractSweep(env), newContractParity(env), newContractPropose(env), newContractDiff(env))
	return cmd
}

// split reads names with commas between; nothing is none.
func split(list string) []string {
	var all []string
	for _, part := range strings.Split(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// scenarioRow is a row of the list.
type scenarioRow struct {
	ID       string    `json:"id"`
	Versions []string  `json:"versions"`
	Standing string    `json:"standing"`
	Question bool      `json:"question"`
	Needs    []string  `json:"needs"`
	Promise  string    `json:"promise"`
	Sources  []string  `json:"sources"`
	Rules    []rule.ID `json:"rules"`
}

func newContractList(env environment) *cobra.Command {
	var f selection
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the scenarios: what they promise, where that is written, what they need",
		Example: "  patmock contract list --run filter --format json",
		Args:    noArgs,
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		format, err := formatOf(cmd, textOrJSON)
		if err != nil {
			return err
		}
		options, err := f.options()
		if err != nil {
			return err
		}
		cases, err := selected(options)
		if err != nil {
			return err
		}
		rows := scenarioRows(cases)
		if format == "json" {
			return printJSON(env.stdout, rows)
		}
		lines := [][]string{{"ID", "VERSIONS", "STANDING", "NEEDS", "PROMISE"}}
		for _, r := range rows {
			lines = append(lines, []string{r.ID, strings.Join(r.Versions, ","), r.Standing, strings.Join(r.Needs, ","), r.Promise})
		}
		_, err = io.WriteString(env.stdout, table(lines...))
		return err
	}
	f.register(cmd.Flags())
	formatFlag(cmd, textOrJSON...)
	return cmd
}

// scenarioRows puts the versions of a scenario into one row.
func scenarioRows(cases []contracttests.Case) []scenarioRow {
	var rows []scenarioRow
	for _, c := range cases {
		s := c.Scenario
		if i := slices.IndexFunc(rows, func(r scenarioRow) bool { return r.ID == s.ID }); i >= 0 {
			rows[i].Versions = append(rows[i].Versions, string(c.Version))
			continue
		}
		row := scenarioRow{
			ID: s.ID, Versions: []string{}, Standing: string(s.Standing), Question: s.Question, Promise: s.Promise,
			Sources: s.Sources, Rules: append([]rule.ID{}, s.Rules...), Needs: []string{},
		}
		if c.Version != "" {
			row.Versions = []string{string(c.Version)}
		}
		for _, n := range s.Needs {
			row.Needs = append(row.Needs, string(n))
		}
		rows = append(rows, row)
	}
	return rows
}
