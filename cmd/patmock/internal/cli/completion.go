package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// FirstArgument offers values for the first argument of a command only.
func FirstArgument(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion,
		cobra.ShellCompDirective,
	) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, args, typed)
	}
}

// OneValue offers the values of a flag that takes one of a few.
func OneValue(values []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// SeveralValues offers the values of a flag that takes several of a few, with commas between.
func SeveralValues(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion,
		cobra.ShellCompDirective,
	) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		given := SplitNames(before)
		var all []cobra.Completion
		for _, value := range values {
			if !slices.Contains(given, value) {
				all = append(all, before+value)
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// CompleteDirectory offers directories.
func CompleteDirectory(*cobra.Command, []string, string) ([]cobra.Completion,
	cobra.ShellCompDirective,
) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}
