package remote

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

// completionTimeout limits how long a shell waits for a mock that does not respond.
const completionTimeout = 500 * time.Millisecond

// CompleteNamespace completes the namespaces of the running mock.
func CompleteNamespace(env cli.Env) cobra.CompletionFunc {
	return CompleteFromMock(env,
		func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
			namespaces, err := client.Namespaces(ctx)
			var all []cobra.Completion
			for _, n := range namespaces {
				all = append(all, n.Name)
			}
			return all, err
		})
}

// CompleteUser completes the users of the fixture if the command has one, else those of the running
// mock.
func CompleteUser(env cli.Env) cobra.CompletionFunc {
	fromMock := CompleteFromMock(env,
		func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
			c, err := client.Credentials(ctx)
			var all []cobra.Completion
			for _, u := range c.Users {
				all = append(all, u.Name)
			}
			return all, err
		})
	return func(
		cmd *cobra.Command, args []string, toComplete string,
	) ([]cobra.Completion, cobra.ShellCompDirective) {
		_ = cli.SetFromEnvironment(cmd.Flags(), env.Lookup) // a shell ignores errors of completion
		if f := cmd.Flag("fixture"); f != nil && f.Value.String() != "" {
			return usersOf(f.Value.String()), cobra.ShellCompDirectiveNoFileComp
		}
		return fromMock(cmd, args, toComplete)
	}
}

func usersOf(fixture string) []cobra.Completion {
	tenant, err := fixtures.Open(fixture)
	if err != nil {
		return nil
	}
	var all []cobra.Completion
	for _, u := range tenant.Identities {
		all = append(all, u.Name)
	}
	return all
}

// CompleteFromMock completes values from the mock that the flags and variables name. It completes
// nothing after an error.
func CompleteFromMock(
	env cli.Env, get func(context.Context, *control.Client) ([]cobra.Completion, error),
) cobra.CompletionFunc {
	return func(
		cmd *cobra.Command, _ []string, _ string,
	) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, _ := fromMock(env, cmd, get) // a shell ignores errors of completion
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

func fromMock(
	env cli.Env, cmd *cobra.Command,
	get func(context.Context, *control.Client) ([]cobra.Completion, error),
) ([]cobra.Completion, error) {
	_ = cli.SetFromEnvironment(cmd.Flags(), env.Lookup) // unrelated variables may be wrong
	value := func(flag string) string {
		if f := cmd.Flag(flag); f != nil {
			return f.Value.String()
		}
		return ""
	}
	c := Mock{
		Env: env, URL: value("url"), token: value("control-token"), CA: value("ca"),
		AllowPlaintext: value("allow-plaintext") == "true",
	}
	client, err := c.Client()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionTimeout)
	defer cancel()
	if name := value("namespace"); name != "" {
		if !hasNamespace(ctx, client, name) { // a request would create the namespace
			return nil, nil
		}
		client = client.WithNamespace(name)
	}
	return get(ctx, client)
}

func hasNamespace(ctx context.Context, client *control.Client, name string) bool {
	namespaces, err := client.Namespaces(ctx)
	return err == nil && slices.ContainsFunc(namespaces, func(n control.Namespace) bool {
		return n.Name == name
	})
}
