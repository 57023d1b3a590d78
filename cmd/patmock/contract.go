package main

import (
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/standing"
	"example.com/patmock/spec/version"
)

func newContract(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Hold a mock or a tenant to the contract",
		Long: "The contract is a list of scenarios, each a promise of the API with its source. It is run over HTTP against the mock, a\n" +
			"running mock, or a tenant.",
		Example: "  patmock contract list --run filter",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newContractRun(env), newContractList(env), newContractCoverage(env), newContractDoctor(env), newContractSweep(env), newContractParity(env), newContractPropose(env), newContractDiff(env))
	return cmd
}

// selection are the flags that choose scenarios.
type selection struct{ versions, run, skip, standing string }

func (s *selection) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.run, "run", "", "regular expression for the names of scenarios, ID/VERSION")
	flags.StringVar(&s.skip, "skip", "", "regular expression for those to leave out")
	flags.StringVar(&s.versions, "versions", strings.Join(versionNames(), ","), "versions to try, with commas between")
	flags.StringVar(&s.standing, "standing", "", "published, observed, assumed, with commas between (default all)")
	setGroup(flags, groupScenarios, "versions", "run", "skip", "standing")
	for _, own := range []string{"versions", "run", "skip", "standing"} {
		ignoreVariable(flags.Lookup(own))
	}
}

// standings are those that there are, the surest first.
var standings = []string{string(standing.Published), string(standing.Observed), string(standing.Assumed)}

func (s selection) options() (o contracttests.Options, err error) {
	if o.Versions, err = parseVersions(s.versions); err != nil {
		return o, err
	}
	if len(o.Versions) == len(version.All()) {
		o.Versions = nil
	}
	for _, pattern := range []struct {
		flag, text string
		into       **regexp.Regexp
	}{{"run", s.run, &o.Run}, {"skip", s.skip, &o.Skip}} {
		if pattern.text == "" {
			continue
		}
		if *pattern.into, err = regexp.Compile(pattern.text); err != nil {
			return o, usagef("--"+pattern.flag, "--%s: %w", pattern.flag, err)
		}
	}
	for _, chosen := range split(s.standing) {
		if err := checkNames(name{"--standing", "standing", chosen, standings}); err != nil {
			return o, err
		}
		o.Standing = append(o.Standing, standing.Standing(chosen))
	}
	return o, nil
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

// selected are the cases that are chosen. None is a mistake: it would look like a pass.
func selected(o contracttests.Options) ([]contracttests.Case, error) {
	cases := contracttests.Select(scenarios.All(), o)
	if len(cases) == 0 {
		return nil, usagef("--run", "no scenario is chosen: see patmock contract list")
	}
	return cases, nil
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
	ignoreVariable(cmd.Flags().Lookup("format"))
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
