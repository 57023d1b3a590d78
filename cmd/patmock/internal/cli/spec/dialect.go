package spec

import (
	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/dialect"
)

// newSpecDialect lists what is open, as the file that serve takes.
func newSpecDialect(env cli.Env) *cobra.Command {
	formats := []string{"yaml", "json"}
	cmd := &cobra.Command{
		Use:     "dialect",
		Short:   "List what nothing published settles, with the mock's answers: a file for serve --dialect",
		Example: "  patmock spec dialect > dialect.yaml",
		Args:    cli.NoArgs,
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		format, err := cli.FormatOf(cmd, formats)
		if err != nil {
			return err
		}
		if format == "json" {
			return cli.PrintJSON(env.Stdout, dialect.Entries())
		}
		_, err = env.Stdout.Write(dialect.Defaults())
		return err
	}
	cli.FormatFlag(cmd, formats...)
	return cmd
}
