package root

import (
	"testing"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// Synonyms belong to existing flags and commands, and no command has a flag with the name of a
// synonym.
func TestSynonyms_Exist(t *testing.T) {
	root := New(cli.Env{Lookup: noVariables}, nil)
	flags, commands := map[string]bool{}, map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		commands[cmd.Name()] = true
		for _, name := range flagNames(cmd) {
			flags[name] = true
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(root)
	for _, s := range flagSynonyms {
		if !flags[s.flag] {
			t.Errorf("no command has --%s", s.flag)
		}
	}
	for command := range commandSynonyms {
		if !commands[command] {
			t.Errorf("there is no command %s", command)
		}
	}
}

func noVariables(string) (string, bool) { return "", false }
