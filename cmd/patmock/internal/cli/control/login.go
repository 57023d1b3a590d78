package control

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

func newIdentityAdd(c *controlCommand) *cobra.Command {
	var identity control.NewIdentity
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a user, and print the variables to log in with",
		Example: "  patmock exec -- sh -c \\\n    'eval \"$(patmock control identity add " +
			"ann.smith --user-level ORG_ADMIN)\"'",
		Args: cli.RequiredArg("NAME", "the name of a user"),
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&identity.UserLevels, "user-level", nil,
		"user level, such as ORG_ADMIN; can be repeated (default USER)")
	flags.StringVar(&identity.ID, "id", "", "id of the user (default a new one)")
	return loginCommand(c, cmd,
		func(ctx context.Context, client *control.Client, args []string) (control.User, error) {
			identity.Name = args[0]
			return client.AddIdentity(ctx, identity)
		})
}

func newTokenAdd(c *controlCommand) *cobra.Command {
	var token control.NewToken
	var secret string
	var acknowledgment bool
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Add a token in any state, and print the variables to log in with",
		Long: "Adds a token that may have expired, be managed and have been used, without any " +
			"limit. Times are written like\n" +
			"2027-01-31T00:00:00Z, or as offsets such as -3d from the clock of the namespace.",
		Example: "  patmock exec -- patmock control token add \\\n    --owner jane.doe --name " +
			"nightly \\\n    --expires -3d --created -50d --last-used -40d",
		PreRunE: func(cmd *cobra.Command, _ []string) (err error) {
			if token.Owner == "" || token.Name == "" {
				missing := "--name"
				if token.Owner == "" {
					missing = "--owner"
				}
				return cli.Usagef(missing, "expected --owner and --name")
			}
			if cmd.Flags().Changed("user-aware-token-never-expires") {
				token.UserAwareTokenNeverExpires = &acknowledgment
			}
			if secret != "" {
				token.Secret, err = remote.ReadSecret("secret", secret, "@FILE")
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&token.Owner, "owner", "", "name of its user")
	flags.StringVar(&token.Name, "name", "", "name of the token")
	flags.StringVar(&token.ID, "id", "", "its client id (default a new one)")
	flags.StringVar(&secret, "secret", "",
		"file that holds its secret, written @FILE (default a new one)")
	flags.StringSliceVar(&token.Scope, "scope", nil,
		"scope, can be repeated (default sp:scopes:all)")
	flags.StringVar(&token.Created, "created", "", "when it was made (default now)")
	flags.StringVar(&token.LastUsed, "last-used", "", "when it was last used (default never)")
	flags.StringVar(&token.ExpirationDate, "expires", "", "when it expires (default never)")
	flags.BoolVar(&token.Managed, "managed", false, "the platform made it")
	flags.IntVar(&token.AccessTokenValiditySeconds, "access-token-validity-seconds", 0,
		"how long its access tokens live (default 43200)")
	flags.BoolVar(&acknowledgment, "user-aware-token-never-expires", false,
		"the acknowledgement that it may never expire (default whether it does not)")
	return loginCommand(c, cmd,
		func(ctx context.Context, client *control.Client, _ []string) (control.User, error) {
			return client.AddToken(ctx, token)
		})
}

// loginCommand makes a command add a user or token and print its credentials.
func loginCommand(c *controlCommand, cmd *cobra.Command,
	add func(context.Context, *control.Client, []string) (control.User, error),
) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := c.Client()
		if err != nil {
			return err
		}
		// first, so that a failure leaves nothing behind
		namespace, err := client.Namespace(cmd.Context())
		if err != nil {
			return remote.ExplainError(err)
		}
		user, err := add(cmd.Context(), client, args)
		if err != nil {
			return remote.ExplainError(err)
		}
		base, err := mockserver.CheckBaseURL(namespace.BaseURL)
		// a shell evaluates them
		if err != nil || !credentials.IsShellSafe(user.ClientID) ||
			!credentials.IsShellSafe(user.ClientSecret) {
			return cli.Exitf(cli.ExitUnreachable,
				"%s tells an address or credentials with characters that none have", c.URL)
		}
		write := credentials.Formats[cli.Format(cmd)]
		return c.Env.Print(write(credentials.Login{
			BaseURL: base, ClientID: user.ClientID, ClientSecret: user.ClientSecret,
		}))
	}
	others := slices.DeleteFunc(credentials.FormatNames(), func(format string) bool {
		return format == "sh"
	})
	cli.FormatFlag(cmd, append([]string{"sh"}, others...)...)
	return cmd
}
