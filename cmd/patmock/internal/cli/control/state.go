package control

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

func newReset(c *controlCommand) *cobra.Command {
	return action(c, &cobra.Command{
		Use:   "reset",
		Short: "Bring the namespace back to what it started from",
		Long: "Brings the namespace back to what it started from, and clears its clock, faults " +
			"and journal.\n" +
			"Access tokens that were issued before stay valid.",
		Example: "  patmock exec -- patmock control reset",
	}, func(ctx context.Context, client *control.Client, _ []string) error {
		return client.Reset(ctx)
	})
}

func newStateGet(c *controlCommand) *cobra.Command {
	var secrets bool
	var output string
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Print the users and tokens as a fixture's file",
		Long: "Prints the users and tokens as a fixture's file, which state put and serve " +
			"--fixture read. With --output the\n" +
			"file is written as a whole; it stays as it is if the state cannot be had, which a " +
			"redirection would empty.",
		Example: "  patmock exec -- patmock control state get --secrets --output state.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.printState(cmd, secrets, output)
		},
	}
	cmd.Flags().BoolVar(&secrets, "secrets", false, "include the secrets")
	cmd.Flags().StringVar(&output, "output", "-",
		"`FILE` to write, readable by its owner only if it is new; - for standard output")
	cli.FormatFlag(cmd, cli.YAMLOrJSON...)
	return cmd
}

func (c *controlCommand) printState(cmd *cobra.Command, secrets bool, output string) error {
	format := cli.Format(cmd)
	client, err := c.Client()
	if err != nil {
		return err
	}
	state, err := client.State(cmd.Context(), control.StateOptions{
		Secrets: secrets, YAML: format == "yaml",
	})
	if err != nil {
		return remote.ExplainError(err)
	}
	if format == "json" && !json.Valid(state) {
		return cli.Exitf(cli.ExitUnreachable, "the mock responds with a state that is no JSON")
	}
	if output == "-" {
		_, err := c.Env.Stdout.Write(state)
		return err
	}
	if err := atomicfile.Write(output, 0o600, state); err != nil {
		return cli.Usagef("--output", "%w", err)
	}
	return nil
}

func newStatePut(c *controlCommand) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "put FILE|-",
		Short: "Put other users and tokens in the place of those there are",
		Long: "Puts a snapshot or a fixture's file, in YAML or JSON, in the place of what there " +
			"is, whole or not at all. A token\n" +
			"without a secret keeps the one that is known for its id. Clock, faults and journal " +
			"stay.",
		Example: "  patmock exec -- sh -c 'patmock control state get |\n    patmock control " +
			"state " +
			"put -'",
		Args: cli.RequiredArg("FILE", "a file, or - for standard input"),
	}
	return action(c, cmd, func(ctx context.Context, client *control.Client, args []string) error {
		state, err := readInput(cmd, args[0])
		if err != nil {
			return err
		}
		return client.PutState(ctx, state)
	})
}
