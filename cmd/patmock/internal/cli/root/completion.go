package root

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// completions write what a shell needs to complete patmock's commands, by the shell's name.
var completions = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

func newCompletion(env cli.Env) *cobra.Command {
	shells := slices.Sorted(maps.Keys(completions))
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script: " + strings.Join(shells, ", "),
		Long: "Prints the completion script of a shell. That of bash needs the package\n" +
			"bash-completion, version 2, which many images and macOS lack: without it, Tab\n" +
			"prints _get_comp_words_by_ref: command not found.",
		Example:   "  source <(patmock completion bash)",
		ValidArgs: shells,
		Args:      cli.OneOf("shell", shells),
		RunE:      func(cmd *cobra.Command, args []string) error { return completions[args[0]](cmd.Root(), env.Stdout) },
	}
}

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:               "man DIRECTORY",
		ValidArgsFunction: cli.FirstArgument(cli.CompleteDirectory),
		Short:             "Write the man pages into a folder",
		Example:           `  patmock man "$(mktemp -d)"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("DIRECTORY", "expected a folder, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // pages for everybody
				return cli.Usagef("DIRECTORY", "%w", err)
			}
			cmd.Root().DisableAutoGenTag = true
			undated := time.Unix(0, 0).UTC() // the same pages whenever they are made
			err := doc.GenManTree(cmd.Root(), &doc.GenManHeader{Title: "PATMOCK", Section: "1", Source: "patmock", Date: &undated}, filepath.Clean(args[0]))
			if err != nil {
				return fmt.Errorf("write man pages: %w", err)
			}
			return nil
		},
	}
}
