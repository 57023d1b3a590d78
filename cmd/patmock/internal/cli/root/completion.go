package root

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
)

var completionScripts = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash": func(root *cobra.Command, w io.Writer) error {
		return root.GenBashCompletionV2(w, true)
	},
	"zsh": (*cobra.Command).GenZshCompletion,
	"fish": func(root *cobra.Command, w io.Writer) error {
		return root.GenFishCompletion(w, true)
	},
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

func newCompletion(env cli.Env) *cobra.Command {
	shells := slices.Sorted(maps.Keys(completionScripts))
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script: " + strings.Join(shells, ", "),
		Long: "Print the completion script of a shell. The script for bash needs the package " +
			"bash-completion, version 2, which many images and macOS lack. Without it, Tab " +
			"prints " +
			"_get_comp_words_by_ref: command not found.",
		Example:   "  source <(patmock completion bash)",
		ValidArgs: shells,
		Args:      cli.EnumArg("shell", shells),
		RunE: func(cmd *cobra.Command, args []string) error {
			return completionScripts[args[0]](cmd.Root(), env.Stdout)
		},
	}
}
