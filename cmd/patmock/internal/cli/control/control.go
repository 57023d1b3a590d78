package control

import (
	"context"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

// controls are what all commands under control share: where the mock is, and how to print.
type controls struct{ remote.Mock }

// New returns the command control, with those below it.
func New(env cli.Env) *cobra.Command {
	c := &controls{remote.Mock{Env: env}}
	cmd := &cobra.Command{
		Use:   "control",
		Short: "Look into a running mock, and change what it does",
		Long: "Speaks to the control surface of a running mock, about one namespace of it. Exit codes: 1 not verified, 2 what was\n" +
			"asked is wrong or refused, 3 no mock answers, or it wants another control token.",
		Example: "  patmock exec -- patmock control health",
		Args:    cli.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.Register(cmd.PersistentFlags())
	cmd.AddCommand(
		newHealth(c), newReset(c), newState(c), newClock(c), newFault(c), newRequests(c), newFindings(c), newVerify(c), newNamespace(c),
		newIdentity(c), newToken(c),
	)
	askedHere(cmd)
	return cmd
}

// askedHere keeps the variables of a mock, such as its fixture, from becoming a part of what is asked of it.
func askedHere(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		child.LocalNonPersistentFlags().VisitAll(cli.IgnoreVariable)
		askedHere(child)
	}
}

// group makes a command that has others below it.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cli.NoArgs,
		Example: children[0].Example,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(children...)
	return cmd
}

// show asks the mock, and prints the answer as it came over the wire or for people.
func show[T any](c *controls, cmd *cobra.Command, ask func(*control.Client, context.Context) (T, error), text func(T) string) error {
	format, err := cli.FormatOf(cmd, cli.TextOrJSON)
	if err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	answered, err := ask(client, cmd.Context())
	if err != nil {
		return remote.Explain(err)
	}
	if format == "json" {
		return c.printJSON(answered)
	}
	return c.print(text(answered))
}

// tell asks the mock for something that it answers without a word.
func (c *controls) tell(cmd *cobra.Command, ask func(*control.Client, context.Context) error) error {
	client, err := c.Client()
	if err != nil {
		return err
	}
	if err := ask(client, cmd.Context()); err != nil {
		return remote.Explain(err)
	}
	return nil
}

func (c *controls) print(text string) error { return c.Env.Print(text) }

func (c *controls) printJSON(value any) error {
	return cli.PrintJSON(c.Env.Stdout, value)
}
