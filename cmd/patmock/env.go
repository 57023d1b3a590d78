package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
)

func newEnv(env environment) *cobra.Command {
	var user, base, fixture string
	cmd := &cobra.Command{
		Use:     "env",
		Short:   "Print the variables that SDKs read",
		Long:    "Prints base URL, client id and client secret of a user of a tenant file, as one line for a shell.",
		Example: `  eval "$(patmock env --user jane.doe)"`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			tenant, err := fixtures.Open(fixture)
			if err != nil {
				return &usageError{err}
			}
			if user == "" {
				user = tenant.Admin()
			}
			if user == "" {
				return &usageError{errors.New("nobody in " + tenant.Source + " has a token to log in with")}
			}
			token, err := tenant.Login(user)
			if err != nil {
				return &usageError{err}
			}
			_, err = fmt.Fprintln(env.stdout, exports(base, token.ID, token.Secret))
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&user, "user", "", "whose credentials (default the first administrator)")
	flags.StringVar(&base, "base-url", "http://127.0.0.1:17280", "address of the mock")
	flags.StringVar(&fixture, "fixture", "default", "tenant that the mock was started from")
	return cmd
}
