package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/parity"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

const defaultMaxAge = 90 * 24 * time.Hour

type parityFlags struct {
	selection
	file, maxAge string
	failOn       []string
}

func newContractParity(env cli.Env) *cobra.Command {
	var f parityFlags
	cmd := &cobra.Command{
		Use:   "parity",
		Short: "Show which scenarios a tenant has confirmed",
		Long: "Show the state of each scenario: confirmed by a tenant; stale, if the " +
			"confirmation " +
			"is too old, for another document or by an older major version of patmock; rehearsed," +
			" " +
			"if confirmed only by a target that is no tenant, such as one on loopback; else " +
			"published, observed or assumed. Only contract run --update-parity confirms scenarios.",
		Example: "  patmock contract parity --versions v2026 --max-age 90d",
	}
	cmd.RunE = func(*cobra.Command, []string) error { return f.execute(env, cmd, time.Now()) }
	f.register(cmd.Flags())
	flags := cmd.Flags()
	flags.StringVar(&f.file, "parity", defaultParity, "file with the confirmations of your runs")
	flags.StringVar(&f.maxAge, "max-age", fmt.Sprintf("%.0fd", defaultMaxAge.Hours()/24),
		"maximum age of a confirmation, such as 90d; 0s for no limit")
	cli.ChoicesVar(flags, &f.failOn, "fail-on", "state", unconfirmedStates(),
		"comma-separated states that fail the command: "+
			strings.Join(unconfirmedStates(), ", "))
	cli.FormatFlag(cmd)
	return cmd
}

func unconfirmedStates() []string {
	var names []string
	for _, s := range parity.States() {
		if s != parity.Confirmed {
			names = append(names, string(s))
		}
	}
	return names
}

func (f parityFlags) execute(env cli.Env, cmd *cobra.Command, now time.Time) error {
	_, cases, err := f.cases()
	if err != nil {
		return err
	}
	age, err := cli.ParseDuration(f.maxAge)
	if err != nil {
		return cli.Flagf("max-age", ": %w", err)
	}
	l, err := readLedgers(f.file, false)
	if err != nil {
		return err
	}
	rows, err := l.rows(cases, now, age)
	if err != nil {
		return err
	}
	if err := l.warn(env); err != nil {
		return err
	}
	counts := countStates(rows)
	document := parityDocument{counts, jsonRows(rows), append([]string{}, l.unknownWarnings()...)}
	err = cli.Output(env, cmd, document, func(parityDocument) string {
		return parityText(rows, counts)
	})
	if err != nil {
		return err
	}
	for _, state := range f.failOn {
		if n := counts[everyVersion][parity.State(state)]; n > 0 {
			return cli.Exitf(cli.ExitFailed, "%d of %d cases are %s (--fail-on)", n,
				len(rows), state)
		}
	}
	return nil
}

func (l ledgers) rows(
	cases []contracttests.Case, now time.Time, maxAge time.Duration,
) ([]parity.Row, error) {
	documents, err := parity.Documents()
	if err != nil {
		return nil, err
	}
	selected := map[string]bool{}
	for _, c := range cases {
		selected[c.Name()] = true
	}
	rows := l.local.WithBase(l.published).Rows(parity.Conditions{
		Now: now, MaxAge: maxAge, Tool: cli.Tool(), Documents: documents,
	})
	return slices.DeleteFunc(rows, func(r parity.Row) bool {
		return !selected[report.Result{ID: r.Scenario.ID, Version: r.Version}.Name()]
	}), nil
}

// everyVersion is the key of the totals in stateCounts.
const everyVersion = "all"

type stateCounts map[string]map[parity.State]int

func countStates(rows []parity.Row) stateCounts {
	all := stateCounts{}
	for _, r := range rows {
		for _, name := range []string{versionName(r.Version), everyVersion} {
			if all[name] == nil {
				all[name] = map[parity.State]int{}
				for _, s := range parity.States() {
					all[name][s] = 0
				}
			}
			all[name][r.State]++
		}
	}
	return all
}

func versionName(v version.Version) string { return cmp.Or(string(v), spec.OAuth) }

func confirmedCounts(rows []parity.Row) report.Confirmed {
	confirmed := countStates(rows)[everyVersion][parity.Confirmed]
	return report.Confirmed{Confirmed: confirmed, Unconfirmed: len(rows) - confirmed}
}

type parityDocument struct {
	Counts   stateCounts `json:"counts"`
	Rows     []parityRow `json:"rows"`
	Warnings []string    `json:"warnings"`
}

type parityRow struct {
	ID           string           `json:"id"`
	Version      string           `json:"version"`
	Evidence     string           `json:"evidence"`
	OpenQuestion bool             `json:"openQuestion"`
	State        parity.State     `json:"state"`
	Confirmation *confirmationRow `json:"confirmation"`
	Reason       string           `json:"reason"`
}

type confirmationRow struct {
	Target   string    `json:"target"`
	Date     time.Time `json:"date"`
	Document string    `json:"document"`
	Tool     string    `json:"tool"`
}

func jsonRows(rows []parity.Row) []parityRow {
	var out []parityRow
	for _, r := range rows {
		row := parityRow{
			ID: r.Scenario.ID, Version: versionName(r.Version),
			Evidence: string(r.Scenario.Evidence), OpenQuestion: r.Scenario.Question,
			State: r.State, Reason: r.StaleReason,
		}
		if r.Target != "" {
			row.Confirmation = &confirmationRow{
				r.Target, r.Confirmation.Date, r.Confirmation.Document, r.Confirmation.Tool,
			}
		}
		out = append(out, row)
	}
	return out
}

func parityText(rows []parity.Row, counts stateCounts) string {
	lines := [][]string{{"STATE", "SCENARIO", "VERSIONS", "CONFIRMED BY"}}
	for _, r := range rows {
		confirmation := ""
		if r.Target != "" {
			confirmation = r.Target + " on " + r.Confirmation.Date.Format(time.DateOnly)
		}
		if r.StaleReason != "" {
			confirmation += ", but " + r.StaleReason
		}
		last := lines[len(lines)-1]
		if last[0] == string(r.State) && last[1] == r.Scenario.ID && last[3] == confirmation {
			last[2] += "," + versionName(r.Version)
			continue
		}
		lines = append(lines, []string{
			string(r.State), r.Scenario.ID, versionName(r.Version), confirmation,
		})
	}
	header := []string{"VERSION"}
	for _, s := range parity.States() {
		header = append(header, strings.ToUpper(string(s)))
	}
	sums := [][]string{header}
	for _, name := range append(cli.VersionNames(), spec.OAuth, everyVersion) {
		if counts[name] == nil {
			continue
		}
		sum := []string{name}
		for _, s := range parity.States() {
			sum = append(sum, strconv.Itoa(counts[name][s]))
		}
		sums = append(sums, sum)
	}
	return cli.Table(lines...) + "\n" + cli.Table(sums...) + "\nconfirmed by a tenant: " +
		confirmedCounts(rows).String() + "\n"
}
