package root

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures"
)

func environmentTopic(root *cobra.Command, s style) (string, error) {
	byName := map[string]cli.HelpRow{}
	for _, f := range allFlags(root) {
		name := cli.Variable(f.Name)
		if !cli.HasVariable(f) || byName[name][0] != "" {
			continue
		}
		commands := cli.CommandPaths(root, func(cmd *cobra.Command) bool {
			return slices.Contains(cli.VariablesOf(cmd),
				strings.TrimPrefix(name, cli.VariablePrefix))
		})
		if len(commands) == 0 { // no command reads it
			continue
		}
		byName[name] = cli.HelpRow{name, "--" + f.Name + " of " + strings.Join(commands, ", ")}
	}
	var flags, others []cli.HelpRow
	for _, row := range byName {
		flags = append(flags, row)
	}
	slices.SortFunc(flags, func(a, b cli.HelpRow) int { return strings.Compare(a[0], b[0]) })
	for _, v := range cli.VariableInfos {
		text := v.Text
		if len(v.Commands) > 0 {
			text += " (" + strings.Join(v.Commands, ", ") + ")"
		}
		others = append(others, cli.HelpRow{v.Name, text})
	}
	return cli.WrapText("A variable sets the flag of its name, for the commands listed. A flag on "+
		"the command line has priority. White space around values is trimmed, and empty values "+
		"are ignored. A misspelt variable of a command is an error.", cli.HelpWidth) +
		"\n" + s("Variables of flags:") + "\n" + cli.Columns(flags) +
		"\n" + s("Other variables:") + "\n" + cli.Columns(others), nil
}

type exitCode struct {
	code int
	text string
}

// exitCodes describe all exit codes.
var exitCodes = []exitCode{
	{cli.ExitOK, "success"},
	{
		cli.ExitFailed,
		"a scenario, finding or verification failed, or another error occurred; healthcheck: the " +
			"mock is not ready",
	},
	{
		cli.ExitUsage,
		"the command line, a variable or a file is wrong, nothing is selected, or the mock " +
			"rejects the request",
	},
	{
		cli.ExitUnreachable,
		"the test could not be completed: no response, a rejected login or control token, or a " +
			"timeout",
	},
	{cli.ExitLeftovers, "tokens of a run are left at a real tenant"},
	{cli.ExitNotExecutable, "exec: the command is not executable"},
	{cli.ExitNotFound, "exec: the command does not exist"},
	{cli.ExitSignal, "exec: a signal with number N ended the command"},
	{cli.ExitInterrupted, "interrupted"},
}

func exitCodesTopic(_ *cobra.Command, s style) (string, error) {
	var rows []cli.HelpRow
	for _, e := range exitCodes {
		name := strconv.Itoa(e.code)
		if e.code == cli.ExitSignal {
			name += "+N"
		}
		rows = append(rows, cli.HelpRow{name, e.text})
	}
	return s("Exit codes:") + "\n" + cli.Columns(rows) + "\n" +
		cli.WrapText("If several apply, the first of 130, 2, 3, 1, 4 is used. exec returns the "+
			"exit code of its command. With --check, a successful command is judged.",
			cli.HelpWidth), nil
}

func fixturesTopic(_ *cobra.Command, s style) (string, error) {
	var rows []cli.HelpRow
	for _, name := range fixtures.Names() {
		t, err := fixtures.Load(name)
		if err != nil {
			return "", err
		}
		text := fmt.Sprintf("%d users with %d tokens", len(t.Identities), len(t.Tokens))
		if !t.Clock.IsZero() {
			text += "; its clock starts at " + t.Clock.String()
		}
		rows = append(rows, cli.HelpRow{name, text + ". " + fixtures.Summary(name)})
	}
	t, err := fixtures.Load("default")
	if err != nil {
		return "", err
	}
	var users []cli.HelpRow
	for _, u := range t.Identities {
		users = append(users, cli.HelpRow{u.Name, strings.Join(u.UserLevels, ", ")})
	}
	return cli.WrapText("A fixture is the initial tenant of a mock or namespace. --fixture "+
		"accepts the name of one of these, or a file.", cli.HelpWidth) +
		"\n" + s("Fixtures:") + "\n" + cli.Columns(rows) +
		"\n" + s("Users of default, with their levels:") + "\n" + cli.Columns(users) + "\n" +
		cli.WrapText("A file is YAML or JSON with identities and tokens. Omitted IDs and secrets "+
			"are derived, and are the same at each start. patmock control state get prints the "+
			"state of a running mock in this form.",
			cli.HelpWidth), nil
}
