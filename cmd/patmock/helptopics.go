package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
)

// environmentTopic returns the help about variables.
func environmentTopic(root *cobra.Command, s style) (string, error) {
	byName := map[string]helpRow{}
	for _, f := range allFlags(root) {
		name := variable(f.Name)
		if !hasVariable(f) || byName[name][0] != "" {
			continue
		}
		commands := commandPaths(root, func(cmd *cobra.Command) bool {
			return slices.Contains(variablesOf(cmd), strings.TrimPrefix(name, variablePrefix))
		})
		if len(commands) == 0 { // no command reads it
			continue
		}
		byName[name] = helpRow{name, "--" + f.Name + " of " + strings.Join(commands, ", ")}
	}
	var flags, others []helpRow
	for _, row := range byName {
		flags = append(flags, row)
	}
	slices.SortFunc(flags, func(a, b helpRow) int { return strings.Compare(a[0], b[0]) })
	for _, v := range variableInfos {
		text := v.text
		if len(v.commands) > 0 {
			text += " (" + strings.Join(v.commands, ", ") + ")"
		}
		others = append(others, helpRow{v.name, text})
	}
	return wrapText("A variable sets the flag of its name, for the commands that it is listed with. A flag on the command line "+
		"comes first. Blanks around a value do not count, and an empty value is none. A variable that is nearly one of the "+
		"command's is an error.", helpWidth) +
		"\n" + s("Variables of flags:") + "\n" + columns(flags) +
		"\n" + s("Other variables:") + "\n" + columns(others), nil
}

// An exitCode is an exit code of patmock.
type exitCode struct {
	code int
	text string
}

// exitCodes are all exit codes.
var exitCodes = []exitCode{
	{exitGood, "all is well"},
	{exitFound, "something failed or was found: a scenario, a finding, a verification, or an error of another kind; healthcheck: the mock is not ready"},
	{exitUsage, "the command line, a variable or a file is wrong, nothing is selected, or the mock rejects the request"},
	{exitUnreachable, "it could not test, or not to the end: no response, a rejected login or control token, a time limit"},
	{exitLeftovers, "a real tenant has tokens that a run made"},
	{exitNotExecutable, "exec: the command cannot be run"},
	{exitNotFound, "exec: there is no such command"},
	{exitSignal, "exec: the signal with that number ended the command"},
	{exitInterrupted, "interrupted"},
}

// exitCodesTopic returns the help about exit codes.
func exitCodesTopic(_ *cobra.Command, s style) (string, error) {
	var rows []helpRow
	for _, e := range exitCodes {
		name := strconv.Itoa(e.code)
		if e.code == exitSignal {
			name += "+N"
		}
		rows = append(rows, helpRow{name, e.text})
	}
	return s("Exit codes:") + "\n" + columns(rows) + "\n" + wrapText("If several apply, the first of 130, 2, 3, 1, 4 counts. exec returns the exit code "+
		"of its command; with --check, a command that succeeds is judged.", helpWidth), nil
}

// fixturesTopic returns the help about fixtures.
func fixturesTopic(_ *cobra.Command, s style) (string, error) {
	var rows []helpRow
	for _, name := range fixtures.Names() {
		t, err := fixtures.Load(name)
		if err != nil {
			return "", err
		}
		text := fmt.Sprintf("%d users with %d tokens", len(t.Identities), len(t.Tokens))
		if !t.Clock.IsZero() {
			text += "; its clock starts at " + t.Clock.String()
		}
		rows = append(rows, helpRow{name, text + ". " + fixtures.Summary(name)})
	}
	t, err := fixtures.Load("default")
	if err != nil {
		return "", err
	}
	var users []helpRow
	for _, u := range t.Identities {
		users = append(users, helpRow{u.Name, strings.Join(u.UserLevels, ", ")})
	}
	return wrapText("A fixture is the tenant that a mock or a namespace starts from: --fixture takes the name of one of these, or a file.", helpWidth) +
		"\n" + s("Fixtures:") + "\n" + columns(rows) +
		"\n" + s("Users of default, with their levels:") + "\n" + columns(users) + "\n" +
		wrapText("A file is YAML or JSON with identities and tokens. Ids and secrets may be left out: they are then the same at each start. "+
			"patmock control state get prints the state of a running mock in this form.", helpWidth), nil
}
