package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/patmock/mockserver"
)

func newVersion(env environment) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  patmock version",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.stdout, "patmock "+mockserver.Version())
			return err
		},
	}
}
