package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
)

// variadicCommands are the parents and names of the commands that accept any number of arguments.
var variadicCommands = [][2]string{{"patmock", "exec"}, {"findings", "allow"}}

// All other commands reject too many arguments.
func TestCommands_RejectTooManyArguments(t *testing.T) {
	var all []*cobra.Command
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, child := range cmd.Commands() {
			collect(child)
		}
	}
	collect(root.New(cli.Env{}, nil))
	for _, cmd := range all {
		if cmd.HasParent() &&
			slices.Contains(variadicCommands, [2]string{cmd.Parent().Name(), cmd.Name()}) {
			continue
		}
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			path := strings.Fields(cmd.CommandPath())[1:]
			got := command(t.Context(), nil,
				slices.Concat(path, []string{"a", "b", "c", "d", "e"})...)
			if got.code != cli.ExitUsage || got.about == "" {
				t.Errorf("exit code %d, error about %q, want %d and a subject: %s", got.code,
					got.about, cli.ExitUsage, got.stderr)
			}
		})
	}
}
