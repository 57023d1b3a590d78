package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// CommandPaths returns the paths of the commands that match, without patmock. A group stands for
// the commands below it if all match.
func CommandPaths(cmd *cobra.Command, matches func(*cobra.Command) bool) []string {
	if !cmd.HasSubCommands() {
		if !matches(cmd) {
			return nil
		}
		return []string{ShortPath(cmd)}
	}
	var paths []string
	complete := true
	for _, child := range cmd.Commands() {
		if child.Name() == "help" {
			continue
		}
		below := CommandPaths(child, matches)
		complete = complete && slices.Equal(below, []string{ShortPath(child)})
		paths = append(paths, below...)
	}
	if complete {
		return []string{ShortPath(cmd)}
	}
	return paths
}

// ShortPath returns the path of a command without patmock.
func ShortPath(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
