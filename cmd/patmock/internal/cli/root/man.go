package root

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:               "man DIRECTORY",
		ValidArgsFunction: cli.FirstArgument(cli.CompleteDirectory),
		Short:             "Write the man pages to a directory",
		Example:           `  patmock man "$(mktemp -d)"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("DIRECTORY", "expected a directory, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			err := os.MkdirAll(args[0], 0o755) //nolint:gosec // readable by all users
			if err != nil {
				return cli.Usagef("DIRECTORY", "%w", err)
			}
			if err := writeManPages(cmd.Root(), args[0]); err != nil {
				return fmt.Errorf("write man pages: %w", err)
			}
			return nil
		},
	}
}

// writeManPages writes the man pages of cmd and its subcommands. Their text is the help.
func writeManPages(cmd *cobra.Command, dir string) error {
	var related []string
	if cmd.HasParent() {
		related = append(related, manPage(cmd.Parent())+"(1)")
	}
	for _, child := range cmd.Commands() {
		if !child.IsAvailableCommand() || child.Name() == "help" {
			continue
		}
		if err := writeManPages(child, dir); err != nil {
			return err
		}
		related = append(related, manPage(child)+"(1)")
	}
	page := fmt.Sprintf(".TH PATMOCK 1 \"\" patmock\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n.nf\n"+
		"%s.fi\n.SH SEE ALSO\n%s\n",
		roffText(manPage(cmd)), roffText(cmd.Short), roffText(helpText(cmd, plainText)),
		roffText(strings.Join(related, ", ")))
	path := filepath.Join(dir, manPage(cmd)+".1")
	return os.WriteFile(path, []byte(page), 0o644) //nolint:gosec // readable by all users
}

func manPage(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// roffText escapes backslashes, dashes and lines that roff would interpret as requests.
func roffText(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n.", "\n\\&.", "\n'", "\n\\&'").Replace(text)
}
