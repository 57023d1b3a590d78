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
		Short: "Add a user and print the variables to log in",
		Example: "  patmock exec -- sh -c \\\n    'eval \"$(patmock control identity add " +
			"ann.smith --user-level ORG_ADMIN)\"'",
		Args: cli.RequiredArg("NAME", "the name of a user"),
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&identity.UserLevels, "user-level", nil,
		"user level, such as ORG_ADMIN (repeatable, default USER)")
	flags.StringVar(&identity.ID, "id", "", "ID of the user (default generated)")
	flags.StringVar(&identity.DisplayName, "display-name", "",
		"name of the identity in the API (default NAME)")
	flags.StringVar(&identity.Email, "email", "", "email address (default none)")
	flags.StringVar(&identity.Status, "status", "",
		"lifecycle status, such as Active (default none)")
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
		Short: "Add a token in any state and print the variables to log in",
		Long: "Add a token that may be expired, managed or already used. Token limits do not " +
			"apply. Times have the form 2027-01-31T00:00:00Z, or are offsets from the clock of " +
			"the namespace, such as -3d.",
		Example: "  patmock exec -- patmock control token add \\\n    --owner jane.doe --name " +
			"nightly \\\n    --expires -3d --created -50d --last-used -40d",
		PreRunE: func(cmd *cobra.Command, _ []string) (err error) {
			if token.Owner == "" || token.Name == "" {
				missing := "--name"
				if token.Owner == "" {
					missing = "--owner"
				}
				return cli.Usagef(missing, "--owner and --name are required")
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
	flags.StringVar(&token.Owner, "owner", "", "name of the user who owns the token")
	flags.StringVar(&token.Name, "name", "", "name of the token")
	flags.StringVar(&token.ID, "id", "", "client ID (default generated)")
	flags.StringVar(&secret, "secret", "",
		"file with the secret, written @FILE (default generated)")
	flags.StringSliceVar(&token.Scope, "scope", nil, "scope (repeatable, default sp:scopes:all)")
	flags.StringVar(&token.Created, "created", "", "creation time (default now)")
	flags.StringVar(&token.LastUsed, "last-used", "", "time of last use (default never)")
	flags.StringVar(&token.ExpirationDate, "expires", "", "expiration time (default never)")
	flags.BoolVar(&token.Managed, "managed", false, "the token is managed by the platform")
	flags.IntVar(&token.AccessTokenValiditySeconds, "access-token-validity-seconds", 0,
		"lifetime of its access tokens (default 43200)")
	flags.BoolVar(&acknowledgment, "user-aware-token-never-expires", false,
		"whether non-expiration is acknowledged (default if it never expires)")
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
				"%s returned a base URL or credentials with invalid characters", c.URL)
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
