package main

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
)

// completions write what a shell needs to complete patmock's commands, by the shell's name.
var completions = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

func newCompletion(env environment) *cobra.Command {
	shells := slices.Sorted(maps.Keys(completions))
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script: " + strings.Join(shells, ", "),
		Long: "Prints the completion script of a shell. That of bash needs the package\n" +
			"bash-completion, version 2, which many images and macOS lack: without it, Tab\n" +
			"prints _get_comp_words_by_ref: command not found.",
		Example:   "  source <(patmock completion bash)",
		ValidArgs: shells,
		Args:      oneOf("shell", shells),
		RunE:      func(cmd *cobra.Command, args []string) error { return completions[args[0]](cmd.Root(), env.stdout) },
	}
}

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:               "man DIRECTORY",
		ValidArgsFunction: firstArgument(completeDirectory),
		Short:             "Write the man pages into a folder",
		Example:           `  patmock man "$(mktemp -d)"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("DIRECTORY", "expected a folder, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // pages for everybody
				return usagef("DIRECTORY", "%w", err)
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

// otherShells have names that look like those of shells with a completion, and are no slips.
var otherShells = []string{"sh", "csh", "tcsh", "ksh", "mksh", "ash", "dash"}

// gotArguments returns how many arguments came, as the end of a sentence. It is empty for none.
func gotArguments(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; got %d arguments", n)
}

// oneOf demands one argument of a list, and proposes the one that looks like another.
func oneOf(kind string, names []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef(strings.ToUpper(kind), "expected one %s: %s%s", kind, strings.Join(names, ", "), gotArguments(len(args)))
		}
		if !slices.Contains(names, args[0]) {
			hint := didYouMean(args[0], names)
			if slices.Contains(otherShells, args[0]) {
				hint = ""
			}
			return usagef(strings.ToUpper(kind), "unknown %s %q%s: expected one of %s", kind, args[0], hint, strings.Join(names, ", "))
		}
		return nil
	}
}
