package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// FirstArgument limits a completion to the first argument of a command.
func FirstArgument(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(
		cmd *cobra.Command, args []string, toComplete string,
	) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, toComplete)
	}
}

// SingleValue returns a completion that offers one of values.
func SingleValue(values []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// MultipleValues returns a completion that offers a comma-separated list of values.
func MultipleValues(values []string) cobra.CompletionFunc {
	return func(
		_ *cobra.Command, _ []string, toComplete string,
	) ([]cobra.Completion, cobra.ShellCompDirective) {
		prefix := toComplete[:strings.LastIndex(toComplete, ",")+1]
		names := SplitNames(prefix)
		var all []cobra.Completion
		for _, value := range values {
			if !slices.Contains(names, value) {
				all = append(all, prefix+value)
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// CompleteDirectory is a cobra.CompletionFunc that offers directories.
func CompleteDirectory(
	*cobra.Command, []string, string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}
