package logins

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

type envFlags struct {
	remote.Mock
	user, fixture, publicURL, format string
}

// NewEnv returns the command env.
func NewEnv(env cli.Env) *cobra.Command {
	f := envFlags{Mock: remote.Mock{Env: env}, format: "sh"}
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the variables that SDKs read",
		Long: "Print the base URL, client ID and client secret of a user. They come from the " +
			"running mock, so that free ports and your own tenants work. With --fixture they " +
			"come " +
			"from the fixture, and no mock is needed.",
		Example: `  eval "$(patmock env --fixture default --user jane.doe)"`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if f.URL, err = mockserver.CheckBaseURL(f.URL); err != nil {
				return cli.Flagf("url", " %w", err)
			}
			if cmd.Flags().Changed("public-url") {
				if f.publicURL, err = mockserver.CheckBaseURL(f.publicURL); err != nil {
					return cli.Flagf("public-url", " %w", err)
				}
			}
			// a shell evaluates it
			if f.Namespace != "" && !namespacePattern.MatchString(f.Namespace) {
				return cli.Flagf("namespace", " %q must have 1 to 63 characters of a-z, 0-9 and -",
					f.Namespace)
			}
			v, err := f.variables(cmd.Context())
			if err != nil {
				return err
			}
			return env.Print(credentials.Formats[f.format](v))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.URL, "url", cli.DefaultURL, "the running mock")
	flags.StringVar(&f.Namespace, "namespace", "",
		"the namespace of the mock (default \"default\")")
	remote.CAFlag(flags, &f.CA)
	remote.AllowPlaintextFlag(flags, &f.AllowPlaintext)
	cli.SetGroup(flags, cli.GroupRunning)
	flags.StringVar(&f.user, "user", "",
		"user whose credentials to print (default the first administrator)")
	flags.StringVar(&f.fixture, "fixture", "",
		"tenant to read instead: "+strings.Join(fixtures.Names(), ", ")+", or a file")
	flags.StringVar(&f.publicURL, "public-url", "",
		"base URL to print, without the namespace (default that of the mock)")
	cli.ChoiceVar(flags, &f.format, "format", "format", credentials.FormatNames(),
		strings.Join(credentials.FormatNames(), ", "))
	cli.SetVariables(flags, "user", "url", "namespace")
	return cmd
}

func (f envFlags) variables(ctx context.Context) (credentials.Login, error) {
	if f.fixture == "" {
		return f.fetch(ctx)
	}
	tenant, err := fixtures.Open(f.fixture)
	if err != nil {
		return credentials.Login{}, cli.Usagef("--fixture", "%w", err)
	}
	if f.user == "" {
		f.user = tenant.Admin()
	}
	token, err := tenant.LoginToken(f.user)
	if err != nil {
		return credentials.Login{}, cli.Usagef("--user", "%w", err)
	}
	return credentials.Login{
		BaseURL: f.baseURL(f.URL + namespacePrefix(f.Namespace)), ClientID: token.ID,
		ClientSecret: token.Secret,
	}, nil
}

// baseURL returns the address to print: --public-url followed by the namespace, or else that of the
// mock.
func (f envFlags) baseURL(mock string) string {
	if f.publicURL == "" {
		return mock
	}
	return f.publicURL + namespacePrefix(f.Namespace)
}

const defaultNamespace = "default"

var namespacePattern = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// namespacePrefix returns the path prefix of a namespace.
func namespacePrefix(namespace string) string {
	if namespace == "" || namespace == defaultNamespace {
		return ""
	}
	return "/t/" + namespace
}

func (f envFlags) fetch(ctx context.Context) (credentials.Login, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	mock, err := f.Client()
	if err != nil {
		return credentials.Login{}, err
	}
	c, err := mock.Credentials(ctx)
	if err != nil {
		return credentials.Login{}, credentialsError(f.URL, err)
	}
	base, err := mockserver.CheckBaseURL(c.BaseURL)
	if err != nil {
		return credentials.Login{},
			cli.Exitf(cli.ExitUnreachable, "%s returned an invalid base URL: %w", f.URL, err)
	}
	if len(c.Users) == 0 {
		return credentials.Login{},
			cli.Usagef("--user", "no user at %s has a token to log in", f.URL)
	}
	var names []string
	for _, u := range c.Users {
		if !credentials.IsShellSafe(u.ClientID) || !credentials.IsShellSafe(u.ClientSecret) {
			return credentials.Login{},
				cli.Exitf(cli.ExitUnreachable,
					"%s returned credentials with invalid characters", f.URL)
		}
		if f.user == "" || f.user == u.Name {
			return credentials.Login{
				BaseURL: f.baseURL(base), ClientID: u.ClientID, ClientSecret: u.ClientSecret,
			}, nil
		}
		names = append(names, u.Name)
	}
	return credentials.Login{},
		cli.Usagef("--user", "no user at %s is named %q%s; there are %s", f.URL, f.user,
			cli.DidYouMean(f.user, names), strings.Join(names, ", "))
}

// credentialsError adds a hint to the error of a mock that returns no credentials.
func credentialsError(url string, err error) error {
	if errors.Is(err, control.ErrPlaintext) {
		return remote.PlaintextError(err)
	}
	var problem *control.Problem
	if errors.As(err, &problem) {
		return cli.Exitf(cli.ExitUnreachable,
			"%s did not return credentials: %w (set the control token in %s)", url, err,
			cli.ControlToken)
	}
	if errors.Is(err, control.ErrNoMock) { // Run appends noMockAdvice
		return cli.Exitf(cli.ExitUnreachable, "%w", err)
	}
	return cli.Exitf(cli.ExitUnreachable, "%w; or use a tenant with --fixture", err)
}
