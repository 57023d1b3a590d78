package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"example.com/patmock/mockserver/dialect"
)

// readDialect reads the file of --dialect, and proposes ids for those that there are not. No file is the defaults.
func readDialect(path string) (dialect.Dialect, error) {
	if path == "" {
		return nil, nil
	}
	d, err := dialect.Read(path)
	var mistakes dialect.Mistakes
	switch {
	case errors.As(err, &mistakes):
		return nil, usagef("--dialect", "--dialect: %w", mistakes)
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--dialect", "--dialect: there is no file %s", path)
	case err != nil:
		return nil, usagef("--dialect", "--dialect: %w", err)
	}
	return d, nil
}

// newSpecDialect lists what is open, as the file that serve takes.
func newSpecDialect(env environment) *cobra.Command {
	formats := []string{"yaml", "json"}
	cmd := &cobra.Command{
		Use:     "dialect",
		Short:   "List what nothing published settles, with the mock's answers: a file for serve --dialect",
		Example: "  patmock spec dialect > dialect.yaml",
		Args:    noArgs,
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		format, err := formatOf(cmd, formats)
		if err != nil {
			return err
		}
		if format == "json" {
			return printJSON(env.stdout, dialect.Entries())
		}
		_, err = env.stdout.Write(dialect.Defaults())
		return err
	}
	formatFlag(cmd, formats...)
	return cmd
}
