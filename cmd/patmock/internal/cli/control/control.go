// Package control implements the commands that inspect and change a running mock.
package control

import (
	"context"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

// controlCommand has the state that all subcommands of control share.
type controlCommand struct{ remote.Mock }

// New returns the command control and its subcommands.
func New(env cli.Env) *cobra.Command {
	c := &controlCommand{remote.Mock{Env: env}}
	cmd := &cobra.Command{
		Use:   "control",
		Short: "Inspect and change a running mock",
		Long: "Call the control API of a running mock for one of its namespaces. Exit codes: 1 " +
			"not verified, 2 invalid or rejected request, 3 no response from a mock, or a wrong " +
			"control token.",
		Example: "  patmock exec -- patmock control health",
	}
	c.Register(cmd.PersistentFlags())
	cmd.AddCommand(
		newHealth(c), newReset(c), newVerify(c),
		group("state", "Save and restore users, tokens and stubs", newStateGet(c), newStatePut(c)),
		group("clock", "Show and change the clock used for dates and expiration", newClockGet(c),
			newClockSet(c), newClockAdvance(c), newClockClear(c)),
		group("fault", "Inject faults into responses", newFaultAdd(c), newFaultList(c),
			newFaultRemove(c)),
		group("stub", "Respond to requests that are not simulated", newStubAdd(c), newStubList(c),
			newStubRemove(c)),
		group("requests", "Show the requests of clients", newRequestsList(c), newRequestsShow(c),
			newRequestsFollow(c), newRequestsClear(c)),
		group("findings", "Show and allow client errors", newFindingsList(c), newFindingsAllow(c)),
		group("namespace", "Create and remove isolated tenants", newNamespaceList(c),
			newNamespaceCreate(c), newNamespaceRemove(c)),
		group("identity", "Add users", newIdentityAdd(c)),
		group("token", "Add tokens in any state", newTokenAdd(c)),
	)
	return cmd
}

// group returns a command with subcommands.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Example: children[0].Example}
	cmd.AddCommand(children...)
	return cmd
}

// query makes a command print a response of the mock, as JSON or as text.
func query[T any](
	c *controlCommand, cmd *cobra.Command,
	get func(context.Context, *control.Client, []string) (T, error), text func(T) string,
) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := c.Client()
		if err != nil {
			return err
		}
		value, err := get(cmd.Context(), client, args)
		if err != nil {
			return remote.ExplainError(err)
		}
		return cli.Output(c.Env, cmd, value, text)
	}
	cli.FormatFlag(cmd)
	return cmd
}

// action makes a command change the mock and print nothing.
func action(c *controlCommand, cmd *cobra.Command,
	do func(context.Context, *control.Client, []string) error,
) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := c.Client()
		if err != nil {
			return err
		}
		if err := do(cmd.Context(), client, args); err != nil {
			return remote.ExplainError(err)
		}
		return nil
	}
	return cmd
}

// CompleteFault completes the IDs of the fault rules of the running mock.
func CompleteFault(env cli.Env) cobra.CompletionFunc {
	return remote.CompleteFromMock(env,
		func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
			rules, err := client.Faults(ctx)
			var all []cobra.Completion
			for _, f := range rules {
				all = append(all, cobra.CompletionWithDesc(f.ID, matchText(f)+": "+effectText(f)))
			}
			return all, err
		})
}

func completeRequest(env cli.Env) cobra.CompletionFunc {
	const maxRequests = 20
	return remote.CompleteFromMock(env,
		func(ctx context.Context, client *control.Client) ([]cobra.Completion, error) {
			journal, err := client.Requests(ctx, control.Match{}, maxRequests)
			var all []cobra.Completion
			for _, r := range journal.Requests {
				all = append(all,
					cobra.CompletionWithDesc(r.ID, r.Method+" "+target(r)+": "+status(r)))
			}
			return all, err
		})
}
