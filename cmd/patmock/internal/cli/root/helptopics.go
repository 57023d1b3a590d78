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
	return cli.WrapText("A variable sets the flag of its name, for the commands that it is listed "+
		"with. A flag on the command line "+
		"comes first. Blanks around a value do not count, and an empty value is none. A variable "+
		"that is nearly one of the "+
		"command's is an error.", cli.HelpWidth) +
		"\n" + s("Variables of flags:") + "\n" + cli.Columns(flags) +
		"\n" + s("Other variables:") + "\n" + cli.Columns(others), nil
}

type exitCode struct {
	code int
	text string
}

// exitCodes describe all exit codes.
var exitCodes = []exitCode{
	{cli.ExitOK, "all is well"},
	{
		cli.ExitFailed,
		"something failed or was found: a scenario, a finding, a verification, or an error of " +
			"another kind; healthcheck: the mock is not ready",
	},
	{
		cli.ExitUsage,
		"the command line, a variable or a file is wrong, nothing is selected, or the mock " +
			"rejects the request",
	},
	{
		cli.ExitUnreachable,
		"it could not test, or not to the end: no response, a rejected login or control token, a " +
			"time limit",
	},
	{cli.ExitLeftovers, "a real tenant has tokens that a run made"},
	{cli.ExitNotExecutable, "exec: the command cannot be run"},
	{cli.ExitNotFound, "exec: there is no such command"},
	{cli.ExitSignal, "exec: the signal with that number ended the command"},
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
		cli.WrapText("If several apply, the first of 130, 2, 3, 1, 4 counts. exec returns the "+
			"exit code "+
			"of its command; with --check, a command that succeeds is judged.", cli.HelpWidth), nil
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
	return cli.WrapText("A fixture is the tenant that a mock or a namespace starts from: "+
		"--fixture takes the name of one of these, or a file.", cli.HelpWidth) +
		"\n" + s("Fixtures:") + "\n" + cli.Columns(rows) +
		"\n" + s("Users of default, with their levels:") + "\n" + cli.Columns(users) + "\n" +
		cli.WrapText("A file is YAML or JSON with identities and tokens. Ids and secrets may be "+
			"left out: they are then the same at each start. "+
			"patmock control state get prints the state of a running mock in this form.",
			cli.HelpWidth), nil
}
