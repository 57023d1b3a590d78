package control

import (
	"context"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

func newIdentity(c *controls) *cobra.Command {
	return group("identity", "Add users", newIdentityAdd(c))
}

func newToken(c *controls) *cobra.Command {
	return group("token", "Add tokens in any state", newTokenAdd(c))
}

func newIdentityAdd(c *controls) *cobra.Command {
	var identity control.NewIdentity
	cmd := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a user, and print the variables to log in with",
		Example: "  patmock exec -- sh -c \\\n    'eval \"$(patmock control identity add ann.smith --user-level ORG_ADMIN)\"'",
		Args:    cli.One("NAME", "the name of a user"),
		RunE: func(cmd *cobra.Command, args []string) error {
			identity.Name = args[0]
			return c.printLogin(cmd, func(client *control.Client, ctx context.Context) (control.User, error) {
				return client.AddIdentity(ctx, identity)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&identity.UserLevels, "user-level", nil, "user level, such as ORG_ADMIN; can be repeated (default USER)")
	flags.StringVar(&identity.ID, "id", "", "id of the user (default a new one)")
	cli.FormatFlag(cmd, loginFormats()...)
	return cmd
}

func newTokenAdd(c *controls) *cobra.Command {
	var token control.NewToken
	var secret string
	var acknowledged bool
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Add a token in any state, and print the variables to log in with",
		Long: "Adds a token that may have expired, be managed and have been used, without any limit. Times are written like\n" +
			"2027-01-31T00:00:00Z, or as offsets such as -3d from the clock of the namespace.",
		Example: "  patmock exec -- patmock control token add \\\n    --owner jane.doe --name nightly \\\n    --expires -3d --created -50d --last-used -40d",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if token.Owner == "" || token.Name == "" {
				missing := "--name"
				if token.Owner == "" {
					missing = "--owner"
				}
				return cli.Usagef(missing, "expected --owner and --name")
			}
			if secret != "" {
				if token.Secret, err = remote.SecretFrom("secret", secret, "@FILE"); err != nil {
					return err
				}
			}
			if cmd.Flags().Changed("user-aware-token-never-expires") {
				token.UserAwareTokenNeverExpires = &acknowledged
			}
			return c.printLogin(cmd, func(client *control.Client, ctx context.Context) (control.User, error) {
				return client.AddToken(ctx, token)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&token.Owner, "owner", "", "name of its user")
	flags.StringVar(&token.Name, "name", "", "name of the token")
	flags.StringVar(&token.ID, "id", "", "its client id (default a new one)")
	flags.StringVar(&secret, "secret", "", "file that holds its secret, written @FILE (default a new one)")
	flags.StringSliceVar(&token.Scope, "scope", nil, "scope, can be repeated (default sp:scopes:all)")
	flags.StringVar(&token.Created, "created", "", "when it was made (default now)")
	flags.StringVar(&token.LastUsed, "last-used", "", "when it was last used (default never)")
	flags.StringVar(&token.ExpirationDate, "expires", "", "when it expires (default never)")
	flags.BoolVar(&token.Managed, "managed", false, "the platform made it")
	flags.IntVar(&token.AccessTokenValiditySeconds, "access-token-validity-seconds", 0, "how long its access tokens live (default 43200)")
	flags.BoolVar(&acknowledged, "user-aware-token-never-expires", false, "the acknowledgement that it may never expire (default whether it does not)")
	cli.FormatFlag(cmd, loginFormats()...)
	return cmd
}

// loginFormats are those of env, the default in front.
func loginFormats() []string {
	ordered := []string{"sh"}
	for _, format := range credentials.FormatNames() {
		if format != "sh" {
			ordered = append(ordered, format)
		}
	}
	return ordered
}

// printLogin adds somebody who can log in, and prints the variables that SDKs read.
func (c *controls) printLogin(cmd *cobra.Command, add func(*control.Client, context.Context) (control.User, error)) error {
	format, err := cli.FormatOf(cmd, credentials.FormatNames())
	if err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	namespace, err := client.Namespace(cmd.Context()) // first: a failure leaves nothing behind
	if err != nil {
		return remote.Explain(err)
	}
	user, err := add(client, cmd.Context())
	if err != nil {
		return remote.Explain(err)
	}
	base, err := mockserver.CheckBaseURL(namespace.BaseURL)
	if err != nil || !credentials.Plain(user.ClientID) || !credentials.Plain(user.ClientSecret) { // a shell is going to read them
		return cli.Exitf(cli.ExitUnreachable, "%s tells an address or credentials with characters that none have", c.URL)
	}
	return c.print(credentials.Formats[format](credentials.Login{BaseURL: base, ClientID: user.ClientID, ClientSecret: user.ClientSecret}))
}
