package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
)

// completionTimeout limits how long a shell waits for a mock that does not respond.
const completionTimeout = 500 * time.Millisecond

// completeNamespace offers the namespaces of the running mock.
func completeNamespace(env environment) cobra.CompletionFunc {
	return completeFromMock(env, func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
		namespaces, err := client.Namespaces(ctx)
		var all []cobra.Completion
		for _, n := range namespaces {
			all = append(all, n.Name)
		}
		return all, err
	})
}

// completeFault offers the fault rules of the running mock.
func completeFault(env environment) cobra.CompletionFunc {
	return completeFromMock(env, func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
		rules, err := client.Faults(ctx)
		var all []cobra.Completion
		for _, f := range rules {
			all = append(all, cobra.CompletionWithDesc(f.ID, meets(f)+": "+does(f)))
		}
		return all, err
	})
}

// completeRequest offers the last requests to the running mock.
func completeRequest(env environment) cobra.CompletionFunc {
	const most = 20
	return completeFromMock(env, func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
		journal, err := client.Requests(ctx, control.Match{}, most)
		var all []cobra.Completion
		for _, r := range journal.Requests {
			all = append(all, cobra.CompletionWithDesc(r.ID, r.Method+" "+target(r)+": "+status(r)))
		}
		return all, err
	})
}

// completeUser offers the users of the fixture if a command has one, else those of the running mock.
func completeUser(env environment) cobra.CompletionFunc {
	fromMock := completeFromMock(env, func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
		c, err := client.Credentials(ctx)
		var all []cobra.Completion
		for _, u := range c.Users {
			all = append(all, u.Name)
		}
		return all, err
	})
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		_ = fromEnvironment(cmd.Flags(), env.lookup) // a shell has no use for errors
		if f := cmd.Flag("fixture"); f != nil && f.Value.String() != "" {
			return usersOf(f.Value.String()), cobra.ShellCompDirectiveNoFileComp
		}
		return fromMock(cmd, args, typed)
	}
}

// usersOf returns the users of a fixture, none if it cannot be read.
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

// completeFromMock offers what the mock of a command's flags and variables has. Without a mock, and
// after any other error, it offers nothing.
func completeFromMock(env environment, get func(context.Context, *control.Client) ([]cobra.Completion, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, _ := fromMock(env, cmd, get) // a shell has no use for errors
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

func fromMock(
	env environment, cmd *cobra.Command, get func(context.Context, *control.Client) ([]cobra.Completion, error),
) ([]cobra.Completion, error) {
	_ = fromEnvironment(cmd.Flags(), env.lookup) // others may be wrong
	value := func(flag string) string {
		if f := cmd.Flag(flag); f != nil {
			return f.Value.String()
		}
		return ""
	}
	c := connection{
		env: env, url: value("url"), token: value("control-token"),
		allowPlaintext: value("allow-plaintext") == "true",
	}
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionTimeout)
	defer cancel()
	if name := value("namespace"); name != "" {
		if !hasNamespace(ctx, client, name) { // a request would make it
			return nil, nil
		}
		client = client.WithNamespace(name)
	}
	return get(ctx, client)
}

func hasNamespace(ctx context.Context, client *control.Client, name string) bool {
	namespaces, err := client.Namespaces(ctx)
	return err == nil && slices.ContainsFunc(namespaces, func(n control.Namespace) bool { return n.Name == name })
}

// firstArgument offers values for the first argument of a command only.
func firstArgument(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, args, typed)
	}
}
